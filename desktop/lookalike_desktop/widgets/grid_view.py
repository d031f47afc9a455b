"""A grid of photos that scrolls smoothly through 100,000 of them."""

from __future__ import annotations

from enum import StrEnum
from typing import cast

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
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
from PySide6.QtWidgets import QAbstractItemView, QWidget

from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.widgets.cells import CAPTION_HEIGHT, GAP, HEADER_HEIGHT, INSET, CellPainter, CellState
from lookalike_desktop.widgets.fitted_images import FittedImages
from lookalike_desktop.widgets.grid_layout import GridLayout, JustifiedLayout, LineLayout
from lookalike_desktop.widgets.photo_model import ID_ROLE, PhotoModel, ResultsModel
from lookalike_desktop.widgets.selecting_view import Select, SelectingView

CELL_SIDES = (116, 144, 176, 216, 264)
"""Cell widths to choose from, pixels."""

CELL_SHAPE = 0.86
"""Height of a cell over its width."""

PHOTO_GAP = 6
"""Space between photos that stand without tiles, pixels."""

USUAL_SHAPE = 1.5
"""Width over height of most photos: how much larger a thumbnail is than the cell that it covers."""

Index = QModelIndex | QPersistentModelIndex


class CellStyle(StrEnum):
    """How photos lie in a grid. The values are kept among the preferences."""

    TILES = "tiles"
    """Whole photos on tiles of one size, with what is said of them."""
    SQUARES = "squares"
    """Squares, the middle of each photo."""
    JUSTIFIED = "justified"
    """Photos in their own shapes, in lines of one width."""


