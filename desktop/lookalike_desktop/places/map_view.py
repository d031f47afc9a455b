"""Map view: a map to drag and to zoom, with the photos where they were taken."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from lookalike_desktop.places.clusters import Clusters, cluster, level_of
from lookalike_desktop.places.map_painter import MapColours
from lookalike_desktop.places.mercator import MapFrame, project
from lookalike_desktop.qt.formatting import format_count
from lookalike_desktop.qt.theme import blend
from lookalike_desktop.qt.thumbnails import Thumbnails

SIDE = 58
"""Of the picture that stands for a cluster, pixels."""

MARGIN = 90
"""Pixels around the photos where all of them are shown."""

STEP = 80
"""Pixels that an arrow key moves the map by."""

ZOOM = 1.6
"""How much nearer a key or a double click goes."""

AROUND = 3.0
"""How many times as wide and high as what is seen is the part of the map whose photos are clustered."""

SETTLE_MS = 120
"""The map is drawn anew once it has rested so long, milliseconds; until then the last drawing is moved along."""


class MapView(QWidget):
    """Shows positions of photos on a map.

    Args:
        thumbnails: the pictures of clusters.
        parent: the Qt parent.

    Attributes:
        frame: the part of the map that is seen.
        chosen: rows of the positions that the user has chosen; None for all in sight.
        clusters: what is drawn, those in sight and near it; None before there are positions.
    """

    drawing_wanted = Signal(MapFrame, MapColours, float)
    """A drawing of this part of the map is wanted, in these colours, at so many device pixels a pixel."""
    moved = Signal()
    """Another part is seen, or other photos are chosen."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self._ids: NDArray[np.int64] = np.zeros(0, np.int64)
        self._places: NDArray[np.float64] = np.zeros((0, 2))
        self.frame = MapFrame(0.5, 0.5, 1, 1, 1)
        self.chosen: NDArray[np.intp] | None = None
        self.clusters: Clusters | None = None
        self._level = -1
        # Which positions are clustered, and the part of the map that they fill.
        self._near: NDArray[np.intp] = np.zeros(0, np.intp)
        self._around: MapFrame | None = None
        self._drawing: tuple[QImage, MapFrame] | None = None
        self._fitted = False
        self._pressed: QPointF | None = None
        self._dragged = False
        self._rest = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._rest.timeout.connect(self._want_drawing)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 180)
        self.setAccessibleName(self.tr("Map"))
        self.setAccessibleDescription(
            self.tr(
                "Arrows move, plus and minus zoom, Home shows all photos, Enter chooses those in the middle."
            )
        )
        thumbnails.loaded.connect(lambda _: self.update())

    # For the page

    def show_positions(
        self, ids: NDArray[np.int64], latitudes: NDArray[np.float32], longitudes: NDArray[np.float32]
    ) -> None:
        """Show photos.

        Args:
            ids: content ids, those first that are to stand for their neighbours.
            latitudes: degrees north, one for each.
            longitudes: degrees east, one for each.
        """
        self._ids, self._places = ids, project(latitudes, longitudes)
        self.chosen = None
        self._level = -1
        if not self._fitted:
            self.show_all()
        else:
            self._on_moved()

    def show_drawing(self, image: QImage, frame: MapFrame) -> None:
        """Lay a drawing of the map under the photos."""
        self._drawing = image, frame
        self.update()

    def show_all(self) -> None:
        """Show all photos."""
        if len(self._places) and self.isVisible():
            self._fitted = True
            self._go(self.frame.around(self._places, MARGIN))

    def rows_in_sight(self) -> NDArray[np.intp]:
        """Rows of the positions that are chosen, or else in sight."""
        return self.chosen if self.chosen is not None else np.flatnonzero(self.frame.holds(self._places))

    def ids_in_sight(self) -> list[int]:
        """The photos that are chosen, or else in sight, in the order they were given in."""
        found: list[int] = self._ids[self.rows_in_sight()].tolist()
        return found

    def choose(self, number: int | None) -> None:
        """Choose the photos of a cluster; None for all in sight."""
        clusters = self.clusters
        self.chosen = None if number is None or clusters is None else self._rows_of(clusters, number)
        self.moved.emit()
        self.update()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Go nearer or farther; what is at a point of the widget stays there."""
        away = QPointF() if at is None else at - QPointF(self.width() / 2, self.height() / 2)
        self._go(self.frame.zoomed(factor, away.x(), away.y()))

    def redraw(self) -> None:
        """Draw the map anew, e.g. in other colours."""
        self._want_drawing()

    def cluster_at(self, point: QPointF) -> int | None:
        """The cluster drawn at a point of the widget."""
        if self.clusters is None or not len(self.clusters.counts):
            return None
        away = np.abs(self.frame.pixels(self.clusters.places) - [point.x(), point.y()]).max(axis=1)
        nearest = int(away.argmin())
        return nearest if away[nearest] <= SIDE / 2 else None

    # What is seen

    def _go(self, frame: MapFrame) -> None:
        if frame != self.frame:
            self.frame = frame
            self.chosen = None
            self._on_moved()

    def _on_moved(self) -> None:
        level = level_of(self.frame.scale)
        if level != self._level or self._around is None or not self._around.covers(self.frame):
            self._level = level
            # Those far away are many where the map is near: clustering them all would hold up the hand.
            self._around = self.frame.widened(AROUND)
            self._near = np.flatnonzero(self._around.holds(self._places))
            self.clusters = cluster(self._places[self._near], level) if len(self._near) else None
        self._rest.start()
        self.moved.emit()
        self.update()

    def _rows_of(self, clusters: Clusters, number: int) -> NDArray[np.intp]:
        rows: NDArray[np.intp] = self._near[clusters.members == number]
        return rows

    def _want_drawing(self) -> None:
        if self.isVisible() and self.width() > 1:
            self.drawing_wanted.emit(self.frame, self._colours(), self.devicePixelRatioF())

    def _colours(self) -> MapColours:
        palette = self.palette()
        window, text = palette.color(QPalette.ColorRole.Window), palette.color(QPalette.ColorRole.WindowText)
        sea = blend(window, palette.color(QPalette.ColorRole.Highlight), 0.16)
        return MapColours(
            sea,
            palette.color(QPalette.ColorRole.Base),
            palette.color(QPalette.ColorRole.Mid),
            blend(text, sea, 0.3),
        )

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show more or less around the same middle."""
        super().resizeEvent(event)
        frame = self.frame
        self.frame = MapFrame(frame.x, frame.y, frame.scale, self.width(), self.height()).kept_inside()
        if not self._fitted:
            self.show_all()
        self._on_moved()

    def changeEvent(self, event: QEvent) -> None:
        """Draw in the present colours."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._want_drawing()

    def showEvent(self, event: QEvent) -> None:
        """Draw what could not be drawn unseen."""
        super().showEvent(event)  # type: ignore[arg-type]
        if not self._fitted:
            self.show_all()
        self._want_drawing()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer."""
        self.zoom(2.0 ** (event.angleDelta().y() / 480), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag, or to choose."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the map."""
        if self._pressed is None:
            return
        way = self._pressed - event.position()
        if self._dragged or way.manhattanLength() > 6:
            self._dragged = True
            self._pressed = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._go(self.frame.moved(way.x(), way.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose what was clicked."""
        if self._pressed is not None and not self._dragged:
            self.choose(self.cluster_at(event.position()))
        self._pressed = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go nearer: to the photos of a cluster, or to the place."""
        number = self.cluster_at(event.position())
        if number is not None and self.clusters is not None and self.clusters.counts[number] > 1:
            self._go(self.frame.around(self._places[self._rows_of(self.clusters, number)], MARGIN))
        else:
            self.zoom(ZOOM, event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, zoom and choose by the keyboard."""
        moves = {
            Qt.Key.Key_Left: (-STEP, 0),
            Qt.Key.Key_Right: (STEP, 0),
            Qt.Key.Key_Up: (0, -STEP),
            Qt.Key.Key_Down: (0, STEP),
        }
        if event.key() in moves:
            self._go(self.frame.moved(*moves[Qt.Key(event.key())]))
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM)
        elif event.key() == Qt.Key.Key_Home:
            self.show_all()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose(self._middle_cluster())
        else:
            super().keyPressEvent(event)

    def _middle_cluster(self) -> int | None:
        if self.clusters is None or not len(self.clusters.counts):
            return None
        away = self.frame.pixels(self.clusters.places) - [self.width() / 2, self.height() / 2]
        return int(np.abs(away).max(axis=1).argmin())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the map, and the clusters in sight."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), self._colours().sea)
        if self._drawing is not None:
            image, drawn = self._drawing
            if drawn == self.frame:
                painter.drawImage(0, 0, image)
            else:
                corners = [drawn.place(0, 0), drawn.place(drawn.width, drawn.height)]
                (left, top), (right, bottom) = self.frame.pixels(np.array(corners)).tolist()
                painter.drawImage(QRectF(left, top, right - left, bottom - top), image)
        if self.clusters is not None and len(self.clusters.counts):
            self._paint_clusters(painter, self.clusters)

    def _paint_clusters(self, painter: QPainter, clusters: Clusters) -> None:
        points = self.frame.pixels(clusters.places)
        inside = (points > -SIDE).all(axis=1) & (points < [self.width() + SIDE, self.height() + SIDE]).all(
            axis=1
        )
        chosen = -1
        if self.chosen is not None and len(self.chosen):
            chosen = int(clusters.members[np.searchsorted(self._near, self.chosen[0])])
        # The large ones lie on top.
        for number in sorted(
            np.flatnonzero(inside).tolist(), key=lambda n: (n == chosen, clusters.counts[n])
        ):
            self._paint_cluster(
                painter,
                QPointF(*points[number].tolist()),
                int(self._ids[self._near[clusters.covers[number]]]),
                int(clusters.counts[number]),
                number == chosen,
            )

    def _paint_cluster(
        self, painter: QPainter, middle: QPointF, cover: int, count: int, chosen: bool
    ) -> None:
        palette = self.palette()
        box = QRectF(0, 0, SIDE, SIDE)
        box.moveCenter(middle)
        rim = palette.color(QPalette.ColorRole.Highlight if chosen else QPalette.ColorRole.Base)
        image = self._thumbnails.image(cover)
        brush = QBrush(palette.color(QPalette.ColorRole.AlternateBase))
        if image is not None:
            scale = SIDE / min(image.width(), image.height())
            brush = QBrush(image)
            brush.setTransform(
                QTransform.fromTranslate(
                    middle.x() - image.width() * scale / 2, middle.y() - image.height() * scale / 2
                ).scale(scale, scale)
            )
        painter.setPen(QPen(QColor(0, 0, 0, 60), 4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 12, 12)
        painter.setPen(QPen(rim, 3))
        painter.setBrush(brush)
        painter.drawRoundedRect(box, 12, 12)
        if count > 1:
            self._paint_count(painter, box, format_count(count))

    def _paint_count(self, painter: QPainter, box: QRectF, words: str) -> None:
        palette = self.palette()
        metrics = painter.fontMetrics()
        badge = QRectF(0, 0, max(metrics.horizontalAdvance(words) + 12, 22), 20)
        badge.moveCenter(QPointF(box.right() - 4, box.top() + 4))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(QPalette.ColorRole.Highlight))
        painter.drawRoundedRect(badge, 10, 10)
        painter.setPen(palette.color(QPalette.ColorRole.HighlightedText))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)
