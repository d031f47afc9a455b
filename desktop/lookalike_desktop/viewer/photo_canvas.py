"""One photo on the screen: zoom, pan, and dragging a rectangle."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from lookalike_desktop.qt.theme import blend

MAX_ZOOM = 8.0
"""Screen pixels per pixel of the photo, at most."""

STEP = 1.2
"""Zoom of one notch of the wheel or one key press."""

SMALLEST = 8
"""A region must be dragged at least this many pixels wide and high; less is a slip of the hand."""


class PhotoCanvas(QWidget):
    """Shows a photo, first as a thumbnail and then in sharper renderings.

    A place in the photo is kept in shares of its width and height, so that a better rendering changes nothing.

    Args:
        parent: the Qt parent.
    """

    region_chosen = Signal(tuple)
    """Left, top, right, bottom in 0..1 of the photo."""

    zoomed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._size = QSize()
        self._scale: float | None = None
        self._centre = QPointF(0.5, 0.5)
        self._grabbed: QPointF | None = None
        self._drag: tuple[QPointF, QPointF] | None = None
        self._marking = False
        self._points: Sequence[tuple[float, float]] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Photo"))

    @property
    def pixels_wanted(self) -> int:
        """The longest side that a rendering needs to be sharp at the present zoom, device pixels."""
        shown = self._shown()
        return round(max(shown.width(), shown.height()) * self.devicePixelRatioF())

    @property
    def pixels_shown(self) -> int:
        """The longest side of the present rendering."""
        return max(self._image.width(), self._image.height())

    def show_photo(self, image: QImage, size: QSize) -> None:
        """Show another photo, fitted to the window.

        Args:
            image: a rendering, maybe only a thumbnail, maybe null.
            size: the photo's own size, pixels.
        """
        self._size = size if size.isValid() else image.size()
        self._image = image
        self._points = ()
        self.drop_region()
        self.fit()

    def set_photo_size(self, size: QSize) -> None:
        """Tell the photo's own size, pixels, once it is known."""
        self._size = size
        self._view_changed()

    def improve(self, image: QImage) -> None:
        """Show a better rendering of the same photo."""
        if not self._size.isValid() or self._size.isEmpty():
            self._size = image.size()
        self._image = image
        self.update()

    def show_points(self, points: Sequence[tuple[float, float]]) -> None:
        """Mark points, (x, y) in 0..1 of the photo."""
        self._points = points
        self.update()

    def mark(self, on: bool) -> None:
        """Let the left button drag a rectangle, as the right one always does."""
        self._marking = on
        self.setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)

    def drop_region(self) -> None:
        """Forget the rectangle."""
        self._drag = None
        self.update()

    # Zoom

    def fit(self) -> None:
        """Show all of the photo."""
        self._scale = None
        self._centre = QPointF(0.5, 0.5)
        self._view_changed()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom about a point of the widget, its centre by default."""
        at = at or QRectF(self.rect()).center()
        held = self._share(at)
        scale = (self._scale or self._fitting()) * factor
        if scale <= self._fitting():
            self.fit()
            return
        self._scale = min(scale, max(MAX_ZOOM, self._fitting()))
        shown = self._shown_size()
        middle = QRectF(self.rect()).center()
        self._centre = QPointF(
            held.x() + (middle.x() - at.x()) / shown.width(),
            held.y() + (middle.y() - at.y()) / shown.height(),
        )
        self._view_changed()

    @property
    def photo_size(self) -> QSize:
        """The photo's own size, pixels; empty while unknown."""
        return self._size

    @property
    def view(self) -> tuple[float | None, QPointF]:
        """Screen pixels per pixel of the photo, None where all of it is fitted, and the place in the centre, 0..1."""
        return self._scale, self._centre

    def show_view(self, scale: float, centre: QPointF) -> None:
        """Show a part of the photo, as `view` tells it; all of it at a scale that has room for that."""
        if scale <= self._fitting():
            self.fit()
            return
        self._scale, self._centre = scale, centre
        self._view_changed()

    def _view_changed(self) -> None:
        self._keep_inside()
        self.update()
        self.zoomed.emit()

    def _fitting(self) -> float:
        if self._size.isEmpty():
            return 1.0
        return min(self.width() / self._size.width(), self.height() / self._size.height(), 1.0)

    def _shown_size(self) -> QRectF:
        scale = self._fitting() if self._scale is None else self._scale
        return QRectF(0, 0, max(1.0, self._size.width() * scale), max(1.0, self._size.height() * scale))

    def _shown(self) -> QRectF:
        """Where all of the photo lies, widget coordinates."""
        shown = self._shown_size()
        middle = QRectF(self.rect()).center()
        shown.moveTopLeft(
            QPointF(
                middle.x() - self._centre.x() * shown.width(), middle.y() - self._centre.y() * shown.height()
            )
        )
        return shown

    def _keep_inside(self) -> None:
        """Leave no empty space beside a photo that is larger than the window."""
        shown = self._shown_size()
        half_x = min(0.5, self.width() / 2 / shown.width())
        half_y = min(0.5, self.height() / 2 / shown.height())
        self._centre = QPointF(
            min(max(self._centre.x(), half_x), 1 - half_x), min(max(self._centre.y(), half_y), 1 - half_y)
        )

    def _share(self, point: QPointF) -> QPointF:
        shown = self._shown()
        return QPointF((point.x() - shown.x()) / shown.width(), (point.y() - shown.y()) / shown.height())

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again, or keep the zoom."""
        self._view_changed()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        self.zoom(STEP ** (event.angleDelta().y() / 120), event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus and minus zoom, 0 fits."""
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(STEP)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom(1 / STEP)
        elif event.key() == Qt.Key.Key_0:
            self.fit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a rectangle (right button, Shift, or marking) or a pan."""
        left = event.button() == Qt.MouseButton.LeftButton
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.button() == Qt.MouseButton.RightButton or (left and (shift or self._marking)):
            start = self._share(event.position())
            self._drag = (start, start)
        elif left:
            self._grabbed = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the rectangle or the photo."""
        if self._drag is not None and event.buttons():
            self._drag = (self._drag[0], self._share(event.position()))
            self.update()
        elif self._grabbed is not None:
            moved = event.position() - self._grabbed
            self._grabbed = event.position()
            shown = self._shown_size()
            self._centre -= QPointF(moved.x() / shown.width(), moved.y() / shown.height())
            self._view_changed()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A rectangle large enough is a region to search for."""
        if self._grabbed is not None:
            self._grabbed = None
            self.mark(self._marking)
        if self._drag is None:
            return
        area = self._region()
        shown = self._shown_size()
        if area.width() * shown.width() < SMALLEST or area.height() * shown.height() < SMALLEST:
            self.drop_region()
            return
        self.region_chosen.emit((area.left(), area.top(), area.right(), area.bottom()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit, or go to the photo's own pixels."""
        if self._scale is None:
            self.zoom(1.0 / self._fitting() if self._fitting() < 1.0 else 2.0, event.position())
        else:
            self.fit()

    def changeEvent(self, event: QEvent) -> None:
        """Draw again when the colours change."""
        super().changeEvent(event)
        self.update()

    def _region(self) -> QRectF:
        assert self._drag is not None
        return QRectF(*self._drag).normalized().intersected(QRectF(0, 0, 1, 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the photo, and the rectangle over a dimmed rest."""
        painter = QPainter(self)
        base = self.palette().window().color()
        painter.fillRect(self.rect(), blend(base, QColor("black"), 0.12 if base.lightness() > 128 else 0.35))
        shown = self._shown()
        if not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(shown, self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("white"), 1.5))
        painter.setBrush(self.palette().highlight())
        for x, y in self._points:
            painter.drawEllipse(
                QPointF(shown.x() + x * shown.width(), shown.y() + y * shown.height()), 4.0, 4.0
            )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._drag is not None:
            area = self._region()
            place = QRectF(
                shown.x() + area.x() * shown.width(),
                shown.y() + area.y() * shown.height(),
                area.width() * shown.width(),
                area.height() * shown.height(),
            )
            outside, inside = QPainterPath(), QPainterPath()
            outside.addRect(shown)
            inside.addRect(place)
            painter.fillPath(outside.subtracted(inside), QColor(0, 0, 0, 120))
            painter.setPen(QPen(self.palette().highlight().color(), 2.5))
            painter.drawRoundedRect(place, 3, 3)
        painter.end()
