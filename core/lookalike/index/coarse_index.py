"""Coarse index (an inverted file): finds candidates for a query in the few lists nearest it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.index.coarse_quantizer import CoarseQuantizer
from lookalike.index.codes import Codes, ListQuery, ScanHits
from lookalike.index.files import IndexFile, Reaches, Training
from lookalike.index.query_threads import MAX_THREADS, run_shared

# How these were chosen: docs/benchmarks.md, The vector index.
FIRST_LISTS = 32
"""Lists that a query probes first; what they hold tells how far to look."""
PROBE_SHARE = 1 / 6
"""A query of a whole library probes at most this share of the lists, however many are within its reach, ..."""
MIN_PROBED_LISTS = 128
"""... or this many, ..."""
ENTRIES_PER_RESULT = 64
"""... or as many as hold this many entries for each result that is wanted."""
CANDIDATES_PER_RESULT = 6
"""At most this many candidates for each result that is wanted ..."""
MIN_CANDIDATE_LIMIT = 128
"""... or, of few results, this many."""
MARGIN = 1 / 24
"""An entry is no candidate if it is estimated to be further than the k-th nearest by more than this share of the
distances of that one and of the nearest centroid together (the error of RaBitQ codes grows with both)."""
MIN_CANDIDATES = 64
"""At least this many are always scored."""
NEIGHBOURHOOD = 2048
"""Of this many entries nearest a query it is counted how many a filter allows. ..."""
MIN_RELATIVE_DENSITY, MIN_NEIGHBOURS = 0.5, 4
"""... Unless they are half as dense there as everywhere, and at least four, what is allowed lies far from the query
and nothing near it tells how far: the query then probes all lists ..."""
FAR_CANDIDATES_PER_RESULT, MIN_FAR_CANDIDATES = 20, 1024
"""... and scores this many candidates for each result, but at least so many: far from a query many lie at nearly one
distance, closer together than the codes can tell."""
ENTRIES_PER_THREAD = 16384
"""From twice as many entries on, several threads share a query."""


@dataclass(frozen=True)
class StoredCodes:
    """Codes and their file, or None while they are in memory only."""

    codes: Codes
    file: IndexFile | None


@dataclass(frozen=True, eq=False)
class CoarseIndex:
    """A coarse quantizer and all codes made with it: they hold the ids of every segment that is marked as coded.

    Attributes:
        quantizer: what the codes were made with.
        file: the quantizer's file, or None while it is in memory only.
        parts: the codes; an id may be in several of them, and ids that are no longer live may be.
        training: among other things, how far a query has to look.
    """

    quantizer: CoarseQuantizer
    file: IndexFile | None
    parts: tuple[StoredCodes, ...]
    training: Training

    @property
    def rows(self) -> int:
        """Entries, dead ones included."""
        return sum(part.codes.rows for part in self.parts)

    def candidates(
        self,
        query: NDArray[np.float32],
        k: int,
        reaches: Reaches,
        selector: Any,
        query_filter: QueryFilter | None = None,
    ) -> NDArray[np.int64]:
        """Find entries among which, as far as the codes tell, the k nearest a query are.

        Args:
            query: unit vector (dimension,).
            k: how many are wanted in the end.
            reaches: how far to look.
            selector: a FAISS selector of the ids that may be found; None for all.
            query_filter: a filter as seen from the query; the fewer it allows and the less they are like the query,
                the more lists are probed.

        Returns:
            Their ids, ascending, int64 (n,).
        """
        if not self.parts:
            return np.zeros(0, np.int64)
        seen = self.coarse_query(query)
        everywhere = self.quantizer.lists
        first, most = FIRST_LISTS, self.max_lists(k)
        if query_filter is not None:
            if not query_filter.near_query:
                found = self._scan(
                    seen.probe(seen.nearest_lists(everywhere)),
                    max(MIN_FAR_CANDIDATES, FAR_CANDIDATES_PER_RESULT * k),
                    selector,
                )
                return np.sort(found.ids)
            first, most = math.ceil(FIRST_LISTS / query_filter.selectivity**0.5), everywhere
        some = self._scan(seen.probe(seen.nearest_lists(first)), max(k, MIN_CANDIDATES), selector)
        if len(some.ids) < k:
            most = everywhere
        lists = seen.lists_within(list_distance_limit(seen, some.distances, reaches), most)
        limit = candidate_distance_limit(seen, some.distances, k)
        depth = max(MIN_CANDIDATE_LIMIT, CANDIDATES_PER_RESULT * k)
        # The first lists again: only the k best of what they hold are known, and the rest may be candidates.
        found = self._scan(seen.probe(lists), depth, selector, limit)
        # With a limit FAISS skips vectors that lie on their list's centroid, as many equal ones do.
        found = ScanHits.best([some, found], depth)
        return np.sort(found.ids[found.distances <= candidate_distance_limit(seen, found.distances, k)])

    def query_filter(self, query: NDArray[np.float32], wanted: NDArray[np.bool_]) -> QueryFilter:
        """See a filter, a mask over all ids, from a query (dimension,)."""
        if not self.rows:
            return QueryFilter(wanted, 0, False)
        seen = self.coarse_query(query)
        found = self._scan(seen.probe(seen.nearest_lists(FIRST_LISTS)), NEIGHBOURHOOD, None).ids
        chosen = np.count_nonzero(wanted[found[found < len(wanted)]])
        share = np.count_nonzero(wanted) / self.rows
        return QueryFilter(
            wanted, share, bool(chosen >= max(MIN_RELATIVE_DENSITY * share * len(found), MIN_NEIGHBOURS))
        )

    def coarse_query(self, query: NDArray[np.float32]) -> CoarseQuery:
        """Rotate a query (dimension,) and measure its distances from all centroids."""
        rotated = self.quantizer.rotate(query[np.newaxis])
        return CoarseQuery(rotated, self.quantizer.centroid_distances(rotated))

    def max_lists(self, k: int) -> int:
        """How many lists a query for k of the whole library may probe."""
        lists = self.quantizer.lists
        most = max(MIN_PROBED_LISTS, PROBE_SHARE * lists, ENTRIES_PER_RESULT * k * lists / max(self.rows, 1))
        return min(math.ceil(most), lists)

    def _scan(self, probe: ListQuery, depth: int, selector: Any, limit: float = math.inf) -> ScanHits:
        """Scan the probed lists of every file for the best entries within a squared distance."""
        share = probe.lists.shape[1] / self.quantizer.lists
        scans = run_shared(
            [
                partial(part.codes.scan, piece, depth, selector, limit)
                for part in self.parts
                for piece in probe.split(
                    min(MAX_THREADS, max(1, int(part.codes.rows * share / ENTRIES_PER_THREAD)))
                )
            ]
        )
        return ScanHits.best(scans, depth)


@dataclass(frozen=True, eq=False)
class QueryFilter:
    """A filter as seen from a query.

    Attributes:
        allowed: which ids may be found, as a mask over all.
        selectivity: allowed ids for each entry of the codes.
        near_query: whether they are about as dense around the query as elsewhere.
    """

    allowed: NDArray[np.bool_]
    selectivity: float
    near_query: bool


@dataclass(frozen=True)
class CoarseQuery:
    """A query as the coarse index sees it.

    Attributes:
        rotated: in the space of the codes, float32 (1, code dimension).
        distances: squared, from the centroids, float32 (lists,).
    """

    rotated: NDArray[np.float32]
    distances: NDArray[np.float32]

    def nearest_lists(self, count: int) -> NDArray[np.int64]:
        """The numbers of the nearest lists, in no order."""
        if count >= len(self.distances):
            return np.arange(len(self.distances))
        return np.argpartition(self.distances, count - 1)[:count]

    def lists_within(self, limit: float, most: int) -> NDArray[np.int64]:
        """The numbers of the lists within a squared distance, in no order; where they are too many, the nearest.

        Args:
            limit: the distance; the nearest list counts in any case.
            most: how many at most.
        """
        within = np.flatnonzero(self.distances <= max(limit, self.distances.min()))
        return within if len(within) <= most else self.nearest_lists(most)

    def probe(self, lists: NDArray[np.int64]) -> ListQuery:
        """The query with the lists that it probes."""
        return ListQuery(self.rotated, lists[np.newaxis], self.distances[lists][np.newaxis])


def list_distance_limit(query: CoarseQuery, distances: NDArray[np.float32], reaches: Reaches) -> float:
    """The squared distance within which a query probes lists.

    Args:
        query: the query.
        distances: estimated squared distances of the entries in the first lists, ascending.
        reaches: how far to look.
    """
    if len(distances) < reaches[-1][0]:
        return math.inf
    return float(max(distances[k - 1] + reach for k, reach in reaches) + query.distances.min() / 2)


def candidate_distance_limit(query: CoarseQuery, distances: NDArray[np.float32], k: int) -> float:
    """The estimated squared distance within which an entry may be one of the k nearest.

    Args:
        query: the query.
        distances: estimated squared distances of entries, ascending; with more entries the limit only shrinks.
        k: how many are wanted.
    """
    if len(distances) < max(k, MIN_CANDIDATES):
        return math.inf
    # An estimate may be negative.
    margin = MARGIN * max(query.distances.min() + distances[k - 1], 0)
    return float(max(distances[k - 1] + margin, distances[MIN_CANDIDATES - 1]))
