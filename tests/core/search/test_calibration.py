"""What was fitted is kept exactly, found again, and gone by; what was not is told."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lookalike.descriptors.efficientnet import EfficientNetDescriber
from lookalike.errors import LookalikeError
from lookalike.judges.geometry.judge import GeometricJudge
from lookalike.search.answer_worth import AnswerCalibration, AnswerWorth
from lookalike.search.calibration import NEVER, Calibration, Calibrations, from_json, to_json
from lookalike.search.curves import Curve, Isotonic, Logistic, curve_of
from lookalike.search.fusion import BROAD_INDEX, WEIGHT, answer_worth_for, fusion_for, undecided
from lookalike.search.index_score import IndexScore, index_score_of
from lookalike.search.ranking import Candidates, ranked
from lookalike.sigmoid import sigmoid

finite = st.floats(-1e6, 1e6)
share = st.floats(0, 1)
logistic = st.builds(Logistic, st.floats(0, 1e6), finite)


@st.composite
def isotonic(draw: st.DrawFn) -> Isotonic:
    values = sorted(draw(st.sets(finite, min_size=1, max_size=12)))
    probabilities = sorted(draw(st.lists(share, min_size=len(values), max_size=len(values))))
    return Isotonic(tuple(values), tuple(probabilities))


curves = st.one_of(logistic, isotonic())
index_scores = st.builds(IndexScore, st.floats(0, 100), st.floats(1e-6, 1e6), finite)


@st.composite
def calibrations(draw: st.DrawFn) -> Calibration:
    judge = draw(st.sampled_from(["", "geometry-1", "mllm:abc:object"]))
    return Calibration(
        descriptor=draw(st.text(min_size=1, max_size=20)),
        judge=judge,
        weight=draw(share),
        index_score=draw(index_scores),
        index=draw(curves),
        match=draw(curves) if judge else None,
        cut_off=draw(st.floats(0, NEVER)),
        error=draw(share),
        pairs=draw(st.integers(0, 10**6)),
        positives=draw(st.integers(0, 10**6)),
        groups=draw(st.integers(0, 10**6)),
    )


@given(calibrations())
def test_a_calibration_survives_being_written(made: Calibration) -> None:
    assert from_json(json.loads(json.dumps(to_json(made)))) == made


@given(calibrations(), calibrations())
def test_the_store_gives_back_the_last_of_each_pair(
    tmp_path_factory: pytest.TempPathFactory, first: Calibration, second: Calibration
) -> None:
    store = Calibrations(tmp_path_factory.mktemp("store"))
    store.put(first)
    store.put(second)
    assert store.get(second.descriptor, second.judge) == second
    if (first.descriptor, first.judge) != (second.descriptor, second.judge):
        assert store.get(first.descriptor, first.judge) == first
    assert store.get(first.descriptor, "another judge") is None


@given(curves, st.lists(finite, min_size=2, max_size=20))
@example(Isotonic(values=(-2.2e-311, 5e-324), probabilities=(0.0, 1.0)), [0.0, 0.0])
def test_curves_never_fall_and_stay_probabilities(curve: Curve, values: list[float]) -> None:
    values = sorted(values)
    said = [curve(value) for value in values]
    assert all(0 <= value <= 1 for value in said)
    assert all(low <= high + 1e-12 for low, high in pairwise(said))
    assert curve.over(np.array(values)) == pytest.approx(said, abs=1e-9)
    assert curve_of(curve.numbers()) == curve


@given(isotonic())
def test_even_is_where_the_curve_reaches_a_half(curve: Isotonic) -> None:
    even = curve.reaching(0.5)
    if even is None:
        assert max(curve.probabilities) < 0.5
    elif math.isfinite(even):
        assert curve(even) == pytest.approx(0.5, abs=1e-6) or curve(math.nextafter(even, math.inf)) >= 0.5
    else:
        assert curve.probabilities[0] >= 0.5


def test_curves_by_hand() -> None:
    assert Logistic(2.0, -1.0)(0.5) == 0.5
    assert Logistic(2.0, -1.0).reaching(0.5) == 0.5
    assert Logistic(2.0, -1.0)(Logistic(2.0, -1.0).reaching(0.8) or 0.0) == pytest.approx(0.8)
    assert Logistic(0.0, -1.0).reaching(0.5) is None
    assert Logistic(0.0, -1.0).reaching(0.2) == -math.inf
    curve = Isotonic((0.0, 1.0, 3.0), (0.1, 0.3, 0.9))
    assert [curve(value) for value in (-5, 0, 0.5, 1, 2, 9)] == pytest.approx([0.1, 0.1, 0.2, 0.3, 0.6, 0.9])
    assert curve.reaching(0.5) == pytest.approx(1 + 2 / 3)
    assert curve.reaching(0.8) == pytest.approx(2 + 2 / 3)
    assert curve.reaching(0.95) is None
    assert sigmoid(-1000) == 0 and sigmoid(1000) == 1


@pytest.mark.parametrize(
    "numbers",
    [
        {"slope": -1, "offset": 0},
        {"slope": float("nan"), "offset": 0},
        {"values": [1, 1], "probabilities": [0, 1]},
        {"values": [1, 2], "probabilities": [0.5, 0.4]},
        {"values": [1], "probabilities": [1.5]},
        {"values": [], "probabilities": []},
        {"values": [1, 2], "probabilities": [0.5]},
    ],
)
def test_numbers_of_no_rising_curve_are_refused(numbers: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="rising"):
        curve_of(numbers)


PLAIN = IndexScore(0.2)
MADE = Calibration(
    "descriptor", "judge", 0.25, PLAIN, Logistic(10.0, -5.0), Logistic(2.0, 1.0), 0.4, 0.01, 500, 50, 9
)


@pytest.mark.parametrize("damage", [b"", b"{}", b"[1]", b'{"weight": 7}', b"\xff\xfe"])
def test_a_damaged_file_counts_as_none_and_can_be_replaced(tmp_path: Path, damage: bytes) -> None:
    store = Calibrations(tmp_path)
    store.put(MADE)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    assert store.get("descriptor", "judge") is None
    store.put(MADE)
    assert store.get("descriptor", "judge") == MADE


def test_what_an_earlier_version_fitted_is_not_used_and_told(tmp_path: Path) -> None:
    store = Calibrations(tmp_path)
    store.put(MADE)
    assert store.outdated() == 0
    (file,) = tmp_path.iterdir()
    old = json.loads(file.read_text())
    del old["version"], old["index_score"]
    old["cosine"] = old.pop("index")
    file.write_text(json.dumps(old))
    assert store.get("descriptor", "judge") is None
    assert store.outdated() == 1
    assert not fusion_for("descriptor", "judge", store).calibrated


def test_index_scores_by_hand() -> None:
    score = IndexScore(0.2, slope=1.5, offset=-0.3)
    votes = np.array([0.0, math.e - 1, np.nan], np.float32)
    assert score(np.full(3, 0.6), votes) == pytest.approx([0.6, 0.8, 0.6])
    assert index_score_of(score.numbers()) == score
    for wrong in ({"slope": 0.0}, {"slope": math.nan}, {"weight": -1.0}):
        with pytest.raises(ValueError, match="index score"):
            index_score_of({**score.numbers(), **wrong})


def test_what_cannot_be_kept_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LookalikeError, match="cannot be stored"):
        Calibrations(tmp_path / "file").put(MADE)


def test_the_embedded_descriptor_ships_calibrated(tmp_path: Path) -> None:
    store = Calibrations(tmp_path)
    for judge in ("", GeometricJudge.key):
        fusion = fusion_for(EfficientNetDescriber.key, judge, store)
        assert fusion.calibrated
        assert 0.4 < fusion.cut_off < 1.2
        assert fusion.index_score.weight > 0
    assert not fusion_for(EfficientNetDescriber.key, "mllm:new", store).calibrated
    assert not fusion_for("another descriptor", GeometricJudge.key, store).calibrated


def test_the_users_own_fit_goes_before_the_shipped_one(tmp_path: Path) -> None:
    store = Calibrations(tmp_path)
    shipped = store.get(EfficientNetDescriber.key, "")
    assert shipped is not None
    own = Calibration(shipped.descriptor, "", 0.5, PLAIN, Logistic(1.0, 0.0), None, 0.3, 0.0, 1, 1, 1)
    store.put(own)
    assert store.get(EfficientNetDescriber.key, "") == own


def test_matches_score_and_line_are_the_stored_ones(tmp_path: Path) -> None:
    store = Calibrations(tmp_path)
    store.put(MADE)
    fusion = fusion_for("descriptor", "judge", store)
    assert fusion.judged(0.99, -0.5) == 0.5, "what the logit was found to be worth, not the judge's own word"
    assert fusion.judged(None, 0.0) is None
    assert fusion.score(0.6, 0.2) == pytest.approx(0.25 * 0.6 + 0.75 * 0.2)
    # A score of 0.4 needs a match of 1/3 where the index says 0.6.
    found = Candidates([1, 2], ["a", "b"], [0.5, 0.5], [0.5, 0.5], [0.6, 0.6], [0, 0])
    results, same = ranked(found, {1: 0.34, 2: 0.32}, {}, 2, fusion)
    assert ([result.content_id for result in results], same) == ([1, 2], 1)


def test_without_a_calibration_the_papers_sum_stands_and_the_line_is_a_guess(tmp_path: Path) -> None:
    store = Calibrations(tmp_path)
    fusion = fusion_for("unknown", "judge", store)
    assert not fusion.calibrated
    assert fusion.judged(0.7, 3.0) == 0.7
    assert fusion.score(0.4, 0.7) == pytest.approx(0.5 * 0.4 + 0.5 * 0.7)
    assert fusion.cut_off == pytest.approx(0.5 * 12 / 18 + 0.25), "both undecided"
    store.put(Calibration("unknown", "", 0.5, PLAIN, Logistic(10.0, -8.0), None, 0.65, 0.0, 1, 1, 1))
    assert fusion_for("unknown", "judge", store).cut_off == pytest.approx(0.5 * 0.8 + 0.25), (
        "its scores are known"
    )


def test_another_weight_moves_the_line_to_where_both_are_undecided(tmp_path: Path) -> None:
    store = Calibrations(tmp_path)
    store.put(MADE)
    fusion = fusion_for("descriptor", "judge", store, weight=0.8)
    assert (fusion.weight, fusion.calibrated) == (0.8, True)
    assert fusion.cut_off == pytest.approx(0.8 * 0.5 + 0.2 * 0.5)
    assert fusion_for("descriptor", "judge", store, weight=0.25).cut_off == 0.4
    assert undecided(0.0, Isotonic((0.0,), (0.9,))) == 0.5
    assert undecided(WEIGHT, Logistic(0.0, -3.0)) == NEVER, (
        "no cosine says a half: nothing is surely the same"
    )
    assert 0 < undecided(WEIGHT, BROAD_INDEX) < 1


SAYS = AnswerWorth(20.0, (0.1, 0.9, -0.2), (0.8, -3.0), 0.7, -1.0, 1.2, calibrated=True)
SECOND = AnswerCalibration(
    "descriptor",
    "first",
    "second",
    0.8,
    0.76,
    SAYS,
    0.01,
    0.03,
    900,
    200,
    40,
)


def test_a_second_judge_goes_by_what_was_fitted_for_the_first_one_as_it_is(tmp_path: Path) -> None:
    store = Calibrations(tmp_path)
    fusion = replace(fusion_for("descriptor", "first", store), weight=0.8, cut_off=0.76)
    assert not answer_worth_for("descriptor", "first", "second", fusion, store).calibrated
    store.keep(SECOND)
    assert store.answers("descriptor", "first", "second") == SECOND
    assert answer_worth_for("descriptor", "first", "second", fusion, store) == SAYS
    assert not answer_worth_for("descriptor", "first", "third", fusion, store).calibrated
    other = replace(fusion, weight=0.5)
    assert not answer_worth_for("descriptor", "first", "second", other, store).calibrated, (
        "scores of another λ"
    )
    assert store.outdated() == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.pop("worth"),
        lambda content: content["worth"].update(slope=0.0),
        lambda content: content["worth"].update(answer=-1.0),
        lambda content: content["worth"].update(bias=float("nan")),
        lambda content: content["worth"].update(seen=[1.0, 2.0]),
        lambda content: content["worth"].pop("unseen"),
        lambda content: content.update(version=1),
        lambda content: content.update(second="another"),
    ],
)
def test_a_damaged_calibration_of_a_second_judge_counts_as_none(
    tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    store = Calibrations(tmp_path)
    store.put_answers(SECOND)
    (place,) = tmp_path.glob("*.json")
    content = json.loads(place.read_text(encoding="utf-8"))
    change(content)
    place.write_text(json.dumps(content), encoding="utf-8")
    assert store.answers("descriptor", "first", "second") is None
