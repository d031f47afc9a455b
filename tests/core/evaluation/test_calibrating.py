"""Calibration on made pairs whose truth is known, and the calibration error against values worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lookalike.errors import LookalikeError
from lookalike.evaluation.calibrating import calibrate, deal, fit_index_score
from lookalike.evaluation.fitting import Floats, better_fit, fit_isotonic, fit_logistic, held_out
from lookalike.evaluation.pairs import JudgedPairs, QueryPairs
from lookalike.evaluation.reliability import reliability
from lookalike.search.curves import Isotonic, Logistic
from lookalike.search.index_score import IndexScore
from tests.ranking_metrics import average_precision


def test_the_calibration_error_by_hand() -> None:
    said = np.array([0.05, 0.15, 0.15, 0.95])
    right = np.array([False, True, False, True])
    found = reliability(said, right, bins=10)
    assert [(one.pairs, one.right) for one in found.bins] == [(1, 0.0), (2, 0.5), (1, 1.0)]
    assert [one.probability for one in found.bins] == pytest.approx([0.05, 0.15, 0.95])
    assert found.error == pytest.approx((0.05 + 2 * 0.35 + 0.05) / 4)


def test_the_calibration_error_counts_pairs_by_their_weight() -> None:
    said, right = np.array([0.1, 0.9]), np.array([True, True])
    assert reliability(said, right, np.array([3.0, 1.0]), bins=2).error == pytest.approx((3 * 0.9 + 0.1) / 4)
    assert reliability(np.array([1.0]), np.array([True])).error == 0


def made(
    queries: int = 60,
    groups: int = 12,
    head: int = 40,
    informative: bool = True,
    seed: int = 0,
    telling: float = 1.0,
) -> JudgedPairs:
    """Pairs whose logit is worth sigmoid(1.5 · logit − 3), and whose cosine tells a little."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(queries):
        logits = random.normal(0, 3, head)
        right = random.random(head) < 1 / (1 + np.exp(3 - 1.5 * (logits if informative else 0)))
        cosines = random.normal(0.6 + 0.1 * right, 0.1)
        votes = random.poisson(np.where(right, telling, 1.0)).astype(float)
        order = np.argsort(-cosines)
        found.append(
            QueryPairs(
                f"group{number % groups}",
                cosines[order],
                votes[order],
                logits[order],
                right[order],
                np.array([], np.int64),
                max(1, int(right.sum())),
            )
        )
    return JudgedPairs(found)


COSINE = IndexScore(0.0)


def test_a_vote_counts_as_much_as_it_tells() -> None:
    alone, telling = (calibrate(made(telling=telling), "descriptor", "", COSINE) for telling in (1.0, 12.0))
    assert alone.calibration.index_score.weight == 0, "votes that are the same for right and wrong"
    assert telling.calibration.index_score.weight > 0
    assert telling.precision > alone.precision + 0.1


def test_things_that_lose_by_the_vote_hold_it_back() -> None:
    def misled(query: QueryPairs) -> QueryPairs:
        """A plain thing: the cosines tell, and only wrong photos get votes, for what is behind it."""
        cosines = np.where(query.right, 0.75, 0.65)
        return replace(query, cosines=cosines, votes=np.where(query.right, 0.0, query.votes))

    queries = made(telling=12.0).queries
    some = JudgedPairs([misled(query) if query.group in ("group1", "group2") else query for query in queries])
    weights = [
        calibrate(pairs, "descriptor", "", COSINE).calibration.index_score.weight
        for pairs in (JudgedPairs(queries), some)
    ]
    assert weights[0] > 2 * weights[1] > 0


