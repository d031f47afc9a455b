"""The scores are those that llama.cpp gives for the whole prompt."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lookalike.judges.mllm.families import match_pair
from lookalike.judges.mllm.gguf_file import read_gguf
from lookalike.judges.mllm.messages import WorkerSettings
from lookalike.judges.mllm.pixels import prepare
from lookalike.judges.mllm.prompts import load_prompt
from lookalike.worker import Worker
from tests.builders.gguf_models import FAMILIES, KINDS, write_pair
from tests.core.judges.mllm_reference import PARALLEL, Pair, blobs, call_off, measure

pytestmark = [
    pytest.mark.slow,
    pytest.mark.mllm,
    pytest.mark.skipif(
        importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
    ),
]

SAME_WAY = 1e-4
"""Same operations on the same numbers, but another context: rounding may differ between machines."""
JOINED = 0.01
"""What decoding a photo and the question in one step may move such a logit as below (0.0017 seen)."""
STORED = 0.025
"""What float16 tokens may move a logit whose standard deviation is 1 (0.003 in two layers, 0.022 in Gemma's six)."""
TOGETHER = 0.03
"""What being decoded side by side with others may move such a logit."""
SHAPES = [(1, 320, 200), (2, 200, 400), (3, 900, 300)]


def run_worker(main: Any, settings: WorkerSettings, *arguments: Any) -> Any:
    """What a worker process sends that runs `main` on a model."""
    worker = Worker(main, (settings, *arguments), name="the reference")
    try:
        return worker.receive()
    finally:
        worker.close()


def model_settings(folder: Path, family: str) -> tuple[WorkerSettings, list[Any]]:
    """A tiny model of a family, and photos as it takes them."""
    llm, mmproj = write_pair(folder, family)
    pair = match_pair(read_gguf(llm), read_gguf(mmproj), 128)
    prompt = load_prompt("object")
    settings = WorkerSettings(
        llm=str(llm),
        mmproj=str(mmproj),
        family=pair.family,
        instructions=prompt.instructions,
        question=prompt.question,
        max_tokens=pair.plan.max_tokens,
        threads=1,
        log=str(folder / "llama.log"),
    )
    return settings, [prepare(blobs(*shape), pair.plan) for shape in SHAPES]


@pytest.fixture(scope="module", params=KINDS)
def pairs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    settings, photos = model_settings(tmp_path_factory.mktemp("numbers"), request.param)
    measured: list[Pair] = run_worker(measure, settings, request.param, photos)
    assert len(measured) == 6
    return measured


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """The largest difference of two rows of logits."""
    return float(np.abs(one - other).max())


def test_fresh_tokens_and_shared_prefix_give_the_whole_prompts_logits(pairs: list[Pair]) -> None:
    for pair in pairs:
        assert np.std(pair.helper) > 0.5
        assert apart(pair.fresh, pair.helper) < SAME_WAY


def test_photo_and_question_in_one_step_hardly_move_the_logits(pairs: list[Pair]) -> None:
    for pair in pairs:
        assert pair.in_one_step != pair.non_causal
        assert apart(pair.joined, pair.helper) < JOINED


def test_stored_tokens_hardly_move_the_logits(pairs: list[Pair]) -> None:
    for pair in pairs:
        assert 0 < apart(pair.stored, pair.helper) < STORED
        assert apart(pair.stored, pair.exact) < STORED


def test_a_candidate_leaves_nothing_behind(pairs: list[Pair]) -> None:
    for pair in pairs:
        assert np.array_equal(pair.stored, pair.again)


def test_candidates_side_by_side_score_as_alone(pairs: list[Pair]) -> None:
    assert sum(len(pair.together) for pair in pairs) == 3 * (PARALLEL + 1)
    for pair in pairs:
        assert all(apart(row, pair.stored) < TOGETHER for row in pair.together)
    # The fifth was decoded alone, after four others had been there.
    assert all(apart(pair.together[2], pair.stored) < SAME_WAY for pair in pairs[::2])


def test_the_check_sees_wrong_positions_and_attention(pairs: list[Pair]) -> None:
    grids = {pair.grid for pair in pairs}
    if any(rows > 1 for _, rows in grids):
        assert len(grids) == 3
        assert min(apart(pair.turned, pair.helper) for pair in pairs) > 2 * STORED
        assert all(pair.n_pos == max(pair.grid) for pair in pairs)
    else:
        assert all(pair.n_pos == pair.grid[0] for pair in pairs)
    # In the two layers of the others the kind of attention hardly shows.
    if pairs[0].non_causal:
        assert min(apart(pair.masked, pair.helper) for pair in pairs) > 2 * STORED


def test_the_score_is_the_difference_of_the_two_digits(pairs: list[Pair]) -> None:
    for pair in pairs:
        assert pair.spellings == [b"0", b"1"]
        low, high = pair.digits
        assert pair.score == float(pair.stored[high]) - float(pair.stored[low])


def test_the_answer_depends_on_both_photos_and_their_order(pairs: list[Pair]) -> None:
    ab, ac, ba, bc, ca, cb = pairs
    other_candidate = [(ab, ac), (ba, bc), (ca, cb)]
    other_query = [(ba, ca), (ab, cb), (ac, bc)]
    other_order = [(ab, ba), (ac, ca), (bc, cb)]
    for one, other in [*other_candidate, *other_query, *other_order]:
        assert one.score != other.score
        assert apart(one.stored, other.stored) > 10 * STORED


def test_the_other_order_is_the_whole_prompt_with_the_photos_exchanged(pairs: list[Pair]) -> None:
    ab, ac, ba, bc, ca, cb = pairs
    for one, other in [(ab, ba), (ac, ca), (bc, cb)]:
        assert apart(one.swapped, other.helper) < JOINED
        assert apart(other.swapped, one.helper) < JOINED
        low, high = one.digits
        mean = float(np.mean([pair.joined[high] - pair.joined[low] for pair in (one, other)]))
        assert one.both == pytest.approx(mean, abs=JOINED)
        assert other.both == pytest.approx(mean, abs=JOINED)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_decoding_that_was_aborted_leaves_the_context_usable(tmp_path: Path, family: str) -> None:
    settings, photos = model_settings(tmp_path, family)
    before, after, anew, times = run_worker(call_off, settings, photos[:2])
    # Twice at the first poll, a middle one and the last, however many the family's layers ask for.
    assert times == 6
    assert before == after == anew
