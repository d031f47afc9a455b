"""Keeping dialog: which of several duplicates stays, by rules in the user's order, and in which folders all stay."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lookalike.duplicates.keep_rules import DEFAULT_RULES, KeepRule
from lookalike_desktop.duplicates.words import rule_text

SPACING = 3
"""Pixels around each line of a list."""


class KeepingDialog(QDialog):
    """The order of the rules, and the protected folders, to be changed.

    Args:
        rules: in the order that holds now.
        folders: those that are protected now.
        parent: the window.

    Attributes:
        rule_list: the rules, the first one on top.
        folder_list: the folders.
    """

    def __init__(
        self, rules: Sequence[KeepRule], folders: Sequence[Path], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("What to keep"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(540, 540)
        self.rule_list = QListWidget()
        self.rule_list.setAccessibleName(self.tr("Rules, the first one on top"))
        self.rule_list.setSpacing(SPACING)
        self.rule_list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.rule_list.currentRowChanged.connect(lambda _: self._enable())
        self.rule_list.model().rowsMoved.connect(lambda *_: self._enable())
        self.up_button = QPushButton(self.tr("Up"))
        self.up_button.setToolTip(self.tr("Let the chosen rule decide earlier (Alt+↑)"))
        self.up_button.setShortcut("Alt+Up")
        self.up_button.clicked.connect(lambda: self._move(-1))
        self.down_button = QPushButton(self.tr("Down"))
        self.down_button.setToolTip(self.tr("Let the chosen rule decide later (Alt+↓)"))
        self.down_button.setShortcut("Alt+Down")
        self.down_button.clicked.connect(lambda: self._move(1))
        self.usual_button = QPushButton(self.tr("Usual order"))
        self.usual_button.clicked.connect(lambda: self._show_rules(DEFAULT_RULES))
        self.folder_list = QListWidget()
        self.folder_list.setAccessibleName(self.tr("Protected folders"))
        self.folder_list.setSpacing(SPACING)
        self.folder_list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.folder_list.currentRowChanged.connect(lambda _: self._enable())
        self.add_button = QPushButton(self.tr("Add…"))
        self.add_button.clicked.connect(self._choose_folder)
        self.remove_button = QPushButton(self.tr("Remove"))
        self.remove_button.setToolTip(self.tr("Protect the chosen folder no longer"))
        self.remove_button.clicked.connect(self._remove_folder)
        self._lay_out()
        self._show_rules(rules)
        for folder in folders:
            self.add_folder(folder)
        self._enable()

    def _lay_out(self) -> None:
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
        column.addLayout(_beside(self.rule_list, (self.up_button, self.down_button, self.usual_button)), 3)
        column.addWidget(_quiet(self.tr("In these folders, and all below them, nothing is ever removed.")))
        column.addLayout(_beside(self.folder_list, (self.add_button, self.remove_button)), 1)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    @property
    def rules(self) -> list[KeepRule]:
        """The rules in the order that was chosen."""
        items = (self.rule_list.item(row) for row in range(self.rule_list.count()))
        return [KeepRule(item.data(Qt.ItemDataRole.UserRole)) for item in items]

    @property
    def folders(self) -> list[Path]:
        """The folders that are to be protected."""
        return [Path(self.folder_list.item(row).text()) for row in range(self.folder_list.count())]

    def add_folder(self, folder: Path) -> None:
        """List a folder among the protected ones, unless it is there."""
        if folder not in self.folders:
            item = QListWidgetItem(str(folder))
            item.setToolTip(str(folder))
            self.folder_list.addItem(item)

    def _show_rules(self, rules: Sequence[KeepRule]) -> None:
        self.rule_list.clear()
        for rule in rules:
            item = QListWidgetItem(rule_text(rule))
            item.setData(Qt.ItemDataRole.UserRole, rule.value)
            self.rule_list.addItem(item)
        self.rule_list.setCurrentRow(0)
        self._enable()

    def _move(self, step: int) -> None:
        row = self.rule_list.currentRow()
        if 0 <= row + step < self.rule_list.count():
            self.rule_list.insertItem(row + step, self.rule_list.takeItem(row))
            self.rule_list.setCurrentRow(row + step)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Protect a folder"))
        if chosen:
            self.add_folder(Path(chosen))

    def _remove_folder(self) -> None:
        self.folder_list.takeItem(self.folder_list.currentRow())
        self._enable()

    def _enable(self) -> None:
        row = self.rule_list.currentRow()
        self.up_button.setEnabled(row > 0)
        self.down_button.setEnabled(0 <= row < self.rule_list.count() - 1)
        self.remove_button.setEnabled(self.folder_list.currentRow() >= 0)


def _quiet(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("quiet", True)
    label.setWordWrap(True)
    return label


def _beside(part: QWidget, buttons: Sequence[QPushButton]) -> QHBoxLayout:
    """A list with its buttons in a column on its right."""
    column = QVBoxLayout()
    column.setSpacing(6)
    for button in buttons:
        button.setAutoDefault(False)
        column.addWidget(button)
    column.addStretch(1)
    row = QHBoxLayout()
    row.setSpacing(10)
    row.addWidget(part, 1)
    row.addLayout(column)
    return row