def test_a_photo_without_details_gets_the_average_score_of_its_cosine() -> None:
    pairs = made(queries=600, telling=12.0)
    score = fit_index_score(pairs, 0.1)
    scores = score(pairs.cosines, pairs.votes)
    for cosine in (0.5, 0.6, 0.7):
        near = np.abs(pairs.cosines - cosine) < 0.03
        average = np.average(scores[near], weights=pairs.weights[near])
        alone = score(np.array([cosine]), np.array([np.nan]))[0]
        assert alone == pytest.approx(average, abs=0.03)
    nothing = JudgedPairs([replace(query, votes=np.full(40, np.nan)) for query in pairs.queries])
    assert fit_index_score(nothing, 0.1) == IndexScore(0.1)


def test_a_logistic_truth_is_found_again() -> None:
    pairs = made(queries=400)
    curve = fit_logistic(pairs.logits, pairs.right, pairs.weights)
    assert isinstance(curve, Logistic)
    assert (curve.slope, curve.offset) == pytest.approx((1.5, -3.0), rel=0.05)
    folds = deal(pairs.groups)
    assert better_fit(pairs.logits, pairs.right, pairs.weights, folds, pairs.groups) is fit_logistic


def test_another_truth_is_found_by_the_isotonic_curve() -> None:
    random = np.random.default_rng(1)
    values = random.uniform(-4, 4, 20_000)
    truth = np.where(values < 1, 0.05, 0.7)
    right = random.random(20_000) < truth
    ones, groups = np.ones(20_000), np.array([f"g{n % 20}" for n in range(20_000)])
    assert better_fit(values, right, ones, deal(groups), groups) is fit_isotonic
    curve = fit_isotonic(values, right, ones)
    assert curve(-2) == pytest.approx(0.05, abs=0.02)
    assert curve(3) == pytest.approx(0.7, abs=0.03)


def test_what_tells_nothing_or_the_reverse_becomes_level() -> None:
    right = np.array([True, False] * 50)
    ones = np.ones(100)
    for values in (np.zeros(100), np.where(right, -1.0, 1.0)):
        curve = fit_logistic(values, right, ones)
        assert isinstance(curve, Logistic)
        assert curve.slope == 0
        assert curve(5) == pytest.approx(0.5)


def test_a_clean_division_gives_a_finite_curve() -> None:
    right = np.array([True] * 50 + [False] * 50)
    curve = fit_logistic(np.where(right, 1.0, -1.0), right, np.ones(100))
    assert isinstance(curve, Logistic)
    assert 0.95 < curve(1.0) < 1
    assert 0 < curve(-1.0) < 0.05


@given(st.integers(0, 10_000), st.integers(2, 300), st.integers(1, 30))
@settings(max_examples=60, deadline=None)
def test_isotonic_curves_rise_through_few_knots(seed: int, count: int, distinct: int) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(0, distinct, count).astype(float)
    right = random.random(count) < 0.4
    right[0], right[1] = True, False
    curve = fit_isotonic(values, right, random.uniform(0.1, 2.0, count))
    assert isinstance(curve, Isotonic)
    assert len(curve.values) <= 20
    assert all(np.diff(curve.values) > 0)
    assert all(np.diff(curve.probabilities) > 0)
    assert 0 < curve.probabilities[0] <= curve.probabilities[-1] < 1


def test_held_out_pairs_are_judged_by_the_others_alone() -> None:
    values = np.array([0.0, 1.0, 2.0, 3.0])
    right = np.array([True, False, True, False])
    seen = []

    def fit(values: Floats, right: NDArray[np.bool_], weights: Floats) -> Logistic:
        seen.append(values.tolist())
        return Logistic(1.0, 0.0)

    held_out(fit, values, right, np.ones(4), np.array([0, 0, 1, 1]))
    assert seen == [[2.0, 3.0], [0.0, 1.0]]


def test_a_things_photos_lie_in_one_fold() -> None:
    groups = [f"g{n % 30}" for n in range(300)]
    folds = deal(groups)
    assert len(set(folds)) == 8
    assert all(len({folds[n] for n in range(300) if groups[n] == name}) == 1 for name in set(groups))


