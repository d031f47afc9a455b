"""One photo on the screen: zoom, pan, rotation, and dragging a rectangle."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QPointF,
    QRectF,
    QSize,
    QSizeF,
    Qt,
    QVariantAnimation,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QSizePolicy, QWidget

from lookalike_desktop.qt.theme import blend
from lookalike_desktop.viewer.photo_levels import PhotoLevels

MAX_ZOOM = 8.0
"""Screen pixels per pixel of the photo, at most."""

STEP = 1.2
"""Zoom of one notch of the wheel or one key press."""

PAN_SHARE = 0.15
"""A key moves the photo by this share of the widget."""

ZOOM_MS = 140
"""How long a step of the zoom glides, milliseconds."""

SEPARATE_PIXELS = 3.0
"""From this zoom on pixels are drawn as squares, for whoever looks at them."""

SMALLEST = 8
"""A region must be dragged at least this many pixels wide and high; less is a slip of the hand."""


class PhotoCanvas(QWidget):
    """Shows a photo, first as a thumbnail and then in sharper renderings.

    A place is kept in shares of the width and height of what is shown, so that a better rendering changes nothing. What
    is shown may be turned by quarters; regions and points are in shares of the photo as it is.

    Args:
        parent: the Qt parent.
    """

    region_chosen = Signal(tuple)
    """Left, top, right, bottom in 0..1 of the photo."""
    zoomed = Signal()
    """Another part of the photo is shown, or in another size."""
    double_clicked = Signal()
    pointer_moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._levels = PhotoLevels()
        self._size = QSize()
        self._turns = 0
        self._scale: float | None = None
        self._centre = QPointF(0.5, 0.5)
        self._grabbed: QPointF | None = None
        self._drag: tuple[QPointF, QPointF] | None = None
        self._marking = False
        self._points: Sequence[tuple[float, float]] = ()
        self._glide = QVariantAnimation(
            self, duration=ZOOM_MS, easingCurve=QEasingCurve(QEasingCurve.Type.OutCubic)
        )
        self._glide.valueChanged.connect(self._on_glide)
        self._glide_at = self._glide_held = QPointF()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Photo"))
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.grabGesture(Qt.GestureType.PinchGesture)

    @property
    def pixels_wanted(self) -> int:
        """The longest side that a rendering needs to be sharp at the present zoom, device pixels."""
        shown = self._shown_size()
        return round(max(shown.width(), shown.height()) * self.devicePixelRatioF())

    @property
    def pixels_shown(self) -> int:
        """The longest side of the present rendering."""
        return self._levels.side

    def show_photo(self, image: QImage, size: QSize) -> None:
        """Show another photo, upright and fitted to the window.

        Args:
            image: a rendering, maybe only a thumbnail, maybe null.
            size: the photo's own size, pixels.
        """
        self._glide.stop()
        self._turns = 0
        self._size = size if size.isValid() else image.size()
        self._levels = PhotoLevels((image,))
        self._points = ()
        self.drop_region()
        self.fit()

    def set_photo_size(self, size: QSize) -> None:
        """Tell the photo's own size, pixels, once it is known."""
        self._size = size
        self._view_changed()

    def improve(self, levels: PhotoLevels) -> None:
        """Show a better rendering of the same photo."""
        if not self._size.isValid() or self._size.isEmpty():
            self._size = levels.sharpest().size()
        self._levels = levels
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

    # Zoom, pan and rotation

    def fit(self) -> None:
        """Show all of the photo."""
        self._scale = None
        self._centre = QPointF(0.5, 0.5)
        self._view_changed()

    def show_own_pixels(self, at: QPointF | None = None) -> None:
        """Show the photo's own pixels, one on one of the screen; all of the photo, where that is so already."""
        own = 1.0 / self.devicePixelRatioF()
        if self._scale is not None and math.isclose(self._scale, own, rel_tol=1e-6):
            self.zoom_smoothly(self._fitting() / self._scale, at)
        else:
            self.zoom_smoothly(own / self._present(), at)

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom about a point of the widget, its centre by default."""
        at = at or QRectF(self.rect()).center()
        self._zoom_to(self._present() * factor, self._share(at), at)

    def _zoom_to(self, scale: float, held: QPointF, at: QPointF) -> None:
        """Show the place `held` of what is shown, 0..1, at a point of the widget."""
        scale = self._limited(scale)
        # A glide ends where its logarithm says, which may be a hair beside the fit.
        if scale <= self._fitting() * (1 + 1e-9):
            self.fit()
            return
        self._scale = scale
        shown = self._shown_size()
        middle = QRectF(self.rect()).center()
        self._centre = QPointF(
            held.x() + (middle.x() - at.x()) / shown.width(),
            held.y() + (middle.y() - at.y()) / shown.height(),
        )
        self._view_changed()

    def zoom_smoothly(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom as `zoom` does, gliding; a further step while gliding goes on from where this one leads."""
        gliding = self._glide.state() == QVariantAnimation.State.Running
        aim = math.exp(self._glide.endValue()) if gliding else self._present()
        aim = max(self._limited(aim * factor), self._fitting())
        self._glide.stop()
        self._glide_at = at or QRectF(self.rect()).center()
        self._glide_held = self._share(self._glide_at)
        self._glide.setStartValue(math.log(self._present()))
        self._glide.setEndValue(math.log(aim))
        self._glide.start()

    def _on_glide(self, value: float) -> None:
        self._zoom_to(math.exp(value), self._glide_held, self._glide_at)

    def pan(self, across: float, down: float) -> None:
        """Move what is shown, by pixels of the widget; a photo that fits stays."""
        shown = self._shown_size()
        self._centre += QPointF(across / shown.width(), down / shown.height())
        self._view_changed()

    def turn(self, quarters: int) -> None:
        """Turn what is shown clockwise by quarters; the file stays as it is."""
        self._turns = (self._turns + quarters) % 4
        self.drop_region()
        self.fit()

    @property
    def turns(self) -> int:
        """By how many quarters the photo is turned clockwise, 0 to 3."""
        return self._turns

    @property
    def scale(self) -> float:
        """Pixels of the widget per pixel of the photo."""
        return self._present()

    @property
    def enlarged(self) -> bool:
        """Whether only a part of the photo is shown."""
        return self._scale is not None

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

    def place_of(self, point: tuple[float, float]) -> QPointF:
        """Where a point of the photo, (x, y) in 0..1, is in the widget."""
        shown = self._drawn()
        place = _turned(QPointF(*point), self._turns)
        return QPointF(shown.x() + place.x() * shown.width(), shown.y() + place.y() * shown.height())

    def _view_changed(self) -> None:
        self._keep_inside()
        self.update()
        self.zoomed.emit()

    def _turned_size(self) -> QSize:
        return self._size.transposed() if self._turns % 2 else self._size

    def _fitting(self) -> float:
        size = self._turned_size()
        if size.isEmpty():
            return 1.0
        return max(min(self.width() / size.width(), self.height() / size.height(), 1.0), 1e-6)

    def _present(self) -> float:
        return self._fitting() if self._scale is None else self._scale

    def _limited(self, scale: float) -> float:
        return min(scale, max(MAX_ZOOM, self._fitting()))

    def _shown_size(self) -> QSizeF:
        scale, size = self._present(), self._turned_size()
        return QSizeF(max(1.0, size.width() * scale), max(1.0, size.height() * scale))

    def _shown(self) -> QRectF:
        """Where all of the photo lies, widget coordinates."""
        size = self._shown_size()
        middle = QRectF(self.rect()).center()
        place = QPointF(
            middle.x() - self._centre.x() * size.width(), middle.y() - self._centre.y() * size.height()
        )
        return QRectF(place, size)

    def _drawn(self) -> QRectF:
        """As `_shown`, on whole pixels of the screen: in its own size, or fitted, a photo is copied and not blurred."""
        shown, ratio = self._shown(), self.devicePixelRatioF()
        shown.moveTopLeft(QPointF(round(shown.x() * ratio) / ratio, round(shown.y() * ratio) / ratio))
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

    def event(self, event: QEvent) -> bool:
        """Pinching zooms, on a touch pad and on a touch screen."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom(1.0 + event.value(), event.position())
                return True
            if event.gestureType() == Qt.NativeGestureType.SmartZoomNativeGesture:
                self.show_own_pixels(event.position())
                return True
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self.zoom(pinch.scaleFactor(), QPointF(self.mapFromGlobal(pinch.centerPoint().toPoint())))
                return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again, or keep the zoom."""
        self._view_changed()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel zooms about the pointer; two fingers on a touch pad move a photo that is larger than the widget."""
        held = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if not event.pixelDelta().isNull() and self.enlarged and not held:
            self.pan(-event.pixelDelta().x(), -event.pixelDelta().y())
            return
        notches = event.angleDelta().y() / 120
        if notches == round(notches):
            self.zoom_smoothly(STEP**notches, event.position())
        else:
            # Fine steps come close together, and are smooth by themselves.
            self.zoom(STEP**notches, event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus and minus zoom, 0 fits, 1 and Z show the photo's own pixels; arrows move an enlarged photo."""
        ways = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, -1),
            Qt.Key.Key_Down: (0, 1),
        }
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_smoothly(STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom_smoothly(1 / STEP)
        elif key == Qt.Key.Key_0:
            self._glide.stop()
            self.fit()
        elif key in (Qt.Key.Key_1, Qt.Key.Key_Z):
            self.show_own_pixels()
        elif key in ways and self.enlarged:
            across, down = ways[key]
            self.pan(across * PAN_SHARE * self.width(), down * PAN_SHARE * self.height())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a rectangle (right button, Shift, or marking) or a pan."""
        left = event.button() == Qt.MouseButton.LeftButton
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._glide.stop()
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
            self.pan(-moved.x(), -moved.y())
        self.pointer_moved.emit()

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
        first, second = (_turned(corner, -self._turns) for corner in (area.topLeft(), area.bottomRight()))
        area = QRectF(first, second).normalized()
        self.region_chosen.emit((area.left(), area.top(), area.right(), area.bottom()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Leave it to the page what a double click does."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit()

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
        painter.fillRect(event.rect(), blend(base, QColor("black"), 0.12 if base.lightness() > 128 else 0.35))
        shown = self._drawn()
        self.draw_photo(painter, shown)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("white"), 1.5))
        painter.setBrush(self.palette().highlight())
        for point in self._points:
            painter.drawEllipse(self.place_of(point), 4.0, 4.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._drag is not None:
            self._draw_region(painter, shown)
        painter.end()

    def draw_photo(self, painter: QPainter, shown: QRectF) -> None:
        """Draw the photo where it lies."""
        self.draw_levels(painter, shown, self._levels)

    def draw_levels(self, painter: QPainter, shown: QRectF, levels: PhotoLevels) -> None:
        """Draw a rendering where the photo lies."""
        ratio = self.devicePixelRatioF()
        image = levels.suiting(max(shown.width(), shown.height()) * ratio - 1)
        if image.isNull():
            return
        size = shown.size().transposed() if self._turns % 2 else shown.size()
        growth = size.width() * ratio / image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, growth < SEPARATE_PIXELS)
        painter.save()
        if self._turns:
            painter.translate(shown.center())
            painter.rotate(90.0 * self._turns)
            painter.translate(-shown.center())
        place = QRectF(QPointF(), size)
        place.moveCenter(shown.center())
        painter.drawImage(place, image)
        painter.restore()

    def _draw_region(self, painter: QPainter, shown: QRectF) -> None:
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


def _turned(point: QPointF, quarters: int) -> QPointF:
    """A place in 0..1 of a frame, in that of the same frame turned clockwise by quarters."""
    for _ in range(quarters % 4):
        point = QPointF(1.0 - point.y(), point.x())
    return point
