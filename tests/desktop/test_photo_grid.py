"""The grid: cheap at 100,000 photos, steady under change, usable by keys."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QHoverEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lookalike.search.ranking import Ranking, Result
from lookalike_desktop.qt.thumbnails import WAITING, Thumbnails
from lookalike_desktop.widgets.grid_view import GridView
from lookalike_desktop.widgets.photo_model import PhotoModel, ResultsModel, percent
from tests.builders.photo_files import encoded, textured_photo
from tests.desktop.conftest import PATIENCE

MANY = 100_000


@pytest.fixture
def grid(qtbot: QtBot, thumbnails: Thumbnails) -> GridView:
    view = GridView(PhotoModel(thumbnails), thumbnails)
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    return view


def on_screen(view: GridView) -> int:
    return sum(
        view.visualRect(view.photos.index(row)).intersects(view.viewport().rect())
        for row in range(view.photos.rowCount())
    )


def test_only_the_photos_on_the_screen_are_loaded(
    qtbot: QtBot, grid: GridView, thumbnails: Thumbnails
) -> None:
    grid.photos.show_ids(range(1, MANY + 1))
    shown = on_screen(grid)
    qtbot.waitUntil(lambda: thumbnails.image(1) is not None, timeout=PATIENCE)
    assert grid.photos.rowCount() == MANY
    assert thumbnails.requested <= 2 * shown
    for step in range(20):
        grid.verticalScrollBar().setValue(step * 50_000)
        grid.viewport().repaint()
    assert thumbnails.requested <= 25 * (shown + 2 * grid.columns)


def test_asking_the_model_for_anything_else_loads_nothing(grid: GridView, thumbnails: Thumbnails) -> None:
    grid.hide()
    grid.photos.show_ids(range(MANY))
    before = thumbnails.requested
    for role in (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.AccessibleTextRole,
        Qt.ItemDataRole.SizeHintRole,
    ):
        for row in range(0, MANY, 1000):
            grid.photos.data(grid.photos.index(row), role)
    assert thumbnails.requested == before


def test_new_photos_move_neither_the_place_nor_the_selection(qtbot: QtBot, grid: GridView) -> None:
    grid.photos.show_ids(range(1000, 3000))
    grid.select(2500)
    grid.verticalScrollBar().setValue(5000)
    first = grid.indexAt(QPoint(100, 60)).data(int(Qt.ItemDataRole.UserRole))
    place = grid.visualRect(grid.photos.index(grid.photos.row(first))).top()
    grid.photos.show_ids([*range(0, 777), *range(1000, 3000)])
    assert grid.current_id() == 2500
    assert grid.visualRect(grid.photos.index(grid.photos.row(first))).top() == place


def test_a_photo_that_goes_takes_only_its_own_selection(grid: GridView) -> None:
    grid.photos.show_ids([1, 2, 3])
    grid.select(2)
    grid.photos.show_ids([3, 1])
    assert grid.current_id() is None


def test_keys_move_and_open(qtbot: QtBot, grid: GridView) -> None:
    grid.photos.show_ids(range(10, 60))
    grid.select(10)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        qtbot.keyClick(grid, key)
    assert grid.current_id() == 10 + grid.columns
    with qtbot.waitSignal(grid.opened) as opened:
        qtbot.keyClick(grid, Qt.Key.Key_Space)
    assert opened.args == [10 + grid.columns]
    qtbot.keyClick(grid, Qt.Key.Key_End)
    assert grid.current_id() == 59
    assert grid.viewport().rect().contains(grid.visualRect(grid.currentIndex()).center())


def test_a_double_click_opens(qtbot: QtBot, grid: GridView) -> None:
    grid.photos.show_ids(range(10, 60))
    place = grid.visualRect(grid.photos.index(2)).center()
    with qtbot.waitSignal(grid.opened) as opened:
        qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
        qtbot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == [12]


def ranking(order: list[int], same: int, matches: dict[int, float], final: bool = False) -> Ranking:
    results = tuple(Result(number, 0.5, matches.get(number), 0.5) for number in order)
    return Ranking(results, same, len(matches), len(order), final)


def hover(view: GridView, place: QPoint) -> None:
    point = QPointF(place)
    QApplication.sendEvent(
        view.viewport(), QHoverEvent(QHoverEvent.Type.HoverMove, point, point, QPointF(-1, -1))
    )


def test_results_improve_around_the_pointer_and_settle_when_it_leaves(
    qtbot: QtBot, thumbnails: Thumbnails
) -> None:
    model = ResultsModel(thumbnails)
    view = GridView(model, thumbnails)
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    view.pointer_left.connect(model.settle)
    model.apply(ranking(list(range(1, 41)), 3, {}), view.under_pointer(), view.columns)
    under = model.ids[1]
    place = view.visualRect(model.index(1)).center()
    hover(view, place)
    better = [30, 31, 32, *(n for n in range(1, 41) if n not in (30, 31, 32))]
    matches = {30: 0.9, 31: 0.8, 32: 0.7, 1: 0.1}
    model.apply(ranking(better, 3, matches), view.under_pointer(), view.columns)
    assert view.indexAt(place) == model.index(model.row(under))
    assert model.pending
    assert list(model.ids) != better
    at_thirty = model.result(30)
    assert at_thirty is not None
    assert at_thirty.match == 0.9  # values come at once, whatever the order
    hover(view, QPoint(-5, -5))
    QApplication.sendEvent(
        view.viewport(), QHoverEvent(QHoverEvent.Type.HoverLeave, QPointF(-5, -5), QPointF(), QPointF())
    )
    assert list(model.ids) == better
    assert not model.pending


def test_the_cut_off_line_stands_between_the_same_and_the_similar(
    qtbot: QtBot, thumbnails: Thumbnails
) -> None:
    model = ResultsModel(thumbnails)
    model.apply(ranking([5, 6, 7], 2, {5: 0.9, 6: 0.8, 7: 0.1}, final=True))
    same, similar = model.sections()
    assert (same.count, similar.count, same.line, similar.line) == (2, 1, False, True)
    model.apply(ranking([5, 6, 7], 0, {5: 0.2, 6: 0.1, 7: 0.1}, final=True))
    assert model.sections()[0].detail == "none found"


@pytest.mark.parametrize(
    ("match", "shown"), [(0.0, 0), (1.0, 100), (0.9999, 99), (0.0001, 1), (0.5, 50), (0.874, 87)]
)
def test_only_certainty_is_shown_as_such(match: float, shown: int) -> None:
    assert percent(match) == shown


def test_memory_for_thumbnails_is_bounded(qtbot: QtBot) -> None:
    picture = encoded(textured_photo(1, (64, 48)), "JPEG")
    store = Thumbnails(lambda *_: picture, threads=1, limit=3 * 64 * 48 * 4)
    arrived: set[int] = set()
    store.loaded.connect(arrived.update)
    for number in range(8):
        store.image(number)
    qtbot.waitUntil(lambda: len(arrived) == 8, timeout=PATIENCE)
    kept = [number for number in range(8) if store.image(number) is not None]
    store.close()
    assert len(kept) == 3


def test_a_size_that_changes_never_blanks_a_cell(qtbot: QtBot) -> None:
    picture = encoded(textured_photo(1, (256, 200)), "JPEG")
    store = Thumbnails(lambda *_: picture, threads=1)
    store.set_side(100)
    store.image(1)
    qtbot.waitUntil(lambda: store.image(1) is not None, timeout=PATIENCE)
    store.set_side(120)  # near enough: nothing is loaded again
    store.image(1)
    assert store.requested == 1
    store.set_side(200)
    small = store.image(1)
    assert small is not None
    assert small.width() == 128

    def grown() -> bool:
        image = store.image(1)
        return image is not None and image.width() == 256

    qtbot.waitUntil(grown, timeout=PATIENCE)
    store.close()


def test_wishes_that_have_scrolled_by_are_dropped(qtbot: QtBot) -> None:
    go = threading.Event()
    asked: list[int] = []

    def load(number: int, side: int) -> bytes:
        asked.append(number)
        go.wait(10)
        raise OSError("gone")

    store = Thumbnails(load, threads=1)
    store.image(0)
    qtbot.waitUntil(lambda: asked == [0], timeout=PATIENCE)
    for number in range(1, 2000):
        store.image(number)
    go.set()
    qtbot.waitUntil(lambda: store.missing(1999), timeout=PATIENCE)
    store.close()
    assert len(asked) <= WAITING + 1
    assert asked[1] == 1999  # the latest wish first
