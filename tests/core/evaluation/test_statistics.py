"""Intervals: against SciPy's bootstrap draw for draw where it is installed, and on cases that are known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from lookalike.evaluation.comparison import compare, most_moved, pair
from lookalike.evaluation.intervals import calibration_interval
from lookalike.evaluation.measures import OWN_MEASURES, QueryMeasure, average_precision, micro_measures
from lookalike.evaluation.outcome import Outcome
from lookalike.evaluation.pairs import QueryPairs
from lookalike.evaluation.statistics import (
    bca_interval,
    draws,
    estimate_mean,
    left_out,
    percentile_interval,
    ratios,
)
from lookalike.evaluation.tally import Row, Tally, figures_of, sums_by_group
from tests.core.evaluation.rankings import placed

GROUPS = [f"g{number % 7}" for number in range(40)]
MAP = QueryMeasure("mAP", average_precision())


def values(seed: int, skew: float = 3.0) -> np.ndarray:
    found: np.ndarray = np.random.default_rng(seed).random(40) ** skew
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("method", ["BCa", "percentile"])
def test_scipy_draws_the_same_interval(seed: int, method: str) -> None:
    stats = pytest.importorskip("scipy.stats", reason="SciPy is not installed; it is no part of the program")
    sums, sizes = sums_by_group(GROUPS, values(seed), by_group=True)
    expected = stats.bootstrap(
        (sums,), np.mean, n_resamples=2000, method=method, rng=np.random.default_rng(11)
    ).confidence_interval
    replicates = ratios(sums, sizes, 2000, 11)
    found = (
        percentile_interval(replicates)
        if method == "percentile"
        else bca_interval(float(sums.mean()), replicates, left_out(sums, sizes))
    )
    assert found == pytest.approx(tuple(expected), rel=1e-12)


def test_scipy_agrees_where_groups_are_of_different_sizes() -> None:
    stats = pytest.importorskip("scipy.stats", reason="SciPy is not installed; it is no part of the program")
    groups = ["a"] * 12 + ["b"] * 3 + ["c"] * 7 + ["d"] * 2 + ["e"] * 16
    sums, sizes = sums_by_group(groups, values(5), by_group=False)

    def ratio(sums: np.ndarray, sizes: np.ndarray, axis: int = -1) -> np.ndarray:
        found: np.ndarray = sums.sum(axis=axis) / sizes.sum(axis=axis)
        return found

    expected = stats.bootstrap(
        (sums, sizes), ratio, n_resamples=2000, paired=True, method="BCa", rng=np.random.default_rng(3)
    ).confidence_interval
    found = bca_interval(float(sums.sum() / sizes.sum()), ratios(sums, sizes, 2000, 3), left_out(sums, sizes))
    assert found == pytest.approx(tuple(expected), rel=1e-12)


def test_the_mean_of_groups_and_of_queries() -> None:
    sums, sizes = sums_by_group(["a", "a", "a", "b"], np.array([1.0, 1.0, 1.0, 0.0]), by_group=True)
    assert estimate_mean(sums, sizes, 4).value == 0.5
    sums, sizes = sums_by_group(["a", "a", "a", "b"], np.array([1.0, 1.0, 1.0, 0.0]), by_group=False)
    assert estimate_mean(sums, sizes, 4).value == 0.75


def test_one_group_has_no_interval_and_equal_ones_a_point() -> None:
    one = estimate_mean(np.array([2.0]), np.array([4.0]), 4)
    assert (one.value, one.low, one.high, one.groups) == (0.5, None, None, 1)
    same = estimate_mean(np.ones(5), np.ones(5), 5)
    assert (same.low, same.high) == (1.0, 1.0)


def test_draws_in_blocks_are_the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = np.concatenate(list(draws(9, 100, 4)))
    monkeypatch.setattr("lookalike.evaluation.statistics.BLOCK", 50)
    pieces = list(draws(9, 100, 4))
    assert len(pieces) > 1
    assert np.array_equal(np.concatenate(pieces), whole)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 200 samples of 30 groups with a mean of 1/3, about 95 % have it in their interval."""
    held = 0
    for seed in range(200):
        sample = np.random.default_rng(1000 + seed).random(30) ** 2
        found = estimate_mean(sample, np.ones(30), 30, resamples=400)
        assert found.low is not None and found.high is not None
        held += found.low <= 1 / 3 <= found.high
    assert 0.89 <= held / 200 <= 0.99


