"""The library on the screen: dates, order, timeline, folders; and what is done with its photos."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox, QToolButton
from pytestqt.qtbot import QtBot

from lookalike_desktop.library.arrangement import Grouping, Order, SortField
from lookalike_desktop.library.folder_tree import PATH_ROLE
from lookalike_desktop.widgets.grid_view import CellStyle
from lookalike_desktop.window import Window
from tests.builders.own_trash import use_own_trash
from tests.builders.photo_files import textured_photo
from tests.desktop.conftest import PATIENCE

OpenWindow = Callable[..., Window]

SHOTS = {
    "b/new.jpg": ("2024:05:06 12:00:00", (320, 240)),
    "b/may.jpg": ("2024:05:01 12:00:00", (240, 320)),
    "b/deep/april.jpg": ("2024:04:30 12:00:00", (320, 240)),
    "a/old.jpg": ("2021:01:02 12:00:00", (480, 160)),
    "a/older.jpg": ("2021:01:01 12:00:00", (320, 240)),
    "z.jpg": ("", (320, 240)),
}

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def write_dated(folder: Path) -> None:
    """Six photos in folders, five of them with dates."""
    for seed, (name, (taken, size)) in enumerate(SHOTS.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        exif = Image.Exif()
        if taken:
            exif.get_ifd(0x8769)[0x9003] = taken
        textured_photo(seed, size).save(path, exif=exif)


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of `SHOTS`, closed; its album lies beside it."""
    from lookalike.library import Library

    root = tmp_path_factory.mktemp("dated")
    write_dated(root / "album")
    with Library(root / "library") as library:
        library.folders.add(root / "album")
        for _ in library.scan():
            pass
    return root / "library"


@pytest.fixture
def window(qtbot: QtBot, dated: Path, tmp_path: Path, open_window: OpenWindow) -> Window:
    """The library in a window; what is kept in it is the test's own."""
    opened = open_window(shutil.copytree(dated, tmp_path / "library"))
    qtbot.waitUntil(lambda: len(opened.library_page.model.ids) == 6, timeout=PATIENCE)
    return opened


def names(window: Window) -> list[str]:
    """The files on the page, in its order."""
    library = window.session.library
    assert library is not None
    ids = window.library_page.model.ids
    paths = library.photos.paths(ids)
    return [paths[number][0].name for number in ids]


def titles(window: Window) -> list[str]:
    return [section.title for section in window.library_page.model.sections()]


def test_photos_stand_by_month_and_the_order_is_remembered(
    qtbot: QtBot, window: Window, open_window: OpenWindow, dated: Path
) -> None:
    page = window.library_page
    assert names(window) == ["new.jpg", "may.jpg", "april.jpg", "old.jpg", "older.jpg", "z.jpg"]
    assert titles(window) == ["May 2024", "April 2024", "January 2021", "No date"]
    assert page.count_label.text() == "6 photos"
    page.order_menu.grouping_actions[Grouping.DAY].trigger()
    qtbot.waitUntil(lambda: len(titles(window)) == 6, timeout=PATIENCE)
    page.order_menu.direction_actions[False].trigger()
    qtbot.waitUntil(lambda: names(window)[0] == "older.jpg", timeout=PATIENCE)
    assert names(window)[-1] == "z.jpg"
    assert page.sort_button.text() == "Date taken: Oldest first"
    page.order_menu.field_actions[SortField.NAME].trigger()
    qtbot.waitUntil(lambda: titles(window) == [""], timeout=PATIENCE)
    assert names(window) == sorted(names(window))
    assert not page.order_menu.grouping_actions[Grouping.DAY].isEnabled()
    styles = [page.grid.style_of_cells]
    page.style_button.click()
    styles.append(page.grid.style_of_cells)
    assert styles == [CellStyle.JUSTIFIED, CellStyle.SQUARES]
    window.preferences.sync()
    again = open_window(dated)
    qtbot.waitUntil(lambda: len(again.library_page.model.ids) == 6, timeout=PATIENCE)
    assert again.library_page.model.order == Order(SortField.NAME, False, Grouping.DAY)
    assert again.library_page.grid.style_of_cells is CellStyle.SQUARES


