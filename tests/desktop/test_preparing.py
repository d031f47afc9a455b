"""Photos are prepared for a multimodal model while nobody works, visibly, and stop when somebody does."""

from __future__ import annotations

import importlib.util
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lookalike.models.store import ModelStore
from lookalike.search.settings import SearchSettings
from lookalike_desktop.models.token_preparation_controller import BUSY_PERCENT, PreparationProgress, State
from lookalike_desktop.search.queries import photo_request
from lookalike_desktop.window import Window
from tests.builders.gguf_models import write_pair
from tests.builders.installed_models import put_judge
from tests.desktop.conftest import PATIENCE

OpenWindow = Callable[..., Window]

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
)


@pytest.fixture
def window(qtbot: QtBot, open_window: OpenWindow, indexed: Path, own_home: Path, tmp_path: Path) -> Window:
    """A window whose library uses a tiny model of its own, and in which nobody works from the start."""
    # Weights of its own: no test finds photos prepared by another.
    seed = zlib.crc32(tmp_path.name.encode())
    put_judge(ModelStore(own_home / "models"), *write_pair(tmp_path, "idefics3", seed=seed), name="tiny")
    window = open_window(indexed)
    window.token_preparation.idle_seconds = 0.0
    window.token_preparation.load = lambda: 0.0
    library = window.session.library
    assert library is not None
    library.tokens.choose(ahead=False)
    library.judges.choose("tiny")
    window.token_preparation.read()
    qtbot.waitUntil(lambda: bool(window.library_page.model.ids), timeout=PATIENCE)
    return window


def threads_named(name: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == name]


def becomes(qtbot: QtBot, window: Window, state: State) -> None:
    qtbot.waitUntil(lambda: window.token_preparation.state is state, timeout=PATIENCE)


@pytest.mark.slow
def test_nothing_is_prepared_unless_it_is_allowed(qtbot: QtBot, window: Window) -> None:
    becomes(qtbot, window, State.FORBIDDEN)
    for _ in range(5):
        window.token_preparation.update_state()
    assert window.token_preparation.state is State.FORBIDDEN
    line = window.token_line
    qtbot.waitUntil(line.isVisible, timeout=PATIENCE)
    assert not line.box.isChecked()
    assert not line.button.isVisible()
    assert line.text == ""
    library = window.session.library
    assert library is not None
    assert library.tokens.status("tiny").done == 0
    # What searches leave behind is made smaller all the same, which looks at no photo.
    qtbot.waitUntil(lambda: not threads_named("prepare"), timeout=PATIENCE)
    window.search.start(photo_request(window.library_page.model.ids[0], "photo"))
    qtbot.waitUntil(lambda: not window.results_page.run.running, timeout=PATIENCE)
    assert library.tokens.status("tiny").done == 8


@pytest.mark.slow
def test_all_photos_are_prepared_and_the_line_says_how_far(qtbot: QtBot, window: Window) -> None:
    becomes(qtbot, window, State.FORBIDDEN)
    seen: list[PreparationProgress] = []
    words: list[str] = []
    window.token_preparation.changed.connect(seen.append)
    window.token_preparation.changed.connect(lambda _: words.append(window.token_line.text))
    # Asked for before the click and answered after it: what was allowed then no longer counts.
    window.token_preparation.read()
    qtbot.mouseClick(window.token_line.box, Qt.MouseButton.LeftButton)
    becomes(qtbot, window, State.DONE)
    library = window.session.library
    assert library is not None
    assert library.tokens.status("tiny").done == len(window.library_page.model.ids) == 9
    assert library.tokens.ahead
    assert window.token_line.text == "All photos are prepared"
    assert any(told.state is State.RUNNING and told.progress is not None for told in seen)
    assert any("of 9 photos prepared" in line for line in words)
    library.search.set_settings(SearchSettings(alone=True))
    window.search.start(photo_request(window.library_page.model.ids[0], "photo"))
    qtbot.waitUntil(lambda: not window.results_page.run.running, timeout=PATIENCE)
    ranking = window.results_page.model.ranking
    assert ranking is not None
    assert ranking.judged == 8


@pytest.mark.slow
def test_a_touch_of_the_mouse_makes_it_wait(qtbot: QtBot, window: Window) -> None:
    becomes(qtbot, window, State.FORBIDDEN)
    window.token_preparation.allow(True)
    becomes(qtbot, window, State.RUNNING)
    window.token_preparation.idle_seconds = 3600.0
    handle = window.windowHandle()
    assert handle is not None
    QTest.mouseMove(handle, QPoint(30, 40))
    becomes(qtbot, window, State.WAITING)
    window.token_preparation.update_state()
    assert window.token_preparation.state is State.WAITING
    assert window.token_line.text.casefold().endswith("when the computer is idle")
    window.token_preparation.idle_seconds = 0.0
    becomes(qtbot, window, State.DONE)


@pytest.mark.slow
def test_it_can_be_paused_and_goes_on(qtbot: QtBot, window: Window) -> None:
    becomes(qtbot, window, State.FORBIDDEN)
    window.token_preparation.allow(True)
    becomes(qtbot, window, State.RUNNING)
    qtbot.mouseClick(window.token_line.button, Qt.MouseButton.LeftButton)
    assert window.token_preparation.state is State.HELD
    for _ in range(5):
        window.token_preparation.update_state()
    assert window.token_preparation.state is State.HELD
    assert window.token_line.button.text() == "Resume"
    qtbot.mouseClick(window.token_line.button, Qt.MouseButton.LeftButton)
    becomes(qtbot, window, State.DONE)


@pytest.mark.slow
def test_nothing_begins_while_other_programs_work_hard(qtbot: QtBot, window: Window) -> None:
    becomes(qtbot, window, State.FORBIDDEN)
    window.token_preparation.load = lambda: BUSY_PERCENT + 1
    window.token_preparation.allow(True)
    for _ in range(5):
        window.token_preparation.update_state()
    assert window.token_preparation.state is State.WAITING
    window.token_preparation.load = lambda: 0.0
    becomes(qtbot, window, State.DONE)


@pytest.mark.slow
def test_trouble_is_one_line_and_ends_it(qtbot: QtBot, window: Window, own_home: Path) -> None:
    becomes(qtbot, window, State.FORBIDDEN)
    (file,) = (own_home / "models" / "tiny").glob("mmproj*")
    library = window.session.library
    assert library is not None
    library.judges.get("tiny")
    # Half a projector: the judge is open, and its worker would read past a last few missing bytes.
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    window.token_preparation.allow(True)
    becomes(qtbot, window, State.FAILED)
    assert "The projector could not be loaded" in window.token_line.text
    assert "\n" not in window.token_line.text
    assert not window.token_line.button.isVisible()


def test_without_a_multimodal_model_nothing_shows(qtbot: QtBot, window: Window) -> None:
    becomes(qtbot, window, State.FORBIDDEN)
    window.search_bar.judge_chosen.emit("geometry")
    becomes(qtbot, window, State.USELESS)
    assert not window.token_line.isVisible()
    window.search_bar.judge_chosen.emit("tiny")
    becomes(qtbot, window, State.FORBIDDEN)


def test_closing_the_window_ends_it(qtbot: QtBot, window: Window) -> None:
    becomes(qtbot, window, State.FORBIDDEN)
    window.token_preparation.allow(True)
    becomes(qtbot, window, State.RUNNING)
    window.close()
    assert window.session.library is None
