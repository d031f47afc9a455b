"""Library dialogs: about this library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from lookalike_desktop.models.model_row import model_title
from lookalike_desktop.qt.file_manager import show_log
from lookalike_desktop.qt.formatting import format_count
from lookalike_desktop.qt.stored_text import translate_stored

if TYPE_CHECKING:
    from lookalike.library import Status


class _Dialog(QDialog):
    def __init__(self, title: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        heading = QLabel(title)
        heading.setProperty("heading", True)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(24, 20, 24, 18)
        self.column.setSpacing(14)
        self.column.addWidget(heading)

    def _add_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        self.column.addWidget(buttons)
        return buttons


class AboutLibrary(_Dialog):
    """What the library holds and uses.

    Args:
        status: the core's report.
        descriptor: name of the descriptor model in use.
        parent: the window.
    """

    def __init__(self, status: Status, descriptor: str, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("AboutLibrary", "About this library"), parent)
        self.setMinimumWidth(520)
        form = QFormLayout()
        form.setHorizontalSpacing(20)
        form.setVerticalSpacing(10)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self.column.addLayout(form)
        rows = [
            (self.tr("Photos"), format_count(status.photos)),
            (self.tr("Searchable"), format_count(status.indexed)),
            (self.tr("Files"), format_count(status.files)),
            (self.tr("Skipped files"), format_count(len(status.problems))),
            (self.tr("Stored in"), str(status.folder)),
            (self.tr("Photos are described by"), model_title(descriptor)),
            (self.tr("Results are checked by"), model_title(status.judge)),
            (
                self.tr("Not available here"),
                "\n".join(map(translate_stored, status.missing)) or self.tr("Nothing"),
            ),
            (self.tr("Repaired when opened"), "\n".join(status.repairs) or self.tr("Nothing")),
        ]
        for name, value in rows:
            label = QLabel(name)
            label.setProperty("quiet", True)
            words = QLabel(value)
            words.setWordWrap(True)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(label, words)
        buttons = self._add_buttons()
        self.log_button = buttons.addButton(self.tr("Show the log"), QDialogButtonBox.ButtonRole.ActionRole)
        self.log_button.clicked.connect(show_log)
