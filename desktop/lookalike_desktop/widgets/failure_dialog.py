"""The dialog about an unexpected failure: the traceback, to be copied into a report."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.file_manager import show_log


class FailureDialog(QDialog):
    """Shows what lies behind a failure.

    Args:
        failure: with details.
        parent: the window.
    """

    def __init__(self, failure: Failure, parent: QWidget | None = None) -> None:
        title = QCoreApplication.translate("FailureDialog", "What went wrong")
        super().__init__(parent)
        self._failure = failure
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 460)
        heading = QLabel(title)
        heading.setProperty("heading", True)
        message = QLabel(failure.message)
        message.setWordWrap(True)
        message.setTextFormat(Qt.TextFormat.PlainText)
        hint = QLabel(self.tr("Your photos are not affected. These details help whoever looks into it:"))
        hint.setProperty("quiet", True)
        hint.setWordWrap(True)
        self.details = QPlainTextEdit(failure.details.strip())
        self.details.setReadOnly(True)
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.setAccessibleName(self.tr("Details"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy_button = buttons.addButton(self.tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        self.copy_button.clicked.connect(self._copy)
        self.log_button = buttons.addButton(self.tr("Show the log"), QDialogButtonBox.ButtonRole.ActionRole)
        self.log_button.clicked.connect(show_log)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        column.addWidget(heading)
        column.addWidget(message)
        column.addWidget(hint)
        column.addWidget(self.details, 1)
        column.addWidget(buttons)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(f"{self._failure.message}\n\n{self._failure.details}")