def test_the_timeline_scrolls_and_tells_where(qtbot: QtBot, window: Window) -> None:
    page = window.library_page
    window.resize(760, 420)
    page.grid.set_cell_size(4)
    # The bar above takes another line in a narrow window.
    qtbot.wait(200)
    timeline, bar = page.timeline, page.grid.verticalScrollBar()
    assert bar.maximum() > 200
    assert timeline.years[0] == "2024" and "2021" in timeline.years
    assert timeline.accessibleName() == "Timeline"
    bottom = QPoint(30, timeline.height() - 2)
    qtbot.mousePress(timeline, Qt.MouseButton.LeftButton, pos=bottom)
    assert bar.value() == bar.maximum()
    assert timeline.bubble.isVisible()
    qtbot.mouseMove(timeline, QPoint(30, 2))
    assert bar.value() == 0 and timeline.bubble.text() == "May 2024"
    qtbot.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=QPoint(30, 2))
    timeline.leaveEvent(None)
    assert not timeline.bubble.isVisible()
    qtbot.keyClick(timeline, Qt.Key.Key_Down)
    assert bar.value() > 0, "keys scroll, too"
    bar.setValue(bar.maximum())
    assert timeline.value() == timeline.maximum() == bar.maximum()


def test_folders_are_a_tree_that_narrows_the_photos(qtbot: QtBot, window: Window) -> None:
    panel = window.folders_panel
    (row,) = panel.rows.values()
    qtbot.waitUntil(lambda: row.tree.topLevelItemCount() == 2, timeout=PATIENCE)
    shown = [
        (item.text(0), item.text(1)) for item in map(row.tree.topLevelItem, range(2)) if item is not None
    ]
    assert shown == [("a", "2"), ("b", "3")]
    below = row.tree.topLevelItem(1)
    assert below is not None
    height = row.tree.height()
    below.setExpanded(True)
    deep = below.child(0)
    assert deep is not None and (deep.text(0), deep.text(1)) == ("deep", "1")
    assert row.tree.height() > height
    place = row.tree.visualItemRect(below).center()
    qtbot.mouseClick(row.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: names(window) == ["new.jpg", "may.jpg", "april.jpg"], timeout=PATIENCE)
    assert window.filter_bar.filters.folders == (below.data(0, PATH_ROLE),)
    assert [item.text(0) for item in row.tree.selectedItems()] == ["b"]
    # A chip stands for it; where that goes, nothing is marked any more.
    window.filter_bar.chips[0].click()
    qtbot.waitUntil(lambda: len(names(window)) == 6, timeout=PATIENCE)
    assert row.tree.selectedItems() == []
    qtbot.keyClick(row, Qt.Key.Key_Return)
    assert window.filter_bar.filters.folders == (row.folder.path,)
    qtbot.keyClick(row, Qt.Key.Key_Return)
    assert not window.filter_bar.filters


