"""Watching dialog: what is left out of the watched folders, and how hard indexing works."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)


class WatchingDialog(QDialog):
    """Lets the user change patterns and pace.

    Args:
        excludes: the patterns in force.
        pace: the pace in force.
        parent: the window.
    """

    chosen = Signal(list, str)
    """Patterns and pace, once the user agrees."""

    def __init__(self, excludes: Sequence[str], pace: str, parent: QWidget | None = None) -> None:
        title = QCoreApplication.translate("WatchingDialog", "How folders are watched")
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(520, 460)
        heading = QLabel(title)
        heading.setProperty("heading", True)
        words = QLabel(
            self.tr(
                "What to leave out: one pattern per line, as in a .gitignore file. “raw/” leaves out folders "
                "called raw, “*.png” leaves out PNG files. The patterns apply to all folders; those in a file called "
                ".lookalikeignore apply to the folder that holds it. Photos return when you remove a pattern."
            )
        )
        words.setProperty("quiet", True)
        words.setWordWrap(True)
        self.patterns = QPlainTextEdit("\n".join(excludes))
        self.patterns.setTabChangesFocus(True)
        self.patterns.setAccessibleName(self.tr("Left out of the library"))
        self.patterns.setPlaceholderText("raw/\n*.png")
        self.pace = QComboBox()
        for name, line in (
            ("careful", self.tr("Slower on battery")),
            ("considerate", self.tr("Slower on battery and when the computer is busy")),
            ("fast", self.tr("Always at full speed")),
        ):
            self.pace.addItem(line, name)
        self.pace.setCurrentIndex(max(0, self.pace.findData(pace)))
        self.pace.setAccessibleName(self.tr("Indexing new photos"))
        pace_words = QLabel(self.tr("Indexing new photos"))
        pace_words.setProperty("quiet", True)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(12)
        column.addWidget(heading)
        column.addWidget(words)
        column.addWidget(self.patterns, 1)
        column.addWidget(pace_words)
        column.addWidget(self.pace)
        column.addWidget(buttons)
        self.accepted.connect(self._emit_chosen)
        self.finished.connect(self.deleteLater)

    def _emit_chosen(self) -> None:
        lines = [line for line in self.patterns.toPlainText().splitlines() if line.strip()]
        self.chosen.emit(lines, self.pace.currentData())
