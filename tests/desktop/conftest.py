"""Fixtures for the window: no screen needed, real libraries, nothing left open."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# Qt reads this when its first application starts, so it stands above every import of Qt.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lookalike.progress import Stage
from lookalike.watching.follow_timing import FollowTiming
from lookalike_desktop.qt.theme import apply_theme
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.session.activity import Activity
from lookalike_desktop.window import Window
from tests.builders.photo_files import encoded, textured_photo, write_album

PATIENCE = 120_000
"""How long a test waits for the machine, milliseconds; only a hang reaches it."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """The offscreen platform warns of what it lacks; every other warning of Qt fails the test."""
    item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints", extend=True))


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """The application in its own look."""
    apply_theme(qapp)
    return qapp


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[Callable[..., Window]]:
    """``open_window(library, folders, timing)`` shows a window whose library is open."""
    windows = []

    def show(
        library: Path | None = None, folders: tuple[Path, ...] = (), timing: FollowTiming | None = None
    ) -> Window:
        window = Window(library, timing)
        windows.append(window)
        window.show()
        window.session.open(folders)
        qtbot.waitUntil(window.search_bar.isEnabled, timeout=PATIENCE)
        return window

    yield show
    for window in windows:
        window.close()
        window.deleteLater()


@pytest.fixture
def thumbnails() -> Iterator[Thumbnails]:
    """A store of made-up thumbnails: every photo has one."""
    picture = encoded(textured_photo(1, (64, 48)), "JPEG")
    store = Thumbnails(lambda *_: picture)
    yield store
    store.close()


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of eight photos and `copy.jpg`, a cut-out of a picture that is not among them."""
    folder = tmp_path_factory.mktemp("photos") / "album"
    write_album(folder, 8)
    original().crop((80, 60, 600, 440)).save(folder / "copy.jpg", quality=88)
    return folder


def original() -> Image.Image:
    """The picture that `copy.jpg` is cut from."""
    return textured_photo(4242, (640, 480))


@pytest.fixture(scope="module")
def indexed(album: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that knows the album, closed."""
    from lookalike.library import Library

    folder = tmp_path_factory.mktemp("library")
    with Library(folder) as library:
        library.folders.add(album)
        for _ in library.scan():
            pass
    return folder


def watching(window: Window) -> Callable[[], bool]:
    """Whether a window's library has settled."""
    seen: list[Activity] = []
    window.session.activity.connect(seen.append)
    return lambda: bool(seen) and seen[-1].progress.stage is Stage.WATCHING


def drop(window: Window, data: QMimeData) -> None:
    """Drag something into a window, and drop it."""
    place = QPointF(window.rect().center())
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(place.toPoint(), copy, data, left, none)
    QApplication.sendEvent(window, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(window, QDropEvent(place, copy, data, left, none))
