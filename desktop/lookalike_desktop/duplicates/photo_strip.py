"""Photo strip: the photos of one group in a row, each marked as staying or going."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from lookalike_desktop.duplicates.review import GroupReview
from lookalike_desktop.qt.thumbnails import Thumbnails

_CELL = 92
_GAP = 8
_BADGE = 22
GOES = QColor("#d64545")


class PhotoStrip(QScrollArea):
    """The photos of a group, the kept one first; a click shows one, a double click marks it.

    Args:
        thumbnails: the store of thumbnails.
        parent: the Qt parent.
    """

    chosen = Signal(int)
    """The photo at this place is to be shown."""
    toggled = Signal(int)
    """The photo at this place is to go, or to stay after all."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = _Row(thumbnails, self)
        self.setWidget(self._row)
        self.setWidgetResizable(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_CELL + 22)
        self.viewport().setAutoFillBackground(False)
        self._row.setAutoFillBackground(False)

    def show_review(self, review: GroupReview | None, current: int) -> None:
        """Show a group's photos with their marks, and which one is compared."""
        self._row.review, self._row.current = review, current
        count = len(review.group.photos) if review is not None else 0
        self._row.setFixedSize(max(1, count * (_CELL + _GAP)), _CELL)
        self._row.update()
        self.ensureVisible(current * (_CELL + _GAP) + _CELL // 2, _CELL // 2, _CELL, 0)


class _Row(QWidget):
    def __init__(self, thumbnails: Thumbnails, strip: PhotoStrip) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self._strip = strip
        self.review: GroupReview | None = None
        self.current = 0
        thumbnails.loaded.connect(lambda _: self.update())

    def _at(self, event: QMouseEvent) -> int | None:
        place = int(event.position().x()) // (_CELL + _GAP)
        count = len(self.review.group.photos) if self.review is not None else 0
        return place if 0 <= place < count else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Show the photo that is clicked."""
        place = self._at(event)
        if place is not None:
            self._strip.chosen.emit(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Mark the photo that is clicked twice."""
        place = self._at(event)
        if place is not None:
            self._strip.toggled.emit(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the thumbnails that are in sight."""
        if self.review is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first = max(0, event.rect().left() // (_CELL + _GAP))
        last = event.rect().right() // (_CELL + _GAP) + 1
        for at, photo in enumerate(self.review.group.photos[first:last], first):
            cell = QRect(at * (_CELL + _GAP), 0, _CELL, _CELL)
            goes = photo.path in self.review.going
            image = self._thumbnails.image(photo.content_id)
            painter.setOpacity(0.45 if goes else 1.0)
            if image is None:
                painter.fillRect(cell.adjusted(4, 4, -4, -4), self.palette().mid())
            else:
                size = image.size().scaled(QSize(_CELL - 12, _CELL - 12), Qt.AspectRatioMode.KeepAspectRatio)
                shown = QRect(cell.topLeft(), size)
                shown.moveCenter(cell.center())
                painter.drawImage(shown, image)
            painter.setOpacity(1.0)
            if at == self.current:
                painter.setPen(QPen(self.palette().highlight().color(), 2.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(cell.adjusted(2, 2, -2, -2), 8, 8)
            self._draw_badge(painter, cell, goes, photo.path == self.review.keep.path)
        painter.end()

    def _draw_badge(self, painter: QPainter, cell: QRect, goes: bool, kept: bool) -> None:
        if not goes and not kept:
            return
        badge = QRect(cell.right() - _BADGE - 5, cell.top() + 6, _BADGE, _BADGE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(GOES if goes else self.palette().highlight().color())
        painter.drawEllipse(badge)
        painter.setPen(QColor("white") if goes else self.palette().highlightedText().color())
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, "✕" if goes else "✓")
