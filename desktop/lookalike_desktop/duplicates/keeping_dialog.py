"""Keeping dialog: which of several duplicates stays, by rules in the user's order, and in which folders all stay."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from lookalike.duplicates.keep_rules import KeepRule
from lookalike_desktop.duplicates.keeping_lists import KeepingRules, ProtectedFolderList


class KeepingDialog(QDialog):
    """The order of the rules, and the protected folders, to be changed.

    Args:
        rules: in the order that holds now.
        folders: those that are protected now.
        parent: the window.

    Attributes:
        rule_list: the rules as they are chosen.
        folder_list: the folders likewise.
    """

    def __init__(
        self, rules: Sequence[KeepRule], folders: Sequence[Path], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("What to keep"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(540, 540)
        self.rule_list = KeepingRules()
        self.rule_list.show_rules(rules)
        self.folder_list = ProtectedFolderList()
        self.folder_list.show_folders(folders)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        heading = QLabel(self.tr("What to keep"))
        heading.setProperty("heading", True)
        column.addWidget(heading)
        column.addWidget(
            _quiet(
                self.tr(
                    "Of several duplicates, that photo is suggested to stay which the first rule prefers; where it "
                    "cannot tell, the second one decides, and so on."
                )
            )
        )
        column.addWidget(self.rule_list, 3)
        column.addWidget(_quiet(self.tr("In these folders, and all below them, nothing is ever removed.")))
        column.addWidget(self.folder_list, 1)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)


def _quiet(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("quiet", True)
    label.setWordWrap(True)
    return label
