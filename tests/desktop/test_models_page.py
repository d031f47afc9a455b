"""The page of models, against a hub on this machine and generated tiny models."""

from __future__ import annotations

import importlib.util
import os
import socket
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QMessageBox
from pytestqt.qtbot import QtBot

from lookalike.models import catalogue
from lookalike.models.check import ModelCheck, check_files
from lookalike.models.installed import InstalledModel
from lookalike.models.store import ModelStore
from lookalike.progress import Progress
from lookalike.search.settings import SearchSettings
from lookalike_desktop.models.model_row import ModelRow
from lookalike_desktop.search.queries import photo_request
from lookalike_desktop.window import Window
from tests.builders.gguf_models import write_pair
from tests.builders.installed_models import put_judge
from tests.builders.model_hub import ModelHub, serving, write_catalogue
from tests.builders.vision_models import save_dinov2
from tests.desktop.conftest import PATIENCE

OpenWindow = Callable[..., Window]

needs_llama = pytest.mark.skipif(
    importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelHub]:
    """A hub that offers the model Tiny, and Broken, whose projector lacks a part."""
    with serving(ModelHub()) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        path = tmp_path / "models.toml"
        write_catalogue(path, hub, "someone/tiny", write_pair(tmp_path / "tiny", "idefics3"), "Tiny")
        broken = write_pair(tmp_path / "broken", "qwen2vl", omit={"v.blk.0.attn_q.weight"})
        write_catalogue(path, hub, "someone/broken", broken, "Broken")
        monkeypatch.setattr(catalogue, "resource", lambda _: path)
        yield hub


def shown(qtbot: QtBot, window: Window) -> None:
    """Open the page and wait for its list."""
    window.search_bar.models_button.click()
    qtbot.waitUntil(lambda: bool(window.models_page.rows), timeout=PATIENCE)


def row(window: Window, name: str) -> ModelRow:
    found = window.models_page.row(name)
    assert found is not None
    return found


def answer(qtbot: QtBot, window: Window, yes: bool) -> str:
    """Answer the question that is asked; gives its words."""
    qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox)), timeout=PATIENCE)
    (box,) = window.findChildren(QMessageBox)
    words = f"{box.text()} {box.informativeText()}"
    role = QMessageBox.ButtonRole.AcceptRole if yes else QMessageBox.ButtonRole.RejectRole
    next(button for button in box.buttons() if box.buttonRole(button) == role).click()
    qtbot.waitUntil(lambda: not window.findChildren(QMessageBox), timeout=PATIENCE)
    return words


def idle(window: Window) -> Callable[[], bool]:
    return lambda: not window.models_controller.busy