def test_precision_of_reordered_pairs_is_average_precision() -> None:
    random = np.random.default_rng(5)
    right = random.random(30) < 0.3
    tail = np.array([35, 40])
    query = QueryPairs(
        "g", np.linspace(1, 0, 30), np.zeros(30), np.zeros(30), right, tail, int(right.sum()) + 3
    )
    scores = random.random(30)
    order = [int(n) for n in np.argsort(-scores)] + [100 + n for n in range(31, 41)]
    positives = {n for n in range(30) if right[n]} | {135, 140, 999}
    assert query.precision(scores) == pytest.approx(average_precision(order, positives))


def test_a_fit_is_honest_and_brings_what_the_judge_knows() -> None:
    pairs = made()
    found = calibrate(pairs, "descriptor", "judge", COSINE)
    made_of = found.calibration
    assert (made_of.descriptor, made_of.judge, made_of.groups) == ("descriptor", "judge", 12)
    assert made_of.pairs == 2400
    assert made_of.error < 0.04
    assert found.informative
    alone = np.mean([query.precision(query.cosines) for query in pairs.queries])
    assert found.precision > alone + 0.2
    raw = reliability(1 / (1 + np.exp(-pairs.logits)), pairs.right, pairs.weights).error
    assert raw > 5 * made_of.error, "the judge's own word was far off"
    assert isinstance(made_of.match, Logistic)
    # Most of the pairs at the cut-off are right.
    score = made_of.weight * pairs.cosines + (1 - made_of.weight) * made_of.match.over(pairs.logits)
    near = np.abs(score - made_of.cut_off) < 0.08
    assert 0.45 < pairs.right[near].mean() < 0.75


def test_answers_that_tell_nothing_are_kept_as_such() -> None:
    found = calibrate(made(informative=False), "descriptor", "judge", COSINE)
    assert isinstance(found.calibration.match, Logistic)
    assert not found.informative


def test_without_a_judge_the_index_is_fitted() -> None:
    found = calibrate(made(), "descriptor", "", COSINE)
    assert found.calibration.match is None
    even = found.calibration.index.reaching(0.5)
    assert even is not None
    assert found.calibration.cut_off == pytest.approx(0.5 * even + 0.25)


@pytest.mark.parametrize(
    "pairs",
    [
        made(queries=2, groups=2),
        made(queries=60, groups=3),
        JudgedPairs([]),
        JudgedPairs(
            [
                QueryPairs(
                    f"g{n}", np.ones(9), np.ones(9), np.ones(9), np.ones(9, bool), np.array([], int), 9
                )
                for n in range(9)
            ]
        ),
        JudgedPairs(
            [
                QueryPairs(
                    f"g{n}", np.ones(9), np.ones(9), np.ones(9), np.zeros(9, bool), np.array([], int), 9
                )
                for n in range(9)
            ]
        ),
    ],
    ids=["few pairs", "few groups", "none", "all right", "all wrong"],
)
@pytest.mark.parametrize("judge", ["", "judge"])
def test_too_little_is_refused_in_one_line(pairs: JudgedPairs, judge: str) -> None:
    with pytest.raises(LookalikeError, match="too few to calibrate with") as caught:
        calibrate(pairs, "descriptor", judge, COSINE)
    assert len(str(caught.value).splitlines()) == 1
    assert caught.value.remedy


def test_unjudged_pairs_are_left_out_of_the_judges_fit() -> None:
    pairs = made()
    half = [
        QueryPairs(
            q.group,
            q.cosines,
            q.votes,
            np.where(np.arange(40) < 20, q.logits, np.nan),
            q.right,
            q.tail,
            q.positives,
        )
        for q in pairs.queries
    ]
    found = calibrate(JudgedPairs(half), "descriptor", "judge", COSINE)
    assert found.calibration.pairs == 1200
    assert isinstance(found.calibration.match, Logistic)
    assert found.calibration.match.slope == pytest.approx(1.5, rel=0.25)
