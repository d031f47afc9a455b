"""Small parts of the window: a message in the middle, a notice at the top, and the hint while dragging."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from lookalike_desktop.qt.theme import blend, icon


class Message(QWidget):
    """A heading and a line in the middle of a page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = QLabel()
        self._heading.setProperty("heading", True)
        self._words = QLabel()
        self._words.setProperty("quiet", True)
        for label in (self._heading, self._words):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(60, 40, 60, 90)
        column.setSpacing(10)
        column.addStretch(1)
        column.addWidget(self._heading)
        column.addWidget(self._words)
        column.addStretch(1)

    @property
    def words(self) -> str:
        """Heading and line, as shown."""
        return f"{self._heading.text()} {self._words.text()}".strip()

    def say(self, heading: str, words: str = "") -> None:
        """Show a heading and a line."""
        self._heading.setText(heading)
        self._words.setText(words)


class Notice(QFrame):
    """One line the user should know of; stays until dismissed or replaced."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._close = QToolButton()
        self._close.setProperty("flat", True)
        self._close.setIconSize(QSize(14, 14))
        self._close.setAccessibleName(self.tr("Dismiss"))
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 6, 6)
        row.addWidget(self._words, 1)
        row.addWidget(self._close)
        self.draw_icons()
        self.hide()

    @property
    def words(self) -> str:
        """The line shown; empty while none is."""
        return self._words.text() if not self.isHidden() else ""

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self._close.setIcon(icon("close"))

    def say(self, words: str) -> None:
        """Show a line."""
        self._words.setText(words)
        self.setAccessibleName(words)
        self.show()


class DropHint(QWidget):
    """Covers the window while something is dragged over it, and says what a drop does."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._covered = parent
        self._words = ""
        self.hide()

    def say(self, words: str) -> None:
        """Cover the parent."""
        self._words = words
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame and the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        shade = blend(palette.window().color(), palette.highlight().color(), 0.12)
        shade.setAlphaF(0.9)
        painter.fillRect(self.rect(), shade)
        painter.setPen(QPen(palette.highlight().color(), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(self.rect().adjusted(20, 20, -20, -20), 14, 14)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        painter.setFont(font)
        painter.setPen(palette.windowText().color())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
        painter.end()
