"""Messages: one in the middle of a page, a banner at the top, and the hint while something is dragged."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.theme import blend, icon
from lookalike_desktop.widgets.failure_dialog import FailureDialog


class Message(QWidget):
    """A heading and a line in the middle of a page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = QLabel()
        self._heading.setProperty("heading", True)
        self._line = QLabel()
        self._line.setProperty("quiet", True)
        for label in (self._heading, self._line):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(60, 40, 60, 90)
        column.setSpacing(10)
        column.addStretch(1)
        column.addWidget(self._heading)
        column.addWidget(self._line)
        column.addStretch(1)

    @property
    def text(self) -> str:
        """Heading and line, as shown."""
        return f"{self._heading.text()} {self._line.text()}".strip()

    def show_text(self, heading: str, line: str = "") -> None:
        """Show a heading and a line."""
        self._heading.setText(heading)
        self._line.setText(line)


class Notice(QFrame):
    """A banner with one line; stays until dismissed or replaced. Unexpected failures have a button for details."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._failure: Failure | None = None
        self.details_button = QPushButton(self.tr("Details"))
        self.details_button.setProperty("flat", True)
        self.details_button.clicked.connect(self._show_details)
        self._act: Callable[[], object] = lambda: None
        self.act_button = QPushButton(self.tr("Undo"))
        self.act_button.clicked.connect(self._on_act)
        self._close = QToolButton()
        self._close.setProperty("flat", True)
        self._close.setIconSize(QSize(14, 14))
        self._close.setAccessibleName(self.tr("Dismiss"))
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 6, 6)
        row.addWidget(self._label, 1)
        row.addWidget(self.act_button)
        row.addWidget(self.details_button)
        row.addWidget(self._close)
        self.draw_icons()
        self.hide()

    @property
    def text(self) -> str:
        """The line shown; empty while none is."""
        return self._label.text() if not self.isHidden() else ""

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self._close.setIcon(icon("close"))

    def show_text(self, text: str) -> None:
        """Show a line."""
        self.show_failure(Failure(text))

    def show_failure(self, failure: Failure) -> None:
        """Show what went wrong, with a button for its details if it has any."""
        self._failure = failure
        self._label.setText(failure.message)
        self.details_button.setVisible(bool(failure.details))
        self.act_button.hide()
        self.setAccessibleName(failure.message)
        self.show()

    def show_choice(self, text: str, label: str, act: Callable[[], object]) -> None:
        """Show a line with a button.

        Args:
            text: the line.
            label: what stands on the button.
            act: what it does; the banner goes then.
        """
        self.show_text(text)
        self._act = act
        self.act_button.setText(label)
        self.act_button.show()

    def withdraw_choice(self) -> None:
        """Hide a line whose button would no longer do what it says."""
        if not self.act_button.isHidden():
            self.hide()

    def _on_act(self) -> None:
        self.hide()
        self._act()

    def _show_details(self) -> None:
        if self._failure is not None:
            FailureDialog(self._failure, self.window()).open()


class DropHint(QWidget):
    """Covers the window while something is dragged over it, and says what a drop does."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._covered = parent
        self._text = ""
        self.hide()

    def show_text(self, text: str) -> None:
        """Cover the parent."""
        self._text = text
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame and the text."""
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
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()
