"""The window over real libraries: real photos, real worker processes, the geometric judge."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QTreeWidget
from pytestqt.qtbot import QtBot

from lookalike.search.ranking import Ranking
from lookalike_desktop.library.library_dialogs import AboutLibrary, SkippedFiles
from lookalike_desktop.library.watching_dialog import WatchingDialog
from lookalike_desktop.search.queries import file_request, photo_request, to_qimage
from lookalike_desktop.search.search_bar import QueryChip
from lookalike_desktop.widgets.grid_view import GridView
from lookalike_desktop.window import Window
from tests.builders.photo_files import textured_photo, write_album
from tests.desktop.conftest import PATIENCE, original, watching

OpenWindow = Callable[..., Window]


def drop(window: Window, data: QMimeData) -> None:
    place = QPointF(window.rect().center())
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(place.toPoint(), copy, data, left, none)
    QApplication.sendEvent(window, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(window, QDropEvent(place, copy, data, left, none))


def path_of(window: Window, content_id: int) -> Path:
    library = window.session.library
    assert library is not None
    photo = library.photos.info(content_id)
    assert photo is not None
    return photo.paths[0]


def done(window: Window) -> Callable[[], bool]:
    return lambda: not window.results.run.running


@pytest.mark.slow
def test_from_an_empty_library_to_results_that_improve(
    qtbot: QtBot, open_window: OpenWindow, album: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "my photos"
    shutil.copytree(album, folder)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8 not a photo")
    window = open_window(tmp_path / "library")
    settled = watching(window)
    qtbot.waitUntil(lambda: window.photos.currentWidget() is window.photos.first_run, timeout=PATIENCE)

    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    drop(window, data)
    qtbot.waitUntil(lambda: len(window.photos.model.ids) == 9, timeout=PATIENCE)
    qtbot.waitUntil(settled, timeout=PATIENCE)
    assert [row.state for row in window.panel.rows.values()] == ["Watching for changes"]
    qtbot.waitUntil(lambda: window.panel.skipped_button.text() == "One file was skipped", timeout=PATIENCE)

    # A dropped file finds the copy cut from it; rankings get better until all are checked.
    query = tmp_path / "original.png"
    original().save(query)
    rankings: list[Ranking] = []
    window.results.run.ranking.connect(rankings.append)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(query))])
    drop(window, data)
    assert not window.bar.chip.isHidden()
    qtbot.waitUntil(done(window), timeout=PATIENCE)
    assert rankings[-1].final
    assert rankings[-1].judged == rankings[-1].to_judge == 9
    assert rankings[0].judged < 9
    model = window.results.model
    assert path_of(window, model.ids[0]).name == "copy.jpg"
    first = model.result(model.ids[0])
    assert first is not None
    assert first.match is not None
    assert first.match > 0.5
    assert model.same == 1
    assert [(part.count, part.line) for part in model.sections()] == [(1, False), (8, True)]
    assert window.results.status == "1 the same, 8 similar"

    # The viewer: a result large, a region of it searched for.
    with qtbot.waitSignal(window.viewer.canvas.zoomed, timeout=PATIENCE):
        qtbot.keyClick(window.results.grid, Qt.Key.Key_Home)
        qtbot.keyClick(window.results.grid, Qt.Key.Key_Return)
    assert window.pages.currentWidget() is window.viewer
    assert window.viewer.match.text().startswith("Match ")
    qtbot.waitUntil(lambda: window.viewer.canvas.pixels_shown == 520, timeout=PATIENCE)
    assert "copy.jpg" in window.viewer.facts.toolTip()
    window.viewer.why_button.click()
    qtbot.waitUntil(lambda: "details" in window.viewer.facts.toolTip(), timeout=PATIENCE)
    shown = window.viewer.content_id
    window.viewer.canvas.region_chosen.emit((0.1, 0.1, 0.8, 0.9))
    assert window.request is not None
    asked = window.request.make()
    assert (asked.content_id, asked.region) == (shown, (0.1, 0.1, 0.8, 0.9))
    qtbot.waitUntil(done(window), timeout=PATIENCE)
    assert window.pages.currentWidget() is window.results
    assert shown not in model.ids

    # Words that the model cannot read are answered in words.
    window.bar.field.setText("a red cup")
    qtbot.keyClick(window.bar.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "does not read words" in window.results.message, timeout=PATIENCE)

    # Escape goes back to the library, which has followed what happened meanwhile.
    textured_photo(99, (320, 240)).save(folder / "new.jpg")
    (folder / "photo_000.jpg").unlink()
    qtbot.keyClick(window.results.grid, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.photos
    assert window.bar.chip.isHidden()

    def names() -> set[str]:
        library = window.session.library
        assert library is not None
        photos = [library.photos.info(number) for number in window.photos.model.ids]
        return {path.name for photo in photos if photo is not None for path in photo.paths}

    qtbot.waitUntil(lambda: "new.jpg" in names() and "photo_000.jpg" not in names(), timeout=PATIENCE)


@pytest.mark.slow
def test_a_new_search_ends_the_last_and_escape_ends_any(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, album: Path
) -> None:
    window = open_window(indexed)
    qtbot.waitUntil(lambda: len(window.photos.model.ids) == 9, timeout=PATIENCE)
    first, second = window.photos.model.ids[:2]
    window.search(photo_request(first, "first"))
    window.search(photo_request(second, "second"))
    qtbot.waitUntil(lambda: window.results.model.ranking is not None, timeout=PATIENCE)
    assert second not in window.results.model.ids
    assert first in window.results.model.ids
    window.search(file_request(album / "photo_003.jpg"))
    assert window.results.run.running
    qtbot.keyClick(window.results.grid, Qt.Key.Key_Escape)
    assert not window.results.run.running
    qtbot.keyClick(window.results.grid, Qt.Key.Key_Escape)
    assert window.request is None
    assert window.pages.currentWidget() is window.photos


def test_keys_open_leaf_through_and_find_the_same(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path
) -> None:
    window = open_window(indexed)
    qtbot.waitUntil(lambda: len(window.photos.model.ids) == 9, timeout=PATIENCE)
    ids = list(window.photos.model.ids)
    window.activateWindow()
    window.photos.grid.setFocus()
    window.photos.grid.select(ids[0])
    qtbot.keyClick(window.photos.grid, Qt.Key.Key_Return)
    canvas = window.viewer.canvas
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(canvas, key)
    assert window.viewer.content_id == ids[1]
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert window.photos.grid.current_id() == ids[1]
    qtbot.keyClick(window.photos.grid, Qt.Key.Key_F)
    assert window.request is not None
    assert window.request.make().content_id == ids[1]
    qtbot.waitUntil(done(window), timeout=PATIENCE)


def test_a_pasted_picture_is_searched_with(qtbot: QtBot, open_window: OpenWindow, indexed: Path) -> None:
    window = open_window(indexed)
    QGuiApplication.clipboard().setImage(to_qimage(original()))
    window.activateWindow()
    window.bar.field.setFocus()
    qtbot.keyClick(window.bar.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert window.pages.currentWidget() is window.results
    qtbot.waitUntil(done(window), timeout=PATIENCE)
    assert path_of(window, window.results.model.ids[0]).name == "copy.jpg"
    assert isinstance(window.bar.chip, QueryChip)
    QGuiApplication.clipboard().clear()


def test_the_judge_is_the_users_choice(qtbot: QtBot, open_window: OpenWindow, indexed: Path) -> None:
    window = open_window(indexed)
    qtbot.waitUntil(lambda: window.bar.judge.count() == 2 and bool(window.photos.model.ids), timeout=PATIENCE)
    assert window.bar.judge.currentData() == "geometry"
    window.search(photo_request(window.photos.model.ids[0], "photo"))
    window.bar.judge_chosen.emit("none")
    qtbot.waitUntil(
        lambda: (
            window.results.model.ranking is not None
            and window.results.model.ranking.final
            and window.results.model.ranking.to_judge == 0
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
        check_params_cb=lambda activity: activity.progress.stage == "indexing",
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
    qtbot.waitUntil(lambda: bool(window.panel.rows), timeout=PATIENCE)
    window.panel.pause_button.click()
    assert window.session.paused
    assert [row.state for row in window.panel.rows.values()] == ["Paused"]
    window.panel.pause_button.click()
    qtbot.waitUntil(settled, timeout=PATIENCE)
    qtbot.waitUntil(lambda: len(window.photos.model.ids) == 24, timeout=PATIENCE)


def test_a_removed_folder_takes_its_photos_off_the_screen_only(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, album: Path, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    shutil.copytree(indexed, library)
    window = open_window(library)
    qtbot.waitUntil(lambda: len(window.panel.rows) == 1, timeout=PATIENCE)
    row = next(iter(window.panel.rows.values()))
    row.removed.emit(row.folder)
    qtbot.waitUntil(lambda: window.photos.currentWidget() is window.photos.first_run, timeout=PATIENCE)
    assert not window.photos.model.ids
    assert len(list(album.iterdir())) == 9


def test_a_drive_that_goes_keeps_its_photos_and_may_come_back(
    qtbot: QtBot, open_window: OpenWindow, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lookalike.watching.follower.REACH_SECONDS", 0.1)
    drive, elsewhere = tmp_path / "drive", tmp_path / "elsewhere"
    shutil.copytree(album, drive)
    window = open_window(tmp_path / "library", (drive,))

    def state() -> str:
        return " ".join(row.state for row in window.panel.rows.values())

    qtbot.waitUntil(
        lambda: state() == "Watching for changes" and len(window.photos.model.ids) == 9, timeout=PATIENCE
    )
    drive.rename(elsewhere)
    qtbot.waitUntil(lambda: state().startswith("Offline"), timeout=PATIENCE)
    assert len(window.photos.model.ids) == 9
    elsewhere.rename(drive)
    qtbot.waitUntil(lambda: state() == "Watching for changes", timeout=PATIENCE)


def test_the_window_goes_on_following_after_another_program_has_held_the_library(
    qtbot: QtBot, open_window: OpenWindow, album: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lookalike.catalog.database.BUSY_SECONDS", 0.1)
    monkeypatch.setattr("lookalike.watching.follower.RETRY_SECONDS", 0.1)
    photos = shutil.copytree(album, tmp_path / "photos")
    window = open_window(tmp_path / "library", (photos,))
    told: list[str] = []
    window.session.failed.connect(told.append)

    def state() -> str:
        return " ".join(row.state for row in window.panel.rows.values())

    qtbot.waitUntil(
        lambda: state() == "Watching for changes" and len(window.photos.model.ids) == 9, timeout=PATIENCE
    )
    catalog = sqlite3.connect(tmp_path / "library" / "catalog.sqlite", isolation_level=None)
    with closing(catalog):
        catalog.execute("BEGIN IMMEDIATE")
        (photos / "copy.jpg").unlink()
        qtbot.waitUntil(lambda: state().startswith("Waiting"), timeout=PATIENCE)
        assert [line for line in told if "in use by another program" in line] == told
        assert len(told) == 1
        catalog.execute("ROLLBACK")
    qtbot.waitUntil(lambda: len(window.photos.model.ids) == 8, timeout=PATIENCE)
    qtbot.waitUntil(lambda: state() == "Watching for changes", timeout=PATIENCE)


@pytest.mark.slow
def test_one_folder_can_be_paused_and_patterns_leave_photos_out(
    qtbot: QtBot, open_window: OpenWindow, album: Path, tmp_path: Path
) -> None:
    photos = shutil.copytree(album, tmp_path / "photos")
    window = open_window(tmp_path / "library", (photos,))
    qtbot.waitUntil(lambda: len(window.photos.model.ids) == 9, timeout=PATIENCE)
    row = next(iter(window.panel.rows.values()))
    qtbot.waitUntil(lambda: row.state == "Watching for changes", timeout=PATIENCE)
    row.paused.emit(row.folder, True)
    qtbot.waitUntil(lambda: row.state == "Paused", timeout=PATIENCE)
    names = sorted(path.name for path in photos.iterdir())
    shutil.copy(photos / names[0], photos / "raw.jpg")
    (photos / names[1]).unlink()
    qtbot.wait(1500)
    assert len(window.photos.model.ids) == 9, "a paused folder is left alone"
    row.paused.emit(row.folder, False)
    qtbot.waitUntil(lambda: len(window.photos.model.ids) == 8, timeout=PATIENCE)
    window.panel.settings_wanted.emit()

    def dialogs() -> list[WatchingDialog]:
        return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, WatchingDialog)]

    qtbot.waitUntil(lambda: bool(dialogs()), timeout=PATIENCE)
    dialogs()[0].patterns.setPlainText(names[2])
    dialogs()[0].accept()
    qtbot.waitUntil(lambda: len(window.photos.model.ids) == 7, timeout=PATIENCE)
    assert window.session.library is not None
    assert window.session.library.folders.excludes() == [names[2]]


def test_a_library_that_cannot_be_opened_is_one_plain_line(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "catalog.sqlite").write_bytes(b"no database at all" * 100)
    window = Window(tmp_path / "library")
    qtbot.addWidget(window)
    window.show()
    window.session.open()
    qtbot.waitUntil(lambda: "cannot be opened" in window.photos.message.words, timeout=PATIENCE)
    assert "damaged" in window.photos.message.words
    window.close()


def test_dialogs_tell_where_the_library_stands(qtbot: QtBot, open_window: OpenWindow, indexed: Path) -> None:
    window = open_window(indexed)

    def dialog(kind: type) -> list:
        return [widget for widget in QApplication.topLevelWidgets() if type(widget) is kind]

    window.panel.about_wanted.emit()
    qtbot.waitUntil(lambda: bool(dialog(AboutLibrary)), timeout=PATIENCE)
    dialog(AboutLibrary)[0].close()
    window.panel.skipped_wanted.emit()
    qtbot.waitUntil(lambda: bool(dialog(SkippedFiles)), timeout=PATIENCE)
    assert dialog(SkippedFiles)[0].findChild(QTreeWidget).topLevelItemCount() == 0
    dialog(SkippedFiles)[0].close()


def test_every_control_has_a_name_for_screen_readers(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path
) -> None:
    window = open_window(indexed)
    qtbot.waitUntil(lambda: bool(window.panel.rows), timeout=PATIENCE)
    for kind in (QAbstractButton, QComboBox, QLineEdit, GridView):
        for control in window.findChildren(kind):
            text = control.text() if isinstance(control, QAbstractButton) else ""
            assert control.accessibleName() or text, control
