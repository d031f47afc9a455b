"""Filters and richer queries in the window, over a real library."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lookalike.catalog.filters import Filters
from lookalike.library.descriptor_migration import DescriptorChange
from lookalike.photos import Annotations
from lookalike.progress import Progress, Stage
from lookalike_desktop.library.folders_panel import FoldersPanel
from lookalike_desktop.search.queries import mime_request, photo_request
from lookalike_desktop.session.activity import Activity
from lookalike_desktop.window import Window
from tests.builders.photo_files import encoded, textured_photo, write_album, xmp
from tests.desktop.conftest import PATIENCE

OpenWindow = Callable[..., Window]


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of nine photos; two have stars, three a camera and a date."""
    folder = tmp_path_factory.mktemp("photos") / "album"
    canon = Image.Exif()
    canon[ExifTags.Base.Model] = "Canon EOS"
    canon.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2019:07:18 10:00:00"
    for number, path in enumerate(write_album(folder, 9)):
        said: dict[str, Any] = {"exif": canon.tobytes()} if number in (2, 3, 4) else {}
        if number in (1, 2):
            said["xmp"] = xmp(Annotations(rating=3 if number == 1 else 5))
        path.write_bytes(encoded(textured_photo(number, (320, 240)), "JPEG", **said))
    return folder


@pytest.fixture
def window(qtbot: QtBot, open_window: OpenWindow, indexed: Path) -> Window:
    window = open_window(indexed)
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 9, timeout=PATIENCE)
    return window


def shows(window: Window, count: int) -> Callable[[], bool]:
    return lambda: len(window.library_page.model.ids) == count


@pytest.mark.slow
@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_filters_narrow_the_library_and_chips_take_them_away(
    qtbot: QtBot, window: Window, album: Path
) -> None:
    bar = window.filter_bar
    assert bar.isHidden()
    qtbot.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(bar.panel.isVisible, timeout=PATIENCE)
    panel = bar.panel
    assert [panel.folder.itemText(row) for row in range(panel.folder.count())] == [
        "Any folder",
        "album   (9)",
    ]
    assert "Canon EOS   (3)" in [panel.camera.itemText(row) for row in range(panel.camera.count())]
    assert panel.rating.itemText(3).startswith("★★★")
    panel.since.setText("last year")
    qtbot.keyClick(panel.since, Qt.Key.Key_Return)
    assert "not a date" in panel.problem.text()
    assert panel.isVisible()
    panel.since.setText("2019-07")
    panel.until.setText("2019")
    panel.camera.setCurrentIndex(1)
    panel.rating.setCurrentIndex(5)
    qtbot.keyClick(panel.rating, Qt.Key.Key_Return)
    assert not panel.isVisible()
    assert bar.filters == Filters(
        since=date(2019, 7, 1), until=date(2019, 12, 31), cameras=("Canon EOS",), rating=5
    )
    qtbot.waitUntil(shows(window, 1), timeout=PATIENCE)
    assert len(bar.chips) == 4
    assert all(chip.accessibleName().startswith("Filter: ") for chip in bar.chips)
    stars = next(chip for chip in bar.chips if "★" in chip.text())
    qtbot.keyClick(stars, Qt.Key.Key_Space)
    qtbot.waitUntil(shows(window, 3), timeout=PATIENCE)
    while bar.chips:
        bar.chips[0].click()
    qtbot.waitUntil(shows(window, 9), timeout=PATIENCE)
    assert bar.isHidden()


@pytest.mark.slow
def test_filters_narrow_a_search_and_stay_with_the_next(qtbot: QtBot, window: Window) -> None:
    ids = list(window.library_page.model.ids)
    window.search.start(photo_request(ids[0], "photo"))
    window.filter_bar.use(Filters(cameras=("Canon EOS",)))
    done = window.results_page.run
    qtbot.waitUntil(lambda: not done.running, timeout=PATIENCE)
    library = window.session.library
    assert library is not None
    canon = set(library.photos.ids(window.filter_bar.filters))
    assert len(canon) == 3
    assert set(window.results_page.model.ids) == canon - {ids[0]}
    window.search.start(photo_request(ids[1], "another"))
    qtbot.waitUntil(lambda: not done.running, timeout=PATIENCE)
    assert set(window.results_page.model.ids) == canon - {ids[1]}
    window.filter_bar.use(Filters(rating=5, until=date(1999, 1, 1)))
    qtbot.waitUntil(lambda: "meets all of the filters" in window.results_page.message, timeout=PATIENCE)
    qtbot.waitUntil(shows(window, 0), timeout=PATIENCE)
    window.search.end()
    assert "meets all of the filters" in window.library_page.message.text