class GridView(SelectingView):
    """Draws a `PhotoModel`, with headings where the model has sections.

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

    laid_out = Signal()
    """Photos, headings or the room for them lie elsewhere."""

    def __init__(self, model: PhotoModel, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self._thumbnails = thumbnails
        self._fitted = FittedImages()
        self._size = 2
        self._style = CellStyle.TILES
        self._pointer: QPoint | None = None
        self._anchor: tuple[int, int] | None = None
        self._scrolling = False
        self._grid: LineLayout = GridLayout(100, (10, 10), 0, [])
        # What was too much for one frame is drawn properly in the next.
        self._catch_up = QTimer(self, singleShot=True, interval=0)
        self._catch_up.timeout.connect(self.viewport().update)
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

    @property
    def cell_layout(self) -> LineLayout:
        """Where the cells lie."""
        return self._grid

    @property
    def style_of_cells(self) -> CellStyle:
        """How photos lie."""
        return self._style

    def set_cell_style(self, style: CellStyle) -> None:
        """Lay photos out another way."""
        if style != self._style:
            self._style = style
            self.relayout()

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
        return [self.photos.ids[row] for row in self._grid.rows_in(near)]

    def visible_rows(self) -> range:
        """The rows that are on the screen, in whole or in part."""
        offset = self.verticalOffset()
        return self._grid.rows_between(offset, offset + self.viewport().height())

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
        self._grid = self._make_layout()
        if self.isVisible():
            self._thumbnails.set_side(round(self._thumbnail_side() * self.devicePixelRatioF()))
        self.updateGeometries()
        if anchor is not None:
            row = self.photos.row(anchor[0])
            if row >= 0:
                self.verticalScrollBar().setValue(self._grid.rect(row).top() - anchor[1])
        self.viewport().update()
        self.laid_out.emit()

    def _make_layout(self) -> LineLayout:
        width, side, sections = self.viewport().width(), CELL_SIDES[self._size], self.photos.sections()
        if self._style is CellStyle.JUSTIFIED:
            return JustifiedLayout(width, side, PHOTO_GAP, HEADER_HEIGHT, sections, self.photos.aspects())
        if self._style is CellStyle.SQUARES:
            return GridLayout(width, (side, side), HEADER_HEIGHT, sections)
        height = round(side * CELL_SHAPE) + (CAPTION_HEIGHT if self.photos.captioned else 0)
        return GridLayout(width, (side, height), HEADER_HEIGHT, sections)

    def _thumbnail_side(self) -> float:
        if self._style is CellStyle.TILES:
            return max(self._grid.cell) - 2 * (GAP + INSET)
        return USUAL_SHAPE * self._grid.cell[1]

    def _on_loaded(self, ids: set[int]) -> None:
        offset = self.verticalOffset()
        for row in self.visible_rows():
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

    def _rows_in(self, band: QRect) -> list[int]:
        return self._grid.rows_in(band)

    def _rows_under(self, place: QPoint) -> range:
        for number, rect in self._headings():
            if rect.translated(0, -self.verticalOffset()).contains(place):
                return self._grid.rows_of(number)
        return range(0)

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

    def forget_place(self) -> None:
        """Go to the top, whatever is shown there from now on."""
        self._anchor = None
        self.verticalScrollBar().setValue(0)

    def keyboardSearch(self, search: str) -> None:
        """Letters are shortcuts here."""

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out for the new width."""
        super().resizeEvent(event)
        self.relayout()
        self.place_count()

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
        """Enter and Space open; arrows move; with Ctrl, Space selects."""
        current = self.current_id()
        plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        opens = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if opens and plain and current is not None:
            self.opened.emit(current)
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The right button asks for the photo under it, the menu key for the selected one."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            place = self.visualRect(index).center() if by_key else event.pos()
            # Of several, all are meant if one of them was pointed at.
            chosen = self.selectionModel().isSelected(index)
            self.selectionModel().setCurrentIndex(index, Select.NoUpdate if chosen else Select.ClearAndSelect)
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

    def _headings(self) -> list[tuple[int, QRect]]:
        """Numbers of the sections whose headings are on the screen, and where; the first may stay at the top."""
        grid, offset = self._grid, self.verticalOffset()
        first = max(grid.section_at(offset), 0)
        last = grid.section_at(offset + self.viewport().height())
        headings = []
        for number in range(first, last + 1):
            rect = grid.header_rect(number)
            if rect.isEmpty():
                continue
            if self.sticky and number == first and rect.top() < offset:
                end = grid.header_rect(number + 1).top() if number < last else offset + 2 * rect.height()
                rect.moveTop(min(offset, end - rect.height()))
            headings.append((number, rect))
        return headings

    @property
    def sticky(self) -> bool:
        """Whether a heading stays at the top while its photos scroll by."""
        return self._style is not CellStyle.TILES

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells in the damaged area."""
        painter = QPainter(self.viewport())
        cells = CellPainter(painter, QGuiApplication.palette(), self.font(), self._fitted)
        offset = self.verticalOffset()
        damaged = event.rect().translated(0, offset)
        painter.translate(0, -offset)
        pointed = self._pointer + QPoint(0, offset) if self._pointer is not None else None
        current = self.currentIndex().row() if self.hasFocus() else -1
        selection = self.selectionModel()
        photos, grid, tiles = self.photos, self._grid, self._style is CellStyle.TILES
        same, judged = (photos.same, photos.is_judged) if isinstance(photos, ResultsModel) else (0, False)
        self._fitted.begin_frame()
        for row in grid.rows_between(damaged.top(), damaged.bottom() + 1):
            rect = grid.rect(row)
            if not rect.intersects(damaged):
                continue
            state = CellState(
                photos.ids[row],
                photos.image(row),
                selection.isSelected(photos.index(row)),
                row == current,
                pointed is not None and rect.contains(pointed),
            )
            if state.image is None and photos.missing(row):
                state.missing = True
            if not tiles:
                cells.photo(rect.adjusted(0, 0, -PHOTO_GAP, -PHOTO_GAP), state, photos.stars(row))
                continue
            cells.tile(rect, state, photos.caption(row) if photos.captioned else None)
            result = photos.result(state.content_id) if isinstance(photos, ResultsModel) else None
            # Where nobody checks, there is nothing to wait for.
            if result is not None and (judged or result.reasons or result.match is not None):
                cells.badge(rect, result, row < same)
        for number, place in self._headings():
            if place.intersects(damaged):
                cells.header(place, grid.sections[number], floating=self.sticky and place.top() == offset)
        if self.band is not None:
            cells.band(self.band)
        painter.end()
        if self._fitted.behind:
            self._catch_up.start()
