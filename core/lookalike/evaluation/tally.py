"""Tally of a run: what each answer is worth, kept without its results, and the figures that come of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import LookalikeError
from lookalike.evaluation.answers import Answer
from lookalike.evaluation.datasets.registry import measures_of
from lookalike.evaluation.measures import Measure, PooledMeasure, QueryMeasure
from lookalike.evaluation.metrics import Floats
from lookalike.evaluation.runs import RunHead, read_answers, read_head
from lookalike.evaluation.slices import CUTS, KIND, order_of, quarters, slices_of
from lookalike.evaluation.statistics import (
    POOLED_RESAMPLES,
    RESAMPLES,
    SEED,
    Estimate,
    estimate_mean,
    estimate_weighted,
)

MOST_VALUES = 10
"""Numbers with more values than this are cut into quarters, others sliced value by value."""

Figures = dict[str, Estimate]
"""Figures by name; those that no query counts in are left out."""


@dataclass(frozen=True)
class Head:
    """The first results of an answer, for figures over all results together.

    Attributes:
        scores: (first results,).
        right: which of them are positives, (first results,).
        positives: positives in all.
    """

    scores: Floats
    right: NDArray[np.bool_]
    positives: int


@dataclass(frozen=True)
class Row:
    """What one answer is worth.

    Attributes:
        query: name of the query.
        group: what it shows.
        values: the value of each measure that is a mean over queries, by name; those that it does not count in are
            left out.
        head: its first results; None where no figure needs them.
    """

    query: str
    group: str
    values: dict[str, float]
    head: Head | None


class Tally:
    """Takes the answers of a run one by one, so that none need be kept.

    Args:
        measures: what is measured.
        slices: attributes that the figures are sliced by, besides the kind.
    """

    def __init__(self, measures: Sequence[Measure], slices: Sequence[str] = ()) -> None:
        self.measures = tuple(measures)
        self.rows: list[Row] = []
        self._attributes = tuple(dict.fromkeys((KIND, *slices)))
        self._slices: dict[str, dict[str, list[Row]]] = {name: defaultdict(list) for name in self._attributes}
        self._numbers: dict[str, dict[str, float]] = defaultdict(dict)
        self._known: set[str] = set()
        self._depth = max((one.depth for one in measures if isinstance(one, PooledMeasure)), default=0)

    def add(self, answer: Answer) -> None:
        """Count an answer."""
        self._known.update(answer.attributes)
        for positive in answer.positives:
            self._known.update(positive.attributes)
        row = self._row(answer)
        self.rows.append(row)
        for attribute in self._attributes:
            for name, part in slices_of(answer, attribute):
                self._slices[attribute][name].append(row if part is answer else self._row(part))
            number = answer.attributes.get(attribute)
            if isinstance(number, int | float) and not isinstance(number, bool) and attribute not in CUTS:
                self._numbers[attribute][row.query] = float(number)

    def slices(self) -> dict[str, dict[str, list[Row]]]:
        """The rows of each slice, by attribute and slice.

        Raises:
            LookalikeError: neither queries nor positives have such an attribute.
        """
        for attribute, found in self._slices.items():
            if self.rows and not found:
                raise LookalikeError(
                    "Neither the queries nor the right answers of this data set have an attribute {name}.",
                    "There is: {known}.",
                    name=attribute,
                    known=", ".join(sorted({KIND, *self._known})),
                )
        return {attribute: self._sorted(attribute) for attribute in self._slices}

    def _sorted(self, attribute: str) -> dict[str, list[Row]]:
        """The rows of the slices of an attribute; numbers of many values are cut into quarters."""
        found, numbers = self._slices[attribute], self._numbers[attribute]
        if len(set(numbers.values())) > MOST_VALUES:
            rows = {row.query: row for row in self.rows}
            names = quarters(list(numbers.values()))
            cut: dict[str, list[Row]] = defaultdict(list)
            for _, query, name in sorted(zip(numbers.values(), numbers, names, strict=True)):
                cut[name].append(rows[query])
            return dict(cut)
        return {name: found[name] for name in sorted(found, key=lambda one: order_of(attribute, one))}

    def _row(self, answer: Answer) -> Row:
        values = {
            one.name: value
            for one in self.measures
            if isinstance(one, QueryMeasure) and (value := one.of(answer)) is not None
        }
        head = None
        if self._depth:
            first = answer.results[: self._depth]
            right = {one.image for one in answer.positives}
            head = Head(
                np.array([one.score for one in first], np.float64),
                np.array([one.image in right for one in first], bool),
                len(answer.positives),
            )
        return Row(answer.query, answer.group, values, head)


def read_tally(run: Path, slices: Sequence[str] = ()) -> tuple[RunHead, Tally]:
    """What a saved run says of itself, and what its answers are worth.

    Args:
        run: the saved run.
        slices: attributes that the figures are sliced by, besides the kind.

    Raises:
        LookalikeError: it cannot be read.
    """
    head = read_head(run)
    tally = Tally(measures_of(head.dataset), slices)
    for answer in read_answers(run):
        tally.add(answer)
    return head, tally


def query_measure(tally: Tally, name: str | None) -> QueryMeasure:
    """A figure of single queries.

    Args:
        tally: what was measured.
        name: its name; None for the data set's first one that any query counts in.

    Raises:
        LookalikeError: there is none of this name.
    """
    known = {one.name: one for one in tally.measures if isinstance(one, QueryMeasure)}
    if name is None:
        counted = [one for one in known.values() if any(one.name in row.values for row in tally.rows)]
        return (counted or list(known.values()))[0]
    if name not in known:
        raise LookalikeError(
            "This data set has no figure {name} of single queries.",
            "There is: {known}.",
            name=name,
            known=", ".join(known),
        )
    return known[name]


def figures_of(
    rows: Sequence[Row], measures: Sequence[Measure], resamples: int | None = None, seed: int = SEED
) -> Figures:
    """All figures of some rows, with their intervals.

    Args:
        rows: what the answers are worth.
        measures: what is measured.
        resamples: how often groups are drawn; None for `RESAMPLES`, and `POOLED_RESAMPLES` for pooled figures.
        seed: of the draws.
    """
    found: Figures = {}
    for measure in measures:
        if isinstance(measure, PooledMeasure):
            if rows:
                found[measure.name] = _pooled(rows, measure, resamples or POOLED_RESAMPLES, seed)
        elif counted := [row for row in rows if measure.name in row.values]:
            sums, sizes = sums_by_group(
                [row.group for row in counted],
                np.array([row.values[measure.name] for row in counted]),
                measure.by_group,
            )
            found[measure.name] = estimate_mean(sums, sizes, len(counted), resamples or RESAMPLES, seed)
    return found


def sums_by_group(groups: Sequence[str], values: Floats, by_group: bool) -> tuple[Floats, Floats]:
    """Sums and sizes of groups, (groups,) each, in the order of their names.

    Args:
        groups: the group of each value, (values,).
        values: (values,).
        by_group: whether groups weigh the same: then the means, and ones.
    """
    _, places = np.unique(np.array(groups), return_inverse=True)
    sums = np.bincount(places, np.asarray(values, np.float64)).astype(np.float64)
    sizes = np.bincount(places).astype(np.float64)
    return (sums / sizes, np.ones(len(sums))) if by_group else (sums, sizes)


def _pooled(rows: Sequence[Row], measure: PooledMeasure, resamples: int, seed: int) -> Estimate:
    of = PooledFigure(rows, [row.group for row in rows], measure)
    groups = len({row.group for row in rows})
    return estimate_weighted(of, len(rows), groups, resamples, seed)


class PooledFigure:
    """A pooled figure as a function of how often each group counts.

    Args:
        rows: what the answers are worth.
        groups: the group of each row.
        measure: the figure.
    """

    def __init__(self, rows: Sequence[Row], groups: Sequence[str], measure: PooledMeasure) -> None:
        heads = [row.head for row in rows if row.head is not None]
        _, places = np.unique(np.array(groups), return_inverse=True)
        self._measure = measure
        self._scores = np.concatenate([head.scores[: measure.depth] for head in heads])
        self._right = np.concatenate([head.right[: measure.depth] for head in heads])
        self._places = np.repeat(places, [len(head.scores[: measure.depth]) for head in heads])
        self._positives = np.bincount(places, [head.positives for head in heads])

    def __call__(self, weights: Floats) -> float:
        """The figure when each group counts so many times, (groups,)."""
        times = weights.astype(np.int64)[self._places]
        positives = int(self._positives @ weights)
        return self._measure.of(np.repeat(self._scores, times), np.repeat(self._right, times), positives)
