"""The multimodal judge in the window, on generated tiny models: live re-ranking, and what happens when it breaks."""

from __future__ import annotations

import importlib.util
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from lookalike.judges.mllm.judge import MllmJudge
from lookalike.models.store import ModelStore
from lookalike.search.ranking import Ranking
from lookalike_desktop.queries import ask_photo
from lookalike_desktop.window import Window
from tests.builders.gguf_models import write_pair
from tests.desktop.conftest import PATIENCE

OpenWindow = Callable[..., Window]

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
)


def search(qtbot: QtBot, window: Window) -> Ranking:
    """Search with the library's first photo and wait for the last ranking."""
    window.search(ask_photo(window.photos.model.ids[0], "photo"))
    qtbot.waitUntil(lambda: not window.results.run.running, timeout=PATIENCE)
    ranking = window.results.model.ranking
    assert ranking is not None
    return ranking


def test_results_are_judged_by_an_imported_model_and_survive_its_end(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, own_home: Path, tmp_path: Path
) -> None:
    ModelStore(own_home / "models").import_judge(*write_pair(tmp_path, "idefics3", seed=61), name="tiny")
    window = open_window(indexed)
    qtbot.waitUntil(lambda: window.bar.judge.count() == 3 and bool(window.photos.model.ids), timeout=PATIENCE)
    window.bar.judge_chosen.emit("tiny")
    library = window.session.library
    assert library is not None
    qtbot.waitUntil(lambda: library.judge_name() == "tiny", timeout=PATIENCE)
    ranking = search(qtbot, window)
    assert ranking.final
    assert ranking.judged == ranking.to_judge == 8
    assert all(result.match is not None and 0 < result.match < 1 for result in ranking.results)
    assert list(window.results.model.ids) == [result.content_id for result in ranking.results]

    judge = library.judge("tiny")
    assert isinstance(judge, MllmJudge)
    assert judge.session.pid is not None
    os.kill(judge.session.pid, signal.SIGKILL)
    window.search(ask_photo(window.photos.model.ids[3], "another"))
    qtbot.waitUntil(lambda: not window.results.run.running, timeout=PATIENCE)
    again = window.results.model.ranking
    assert again is not None
    assert again.final
    assert again.judged == 8
    assert again.notes == ()
    library.choose_judge("geometry")


def test_a_model_that_kills_its_worker_is_one_line_and_the_results_stay(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, own_home: Path, tmp_path: Path
) -> None:
    pair = write_pair(tmp_path, "qwen2vl", seed=62, omit={"v.blk.0.attn_q.weight"})
    ModelStore(own_home / "models").import_judge(*pair, name="deadly")
    window = open_window(indexed)
    qtbot.waitUntil(lambda: window.bar.judge.count() == 3 and bool(window.photos.model.ids), timeout=PATIENCE)
    library = window.session.library
    assert library is not None
    library.choose_judge("deadly")
    ranking = search(qtbot, window)
    assert len(ranking.results) == 8
    assert len(ranking.notes) == 1
    assert ranking.notes[0] in window.results.status
    library.choose_judge("geometry")
