"""Swipe canvas: one photo laid over another, and a line between them that can be dragged."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from lookalike_desktop.viewer.photo_canvas import PhotoCanvas
from lookalike_desktop.viewer.photo_levels import PhotoLevels

REACH = 14
"""The line is caught by the mouse at this distance, pixels."""

STEP_SHARE = 0.05
"""A key moves the line by this share of the width."""


class SwipeCanvas(PhotoCanvas):
    """Left of the line the one photo, right of it the other as it lies in the first one's frame.

    Args:
        parent: the Qt parent.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._over = PhotoLevels()
        self._caught = False
        self.divider = 0.5
        """Where the line is, 0..1 of the width."""
        self.setAccessibleName(self.tr("One photo over the other"))

    def show_pair(self, under: PhotoLevels, over: PhotoLevels) -> None:
        """Show two photos; the second is in the frame of the first."""
        self._over = over
        self.show_photo(QImage(), under.sharpest().size() if under.side else QSize())
        self.improve(under)

    def move_divider(self, share: float) -> None:
        """Put the line elsewhere, 0..1 of the width."""
        self.divider = min(max(share, 0.0), 1.0)
        self.update()

    def draw_photo(self, painter: QPainter, shown: QRectF) -> None:
        """Draw both photos and the line."""
        super().draw_photo(painter, shown)
        at = self.divider * self.width()
        painter.save()
        painter.setClipRect(QRectF(at, 0, self.width() - at, self.height()))
        self.draw_levels(painter, shown, self._over)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for colour, width in ((QColor(0, 0, 0, 120), 4.0), (QColor("white"), 2.0)):
            painter.setPen(QPen(colour, width))
            painter.drawLine(QPointF(at, 0), QPointF(at, self.height()))
        painter.setBrush(QColor("white"))
        painter.setPen(QPen(QColor(0, 0, 0, 120), 1.0))
        painter.drawEllipse(QPointF(at, self.height() / 2), 9.0, 9.0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Catch the line, or the photo."""
        near = abs(event.position().x() - self.divider * self.width()) <= REACH
        self._caught = near and event.button() == Qt.MouseButton.LeftButton
        if not self._caught:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the line, or the photo."""
        if self._caught:
            self.move_divider(event.position().x() / max(1, self.width()))
            return
        near = abs(event.position().x() - self.divider * self.width()) <= REACH
        self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if not self._caught:
            super().mouseReleaseEvent(event)
        self._caught = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move the line."""
        steps = {Qt.Key.Key_Left: -STEP_SHARE, Qt.Key.Key_Right: STEP_SHARE}
        step = steps.get(Qt.Key(event.key()))
        if step is not None and not self.enlarged:
            self.move_divider(self.divider + step)
        else:
            super().keyPressEvent(event)