def focus(qtbot: QtBot, window: Window) -> None:
    """Have keys go to the photos."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE)
    window.library_page.grid.setFocus()


def menu_texts(window: Window, content_id: int) -> list[str]:
    menu = window.navigator.build_menu(content_id)
    found = [action.text() for action in menu.actions() if action.text() and action.isVisible()]
    menu.close()
    menu.deleteLater()
    return found


def test_the_menu_has_what_people_look_for(window: Window) -> None:
    grid = window.library_page.grid
    grid.select_rows([1])
    assert menu_texts(window, grid.photos.ids[1]) == [
        "Show large",
        "Open in another program",
        "Show in the file manager",
        "Find the same thing",
        "Find similar photos",
        "Copy",
        "Copy the path",
        "Stars",
        "Move to the trash…",
    ]
    grid.select_rows([1, 2])
    several = menu_texts(window, grid.photos.ids[1])
    assert "Copy 2 photos" in several and "Show large" not in several
    assert window.library_page.count_label.text() == "2 of 6 photos selected"


def test_stars_are_given_by_keys_and_taken_back(qtbot: QtBot, window: Window, dated: Path) -> None:
    grid, model = window.library_page.grid, window.library_page.model
    before = {path: path.read_bytes() for path in (dated.parent / "album").rglob("*.jpg")}
    focus(qtbot, window)
    grid.select_rows([0, 3])
    qtbot.keyClick(grid, Qt.Key.Key_4)
    qtbot.waitUntil(lambda: [model.stars(row) for row in range(6)] == [4, 0, 0, 4, 0, 0], timeout=PATIENCE)
    assert window.undo_stack.undoText() == "the stars"
    grid.select_rows([3])
    menu = window.navigator.build_menu(model.ids[3])
    stars = next(action for action in menu.actions() if action.text() == "Stars").menu()
    marked = [action.text() for action in stars.actions() if action.isChecked()]  # type: ignore[attr-defined]
    assert marked == ["★★★★"]
    menu.close()
    window.undo_stack.undo()
    qtbot.waitUntil(lambda: [model.stars(row) for row in range(6)] == [0] * 6, timeout=PATIENCE)
    window.undo_stack.redo()
    qtbot.waitUntil(lambda: model.stars(3) == 4, timeout=PATIENCE)
    assert {path: path.read_bytes() for path in before} == before


def test_photos_are_copied_as_files_and_one_as_a_picture(qtbot: QtBot, window: Window) -> None:
    grid = window.library_page.grid
    clipboard = QGuiApplication.clipboard()
    focus(qtbot, window)
    grid.select_rows([1])
    qtbot.keyClick(grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.notice.text == "The photo was copied.", timeout=PATIENCE)
    assert [Path(url.toLocalFile()).name for url in clipboard.mimeData().urls()] == ["may.jpg"]
    assert (clipboard.image().width(), clipboard.image().height()) == (240, 320)
    grid.select_rows([0, 1])
    window.photo_actions.copy()
    qtbot.waitUntil(lambda: window.notice.text == "2 photos were copied.", timeout=PATIENCE)
    assert not clipboard.mimeData().hasImage()
    window.photo_actions.copy_paths()
    qtbot.waitUntil(lambda: window.notice.text == "2 paths were copied.", timeout=PATIENCE)
    assert [Path(line).name for line in clipboard.text().splitlines()] == ["new.jpg", "may.jpg"]
    dragged = grid.drag_data()
    assert dragged is not None
    assert [Path(url.toLocalFile()).name for url in dragged.urls()] == ["new.jpg", "may.jpg"]


def test_several_photos_are_searched_with_and_similar_ones_are_not_checked(
    qtbot: QtBot, window: Window
) -> None:
    grid = window.library_page.grid
    ids = list(grid.photos.ids)
    grid.select_rows([0, 2])
    window.photo_actions.find_similar()
    request = window.search.request
    assert request is not None and not request.judged and len(request.added) == 1
    query = request.make()
    assert (query.content_id, [part.content_id for part in query.positives]) == (ids[0], [ids[2]])
    qtbot.waitUntil(lambda: not window.results_page.run.running, timeout=PATIENCE)
    ranking = window.results_page.model.ranking
    assert ranking is not None and ranking.final and ranking.to_judge == 0
    assert all(result.match is None for result in ranking.results)
    window.search.end()
    grid.select_rows([1])
    window.navigator.find_current()
    assert window.search.request is not None and window.search.request.judged
    window.results_page.stop()


@pytest.fixture
def own(
    qtbot: QtBot, tmp_path: Path, dated: Path, open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> tuple[Window, Path]:
    """A window over an album of the test's own, with a trash of its own."""
    if sys.platform in ("win32", "darwin"):
        pytest.skip("the trash is looked into as freedesktop.org describes it")
    use_own_trash(tmp_path / "data home", monkeypatch)
    album = tmp_path / "album"
    write_dated(album)
    shutil.copy2(album / "z.jpg", album / "a" / "copy of z.jpg")
    window = open_window(tmp_path / "library", (album,))
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 6, timeout=PATIENCE)
    qtbot.waitUntil(lambda: "copy of z.jpg" in str(_all_paths(window)), timeout=PATIENCE)
    return window, album


