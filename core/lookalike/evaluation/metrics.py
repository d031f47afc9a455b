"""Retrieval metrics: average precision, AP@k and recall of a ranking against its ground truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet


def average_precision(ranking: Sequence[int], positives: AbstractSet[int]) -> float:
    """Mean over all positives of the precision at their ranks; positives not in the ranking count as 0."""
    return _precision_sum(ranking, positives) / len(positives)


def average_precision_at(k: int, ranking: Sequence[int], positives: AbstractSet[int]) -> float:
    """AP@k of arXiv 2604.13268.

    Average precision over the returned top `k`, times (positives in the top k / min(k, all positives)); so the
    precision sum over min(k, all positives).
    """
    return _precision_sum(ranking[:k], positives) / min(k, len(positives))


def recall_at(k: int, ranking: Sequence[int], positives: AbstractSet[int]) -> float:
    """1 if any positive is among the first `k`, else 0 (the R@k of instance retrieval)."""
    return float(any(number in positives for number in ranking[:k]))


def _precision_sum(ranking: Sequence[int], positives: AbstractSet[int]) -> float:
    hits = 0
    total = 0.0
    for rank, number in enumerate(ranking, start=1):
        if number in positives:
            hits += 1
            total += hits / rank
    return total


def mean_by_group(values: Iterable[tuple[str, float]]) -> float:
    """Average per group first, then over groups, so that large groups do not outweigh small ones."""
    groups: dict[str, list[float]] = defaultdict(list)
    for group, value in values:
        groups[group].append(value)
    means = [sum(of_group) / len(of_group) for of_group in groups.values()]
    return sum(means) / len(means) if means else 0.0
