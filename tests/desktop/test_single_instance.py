"""Single instance: a second start hands its errand to the window that is open, as real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from lookalike_desktop.shell.errand import Errand, errand_of
from lookalike_desktop.shell.single_instance import SingleInstance
from lookalike_desktop.window import Window
from tests.builders.photo_files import write_album
from tests.desktop.conftest import PATIENCE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals for processes")

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(own_home: Path) -> Iterator[Start]:
    """``start(*arguments)`` starts the program offscreen; whatever is left of it is killed."""
    processes: list[subprocess.Popen[str]] = []

    def begin(*arguments: str | Path) -> subprocess.Popen[str]:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        command = [sys.executable, "-m", "lookalike_desktop.main", "--verbose", *map(str, arguments)]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def wait_for(process: subprocess.Popen[str], words: str) -> str:
    """Read what a process logs until some words appear; gives the line."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"it ended without “{words}”")


names = st.binary(min_size=1, max_size=20).map(
    lambda raw: Path(os.fsdecode(b"/" + raw.replace(b"\0", b"0").replace(b"/", b"_")))
)


@given(st.lists(names, max_size=3), st.lists(names, max_size=3), st.text(max_size=5))
def test_an_errand_survives_the_way_to_the_other_process(
    photos: list[Path], find: list[Path], token: str
) -> None:
    errand = Errand((), tuple(photos), tuple(find), token)
    line = errand.to_bytes()
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert Errand.from_bytes(line) == errand


@pytest.mark.parametrize("line", [b"", b"\n", b"[]\n", b'{"folders": 3}\n', b"\xff\xfe\n", b"{}\n"])
def test_anything_else_is_no_errand(line: bytes) -> None:
    assert Errand.from_bytes(line) is None


def test_files_are_shown_and_folders_added(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.touch()
    gone = tmp_path / "gone"
    assert errand_of([tmp_path, photo, gone]) == Errand((tmp_path, gone), (photo,))


def test_one_library_has_one_window_and_another_its_own(qtbot: QtBot, tmp_path: Path) -> None:
    first, other = SingleInstance(tmp_path / "library"), SingleInstance(tmp_path / "other")
    with closing(first), closing(other):
        assert not first.hand_over(Errand())
        assert not other.hand_over(Errand())
        taken: list[Errand] = []
        parent = QObject()
        first.serve(taken.append, parent)
        errand = Errand(find=(tmp_path / "photo.jpg",))
        code = (
            "import sys; from pathlib import Path; from lookalike_desktop.shell.errand import Errand; "
            "from lookalike_desktop.shell.single_instance import SingleInstance; "
            f"sys.exit(not SingleInstance(Path({str(tmp_path / 'library')!r})).hand_over("
            f"Errand.from_bytes({errand.to_bytes()!r})))"
        )
        second = subprocess.Popen([sys.executable, "-c", code])
        try:
            qtbot.waitUntil(lambda: second.poll() is not None, timeout=PATIENCE)
            assert (second.returncode, taken) == (0, [errand])
        finally:
            second.kill()
            second.wait()
    again = SingleInstance(tmp_path / "library")
    with closing(again):
        assert not again.hand_over(Errand())


@pytest.mark.slow
def test_a_second_start_hands_its_photo_over_and_ends(start: Start, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    write_album(photos, 3)
    library = tmp_path / "library"
    first = start("--library", library, photos)
    wait_for(first, "takes errands")
    second = start("--library", library, "--find", photos / "photo_001.jpg")
    assert second.wait(60) == 0
    assert "photo_001.jpg" in wait_for(first, "An errand")
    first.send_signal(signal.SIGTERM)
    assert first.wait(60) == 0


@pytest.mark.slow
def test_what_a_killed_window_leaves_is_no_hindrance(start: Start, tmp_path: Path) -> None:
    library = tmp_path / "library"
    first = start("--library", library)
    wait_for(first, "takes errands")
    first.kill()
    first.wait()
    second = start("--library", library)
    wait_for(second, "takes errands")
    third = start("--library", library)
    assert third.wait(60) == 0
    second.send_signal(signal.SIGINT)
    assert second.wait(60) == 0


@pytest.mark.slow
def test_closing_while_it_indexes_leaves_no_process(start: Start, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    write_album(photos, 60)
    process = start("--library", tmp_path / "library", "--find", photos / "photo_001.jpg", photos)
    wait_for(process, "takes errands")
    family: list[psutil.Process] = []
    while not family:
        assert process.poll() is None
        family = psutil.Process(process.pid).children(recursive=True)
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    _, alive = psutil.wait_procs(family, timeout=30)
    assert not alive


@pytest.mark.slow
def test_the_photo_is_shown_or_searched_with(
    qtbot: QtBot, open_window: Callable[..., Window], indexed: Path, album: Path, tmp_path: Path
) -> None:
    window = open_window(indexed)
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 9, timeout=PATIENCE)
    window.errands.do(errand_of([album / "photo_003.jpg"]))
    qtbot.waitUntil(lambda: window.viewer.info is not None, timeout=PATIENCE)
    assert window.viewer.info is not None
    assert window.viewer.info.paths[0].name == "photo_003.jpg"
    elsewhere = tmp_path / "elsewhere.jpg"
    elsewhere.write_bytes((album / "photo_002.jpg").read_bytes())
    window.errands.do(errand_of([elsewhere]))
    qtbot.waitUntil(lambda: window.search.request is not None, timeout=PATIENCE)
    assert window.search.request is not None
    assert window.search.request.label == "elsewhere.jpg"
    window.errands.do(errand_of([], [album / "photo_001.jpg", album / "photo_002.jpg"]))
    assert window.search.request.label == "photo_001.jpg and 1 more"
