"""Judged pairs of an evaluation as arrays, on which a calibration is fitted and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation.metrics import truncated_average_precision


@dataclass(frozen=True)
class QueryPairs:
    """One query's head of the ranking, by the index's score, and what is right; query and junk left out.

    Attributes:
        group: what the query shows.
        cosines: (head,), of the descriptors.
        votes: (head,), of the details; NaN where they are not known.
        logits: (head,), the judge's; NaN where it gave none.
        right: (head,), which candidates are positives.
        tail: (positives behind the head,), their ranks from 1, in rising order.
        positives: positives in all, those that were not returned included.
        first_logits: (head,), those of the judge that goes before, likewise; None where none does.
    """

    group: str
    cosines: NDArray[np.float64]
    votes: NDArray[np.float64]
    logits: NDArray[np.float64]
    right: NDArray[np.bool_]
    tail: NDArray[np.int64]
    positives: int
    first_logits: NDArray[np.float64] | None = None

    def precision(self, scores: NDArray[np.float64]) -> float:
        """Average precision with the head ordered by `scores` (head,)."""
        order = np.argsort(-scores, kind="stable")
        ranks = np.concatenate([np.flatnonzero(self.right[order]) + 1, self.tail])
        return truncated_average_precision(ranks, self.positives)


@dataclass(frozen=True)
class JudgedPairs:
    """All queries' heads, one after the other. Groups weigh the same, and so do the queries of a group."""

    queries: Sequence[QueryPairs]

    @cached_property
    def cosines(self) -> NDArray[np.float64]:
        """(pairs,), of the descriptors."""
        return self._joined([query.cosines for query in self.queries])

    @cached_property
    def votes(self) -> NDArray[np.float64]:
        """(pairs,), of the details; NaN where they are not known."""
        return self._joined([query.votes for query in self.queries])

    @cached_property
    def logits(self) -> NDArray[np.float64]:
        """(pairs,), the judge's logits; NaN where it gave none."""
        return self._joined([query.logits for query in self.queries])

    @cached_property
    def first_logits(self) -> NDArray[np.float64]:
        """(pairs,), the logits of the judge that goes before; NaN where it gave none, or none does."""
        return self._joined(
            [
                np.full(len(query.right), np.nan) if query.first_logits is None else query.first_logits
                for query in self.queries
            ]
        )

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """(pairs,), whether a pair shows the same thing."""
        return self._joined([query.right for query in self.queries]).astype(bool)

    @cached_property
    def groups(self) -> NDArray[np.str_]:
        """(pairs,), what the query of a pair shows."""
        return np.array([query.group for query in self.queries for _ in query.right])

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """(pairs,), 1 / the queries of the pair's group."""
        counts = Counter(query.group for query in self.queries)
        return self._joined([np.full(len(query.right), 1 / counts[query.group]) for query in self.queries])

    def _joined(self, parts: list[NDArray[np.float64]] | list[NDArray[np.bool_]]) -> NDArray[np.float64]:
        return np.concatenate([np.zeros(0), *parts])

    def of(self, groups: set[str]) -> JudgedPairs:
        """The pairs of some groups only."""
        return JudgedPairs([query for query in self.queries if query.group in groups])
