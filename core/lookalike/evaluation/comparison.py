"""Comparison of two saved runs of one data set: the difference of each figure, query by query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lookalike.evaluation.measures import Measure, PooledMeasure, QueryMeasure
from lookalike.evaluation.metrics import Floats
from lookalike.evaluation.statistics import (
    RESAMPLES,
    SEED,
    bca_interval,
    left_out,
    percentile_interval,
    ratios,
    weighted_replicates,
)
from lookalike.evaluation.tally import PooledFigure, Row, sums_by_group


@dataclass(frozen=True)
class Difference:
    """How much a figure differs between two runs, over the queries that count in both.

    Attributes:
        first: the figure of the first run.
        second: that of the second.
        difference: second − first.
        low: lower end of its interval; None with fewer than two groups.
        high: upper end of its interval; None with fewer than two groups.
        reversed: share of the draws in which the difference is zero or has the other sign; like a one-sided p-value.
            None with fewer than two groups.
        queries: queries that count.
        groups: groups among them.
    """

    first: float
    second: float
    difference: float
    low: float | None
    high: float | None
    reversed: float | None
    queries: int
    groups: int


@dataclass(frozen=True)
class Moved:
    """A query that the two runs answer differently.

    Attributes:
        query: its name.
        group: what it shows.
        first: its value in the first run.
        second: its value in the second.
    """

    query: str
    group: str
    first: float
    second: float


def pair(first: Sequence[Row], second: Sequence[Row]) -> list[tuple[Row, Row]]:
    """The rows of the queries that both runs have answered, in the order of the first."""
    by_name = {row.query: row for row in second}
    return [(row, by_name[row.query]) for row in first if row.query in by_name]


def compare(
    pairs: Sequence[tuple[Row, Row]], measures: Sequence[Measure], seed: int = SEED
) -> dict[str, Difference]:
    """The difference of every figure, with intervals by a paired bootstrap over groups.

    Both runs are measured on the same draws of groups, so what makes a group hard for both does not blur the
    difference.

    Args:
        pairs: what the answers of both are worth, query by query.
        measures: what is measured.
        seed: of the draws.
    """
    found: dict[str, Difference] = {}
    for measure in measures if pairs else ():
        difference = (
            _pooled(pairs, measure, seed)
            if isinstance(measure, PooledMeasure)
            else _mean(pairs, measure, seed)
        )
        if difference is not None:
            found[measure.name] = difference
    return found


def most_moved(pairs: Sequence[tuple[Row, Row]], measure: QueryMeasure, count: int) -> list[Moved]:
    """The queries whose value differs most, the largest differences first."""
    moved = [
        Moved(a.query, a.group, a.values[measure.name], b.values[measure.name])
        for a, b in pairs
        if measure.name in a.values and measure.name in b.values
    ]
    changed = [one for one in moved if one.first != one.second]
    return sorted(changed, key=lambda one: (-abs(one.second - one.first), one.query))[:count]


def _mean(pairs: Sequence[tuple[Row, Row]], measure: QueryMeasure, seed: int) -> Difference | None:
    name = measure.name
    counted = [(a, b) for a, b in pairs if name in a.values and name in b.values]
    if not counted:
        return None
    groups = [a.group for a, _ in counted]
    values = np.array([(a.values[name], b.values[name]) for a, b in counted])
    sums, sizes = sums_by_group(groups, values[:, 1] - values[:, 0], measure.by_group)
    ends = [
        sums_by_group(groups, values[:, column], measure.by_group)[0].sum() / sizes.sum() for column in (0, 1)
    ]
    value = float(sums.sum() / sizes.sum())
    if len(sums) < 2:
        return _difference(ends[0], ends[1], value, None, None, len(counted), len(sums))
    replicates = ratios(sums, sizes, RESAMPLES, seed)
    interval = bca_interval(value, replicates, left_out(sums, sizes))
    return _difference(ends[0], ends[1], value, interval, replicates, len(counted), len(sums))


def _pooled(pairs: Sequence[tuple[Row, Row]], measure: PooledMeasure, seed: int) -> Difference:
    groups = [a.group for a, _ in pairs]
    first = PooledFigure([a for a, _ in pairs], groups, measure)
    second = PooledFigure([b for _, b in pairs], groups, measure)
    count = len(set(groups))
    ends = first(np.ones(count)), second(np.ones(count))
    if count < 2:
        return _difference(*ends, ends[1] - ends[0], None, None, len(pairs), count)
    replicates = weighted_replicates(lambda times: second(times) - first(times), count, seed=seed)
    interval = percentile_interval(replicates)
    return _difference(*ends, ends[1] - ends[0], interval, replicates, len(pairs), count)


def _difference(
    first: float,
    second: float,
    difference: float,
    interval: tuple[float, float] | None,
    replicates: Floats | None,
    queries: int,
    groups: int,
) -> Difference:
    low, high = interval or (None, None)
    share = None
    if replicates is not None:
        signs = np.sign(replicates) * (np.sign(difference) or 1.0)
        share = float((signs <= 0).mean())
    return Difference(float(first), float(second), difference, low, high, share, queries, groups)
