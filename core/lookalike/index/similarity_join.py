"""Similarity join: all pairs of near vectors of an index."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator

import numpy as np
from numpy.typing import NDArray

from lookalike.index.coarse_index import CoarseIndex
from lookalike.index.protocol import SimilarPairs
from lookalike.index.snapshot import Snapshot
from lookalike.index.vector_source import VectorSource, fetch_vectors, positions

JOINED_LISTS = 3
"""Two vectors are compared when they share one of this many nearest lists (docs/benchmarks.md, The vector index)."""
ROUNDING = 1e-4
"""More than two ways to compute a cosine in float32 differ by."""
BLOCK = 4096
"""Rows that are compared at a time with as many others: 64 MB of cosines."""
BATCH_PAIRS = 65536
"""Roughly the most pairs that are handed out together."""


class SimilarityJoin:
    """Compares the vectors of a snapshot with one another.

    With a coarse index, two vectors are compared if they share one of their nearest lists. That does not depend on
    when they came, so a join of new ids finds the same pairs as the join of all. Without one, all are compared.

    Args:
        snapshot: what to look through.
        source: gives the vectors that pairs are scored with.
        min_similarity: the least cosine of a pair.
        since: only pairs with at least one of these ids (ascending); None for all pairs.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        source: VectorSource,
        min_similarity: float,
        since: NDArray[np.int64] | None,
    ) -> None:
        self._source = source
        self._floor = min_similarity
        self._segments = [segment.segment for segment in snapshot.segments]
        self._tail = snapshot.tail.vectors
        rows = [
            np.arange(len(live.segment.ids)) if live.live is None else np.flatnonzero(live.live)
            for live in snapshot.segments
        ]
        rows.append(np.flatnonzero(snapshot.tail.live))
        self._sources = np.repeat(np.arange(len(rows), dtype=np.int32), [len(some) for some in rows])
        self._rows = np.concatenate(rows)
        ids = [live.ids for live in snapshot.segments]
        self._ids = np.concatenate([*ids, snapshot.tail.ids[snapshot.tail.live]])
        self._new = np.ones(len(self._ids), np.bool_) if since is None else positions(since, self._ids)[1]
        self._lists = self._assign_lists(snapshot.coarse)

    def pairs(self) -> Generator[SimilarPairs]:
        """Find all pairs, each once, with empty batches in between where there is little to find."""
        count = self._lists.shape[1]
        flat = self._lists.ravel()
        order = np.argsort(flat, kind="stable")
        members = order // count
        bounds = np.flatnonzero(np.diff(flat[order], prepend=-1, append=-1).astype(np.bool_))
        done = 0
        for begin, end in itertools.pairwise(bounds):
            group = members[begin:end]
            chosen = group[self._new[group]]
            if len(chosen):
                for first, second in self._near_pairs(chosen, group, int(flat[order[begin]])):
                    yield self._score(first, second, done // count)
            done += len(group)
        yield self._score(members[:0], members[:0], len(self._ids))

    def _near_pairs(
        self, chosen: NDArray[np.intp], group: NDArray[np.intp], list_number: int
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Positions of near pairs of a chosen member and any member of a list."""
        everything = len(chosen) == len(group)
        for start in range(0, len(chosen), BLOCK):
            left = chosen[start : start + BLOCK]
            left_vectors = self._vectors(left)
            # Members ascend: where all are chosen, the other order of a pair was in an earlier block.
            for other in range(start if everything else 0, len(group), BLOCK):
                right = group[other : other + BLOCK]
                same = everything and other == start
                similarities = left_vectors @ (left_vectors if same else self._vectors(right)).T
                for rows, columns in _in_batches(similarities >= self._floor - ROUNDING):
                    first, second = left[rows], right[columns]
                    # A pair of two chosen members turns up in both orders, and each member with itself.
                    once = (first < second) | ((first > second) & ~self._new[second])
                    first, second = first[once], second[once]
                    own = self._first_common_list(first, second) == list_number
                    if own.any():
                        yield first[own], second[own]

    def _first_common_list(self, first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.int32]:
        """The lowest list that both of a pair are in, where the pair is handed out."""
        one, other = self._lists[first], self._lists[second]
        common = (one[:, :, np.newaxis] == other[:, np.newaxis, :]).any(axis=2)
        none = np.iinfo(np.int32).max
        lowest: NDArray[np.int32] = np.where(common, one, none).min(axis=1, initial=none)
        return lowest

    def _score(self, first: NDArray[np.intp], second: NDArray[np.intp], done: int) -> SimilarPairs:
        ids = np.stack([self._ids[first], self._ids[second]])
        ids.sort(axis=0)
        kept = np.zeros(ids.shape[1], np.bool_)
        similarities = np.zeros(ids.shape[1], np.float32)
        for start in range(0, ids.shape[1], BATCH_PAIRS):
            piece = ids[:, start : start + BATCH_PAIRS]
            there, vectors = fetch_vectors(self._source, np.unique(piece))
            one, has_one = positions(there, piece[0])
            other, has_other = positions(there, piece[1])
            both = np.flatnonzero(has_one & has_other)
            for some in np.array_split(both, max(1, len(both) // BLOCK)):
                exact = np.einsum("nd,nd->n", vectors[one[some]], vectors[other[some]])
                similarities[start + some] = np.clip(exact, -1, 1)
                kept[start + some] = exact >= self._floor
        return SimilarPairs(ids[0][kept], ids[1][kept], similarities[kept], done, len(self._ids))

    def _vectors(self, chosen: NDArray[np.intp]) -> NDArray[np.float32]:
        """Vectors of some positions, float32 (n, dimension)."""
        vectors = np.empty((len(chosen), self._tail.shape[1]), np.float32)
        sources = self._sources[chosen]
        for source in np.unique(sources):
            these = np.flatnonzero(sources == source)
            rows = self._rows[chosen[these]]
            vectors[these] = (
                self._tail[rows] if source == len(self._segments) else self._segments[source].vectors(rows)
            )
        return vectors

    def _assign_lists(self, coarse: CoarseIndex | None) -> NDArray[np.int32]:
        """The nearest lists of every vector, int32 (n, lists); one list for all without a coarse index."""
        if coarse is None:
            return np.zeros((len(self._ids), 1), np.int32)
        lists = np.zeros((len(self._ids), JOINED_LISTS), np.int32)
        known = np.concatenate([np.zeros(0, np.int64), *(part.codes.ids for part in coarse.parts)])
        order = np.argsort(known, kind="stable")
        found, there = positions(known[order], self._ids)
        if len(known):
            assigned = np.concatenate([part.codes.assigned[:, :JOINED_LISTS] for part in coarse.parts])
            lists[there] = assigned[order[found[there]]]
        lacking = np.flatnonzero(~there)
        for start in range(0, len(lacking), BLOCK):
            piece = lacking[start : start + BLOCK]
            rotated = coarse.quantizer.rotate(self._vectors(piece))
            lists[piece] = coarse.quantizer.nearest_lists(rotated, JOINED_LISTS)[0]
        return lists


def _in_batches(near: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Rows and columns of what is true, about `BATCH_PAIRS` at a time: of equal vectors all pairs are near."""
    ends = np.cumsum(np.count_nonzero(near, axis=1))
    start = 0
    while start < len(near) and (before := int(ends[start - 1]) if start else 0) < ends[-1]:
        end = max(start + 1, int(np.searchsorted(ends, before + BATCH_PAIRS, "right")))
        rows, columns = np.nonzero(near[start:end])
        yield rows + start, columns
        start = end
