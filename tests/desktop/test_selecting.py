"""Selecting photos in a grid, and dragging them out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QLabel
from pytestqt.qtbot import QtBot

from lookalike_desktop.library.arrangement import Grouping, Order, arrange
from lookalike_desktop.library.library_model import LibraryModel
from lookalike_desktop.photos.photo_mime import photo_mime
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.widgets.grid_view import CellStyle, GridView
from lookalike_desktop.widgets.photo_model import PhotoModel
from tests.desktop.test_arrangement import COLUMNS

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def grid(qtbot: QtBot, thumbnails: Thumbnails) -> GridView:
    view = GridView(PhotoModel(thumbnails), thumbnails)
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    view.photos.show_ids(range(100, 160))
    return view


def centre(view: GridView, row: int) -> QPoint:
    return view.visualRect(view.photos.index(row)).center()


def click(
    qtbot: QtBot, view: GridView, row: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    qtbot.mouseClick(view.viewport(), LEFT, keys, centre(view, row))


def test_clicks_select_one_several_and_ranges(qtbot: QtBot, grid: GridView) -> None:
    counts: list[int] = []
    grid.selection_counted.connect(counts.append)
    click(qtbot, grid, 2)
    assert grid.selected_ids() == [102]
    click(qtbot, grid, 7, CONTROL)
    click(qtbot, grid, 4, CONTROL)
    assert grid.selected_ids() == [102, 104, 107]
    click(qtbot, grid, 4, CONTROL)
    assert grid.selected_ids() == [102, 107]
    click(qtbot, grid, 3)
    click(qtbot, grid, 9, SHIFT)
    assert grid.selected_ids() == list(range(103, 110))
    click(qtbot, grid, 1, SHIFT)
    assert grid.selected_ids() == [101, 102, 103], "the range starts where it did"
    assert counts[-1] == grid.selected_count == 3


def test_keys_select_ranges_everything_and_go_back_to_one(qtbot: QtBot, grid: GridView) -> None:
    grid.select(101)
    qtbot.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    qtbot.keyClick(grid, Qt.Key.Key_Down, SHIFT)
    assert grid.selected_ids() == list(range(101, 103 + grid.columns))
    qtbot.keyClick(grid, Qt.Key.Key_A, CONTROL)
    assert grid.selected_count == 60
    assert [label.text() for label in grid.findChildren(QLabel) if label.isVisible()] == ["60 selected"]
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    assert grid.selected_ids() == [102 + grid.columns]
    assert not any(label.isVisible() for label in grid.findChildren(QLabel))


def test_a_rubber_band_selects_what_it_meets_and_may_add(qtbot: QtBot, grid: GridView) -> None:
    view, columns = grid.viewport(), grid.columns
    click(qtbot, grid, 3 * columns)
    outside = QPoint(4, 4)
    assert not grid.indexAt(outside).isValid()
    qtbot.mousePress(view, LEFT, CONTROL, outside)
    qtbot.mouseMove(view, centre(grid, columns + 1))
    assert grid.band is not None
    qtbot.mouseRelease(view, LEFT, CONTROL, centre(grid, columns + 1))
    assert grid.band is None
    assert grid.selected_ids() == [100, 101, 100 + columns, 101 + columns, 100 + 3 * columns]
    qtbot.mousePress(view, LEFT, pos=outside)
    qtbot.mouseMove(view, centre(grid, 0))
    qtbot.mouseRelease(view, LEFT, pos=centre(grid, 0))
    assert grid.selected_ids() == [100]
    qtbot.mouseClick(view, LEFT, pos=outside)
    assert grid.selected_ids() == []


@pytest.mark.parametrize("style", [CellStyle.SQUARES, CellStyle.JUSTIFIED])
def test_a_click_on_a_heading_selects_its_photos(
    qtbot: QtBot, thumbnails: Thumbnails, style: CellStyle
) -> None:
    model = LibraryModel(thumbnails)
    view = GridView(model, thumbnails)
    qtbot.addWidget(view)
    view.set_cell_style(style)
    view.resize(500, 900)
    view.show()
    model.show(arrange(COLUMNS, Order(grouping=Grouping.MONTH)))
    place = view.cell_layout.header_rect(1).center()
    qtbot.mouseClick(view.viewport(), LEFT, pos=place)
    assert view.selected_ids() == [12, 13]
    qtbot.mouseClick(view.viewport(), LEFT, CONTROL, view.cell_layout.header_rect(0).center())
    assert view.selected_ids() == [11, 15, 12, 13]


def test_a_heading_stays_at_the_top_while_its_photos_scroll_by(qtbot: QtBot, thumbnails: Thumbnails) -> None:
    model = LibraryModel(thumbnails)
    view = GridView(model, thumbnails)
    qtbot.addWidget(view)
    view.set_cell_style(CellStyle.SQUARES)
    view.resize(300, 260)
    view.show()
    model.show(arrange(COLUMNS, Order(grouping=Grouping.MONTH)))
    second = view.cell_layout.header_rect(1)
    view.verticalScrollBar().setValue(second.bottom())
    qtbot.mouseClick(view.viewport(), LEFT, pos=QPoint(60, 20))
    assert view.selected_ids() == [12, 13], "its heading lies over them"
    # The next heading pushes it out.
    third = view.cell_layout.header_rect(2)
    view.verticalScrollBar().setValue(third.top() - 10)
    qtbot.mouseClick(view.viewport(), LEFT, pos=QPoint(60, 25))
    assert view.selected_ids() == [14]


def test_selected_photos_are_dragged_as_copies_of_their_files(qtbot: QtBot, grid: GridView) -> None:
    asked: list[list[int]] = []

    def mime(ids: Sequence[int]) -> QMimeData:
        asked.append(list(ids))
        return photo_mime([Path("/a b/ä.jpg"), Path("/c.jpg")])

    grid.set_drag_source(mime)
    assert grid.drag_data() is None, "nothing is selected"
    grid.select_rows([3, 4, 9])
    data = grid.drag_data()
    assert data is not None and asked == [[103, 104, 109]]
    assert [url.toLocalFile() for url in data.urls()] == ["/a b/ä.jpg", "/c.jpg"]
    assert bytes(data.data("text/uri-list").data()).decode().split() == [
        "file:///a%20b/%C3%A4.jpg",
        "file:///c.jpg",
    ]
    assert bytes(data.data("x-special/gnome-copied-files").data()).startswith(b"copy\nfile:///a%20b")
    assert grid.photos.supportedDragActions() == Qt.DropAction.CopyAction
    assert grid.dragDropMode() == QAbstractItemView.DragDropMode.DragOnly
    assert grid.photos.flags(grid.photos.index(0)) & Qt.ItemFlag.ItemIsDragEnabled


def test_pressing_and_moving_drags_what_is_selected(qtbot: QtBot, grid: GridView) -> None:
    asked: list[list[int]] = []

    def mime(ids: Sequence[int]) -> QMimeData:
        asked.append(list(ids))
        return photo_mime([Path("/a.jpg")])

    grid.set_drag_source(mime)
    grid.select_rows([3, 4])
    window, start = grid.windowHandle(), grid.viewport().mapTo(grid, centre(grid, 4))
    none = Qt.KeyboardModifier.NoModifier

    def let_go() -> None:
        QTest.mouseRelease(window, LEFT, none, start + QPoint(60, 60))

    QTest.mousePress(window, LEFT, none, start)
    QTest.mouseMove(window, start + QPoint(3, 3))
    assert asked == [], "a hand that trembles drags nothing"
    # Dragging ends with the button; until then it has its own event loop.
    timer = QTimer(grid, singleShot=True, interval=100)
    timer.timeout.connect(let_go)
    timer.start()
    QTest.mouseMove(window, start + QPoint(40, 40))
    # Where the platform drags without an event loop of its own, the button is let go here.
    qtbot.waitUntil(lambda: not timer.isActive())
    assert asked == [[103, 104]]
    assert grid.selected_ids() == [103, 104]


def test_names_that_are_no_text_survive() -> None:
    path = Path(os.fsdecode(b"/photos/caf\xe9.jpg"))
    (url,) = photo_mime([path]).urls()
    assert bytes(url.toEncoded().data()) == b"file:///photos/caf%E9.jpg"


def test_the_selection_follows_photos_that_stay(grid: GridView) -> None:
    grid.select_rows([1, 2, 3])
    grid.photos.show_ids([103, 101, 150])
    assert grid.selected_ids() == [103, 101]
    assert grid.selected_count == 2
