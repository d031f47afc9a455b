"""Retrieval metrics: average precision and precision of a ranking against its ground truth, and of many together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Ranks = NDArray[np.int64]
Floats = NDArray[np.float64]


def mean_by_group(values: Iterable[tuple[str, float]]) -> float:
    """Average per group first, then over groups, so that large groups do not outweigh small ones."""
    groups: dict[str, list[float]] = defaultdict(list)
    for group, value in values:
        groups[group].append(value)
    means = [sum(of_group) / len(of_group) for of_group in groups.values()]
    return sum(means) / len(means) if means else 0.0


def trapezoidal_average_precision(ranks: Ranks, positives: int) -> float:
    """Area under the precision-recall curve by trapezoids, with precision 1 at recall 0.

    The average precision of Oxford Buildings, INRIA Holidays and Revisited Oxford and Paris (arXiv 1803.11285).

    Args:
        ranks: ranks of the returned positives from 1, ascending, (returned positives,).
        positives: positives in all.
    """
    if not positives:
        return 0.0
    hits = np.arange(len(ranks), dtype=np.float64)
    before = np.where(ranks > 1, hits / np.maximum(ranks - 1, 1), 1.0)
    return float(((before + (hits + 1) / ranks).sum()) / (2 * positives))


def truncated_average_precision(ranks: Ranks, positives: int, k: int | None = None) -> float:
    """Sum of the precisions at the ranks of positives within the first `k`, over min(k, positives).

    AP@k of ILIAS (arXiv 2502.11748), Google Landmarks v2 (arXiv 2004.01804) and arXiv 2604.13268; without `k` the
    average precision of information retrieval.

    Args:
        ranks: ranks of the returned positives from 1, ascending, (returned positives,).
        positives: positives in all.
        k: how many results count; None for all.
    """
    if not positives:
        return 0.0
    near = ranks if k is None else ranks[ranks <= k]
    total = float((np.arange(1, len(near) + 1) / near).sum())
    return total / (positives if k is None else min(k, positives))


def precision_at(k: int, ranks: Ranks) -> float:
    """Precision of the first `k` results, or of those up to the last positive where that comes sooner.

    The P@k of Revisited Oxford and Paris (arXiv 1803.11285).

    Args:
        k: how many results count.
        ranks: ranks of the returned positives from 1, ascending, (returned positives,).
    """
    if not len(ranks):
        return 0.0
    depth = min(int(ranks[-1]), k)
    return float((ranks <= depth).sum() / depth)


def pooled_precision(
    scores: Floats, right: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.int64], NDArray[np.intp]]:
    """Precision over the answers of all queries together, as far down as each answer.

    Equal scores count in the worst order, wrong ones first, as in the Image Similarity Challenge (arXiv 2106.09672).

    Args:
        scores: (answers,).
        right: whether each answer is right, (answers,).

    Returns:
        The precisions (answers,), the right ones so far (answers,), and the order of the answers (answers,).
    """
    order = np.lexsort((right, -scores))
    found = np.cumsum(right[order], dtype=np.int64)
    return found / np.arange(1, len(order) + 1), found, order


def micro_average_precision(scores: Floats, right: NDArray[np.bool_], positives: int) -> float:
    """Average precision over the answers of all queries together (µAP).

    Args:
        scores: (answers,), comparable between queries.
        right: whether each answer is right, (answers,).
        positives: right answers that there are in all.
    """
    if not positives:
        return 0.0
    precision, _, order = pooled_precision(scores, right)
    return float(precision[right[order]].sum() / positives)


def recall_at_precision(least: float, scores: Floats, right: NDArray[np.bool_], positives: int) -> float:
    """The largest share of the right answers that can be had with at least this precision; 0 if none can.

    Args:
        least: the precision, 0..1.
        scores: (answers,), comparable between queries.
        right: whether each answer is right, (answers,).
        positives: right answers that there are in all.
    """
    precision, found, _ = pooled_precision(scores, right)
    enough = found[precision >= least]
    return float(enough.max() / positives) if len(enough) and positives else 0.0
