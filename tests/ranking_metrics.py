"""Retrieval metrics of a ranking as a list of ids: for benchmarks, and to compare the program's own with."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet


def average_precision(ranking: Sequence[int], positives: AbstractSet[int]) -> float:
    """Mean over all positives of the precision at their ranks; positives not in the ranking count as 0."""
    hits = 0
    total = 0.0
    for rank, number in enumerate(ranking, start=1):
        if number in positives:
            hits += 1
            total += hits / rank
    return total / len(positives)


def recall_at(k: int, ranking: Sequence[int], positives: AbstractSet[int]) -> float:
    """1 if any positive is among the first `k`, else 0 (the R@k of instance retrieval)."""
    return float(any(number in positives for number in ranking[:k]))
