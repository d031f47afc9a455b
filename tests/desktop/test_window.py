"""The window over real libraries: real photos, real worker processes, the geometric judge."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from lookalike.progress import Stage
from lookalike.search.ranking import Ranking
from lookalike.watching.follow_timing import FollowTiming
from lookalike_desktop.library.library_dialogs import AboutLibrary
from lookalike_desktop.library.watching_dialog import WatchingDialog
from lookalike_desktop.search.queries import file_request, photo_request, to_qimage
from lookalike_desktop.search.search_bar import QueryChip
from lookalike_desktop.widgets.grid_view import GridView
from lookalike_desktop.window import Window
from tests.builders.photo_files import textured_photo, write_album
from tests.desktop.conftest import PATIENCE, drop, original, watching

OpenWindow = Callable[..., Window]


def path_of(window: Window, content_id: int) -> Path:
    library = window.session.library
    assert library is not None
    photo = library.photos.info(content_id)
    assert photo is not None
    return photo.paths[0]


def done(window: Window) -> Callable[[], bool]:
    return lambda: not window.results_page.run.running


def show_library(qtbot: QtBot, open_window: OpenWindow, library: Path) -> Window:
    """A window whose library of nine photos is on the screen."""
    window = open_window(library)
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 9, timeout=PATIENCE)
    return window


def search_original(qtbot: QtBot, window: Window, folder: Path) -> list[Ranking]:
    """Drop the picture that `copy.jpg` is cut from on the window; gives all rankings."""
    query = folder / "original.png"
    original().save(query)
    rankings: list[Ranking] = []
    window.results_page.run.ranking.connect(rankings.append)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(query))])
    drop(window, data)
    qtbot.waitUntil(done(window), timeout=PATIENCE)
    return rankings


@pytest.mark.slow
def test_a_dropped_folder_fills_an_empty_library(
    qtbot: QtBot, open_window: OpenWindow, album: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "my photos"
    shutil.copytree(album, folder)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8 not a photo")
    window = open_window(tmp_path / "library")
    settled = watching(window)
    qtbot.waitUntil(
        lambda: window.library_page.currentWidget() is window.library_page.first_run, timeout=PATIENCE
    )
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    drop(window, data)
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 9, timeout=PATIENCE)
    qtbot.waitUntil(settled, timeout=PATIENCE)
    assert [row.state for row in window.folders_panel.rows.values()] == ["Watching for changes"]
    qtbot.waitUntil(
        lambda: window.folders_panel.skipped_button.text() == "One file was skipped", timeout=PATIENCE
    )


@pytest.mark.slow
def test_a_dropped_file_finds_its_copy_and_the_results_improve(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, tmp_path: Path
) -> None:
    window = show_library(qtbot, open_window, indexed)
    rankings = search_original(qtbot, window, tmp_path)
    assert window.pages.currentWidget() is window.results_page
    assert not window.search_bar.chip.isHidden()
    assert rankings[-1].final
    assert rankings[-1].judged == rankings[-1].to_judge == 9
    assert rankings[0].judged < 9
    model = window.results_page.model
    assert path_of(window, model.ids[0]).name == "copy.jpg"
    first = model.result(model.ids[0])
    assert first is not None
    assert first.match is not None
    assert first.match > 0.5
    assert model.same == 1
    assert [(part.count, part.line) for part in model.sections()] == [(1, False), (8, True)]
    assert window.results_page.status == "1 the same, 8 similar"


@pytest.mark.slow
def test_the_viewer_shows_a_result_explains_it_and_searches_for_a_part_of_it(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, tmp_path: Path
) -> None:
    window = show_library(qtbot, open_window, indexed)
    search_original(qtbot, window, tmp_path)
    with qtbot.waitSignal(window.viewer.canvas.zoomed, timeout=PATIENCE):
        qtbot.keyClick(window.results_page.grid, Qt.Key.Key_Home)
        qtbot.keyClick(window.results_page.grid, Qt.Key.Key_Return)
    assert window.pages.currentWidget() is window.viewer
    assert window.viewer.match.text().startswith("Match ")
    qtbot.waitUntil(lambda: window.viewer.canvas.pixels_shown == 520, timeout=PATIENCE)
    assert "copy.jpg" in window.viewer.facts.toolTip()
    shown = window.viewer.content_id
    window.viewer.canvas.region_chosen.emit((0.1, 0.1, 0.8, 0.9))
    assert window.search.request is not None
    asked = window.search.request.make()
    assert (asked.content_id, asked.region) == (shown, (0.1, 0.1, 0.8, 0.9))
    assert window.search.request.label == "part of copy.jpg"
    qtbot.waitUntil(done(window), timeout=PATIENCE)
    assert window.pages.currentWidget() is window.results_page
    assert shown not in window.results_page.model.ids


def test_words_that_find_nothing_are_answered_with_a_message(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path
) -> None:
    window = show_library(qtbot, open_window, indexed)
    window.search_bar.field.setText("xyzzyq")
    qtbot.keyClick(window.search_bar.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Nothing looks like “xyzzyq”" in window.results_page.message, timeout=PATIENCE)
    assert window.notice.text == ""


@pytest.mark.slow
def test_the_library_follows_its_folder_while_a_search_is_shown(
    qtbot: QtBot, open_window: OpenWindow, album: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(album, tmp_path / "photos")
    window = open_window(tmp_path / "library", (folder,))
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 9, timeout=PATIENCE)
    search_original(qtbot, window, tmp_path)
    textured_photo(99, (320, 240)).save(folder / "new.jpg")
    (folder / "photo_000.jpg").unlink()
    qtbot.keyClick(window.results_page.grid, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.library_page
    assert window.search_bar.chip.isHidden()

    def names() -> set[str]:
        library = window.session.library
        assert library is not None
        photos = [library.photos.info(number) for number in window.library_page.model.ids]
        return {path.name for photo in photos if photo is not None for path in photo.paths}

    qtbot.waitUntil(lambda: "new.jpg" in names() and "photo_000.jpg" not in names(), timeout=PATIENCE)


@pytest.mark.slow
def test_a_new_search_ends_the_last_and_escape_ends_any(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, album: Path
) -> None:
    window = open_window(indexed)
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 9, timeout=PATIENCE)
    first, second = window.library_page.model.ids[:2]
    window.search.start(photo_request(first, "first"))
    window.search.start(photo_request(second, "second"))
    qtbot.waitUntil(lambda: window.results_page.model.ranking is not None, timeout=PATIENCE)
    assert second not in window.results_page.model.ids
    assert first in window.results_page.model.ids
    window.search.start(file_request(album / "photo_003.jpg"))
    assert window.results_page.run.running
    qtbot.keyClick(window.results_page.grid, Qt.Key.Key_Escape)
    assert not window.results_page.run.running
    qtbot.keyClick(window.results_page.grid, Qt.Key.Key_Escape)
    assert window.search.request is None
    assert window.pages.currentWidget() is window.library_page


@pytest.mark.slow
def test_keys_open_leaf_through_and_find_the_same(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path
) -> None:
    window = open_window(indexed)
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 9, timeout=PATIENCE)
    ids = list(window.library_page.model.ids)
    window.activateWindow()
    window.library_page.grid.setFocus()
    window.library_page.grid.select(ids[0])
    qtbot.keyClick(window.library_page.grid, Qt.Key.Key_Return)
    canvas = window.viewer.canvas
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(canvas, key)
    assert window.viewer.content_id == ids[1]
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert window.library_page.grid.current_id() == ids[1]
    qtbot.keyClick(window.library_page.grid, Qt.Key.Key_F)
    assert window.search.request is not None
    assert window.search.request.make().content_id == ids[1]
    qtbot.waitUntil(done(window), timeout=PATIENCE)


@pytest.mark.slow
def test_a_pasted_picture_is_searched_with(qtbot: QtBot, open_window: OpenWindow, indexed: Path) -> None:
    window = open_window(indexed)
    QGuiApplication.clipboard().setImage(to_qimage(original()))
    window.activateWindow()
    window.search_bar.field.setFocus()
    qtbot.keyClick(window.search_bar.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert window.pages.currentWidget() is window.results_page
    qtbot.waitUntil(done(window), timeout=PATIENCE)
    assert path_of(window, window.results_page.model.ids[0]).name == "copy.jpg"
    assert isinstance(window.search_bar.chip, QueryChip)
    QGuiApplication.clipboard().clear()


def test_the_judge_is_the_users_choice(qtbot: QtBot, open_window: OpenWindow, indexed: Path) -> None:
    window = open_window(indexed)
    qtbot.waitUntil(
        lambda: window.search_bar.judge.count() == 2 and bool(window.library_page.model.ids), timeout=PATIENCE
    )
    assert window.search_bar.judge.currentData() == "geometry"
    window.search.start(photo_request(window.library_page.model.ids[0], "photo"))
    window.search_bar.judge_chosen.emit("none")
    qtbot.waitUntil(
        lambda: (
            window.results_page.model.ranking is not None
            and window.results_page.model.ranking.final
            and window.results_page.model.ranking.to_judge == 0
        ),
        timeout=PATIENCE,
    )
    library = window.session.library
    assert library is not None
    assert library.judges.in_use() == "none"
    library.judges.choose("geometry")


@pytest.mark.slow
def test_closing_in_mid_scan_leaves_nothing_behind(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    """The fixture `no_leaks` looks for threads and processes afterwards."""
    write_album(tmp_path / "many", 40)
    window = open_window(tmp_path / "library", (tmp_path / "many",))
    with qtbot.waitSignal(
        window.session.activity,
        timeout=PATIENCE,
        check_params_cb=lambda activity: activity.progress.stage is Stage.INDEXING,
    ):
        pass
    window.close()
    assert window.session.library is None


def test_closing_before_the_library_is_open_leaves_nothing_behind(qtbot: QtBot, tmp_path: Path) -> None:
    window = Window(tmp_path / "library")
    qtbot.addWidget(window)
    window.show()
    window.session.open()
    window.close()


@pytest.mark.slow
def test_pausing_holds_the_scan_and_going_on_ends_it(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    write_album(tmp_path / "many", 24)
    window = open_window(tmp_path / "library", (tmp_path / "many",))
    settled = watching(window)
    qtbot.waitUntil(lambda: bool(window.folders_panel.rows), timeout=PATIENCE)
    window.folders_panel.pause_button.click()
    assert window.session.paused
    assert [row.state for row in window.folders_panel.rows.values()] == ["Paused"]
    window.folders_panel.pause_button.click()
    qtbot.waitUntil(settled, timeout=PATIENCE)
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 24, timeout=PATIENCE)


def test_a_removed_folder_takes_its_photos_off_the_screen_only(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, album: Path, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    shutil.copytree(indexed, library)
    window = open_window(library)
    qtbot.waitUntil(lambda: len(window.folders_panel.rows) == 1, timeout=PATIENCE)
    row = next(iter(window.folders_panel.rows.values()))
    row.removed.emit(row.folder)
    qtbot.waitUntil(
        lambda: window.library_page.currentWidget() is window.library_page.first_run, timeout=PATIENCE
    )
    qtbot.waitUntil(lambda: not window.library_page.model.ids, timeout=PATIENCE)
    assert len(list(album.iterdir())) == 9


@pytest.mark.slow
def test_a_drive_that_goes_keeps_its_photos_and_may_come_back(
    qtbot: QtBot, open_window: OpenWindow, album: Path, tmp_path: Path
) -> None:
    drive, elsewhere = tmp_path / "drive", tmp_path / "elsewhere"
    shutil.copytree(album, drive)
    window = open_window(tmp_path / "library", (drive,), FollowTiming(locate=0.1))

    def state() -> str:
        return " ".join(row.state for row in window.folders_panel.rows.values())

    qtbot.waitUntil(
        lambda: state() == "Watching for changes" and len(window.library_page.model.ids) == 9,
        timeout=PATIENCE,
    )
    drive.rename(elsewhere)
    qtbot.waitUntil(lambda: state().startswith("Offline"), timeout=PATIENCE)
    assert len(window.library_page.model.ids) == 9
    elsewhere.rename(drive)
    qtbot.waitUntil(lambda: state() == "Watching for changes", timeout=PATIENCE)


@pytest.mark.slow
def test_the_window_goes_on_following_after_another_program_has_held_the_library(
    qtbot: QtBot, open_window: OpenWindow, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lookalike.catalog.database.BUSY_SECONDS", 0.1)
    photos = shutil.copytree(album, tmp_path / "photos")
    window = open_window(tmp_path / "library", (photos,), FollowTiming(retry=0.1))
    told: list[str] = []
    window.session.failed.connect(lambda failure: told.append(failure.message))

    def state() -> str:
        return " ".join(row.state for row in window.folders_panel.rows.values())

    qtbot.waitUntil(
        lambda: state() == "Watching for changes" and len(window.library_page.model.ids) == 9,
        timeout=PATIENCE,
    )
    catalog = sqlite3.connect(tmp_path / "library" / "catalog.sqlite", isolation_level=None)
    with closing(catalog):
        catalog.execute("BEGIN IMMEDIATE")
        (photos / "copy.jpg").unlink()
        qtbot.waitUntil(lambda: state().startswith("Waiting"), timeout=PATIENCE)
        assert [line for line in told if "in use by another program" in line] == told
        assert len(told) == 1
        catalog.execute("ROLLBACK")
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 8, timeout=PATIENCE)
    qtbot.waitUntil(lambda: state() == "Watching for changes", timeout=PATIENCE)


@pytest.mark.slow
def test_one_folder_can_be_paused_and_patterns_leave_photos_out(
    qtbot: QtBot, open_window: OpenWindow, album: Path, tmp_path: Path
) -> None:
    photos = shutil.copytree(album, tmp_path / "photos")
    window = open_window(tmp_path / "library", (photos,))
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 9, timeout=PATIENCE)
    row = next(iter(window.folders_panel.rows.values()))
    qtbot.waitUntil(lambda: row.state == "Watching for changes", timeout=PATIENCE)
    row.paused.emit(row.folder, True)
    qtbot.waitUntil(lambda: row.state == "Paused", timeout=PATIENCE)
    names = sorted(path.name for path in photos.iterdir())
    shutil.copy(photos / names[0], photos / "raw.jpg")
    (photos / names[1]).unlink()
    qtbot.wait(1500)
    assert len(window.library_page.model.ids) == 9, "a paused folder is left alone"
    row.paused.emit(row.folder, False)
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 8, timeout=PATIENCE)
    window.folders_panel.settings_wanted.emit()

    def dialogs() -> list[WatchingDialog]:
        return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, WatchingDialog)]

    qtbot.waitUntil(lambda: bool(dialogs()), timeout=PATIENCE)
    dialogs()[0].patterns.setPlainText(names[2])
    dialogs()[0].accept()
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 7, timeout=PATIENCE)
    assert window.session.library is not None
    assert window.session.library.folders.excludes() == [names[2]]


def test_a_library_that_cannot_be_opened_is_one_plain_line(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "catalog.sqlite").write_bytes(b"no database at all" * 100)
    window = Window(tmp_path / "library")
    qtbot.addWidget(window)
    window.show()
    window.session.open()
    qtbot.waitUntil(lambda: "cannot be opened" in window.library_page.message.text, timeout=PATIENCE)
    assert "damaged" in window.library_page.message.text
    window.close()


def test_dialogs_tell_where_the_library_stands(qtbot: QtBot, open_window: OpenWindow, indexed: Path) -> None:
    window = open_window(indexed)

    def dialog(kind: type[QWidget]) -> list[QWidget]:
        return [widget for widget in QApplication.topLevelWidgets() if type(widget) is kind]

    window.folders_panel.about_wanted.emit()
    qtbot.waitUntil(lambda: bool(dialog(AboutLibrary)), timeout=PATIENCE)
    dialog(AboutLibrary)[0].close()
    window.folders_panel.skipped_wanted.emit()
    assert window.activity_page.isVisible()


def test_every_control_has_a_name_for_screen_readers(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path
) -> None:
    window = open_window(indexed)
    qtbot.waitUntil(lambda: bool(window.folders_panel.rows), timeout=PATIENCE)
    for kind in (QAbstractButton, QComboBox, QLineEdit, GridView):
        for control in window.findChildren(kind):
            if isinstance(control.parent(), QAbstractSpinBox):
                # It goes by the name of the whole.
                continue
            text = control.text() if isinstance(control, QAbstractButton) else ""
            assert control.accessibleName() or text, control
