"""Job card: one job in words, with a bar and the button that pauses it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QWidget

from lookalike.progress import Progress


class JobCard(QFrame):
    """A title, what is being done, how far it is, and what can be done about it.

    Args:
        title: what the job is for.
        parent: the Qt parent.
    """

    pressed = Signal()
    """The button was pressed."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        heading = QLabel(title)
        heading.setProperty("title", True)
        self._words = QLabel()
        self._words.setProperty("quiet", True)
        self._words.setWordWrap(True)
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(title)
        self.button = QPushButton()
        self.button.clicked.connect(self.pressed)
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 12, 12, 14)
        grid.setVerticalSpacing(6)
        grid.addWidget(heading, 0, 0)
        grid.addWidget(self._words, 1, 0)
        grid.addWidget(self.bar, 2, 0)
        grid.addWidget(self.button, 0, 1, 2, 1)
        grid.setColumnStretch(0, 1)
        self._title = title
        self.show_state("")
        self.show_button("")

    @property
    def words(self) -> str:
        """What is said of the job."""
        return self._words.text()

    def show_state(self, words: str, progress: Progress | None = None) -> None:
        """Say what is being done, and draw how far it is where that is known."""
        self._words.setText(words)
        total = progress.total if progress is not None else None
        self.bar.setVisible(bool(total))
        if progress is not None and total:
            self.bar.setRange(0, total)
            self.bar.setValue(progress.done)

    def show_button(self, words: str) -> None:
        """Offer what the button does; nothing for no words."""
        self.button.setText(words)
        self.button.setAccessibleName(f"{words}: {self._title}" if words else self._title)
        self.button.setVisible(bool(words))