def _all_paths(window: Window) -> list[Path]:
    library = window.session.library
    assert library is not None
    return [path for paths in library.photos.paths(window.library_page.model.ids).values() for path in paths]


def answer(qtbot: QtBot, words: str) -> str:
    """Press a button of the question that is asked; gives what it says."""
    found: list[QMessageBox] = []

    def asked() -> bool:
        boxes = [box for box in QApplication.topLevelWidgets() if isinstance(box, QMessageBox)]
        found[:] = [box for box in boxes if box.isVisible()]
        return bool(found)

    qtbot.waitUntil(asked, timeout=PATIENCE)
    text = f"{found[0].text()} {found[0].informativeText()}"
    next(button for button in found[0].buttons() if words in button.text()).click()
    return text


@pytest.mark.slow
def test_photos_go_to_the_trash_with_one_question_and_come_back(
    qtbot: QtBot, own: tuple[Window, Path]
) -> None:
    window, album = own
    grid = window.library_page.grid
    focus(qtbot, window)
    undated = grid.photos.ids[5]
    grid.select_rows([0, 5])
    qtbot.keyClick(grid, Qt.Key.Key_Delete)
    assert answer(qtbot, "Cancel").startswith("Move 2 photos to the trash?")
    assert len(_all_paths(window)) == 7
    focus(qtbot, window)
    qtbot.keyClick(grid, Qt.Key.Key_Delete)
    text = answer(qtbot, "Move to the trash")
    assert "these are 3 files" in text and "Undo puts them back" in text
    qtbot.waitUntil(lambda: len(grid.photos.ids) == 4, timeout=PATIENCE)
    assert window.notice.text == "2 photos are in the trash."
    assert not (album / "b/new.jpg").exists() and not (album / "a/copy of z.jpg").exists()
    assert grid.selected_count == 1, "the next photo is selected"
    window.notice.act_button.click()
    qtbot.waitUntil(lambda: len(grid.photos.ids) == 6, timeout=PATIENCE)
    assert (album / "b/new.jpg").exists() and (album / "a/copy of z.jpg").exists()
    assert undated in grid.photos.ids
    qtbot.waitUntil(lambda: "3 files were put back" in window.notice.text, timeout=PATIENCE)
    window.undo_stack.redo()
    qtbot.waitUntil(lambda: len(grid.photos.ids) == 4, timeout=PATIENCE)
    window.undo_stack.undo()
    qtbot.waitUntil(lambda: len(grid.photos.ids) == 6, timeout=PATIENCE)


@pytest.mark.slow
def test_a_photo_in_the_trash_is_no_result_and_not_shown_large(
    qtbot: QtBot, own: tuple[Window, Path]
) -> None:
    window, _ = own
    window.navigator.find_same([window.library_page.model.ids[0]], judged=False)
    qtbot.waitUntil(lambda: not window.results_page.run.running, timeout=PATIENCE)
    results = window.results_page
    first, second = results.model.ids[:2]
    results.grid.select(first)
    window.navigator.open_photo(first)
    window.trash.ask()
    answer(qtbot, "Move to the trash")
    qtbot.waitUntil(lambda: window.viewer.content_id == second, timeout=PATIENCE)
    assert first not in results.model.ids
    window.navigator.leave_photo()
    assert results.grid.current_id() == second


def test_icons_and_names_of_the_header(window: Window) -> None:
    for button in window.library_page.findChildren(QToolButton):
        assert button.accessibleName() and not button.icon().isNull()
