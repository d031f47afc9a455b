"""A grid of photos that scrolls smoothly through 100,000 of them."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QHoverEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.widgets.cells import CAPTION_HEIGHT, GAP, HEADER_HEIGHT, INSET, CellPainter
from lookalike_desktop.widgets.grid_layout import GridLayout
from lookalike_desktop.widgets.photo_model import ID_ROLE, MISSING_ROLE, RESULT_ROLE, PhotoModel, ResultsModel

CELL_SIDES = (116, 144, 176, 216, 264)
"""Cell widths to choose from, pixels."""

CELL_SHAPE = 0.86
"""Height of a cell over its width."""

Index = QModelIndex | QPersistentModelIndex


class GridView(QListView):
    """Draws a `PhotoModel` as uniform cells, with headings where the model has sections.

    It is a `QListView` for the sake of screen readers; layout and drawing are its own, because laying out one
    item after the other takes seconds at 100,000.

    Args:
        model: the photos.
        thumbnails: loads thumbnails at the size that they are drawn at.
        parent: the Qt parent.
    """

    opened = Signal(int)
    """A photo is to be opened (double click, Enter or Space): its content id."""

    menu_wanted = Signal(int, QPoint)
    """The menu of a photo is wanted: its content id, and the place on the screen."""

    cells_resized = Signal(int)
    """The user made the cells larger or smaller: an index of `CELL_SIDES`."""

    pointer_left = Signal()
    """The mouse pointer no longer rests on the photos, or they moved under it by the user's own scrolling."""

    def __init__(self, model: PhotoModel, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.photos = model
        self._thumbnails = thumbnails
        self._size = 2
        self._pointer: QPoint | None = None
        self._anchor: tuple[int, int] | None = None
        self._scrolling = False
        self._grid = GridLayout(100, (10, 10), 0, [])
        self.setModel(model)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(self.tr("Photos"))
        model.sections_changed.connect(self.relayout)
        model.dataChanged.connect(lambda *_: self.viewport().update())
        thumbnails.loaded.connect(self._on_loaded)
        self.doubleClicked.connect(lambda index: self.opened.emit(index.data(ID_ROLE)))
        self.relayout()

    # For the rest of the window

    @property
    def columns(self) -> int:
        """Cells side by side."""
        return self._grid.columns

    def current_id(self) -> int | None:
        """The selected photo."""
        index = self.currentIndex()
        return index.data(ID_ROLE) if index.isValid() else None

    def select(self, content_id: int) -> None:
        """Select a photo and scroll to it."""
        row = self.photos.row(content_id)
        if row >= 0:
            self.setCurrentIndex(self.photos.index(row))

    def under_pointer(self) -> list[int]:
        """The photos under and right beside the mouse pointer: those a click may be aimed at."""
        if self._pointer is None:
            return []
        width, height = self._grid.cell
        near = QRect(0, 0, width, height)
        near.moveCenter(self._pointer + QPoint(0, self.verticalOffset()))
        return [
            self.photos.ids[row]
            for row in self._grid.rows_between(near.top(), near.bottom() + 1)
            if self._grid.rect(row).intersects(near)
        ]

    def resize_cells(self, steps: int) -> None:
        """Make cells larger (+1) or smaller (-1)."""
        before = self._size
        self.set_cell_size(before + steps)
        if self._size != before:
            self.cells_resized.emit(self._size)

    def set_cell_size(self, size: int) -> None:
        """Make cells so large: an index of `CELL_SIDES`, or the nearest."""
        size = min(max(size, 0), len(CELL_SIDES) - 1)
        if size != self._size:
            self._size = size
            self.relayout()

    def relayout(self) -> None:
        """Lay out again; the photo at the top of the screen stays there."""
        anchor = self._anchor
        self._grid = GridLayout(self.viewport().width(), self._cell(), HEADER_HEIGHT, self.photos.sections())
        if self.isVisible():
            side = max(self._grid.cell) - 2 * (GAP + INSET)
            self._thumbnails.set_side(round(side * self.devicePixelRatioF()))
        self.updateGeometries()
        if anchor is not None:
            row = self.photos.row(anchor[0])
            if row >= 0:
                self.verticalScrollBar().setValue(self._grid.rect(row).top() - anchor[1])
        self.viewport().update()

    def _cell(self) -> tuple[int, int]:
        side = CELL_SIDES[self._size]
        return side, round(side * CELL_SHAPE) + (CAPTION_HEIGHT if self.photos.captioned else 0)

    def _on_loaded(self, ids: set[int]) -> None:
        offset = self.verticalOffset()
        for row in self._grid.rows_between(offset, offset + self.viewport().height()):
            if self.photos.ids[row] in ids:
                self.viewport().update(self._grid.rect(row).translated(0, -offset))

    # Overrides of the item view

    def visualRect(self, index: Index) -> QRect:
        """Where a photo lies in the viewport."""
        rect = self._grid.rect(index.row()) if index.isValid() else QRect()
        return rect.translated(0, -self.verticalOffset()) if rect.isValid() else rect

    def indexAt(self, point: QPoint) -> QModelIndex:
        """The photo at a place in the viewport."""
        row = self._grid.row_at(point + QPoint(0, self.verticalOffset()))
        return self.photos.index(row) if row >= 0 else QModelIndex()

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        """Scroll as little as needed to show a photo."""
        rect = self._grid.rect(index.row()) if index.isValid() else QRect()
        if not rect.isValid():
            return
        bar, height = self.verticalScrollBar(), self.viewport().height()
        if hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(rect.center().y() - height // 2)
        elif rect.top() < bar.value():
            bar.setValue(rect.top())
        elif rect.bottom() >= bar.value() + height:
            bar.setValue(rect.bottom() - height + 1)

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Where a key takes the selection."""
        count = self.photos.rowCount()
        if count == 0:
            return QModelIndex()
        row = self.currentIndex().row()
        if row < 0:
            return self.photos.index(0)
        act = QAbstractItemView.CursorAction
        page = max(1, self.viewport().height() // self._grid.cell[1])
        moves = {
            act.MoveLeft: (-1, 0),
            act.MovePrevious: (-1, 0),
            act.MoveRight: (1, 0),
            act.MoveNext: (1, 0),
            act.MoveUp: (0, -1),
            act.MoveDown: (0, 1),
            act.MovePageUp: (0, -page),
            act.MovePageDown: (0, page),
            act.MoveHome: (-count, 0),
            act.MoveEnd: (count, 0),
        }
        return self.photos.index(self._grid.beside(row, *moves[action]))

    def horizontalOffset(self) -> int:
        """Nothing is ever beside the screen."""
        return 0

    def verticalOffset(self) -> int:
        """How far the grid is scrolled, pixels."""
        return self.verticalScrollBar().value()

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select the photo at a place in the viewport."""
        index = self.indexAt(rect.topLeft())
        if index.isValid():
            self.selectionModel().select(index, command)

    def visualRegionForSelection(self, selection: object) -> QRegion:
        """What to draw again when the selection changes."""
        return QRegion(self.viewport().rect())

    def doItemsLayout(self) -> None:
        """The layout follows the model's sections; Qt's own is not used."""
        self.relayout()

    def updateGeometries(self) -> None:
        """Fit the scroll bar to the grid."""
        height = self.viewport().height()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, self._grid.height - height))
        bar.setPageStep(height)
        bar.setSingleStep(self._grid.cell[1] // 3)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Draw at the new place, and remember what is at the top of it."""
        self._remember_anchor()
        self.viewport().update()
        if self._scrolling:
            self.pointer_left.emit()

    def _remember_anchor(self) -> None:
        # Results change their order all the time; there the place on the page is what stays.
        self._anchor = None
        offset = self.verticalOffset()
        if offset > 0 and not isinstance(self.photos, ResultsModel):
            rows = self._grid.rows_between(offset, offset + 1) or self._grid.rows_between(
                offset, offset + self._grid.cell[1]
            )
            if rows:
                self._anchor = (self.photos.ids[rows[0]], self._grid.rect(rows[0]).top() - offset)

    def keyboardSearch(self, search: str) -> None:
        """Letters are shortcuts here."""

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out for the new width."""
        super().resizeEvent(event)
        self.relayout()

    def showEvent(self, event: QShowEvent) -> None:
        """Lay out for the present size."""
        super().showEvent(event)
        self.relayout()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl, make cells larger or smaller."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.resize_cells(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        self._scrolling = True
        super().wheelEvent(event)
        self._scrolling = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space open; arrows move."""
        current = self.current_id()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and current is not None:
            self.opened.emit(current)
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The right button asks for the photo under it, the menu key for the selected one."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            place = self.visualRect(index).center() if by_key else event.pos()
            self.setCurrentIndex(index)
            self.menu_wanted.emit(index.data(ID_ROLE), self.viewport().mapToGlobal(place))

    def viewportEvent(self, event: QEvent) -> bool:
        """Keep track of the pointer."""
        kind = event.type()
        if kind in (QEvent.Type.HoverMove, QEvent.Type.HoverEnter):
            self._set_pointer(cast(QHoverEvent, event).position().toPoint())
        elif kind == QEvent.Type.MouseMove:
            self._set_pointer(cast(QMouseEvent, event).position().toPoint())
        elif kind in (QEvent.Type.Leave, QEvent.Type.HoverLeave) and self._pointer is not None:
            self._set_pointer(None)
            self.pointer_left.emit()
        return super().viewportEvent(event)

    def _set_pointer(self, point: QPoint | None) -> None:
        before = self.indexAt(self._pointer) if self._pointer is not None else QModelIndex()
        after = self.indexAt(point) if point is not None else QModelIndex()
        self._pointer = point
        if before != after:
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells in the damaged area."""
        painter = QPainter(self.viewport())
        cells = CellPainter(painter, QGuiApplication.palette(), self.font())
        offset = self.verticalOffset()
        damaged = event.rect().translated(0, offset)
        painter.translate(0, -offset)
        pointed = self._pointer + QPoint(0, offset) if self._pointer is not None else None
        current = self.currentIndex().row()
        same = self.photos.same if isinstance(self.photos, ResultsModel) else 0
        for section, place in self._grid.headers():
            if place.intersects(damaged):
                cells.header(place, section)
        for row in self._grid.rows_between(damaged.top(), damaged.bottom() + 1):
            index, rect = self.photos.index(row), self._grid.rect(row)
            hovered = pointed is not None and rect.contains(pointed)
            image = index.data(Qt.ItemDataRole.DecorationRole)
            caption = self.photos.caption(row) if self.photos.captioned else None
            cells.tile(rect, image, bool(index.data(MISSING_ROLE)), row == current, hovered, caption)
            result = index.data(RESULT_ROLE)
            if result is not None:
                cells.badge(rect, result, row < same)
        painter.end()