def rows_of(ranks: list[int], names: str = "q") -> list[Row]:
    tally = Tally([MAP, *micro_measures(5)])
    for number, rank in enumerate(ranks):
        tally.add(placed([rank], query=f"{names}{number}", group=f"g{number // 2}"))
    return tally.rows


def test_a_pooled_figure_has_an_interval_over_groups() -> None:
    rows = rows_of([1, 1, 2, 3, 1, 2, 9, 9])
    found = figures_of(rows, micro_measures(5))["µAP"]
    assert found.low is not None and found.high is not None
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert (found.queries, found.groups) == (8, 4)
    assert figures_of(rows, micro_measures(5))["µAP"] == found, "the same draws"


class TestComparison:
    def test_what_helps_every_group_is_sure(self) -> None:
        pairs = pair(rows_of([2] * 12), rows_of([1] * 12))
        found = compare(pairs, [MAP])["mAP"]
        assert (found.first, found.second, found.difference) == (0.5, 1.0, 0.5)
        assert (found.low, found.high, found.reversed) == (0.5, 0.5, 0.0)

    def test_what_helps_and_harms_alike_is_not(self) -> None:
        pairs = pair(rows_of([1, 1, 2, 2] * 5), rows_of([2, 2, 1, 1] * 5))
        found = compare(pairs, [MAP, *micro_measures(5)])
        assert found["mAP"].difference == 0
        low, high = found["mAP"].low, found["mAP"].high
        assert low is not None and high is not None and low < 0 < high
        assert found["mAP"].reversed is not None and found["mAP"].reversed > 0.4
        assert found["µAP"].low is not None

    def test_the_difference_is_paired(self) -> None:
        """Groups differ much, the runs little and always alike: the interval is that of the difference."""
        first = rows_of([1, 1, 2, 2, 5, 5, 9, 9, 17, 17])
        second = rows_of([2, 2, 3, 3, 6, 6, 10, 10, 18, 18])
        found = compare(pair(first, second), [MAP])["mAP"]
        assert found.high is not None and found.high < 0
        alone = figures_of(first, [MAP])["mAP"]
        assert alone.low is not None and alone.low < found.second

    def test_only_queries_of_both_count(self) -> None:
        pairs = pair(rows_of([1, 1, 1]), rows_of([1, 1, 1, 2, 2]))
        assert len(pairs) == 3
        assert pair(rows_of([1]), rows_of([1], "other")) == []
        assert compare([], [MAP, *micro_measures(5)]) == {}

    def test_the_queries_that_moved_most(self) -> None:
        pairs = pair(rows_of([1, 2, 4, 1]), rows_of([1, 1, 1, 5]))
        assert [one.query for one in most_moved(pairs, MAP, 10)] == ["q3", "q2", "q1"]
        assert [one.query for one in most_moved(pairs, MAP, 1)] == ["q3"]


def test_the_calibration_error_has_an_interval_over_groups() -> None:
    def outcome(group: str, said: list[float], right: list[bool]) -> Outcome:
        pairs = QueryPairs(
            group,
            np.array(said),
            np.full(len(said), np.nan),
            np.full(len(said), np.nan),
            np.array(right),
            np.array([], np.int64),
            max(1, sum(right)),
        )
        return Outcome(group, "object", pairs, said, 0, 0)

    assert calibration_interval([outcome("a", [0.5], [True])]) is None
    honest = [outcome(f"g{n}", [0.5, 0.5], [True, False]) for n in range(6)]
    assert calibration_interval(honest) == pytest.approx((0, 0))
    mixed = [*honest, outcome("x", [0.9, 0.9], [False, False])]
    found = calibration_interval(mixed)
    assert found is not None and 0 <= found[0] < 0.9 / 7 < found[1]


def test_own_figures_weigh_groups_alike() -> None:
    tally = Tally(OWN_MEASURES)
    for number in range(3):
        tally.add(placed([1], query=f"a{number}", group="a"))
    tally.add(placed([2], query="b", group="b"))
    tally.add(placed([50, 101, None, 103], [2, 3, 200], query="c", group="b"))
    found = figures_of(tally.rows, OWN_MEASURES)
    assert found["R@10"].value == 0.75
    # Without junk the four are at 48, 99, nowhere and 101.
    share = found["recall@100"]
    assert share.value == pytest.approx((1 + (1 + 2 / 4) / 2) / 2)
    assert share.low is not None and share.high is not None and share.low < share.value < share.high