@pytest.mark.slow
@needs_llama
def test_from_the_offer_to_a_judged_search_and_removal(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, hub: ModelHub
) -> None:
    window = open_window(indexed)
    shown(qtbot, window)
    assert window.pages.currentWidget() is window.models_page
    assert "Nothing is downloaded before you ask" in window.models_page.about
    assert [each.listing.name for each in window.models_page.rows] == [
        "geometry",
        "Tiny",
        "Broken",
        "default",
    ]
    assert row(window, "geometry").text.startswith("Matching points. In use")
    for words in ("Tests: it answers nonsense", "of memory", "Free for tests"):
        assert words in row(window, "Tiny").text

    # Saying no fetches nothing.
    row(window, "Tiny").main_button.click()
    words = answer(qtbot, window, yes=False)
    assert "over the network from 127.0.0.1" in words
    assert "Licence: Free for tests" in words
    assert "MB" in words
    assert hub.requests == []

    # Cancelled in the middle, what has come is kept.
    hub.step_seconds = 0.01
    row(window, "Tiny").main_button.click()
    answer(qtbot, window, yes=True)
    qtbot.waitUntil(lambda: "left" in row(window, "Tiny").state, timeout=PATIENCE)
    assert "MB/s" in row(window, "Tiny").state or "kB/s" in row(window, "Tiny").state
    assert not window.models_page.files_button.isEnabled()
    assert not row(window, "Broken").main_button.isEnabled()
    assert row(window, "Tiny").main_button.text() == "Cancel"
    row(window, "Tiny").main_button.click()
    qtbot.waitUntil(lambda: "downloaded so far" in row(window, "Tiny").state, timeout=PATIENCE)
    assert row(window, "Tiny").main_button.text() == "Continue…"

    # Taken up again only the rest is sent; then the model is tried, and its speed shown.
    hub.step_seconds = 0
    row(window, "Tiny").main_button.click()
    answer(qtbot, window, yes=True)
    qtbot.waitUntil(lambda: row(window, "Tiny").listing.installed, timeout=PATIENCE)
    llm = next(key for key in hub.files if "tiny/tiny" in key)
    assert len(hub.promised[llm]) == 2
    assert hub.promised[llm][1] < hub.promised[llm][0] == len(hub.files[llm])
    assert "pairs per second" in row(window, "Tiny").text
    assert "Tiny is installed" in window.notice.text
    qtbot.waitUntil(lambda: window.search_bar.judge.findData("Tiny") >= 0, timeout=PATIENCE)

    # Used, a search is judged by it.
    row(window, "Tiny").main_button.click()
    qtbot.waitUntil(lambda: row(window, "Tiny").in_use, timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.search_bar.judge.currentData() == "Tiny", timeout=PATIENCE)
    assert not row(window, "Tiny").main_button.isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.library_page
    assert window.session.library is not None
    window.session.library.search.set_settings(SearchSettings(alone=True))
    window.search.start(photo_request(window.library_page.model.ids[0], "photo"))
    qtbot.waitUntil(lambda: not window.results_page.run.running, timeout=PATIENCE)
    ranking = window.results_page.model.ranking
    assert ranking is not None
    assert ranking.notes == ()
    assert ranking.judged == 8

    # Another judge, chosen while results are open, looks at them anew.
    window.navigator.toggle_models()
    qtbot.waitUntil(lambda: row(window, "Tiny").in_use, timeout=PATIENCE)
    row(window, "geometry").main_button.click()
    qtbot.waitUntil(lambda: row(window, "geometry").in_use, timeout=PATIENCE)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.results_page.run.running
    qtbot.waitUntil(lambda: not window.results_page.run.running, timeout=PATIENCE)

    # Removed, it can be downloaded again.
    window.navigator.toggle_models()
    row(window, "Tiny").remove_button.click()
    assert "frees" in answer(qtbot, window, yes=True)
    qtbot.waitUntil(lambda: not row(window, "Tiny").listing.installed, timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.search_bar.judge.findData("Tiny") < 0, timeout=PATIENCE)
    assert row(window, "Tiny").main_button.text() == "Download…"


@pytest.mark.slow
@needs_llama
def test_failures_are_one_line_each(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, hub: ModelHub, tmp_path: Path
) -> None:
    window = open_window(indexed)
    shown(qtbot, window)
    llm = next(key for key in hub.files if "tiny/tiny" in key)
    hub.altered[llm] = hub.files[llm][:-1] + b"?"
    window.models_controller.download("Tiny")
    qtbot.waitUntil(lambda: "wrong checksum" in window.notice.text, timeout=PATIENCE)
    qtbot.waitUntil(idle(window), timeout=PATIENCE)
    hub.altered.clear()
    hub.status[llm] = (401, "GatedRepo")
    window.models_controller.download("Tiny")
    qtbot.waitUntil(lambda: "accepted its licence" in window.notice.text, timeout=PATIENCE)
    qtbot.waitUntil(idle(window), timeout=PATIENCE)
    # A model that fails its trial is not kept.
    window.models_controller.download("Broken")
    qtbot.waitUntil(lambda: "broke down" in window.notice.text, timeout=PATIENCE)
    qtbot.waitUntil(idle(window), timeout=PATIENCE)
    assert not row(window, "Broken").listing.installed
    assert len(window.notice.text.splitlines()) == 1
    (tmp_path / "note.gguf").write_text("no model")
    window.models_controller.import_files((tmp_path / "note.gguf", tmp_path / "mmproj.gguf"))
    qtbot.waitUntil(lambda: "note.gguf" in window.notice.text, timeout=PATIENCE)
    qtbot.waitUntil(idle(window), timeout=PATIENCE)


@pytest.mark.slow
def test_the_users_own_files_are_imported(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, hub: ModelHub, tmp_path: Path
) -> None:
    window = open_window(indexed)
    shown(qtbot, window)
    window.models_controller.import_files(write_pair(tmp_path / "own", "qwen2vl"))
    qtbot.waitUntil(lambda: window.models_page.row("tiny-qwen2vl") is not None, timeout=PATIENCE)
    window.models_controller.import_files((save_dinov2(tmp_path / "dino"),))
    qtbot.waitUntil(lambda: window.models_page.row("dino") is not None, timeout=PATIENCE)
    qtbot.waitUntil(idle(window), timeout=PATIENCE)
    assert row(window, "dino").listing.kind == "descriptor"
    assert hub.requests == []


