"""Measures: the figures of a data set, each as the value of one answer, or of all answers together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation.answers import Answer, Positive
from lookalike.evaluation.metrics import (
    Floats,
    micro_average_precision,
    precision_at,
    recall_at_precision,
    trapezoidal_average_precision,
    truncated_average_precision,
)


@dataclass(frozen=True)
class QueryMeasure:
    """A figure that is a mean over queries.

    Attributes:
        name: as it is printed.
        of: its value for one answer; None where the query does not count.
        by_group: whether queries are averaged per group first, so that groups weigh the same.
    """

    name: str
    of: Callable[[Answer], float | None]
    by_group: bool = False


@dataclass(frozen=True)
class PooledMeasure:
    """A figure over the results of all queries together.

    Attributes:
        name: as it is printed.
        of: its value for scores (results,), whether each result is right (results,), and the number of positives.
        depth: how many results of each query count.
    """

    name: str
    of: Callable[[Floats, NDArray[np.bool_], int], float]
    depth: int


Measure = QueryMeasure | PooledMeasure

AP_DEPTH = 1000
"""k of AP@k, as in arXiv 2604.13268 and in ILIAS."""


def average_precision(k: int | None = None) -> Callable[[Answer], float | None]:
    """The precision sum over min(k, positives); queries without positives do not count."""
    return lambda answer: (
        truncated_average_precision(answer.ranks(), len(answer.positives), k) if answer.positives else None
    )


def trapezoidal(answer: Answer) -> float | None:
    """The average precision by trapezoids; queries without positives do not count."""
    if not answer.positives:
        return None
    return trapezoidal_average_precision(answer.ranks(), len(answer.positives))


def recall(k: int) -> Callable[[Answer], float | None]:
    """1 where any positive is among the first `k`, else 0."""
    return lambda answer: float(bool((answer.ranks() <= k).any())) if answer.positives else None


def recall_share(k: int) -> Callable[[Answer], float | None]:
    """The share of the positives that is among the first `k`."""
    return lambda answer: (
        float((answer.ranks() <= k).sum() / len(answer.positives)) if answer.positives else None
    )


def precision(k: int) -> Callable[[Answer], float | None]:
    """The precision of the first `k`, see `precision_at`."""
    return lambda answer: precision_at(k, answer.ranks()) if answer.positives else None


def where(
    measure: Callable[[Answer], float | None], wanted: Callable[[Answer], bool]
) -> Callable[[Answer], float | None]:
    """A measure on some queries alone."""
    return lambda answer: measure(answer) if wanted(answer) else None


def on_levels(
    measure: Callable[[Answer], float | None], levels: Sequence[str]
) -> Callable[[Answer], float | None]:
    """A measure that counts positives of some levels alone; the others are junk."""

    def is_wanted(positive: Positive) -> bool:
        return positive.attributes.get("level") in levels

    return lambda answer: measure(answer.only(is_wanted))


OWN_MEASURES: tuple[Measure, ...] = (
    QueryMeasure("mAP", average_precision(), by_group=True),
    QueryMeasure("AP@k", average_precision(AP_DEPTH), by_group=True),
    QueryMeasure("R@1", recall(1), by_group=True),
    QueryMeasure("R@10", recall(10), by_group=True),
    QueryMeasure("recall@100", recall_share(100), by_group=True),
)
"""Of data sets without a protocol of their own: groups weigh the same."""


def micro_measures(depth: int) -> tuple[Measure, ...]:
    """The figures of copy detection over all pairs, as in the Image Similarity Challenge (arXiv 2106.09672)."""

    def recall_at_90(scores: Floats, right: NDArray[np.bool_], positives: int) -> float:
        return recall_at_precision(0.9, scores, right, positives)

    return (
        PooledMeasure("µAP", micro_average_precision, depth),
        PooledMeasure("R@P90", recall_at_90, depth),
    )