def action(window: Window, content_id: int, words: str) -> QAction:
    menu = window.navigator.build_menu(content_id)
    return next(act for act in menu.actions() if act.text() == words)


@pytest.mark.slow
def test_the_menu_of_a_result_changes_the_search(qtbot: QtBot, window: Window) -> None:
    ids = list(window.library_page.model.ids)
    window.search.start(photo_request(ids[0], "photo"))
    qtbot.waitUntil(lambda: not window.results_page.run.running, timeout=PATIENCE)
    wrong, right, *_ = window.results_page.model.ids
    action(window, wrong, "Not like this").trigger()
    action(window, right, "More like this").trigger()
    assert window.search.request is not None
    query = window.search.request.make()
    assert query.content_id == ids[0]
    assert [part.content_id for part in query.negatives] == [wrong]
    assert [part.content_id for part in query.positives] == [right]
    assert window.search.request.label == "photo"
    chips = window.filter_bar.added_chips
    assert [chip.text() for chip in chips] == ["not like this", "also this"]
    assert window.filter_bar.isVisible() and all("take it out" in chip.accessibleName() for chip in chips)
    qtbot.waitUntil(lambda: not window.results_page.run.running, timeout=PATIENCE)
    assert set(window.results_page.model.ids) == set(ids) - {ids[0], wrong, right}
    # A chip takes its photo out again, and leaves the rest of the search as it is.
    chips[0].click()
    assert [chip.text() for chip in window.filter_bar.added_chips] == ["also this"]
    left = window.search.request.make()
    assert (left.content_id, left.negatives) == (ids[0], ())
    assert [part.content_id for part in left.positives] == [right]
    qtbot.waitUntil(lambda: not window.results_page.run.running, timeout=PATIENCE)
    window.search.end()
    assert window.filter_bar.added_chips == [] and not window.filter_bar.isVisible()
    texts = [act.text() for act in window.navigator.build_menu(ids[0]).actions()]
    assert "Find the same thing" in texts and "Not like this" not in texts


def test_the_right_button_and_the_menu_key_ask_for_the_menu(qtbot: QtBot, window: Window) -> None:
    grid = window.library_page.grid
    grid.menu_wanted.disconnect(window.navigator.show_menu)
    asked: list[int] = []
    grid.menu_wanted.connect(lambda number, _: asked.append(number))
    place = grid.visualRect(grid.photos.index(2)).center()
    for reason, point in (
        (QContextMenuEvent.Reason.Mouse, place),
        (QContextMenuEvent.Reason.Keyboard, QPoint(0, 0)),
    ):
        QApplication.sendEvent(grid.viewport(), QContextMenuEvent(reason, point, grid.mapToGlobal(point)))
    assert asked == [grid.photos.ids[2]] * 2


def test_several_dropped_files_are_several_photos(album: Path) -> None:
    data = QMimeData()
    paths = [album / "photo_001.jpg", album / "photo_005.jpg", album / "photo_002.jpg"]
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    request = mime_request(data, "dropped")
    assert request is not None
    query = request.make()
    assert [query.file, *(part.file for part in query.positives)] == paths
    assert request.label == "photo_001.jpg and 2 more"


def test_a_change_of_the_model_is_told_with_the_time_left(qtbot: QtBot) -> None:
    panel = FoldersPanel()
    qtbot.addWidget(panel)
    assert panel.background == ""
    panel.show_activity(Activity(None, Progress(Stage.DESCRIBING, 40, 100, 2.0, 30.0), 0, ()))
    assert "40 of 100" in panel.background
    assert "30 s left" in panel.background
    watching = Activity(None, Progress(Stage.WATCHING, 0, 0, 0.0, None), 0, ())
    panel.show_activity(watching)
    assert panel.background == ""
    panel.show_migration(DescriptorChange("new", 97, 100, waiting=3))
    panel.show_activity(watching)
    assert "waits for 3 photos" in panel.background
    panel.show_migration(None)
    assert panel.background == ""