def test_a_damaged_model_is_told_from_a_whole_one(
    qtbot: QtBot,
    open_window: OpenWindow,
    indexed: Path,
    hub: ModelHub,
    own_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = ModelStore(own_home / "models")
    whole = put_judge(store, *write_pair(tmp_path / "whole", "idefics3"), "whole")
    flipped = put_judge(store, *write_pair(tmp_path / "flipped", "qwen2vl", seed=1), "flipped")
    with flipped.file("mmproj").open("r+b") as file:
        file.seek(-1000, os.SEEK_END)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 1]))
    # Whole files that do not belong together.
    foreign = write_pair(tmp_path / "foreign", "idefics3", projection=128)[1]
    put_judge(store, write_pair(tmp_path / "odd", "idefics3")[0], foreign, "odd")
    window = open_window(indexed)
    shown(qtbot, window)
    assert row(window, "geometry").check_button.isHidden()
    assert row(window, "Tiny").check_button.isHidden(), "what is not there cannot be checked"
    assert row(window, "whole").check_button.accessibleName() == "Check whole"
    threads = []

    def watched(models: Sequence[InstalledModel]) -> Generator[Progress, None, list[ModelCheck]]:
        threads.append(threading.current_thread())
        return (yield from check_files(models))

    monkeypatch.setattr("lookalike.library.model_manager.check_files", watched)
    for name, words in (
        ("whole", "whole is intact"),
        ("flipped", f"flipped: {flipped.files['mmproj']} is damaged"),
        ("odd", "odd: "),
    ):
        row(window, name).check_button.click()
        assert window.models_controller.busy
        assert not row(window, "Tiny").main_button.isEnabled(), "one thing at a time"
        with qtbot.waitSignal(window.models_controller.reported, timeout=PATIENCE):
            pass
        assert words in window.notice.text
        assert ("Remove the model and add it again." in window.notice.text) == (name != "whole")
        qtbot.waitUntil(idle(window), timeout=PATIENCE)
    assert threads
    assert threading.main_thread() not in threads
    assert hub.requests == []
    assert whole.file("llm").is_file()


def test_the_page_is_worked_with_keys_alone(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, hub: ModelHub
) -> None:
    window = open_window(indexed)
    window.activateWindow()
    qtbot.keyClick(
        window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    qtbot.waitUntil(lambda: bool(window.models_page.rows), timeout=PATIENCE)
    qtbot.waitUntil(lambda: isinstance(window.focusWidget(), ModelRow), timeout=PATIENCE)
    for button in window.models_page.findChildren(QAbstractButton):
        assert button.accessibleName() or button.text()
    assert all(each.listing.name == "geometry" or each.accessibleName() for each in window.models_page.rows)
    row(window, "geometry").setFocus()
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Down)
    assert window.focusWidget() is row(window, "Tiny")
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Up)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Up)
    assert window.focusWidget() is row(window, "geometry")
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Down)
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert "Download Tiny?" in answer(qtbot, window, yes=False)
    # A list read anew leaves the focus with its model.
    before = row(window, "Tiny")
    window.models_controller.read()
    qtbot.waitUntil(lambda: row(window, "Tiny") is not before, timeout=PATIENCE)
    assert window.focusWidget() is row(window, "Tiny")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.library_page


@pytest.mark.slow
def test_looking_at_the_page_opens_no_connection(
    qtbot: QtBot,
    open_window: OpenWindow,
    indexed: Path,
    hub: ModelHub,
    own_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_judge(ModelStore(own_home / "models"), *write_pair(tmp_path / "own", "idefics3"), "own")
    used = []

    def refuse(*arguments: object) -> None:
        used.append(arguments)
        raise OSError("the network is used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    window = open_window(indexed)
    shown(qtbot, window)
    row(window, "Tiny").main_button.click()
    answer(qtbot, window, yes=False)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    window.search.start(photo_request(window.library_page.model.ids[0], "photo"))
    qtbot.waitUntil(lambda: not window.results_page.run.running, timeout=PATIENCE)
    assert used == []
    # The explicit wish is what opens one.
    window.models_controller.download("Tiny")
    qtbot.waitUntil(lambda: "cannot be reached" in window.notice.text, timeout=PATIENCE)
    assert used != []


def test_closing_the_window_ends_a_download(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, hub: ModelHub
) -> None:
    hub.step_seconds = 0.01
    window = open_window(indexed)
    shown(qtbot, window)
    window.models_controller.download("Tiny")
    qtbot.waitUntil(lambda: bool(hub.promised), timeout=PATIENCE)
    window.close()
    assert not window.session.library
