"""Match lines: lines between the points of two photos that match, drawn over both."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from lookalike_desktop.viewer.photo_canvas import PhotoCanvas

MOST = 36
"""More lines than these would hide the photos; they stand for the others, evenly chosen."""

Points = Sequence[tuple[float, float]]


class MatchLines(QWidget):
    """Lies over two canvases and lets the mouse through.

    Args:
        first: the one canvas.
        second: the other.
        parent: holds both canvases; covered by this.
    """

    def __init__(self, first: PhotoCanvas, second: PhotoCanvas, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvases = (first, second)
        self._covered = parent
        self._pairs: list[tuple[tuple[float, float], tuple[float, float]]] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        parent.installEventFilter(self)
        for canvas in self._canvases:
            canvas.zoomed.connect(self.update)
            canvas.installEventFilter(self)

    def show_points(self, first: Points, second: Points) -> None:
        """Show other points: (x, y) in 0..1 of either photo, in the same order."""
        pairs = list(zip(first, second, strict=True))
        step = max(1.0, len(pairs) / MOST)
        self._pairs = [pairs[int(number * step)] for number in range(min(len(pairs), MOST))]
        self.update()

    def lines(self) -> list[tuple[QPointF, QPointF]]:
        """The lines whose both ends are in sight, in coordinates of this widget."""
        ends = []
        places = [
            QRectF(canvas.rect()).translated(QPointF(canvas.mapTo(self._covered, canvas.rect().topLeft())))
            for canvas in self._canvases
        ]
        for pair in self._pairs:
            points = [
                canvas.place_of(point) + place.topLeft()
                for canvas, point, place in zip(self._canvases, pair, places, strict=True)
            ]
            if all(place.contains(point) for place, point in zip(places, points, strict=True)):
                ends.append((points[0], points[1]))
        return ends

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the parent, and follow the canvases."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self.setGeometry(self._covered.rect())
            self.raise_()
            self.update()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw each line in a colour of its own, so that the eye can follow it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lines = self.lines()
        for number, (first, second) in enumerate(lines):
            colour = QColor.fromHsvF(number / len(lines), 0.75, 1.0)
            painter.setPen(QPen(QColor(0, 0, 0, 90), 3.0))
            painter.drawLine(first, second)
            painter.setPen(QPen(colour, 1.5))
            painter.drawLine(first, second)
            painter.setBrush(colour)
            painter.setPen(QPen(QColor(0, 0, 0, 140), 1.0))
            for end in (first, second):
                painter.drawEllipse(end, 3.5, 3.5)
        painter.end()
