"""A layout that sets its parts side by side and goes on in a new line where the width ends."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Lines of parts, each part in its preferred size.

    Args:
        parent: the widget that is laid out.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []

    def addItem(self, item: QLayoutItem) -> None:
        """Add a part at the end."""
        self._items.append(item)

    def count(self) -> int:
        """How many parts there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """A part; None outside the range."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take a part out."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """None: the parts keep their sizes."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """The narrower, the more lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of all lines, pixels."""
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place the parts."""
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        """As little as is needed."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """Room for the widest part alone."""
        margins = self.contentsMargins()
        size = QSize(margins.left() + margins.right(), margins.top() + margins.bottom())
        if not self._items:
            return size
        hints = [item.sizeHint() for item in self._items]
        return size + QSize(max(hint.width() for hint in hints), max(hint.height() for hint in hints))

    def _place(self, rect: QRect, move: bool) -> int:
        room = rect.marginsRemoved(self.contentsMargins())
        x, y, line = room.x(), room.y(), 0
        for item in self._items:
            size = item.sizeHint()
            if line and x + size.width() > room.x() + room.width():
                x, y, line = room.x(), y + line + self.spacing(), 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self.spacing()
            line = max(line, size.height())
        return y + line - rect.y() + self.contentsMargins().bottom()
