"""Filmstrip: the neighbours of the photo shown, in a row."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lookalike_desktop.qt.thumbnails import Thumbnails

CELL = 64
GAP = 6
MARGIN = 8


class Filmstrip(QWidget):
    """Thumbnails of the photos beside the one shown, which is in the middle; a click shows one.

    Args:
        thumbnails: the store of thumbnails.
        parent: the Qt parent.
    """

    chosen = Signal(int)
    """The photo with this content id is to be shown."""
    step_wanted = Signal(int)
    """The next photo (1), or the previous one (-1)."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._ids: Sequence[int] = ()
        self._row = 0
        self._turned = 0
        thumbnails.loaded.connect(lambda _: self.update())
        self.setFixedHeight(CELL + 2 * MARGIN)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Neighbours of this photo"))

    def show_photos(self, ids: Sequence[int], row: int) -> None:
        """Show the neighbours of one of a list of photos."""
        self._ids, self._row = ids, row
        self.update()

    def cell(self, row: int) -> QRectF:
        """Where a photo of the list is drawn, though it may be outside."""
        middle = self.width() / 2 - CELL / 2
        return QRectF(middle + (row - self._row) * (CELL + GAP), MARGIN, CELL, CELL)

    def _rows_in_sight(self) -> range:
        beside = int(self.width() / 2 / (CELL + GAP)) + 1
        return range(max(0, self._row - beside), min(len(self._ids), self._row + beside + 1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show the photo that is clicked."""
        for row in self._rows_in_sight():
            if self.cell(row).contains(event.position()):
                self.chosen.emit(self._ids[row])
                return

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Go from photo to photo."""
        delta = event.angleDelta()
        self._turned -= delta.y() or delta.x()
        if abs(self._turned) >= 120:
            self.step_wanted.emit(1 if self._turned > 0 else -1)
            self._turned = 0

    def sizeHint(self) -> QSize:
        """A few cells."""
        return QSize(3 * (CELL + GAP), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is in sight."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row in self._rows_in_sight():
            self._draw(painter, self.cell(row), self._ids[row], row == self._row)
        painter.end()

    def _draw(self, painter: QPainter, cell: QRectF, content_id: int, current: bool) -> None:
        image = self._thumbnails.image(content_id)
        outline = QPainterPath()
        outline.addRoundedRect(cell, 6, 6)
        painter.setOpacity(1.0 if current else 0.62)
        if image is None:
            painter.fillPath(outline, self.palette().mid())
        else:
            filling = QSizeF(image.size()).scaled(cell.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            place = QRectF(0, 0, filling.width(), filling.height())
            place.moveCenter(cell.center())
            painter.save()
            painter.setClipPath(outline)
            painter.drawImage(place, image)
            painter.restore()
        painter.setOpacity(1.0)
        if current:
            painter.setPen(QPen(self.palette().highlight().color(), 2.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(cell.adjusted(-1, -1, 1, 1), 7, 7)
