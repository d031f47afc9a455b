"""The multimodal judge in the window, on generated tiny models: live re-ranking, and what happens when it breaks."""

from __future__ import annotations

import importlib.util
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from lookalike.judges.protocol import JudgeOptions
from lookalike.models.store import ModelStore
from lookalike.search.calibration import Calibration
from lookalike.search.curves import Logistic
from lookalike.search.index_score import IndexScore
from lookalike.search.ranking import Ranking
from lookalike.search.settings import SearchSettings
from lookalike_desktop.search.queries import photo_request
from lookalike_desktop.window import Window
from tests.builders.gguf_models import write_pair
from tests.builders.installed_models import put_judge
from tests.builders.opened_judges import open_mllm_judge
from tests.desktop.conftest import PATIENCE

OpenWindow = Callable[..., Window]

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
)


def search(qtbot: QtBot, window: Window) -> Ranking:
    """Search with the library's first photo and wait for the last ranking."""
    window.search.start(photo_request(window.library_page.model.ids[0], "photo"))
    qtbot.waitUntil(lambda: not window.results_page.run.running, timeout=PATIENCE)
    ranking = window.results_page.model.ranking
    assert ranking is not None
    return ranking


@pytest.mark.slow
def test_results_are_judged_by_an_imported_model_and_survive_its_end(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, own_home: Path, tmp_path: Path
) -> None:
    put_judge(ModelStore(own_home / "models"), *write_pair(tmp_path, "idefics3", seed=61), name="tiny")
    window = open_window(indexed)
    qtbot.waitUntil(
        lambda: window.search_bar.judge.count() == 3 and bool(window.library_page.model.ids), timeout=PATIENCE
    )
    window.search_bar.judge_chosen.emit("tiny")
    library = window.session.library
    assert library is not None
    library.search.set_settings(SearchSettings(alone=True))
    qtbot.waitUntil(lambda: library.judges.in_use() == "tiny", timeout=PATIENCE)
    ranking = search(qtbot, window)
    assert ranking.final
    assert ranking.judged == ranking.to_judge == 8
    assert all(result.match is not None and 0 < result.match < 1 for result in ranking.results)
    assert list(window.results_page.model.ids) == [result.content_id for result in ranking.results]

    judge = open_mllm_judge(library.judges, "tiny")
    assert judge.session.pid is not None
    os.kill(judge.session.pid, signal.SIGKILL)
    window.search.start(photo_request(window.library_page.model.ids[3], "another"))
    qtbot.waitUntil(lambda: not window.results_page.run.running, timeout=PATIENCE)
    again = window.results_page.model.ranking
    assert again is not None
    assert again.final
    assert again.judged == 8
    assert again.notes == ()
    library.judges.choose("geometry")


@pytest.mark.slow
def test_a_model_that_kills_its_worker_is_one_line_and_the_results_stay(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, own_home: Path, tmp_path: Path
) -> None:
    pair = write_pair(tmp_path, "qwen2vl", seed=62, omit={"v.blk.0.attn_q.weight"})
    put_judge(ModelStore(own_home / "models"), *pair, name="deadly")
    window = open_window(indexed)
    qtbot.waitUntil(
        lambda: window.search_bar.judge.count() == 3 and bool(window.library_page.model.ids), timeout=PATIENCE
    )
    library = window.session.library
    assert library is not None
    library.search.set_settings(SearchSettings(alone=True))
    library.judges.choose("deadly")
    ranking = search(qtbot, window)
    assert len(ranking.results) == 8
    assert len(ranking.notes) == 1
    assert ranking.notes[0] in window.results_page.status
    library.judges.choose("geometry")


@pytest.mark.slow
def test_what_counts_as_the_same_is_chosen_and_an_uncalibrated_model_says_so(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, own_home: Path, tmp_path: Path
) -> None:
    put_judge(ModelStore(own_home / "models"), *write_pair(tmp_path, "idefics3", seed=63), name="tiny")
    window = open_window(indexed)
    bar, results = window.search_bar, window.results_page
    qtbot.waitUntil(lambda: bar.judge.count() == 3 and bool(window.library_page.model.ids), timeout=PATIENCE)
    library = window.session.library
    assert library is not None
    library.search.set_settings(SearchSettings(alone=True))
    bar.judge_chosen.emit("geometry")
    qtbot.waitUntil(lambda: bar.mode.count() == 0, timeout=PATIENCE)
    assert bar.mode.isHidden(), "geometry knows only one question"
    search(qtbot, window)
    assert results.caution == ""

    bar.judge_chosen.emit("tiny")
    qtbot.waitUntil(lambda: bar.mode.count() == 4, timeout=PATIENCE)
    assert bar.mode.isVisible()
    assert bar.mode.accessibleName() == "What counts as the same"
    things = search(qtbot, window)
    assert not things.calibrated
    assert results.caution.startswith("This model's answers are not calibrated yet: the line is a guess.")
    assert results.match_text(things.results[0].content_id).endswith("%, not calibrated")

    # By keyboard: the search runs again with another question, on the model that is loaded.
    judge = open_mllm_judge(library.judges, "tiny")
    pid = judge.session.pid
    assert bar.mode.focusPolicy() & Qt.FocusPolicy.TabFocus
    bar.mode.setFocus()
    with qtbot.waitSignal(window.results_page.run.ranking, timeout=PATIENCE):
        qtbot.keyClick(bar.mode, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: not results.run.running, timeout=PATIENCE)
    places = results.model.ranking
    assert places is not None
    assert places.judged == 8
    assert library.search.settings.mode == bar.mode.currentData() == "landmark"
    assert {one.content_id: one.match for one in places.results} != {
        one.content_id: one.match for one in things.results
    }
    assert judge.session.pid == pid

    # A calibration that was fitted meanwhile counts from the next search on.
    library.calibrations.put(
        Calibration(
            library.status().descriptor,
            judge.with_options(JudgeOptions("landmark")).key,
            weight=0.5,
            index_score=IndexScore(0.1),
            index=Logistic(20.0, -15.0),
            match=Logistic(1.0, 5.0),
            cut_off=0.5,
            error=0.01,
            pairs=500,
            positives=50,
            groups=9,
        )
    )
    calibrated = search(qtbot, window)
    assert calibrated.calibrated
    assert results.caution == ""
    assert calibrated.same == 8, "the stored curve and line are gone by"
    library.judges.choose("geometry")
    library.search.set_settings(SearchSettings())
