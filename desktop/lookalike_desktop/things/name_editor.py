"""Name editor: a field on a thing's card, in which its name is typed."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from lookalike_desktop.widgets.cells import caption_rect
from lookalike_desktop.widgets.grid_view import GridView


class NameEditor(QLineEdit):
    """Lies over the caption of one card while a name is typed. Enter keeps it, Escape does not.

    Args:
        cards: the cards.
    """

    named = Signal(int, str)
    """The thing with this number is to have this name."""

    def __init__(self, cards: GridView) -> None:
        super().__init__(cards.viewport())
        self._cards = cards
        self._thing_id = 0
        self._before = ""
        self.setAccessibleName(self.tr("Name of this thing"))
        self.setPlaceholderText(self.tr("Name this"))
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        cards.verticalScrollBar().valueChanged.connect(lambda _: self.hide())
        cards.photos.layoutChanged.connect(self.hide)
        self.hide()

    def begin(self, thing_id: int, name: str, card: QRect) -> None:
        """Edit a thing's name on its card, a rectangle of the viewport."""
        self._thing_id, self._before = thing_id, name
        place = caption_rect(card)
        height = self.sizeHint().height()
        self.setGeometry(place.left(), place.center().y() - height // 2, place.width(), height)
        self.setText(name)
        self.selectAll()
        self.show()
        self.setFocus()

    def _keep(self) -> None:
        if self.isHidden():
            return
        self.hide()
        name = " ".join(self.text().split())
        if name != self._before:
            self.named.emit(self._thing_id, name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter keeps the name, Escape leaves it as it was; the cards below hear of neither."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._keep()
        elif event.key() == Qt.Key.Key_Escape:
            self.setText(self._before)
            self.hide()
            self._cards.setFocus()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Who clicks elsewhere keeps what was typed."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._keep()
