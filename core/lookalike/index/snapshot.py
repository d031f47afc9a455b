"""Snapshot: an index at one moment, which a search runs on while others add, remove and merge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.index.coarse_index import CoarseIndex, QueryFilter
from lookalike.index.codes import id_mask, id_selector
from lookalike.index.files import IndexFile, Reaches
from lookalike.index.protocol import Neighbours
from lookalike.index.scoring import score_rows
from lookalike.index.segment import Segment
from lookalike.index.tail import Tail
from lookalike.index.vector_source import positions

# How these were chosen: docs/benchmarks.md, The vector index.
EXACT_IDS = 1000
"""A filter that allows at most this many ids has them all compared with the query, ..."""
EXACT_SHARE, MAX_EXACT_IDS = 0.003, 20000
"""... or at most this share of all, up to so many; or so many of any share, if they are unlike the query."""
MAX_COARSE_RESULTS = 3000
"""Where more results than this are wanted, all vectors are compared."""
SCORING_BATCH = 2048
"""About this many vectors are scored at once (5 MB)."""

Scored = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Ids and their cosines with a query."""


@dataclass(frozen=True, eq=False)
class LiveSegment:
    """A segment and which of its rows are live; the others are tombstones.

    Attributes:
        segment: the vectors.
        file: where the segment lies, or None while it is in memory only.
        live: per row whether it may be found, or None for all; never changed in place.
        live_rows: how many may be found.
        coded: whether the coarse index has all its ids.
    """

    segment: Segment
    file: IndexFile | None
    live: NDArray[np.bool_] | None
    live_rows: int
    coded: bool

    @classmethod
    def of(
        cls,
        segment: Segment,
        file: IndexFile | None,
        live: NDArray[np.bool_] | None = None,
        coded: bool = False,
    ) -> LiveSegment:
        """Count the live rows; a mask of all rows becomes None."""
        count = len(segment.ids) if live is None else int(np.count_nonzero(live))
        return cls(segment, file, None if count == len(segment.ids) else live, count, coded)

    def with_live(self, live: NDArray[np.bool_] | None) -> LiveSegment:
        """The same segment with other rows live."""
        return LiveSegment.of(self.segment, self.file, live, self.coded)

    @property
    def ids(self) -> NDArray[np.int64]:
        """Ids that may be found, ascending."""
        return self.segment.ids if self.live is None else self.segment.ids[self.live]

    def without(self, ids: NDArray[np.int64]) -> LiveSegment:
        """The same segment with some ids (ascending) dead; itself when it has none of them."""
        dead = self.segment.mask(ids)
        if self.live is not None:
            dead &= self.live
        if not dead.any():
            return self
        return self.with_live(~dead if self.live is None else self.live & ~dead)

    def revive(self, ids: NDArray[np.int64]) -> LiveSegment:
        """The same segment with its dead rows of some ids (ascending) live again; itself when it has none of them."""
        if self.live is None:
            return self
        back = self.segment.mask(ids) & ~self.live
        return self.with_live(self.live | back) if back.any() else self

    def contains(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Per id whether it is live here."""
        return self.rows(ids)[1]

    def rows(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Per id its row, and whether it is live here."""
        rows, there = self.segment.rows(ids)
        return rows, there if self.live is None else there & self.live[rows]


@dataclass(frozen=True)
class Snapshot:
    """Segments, oldest first, and the tail. An id is live in at most one place.

    Attributes:
        segments: immutable; their vectors lie in files.
        tail: the newest vectors, in memory.
        coarse: the coarse index over the coded segments, or None while a query is compared with everything.
    """

    segments: tuple[LiveSegment, ...]
    tail: Tail
    coarse: CoarseIndex | None = None

    def __len__(self) -> int:
        return sum(segment.live_rows for segment in self.segments) + self.tail.live_rows

    def contains(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Per id (ascending) whether it is live."""
        found = np.isin(ids, self.tail.ids[self.tail.live])
        for segment in self.segments:
            first, end = _overlap(ids, segment.segment.ids)
            if first < end:
                found[first:end] |= segment.contains(ids[first:end])
        return found

    def without(self, ids: NDArray[np.int64]) -> Snapshot:
        """The snapshot without some ids (ascending)."""
        dead = np.isin(self.tail.ids, ids)
        tail = self.tail.without(dead) if dead.any() else self.tail
        return replace(self, segments=tuple(segment.without(ids) for segment in self.segments), tail=tail)

    def revised(
        self, ids: NDArray[np.int64], wanted: NDArray[np.bool_]
    ) -> tuple[Snapshot, NDArray[np.int64]]:
        """The snapshot with some ids (ascending) live or dead as wanted, and the wanted ones that it lacks."""
        revised = self.without(ids[~wanted])
        missing = ids[wanted]
        missing = missing[~revised.contains(missing)]
        segments = list(revised.segments)
        for position in reversed(range(len(segments))):
            if not len(missing):
                break
            segments[position] = segments[position].revive(missing)
            missing = missing[~segments[position].contains(missing)]
        return replace(revised, segments=tuple(segments)), missing

    def restricted_to(self, wanted: NDArray[np.int64]) -> tuple[Snapshot, NDArray[np.int64]]:
        """The snapshot with exactly the `wanted` ids (ascending) live, and those of them that it lacks.

        A dead row comes back when its id is wanted. Where several segments have an id, the newest one's row counts.
        """
        placed = np.zeros(len(wanted), np.bool_)

        def place(ids: NDArray[np.int64]) -> NDArray[np.bool_]:
            rows, there = positions(wanted, ids)
            there[there] = ~placed[rows[there]]
            placed[rows[there]] = True
            return there

        # The tail may have an id twice, the earlier row dead; its live rows are distinct.
        kept = self.tail.live.copy()
        kept[kept] = place(self.tail.ids[kept])
        segments = [old.with_live(place(old.segment.ids)) for old in reversed(self.segments)]
        followed = replace(self, segments=tuple(reversed(segments)), tail=self.tail.without(~kept))
        return followed, wanted[~placed]

    def search(
        self,
        query: NDArray[np.float32],
        k: int,
        allowed_ids: NDArray[np.int64] | None,
        min_similarity: float = -np.inf,
    ) -> Neighbours:
        """Find the k live ids nearest the query, of at least a cosine.

        Args:
            query: unit vector (dimension,).
            k: how many at most, 1 or more.
            allowed_ids: the only ids that may be found, ascending; None for all.
            min_similarity: the least cosine.
        """
        scans = [*self._scans(query, k, allowed_ids), self.tail.search(query, k, allowed_ids)]
        ids = np.concatenate([scan[0] for scan in scans])
        similarities = np.concatenate([scan[1] for scan in scans])
        order = np.lexsort((ids, -similarities))[:k]
        order = order[similarities[order] >= min_similarity]
        return Neighbours(ids[order], np.clip(similarities[order], -1, 1))

    def _scans(
        self, query: NDArray[np.float32], k: int, allowed_ids: NDArray[np.int64] | None
    ) -> Iterator[Scored]:
        coarse = self.coarse
        compare_all = coarse is None or k > MAX_COARSE_RESULTS
        exact_limit = max(EXACT_IDS, min(EXACT_SHARE * len(self), MAX_EXACT_IDS))
        query_filter = None
        if coarse is not None and allowed_ids is not None:
            allowed_ids = self._only_sealed(allowed_ids)
            if len(allowed_ids) > exact_limit and not compare_all:
                query_filter = coarse.query_filter(query, id_mask(allowed_ids, self._id_bound))
            far_away = query_filter is not None and not query_filter.near_query
            if len(allowed_ids) <= exact_limit or (far_away and len(allowed_ids) <= MAX_EXACT_IDS):
                yield from self._score(query, allowed_ids, self.segments)
                return
        if coarse is not None and not compare_all:
            yield from self.coarse_scans(query, k, coarse.training.reaches(k), query_filter)
        for segment in self.segments:
            if not segment.live_rows or (segment.coded and not compare_all):
                continue
            wanted = segment.live
            if allowed_ids is not None:
                chosen = segment.segment.mask(allowed_ids)
                wanted = chosen if wanted is None else wanted & chosen
                if not wanted.any():
                    continue
            yield segment.segment.scan(query, k, wanted)
            if coarse is not None:
                # So large an index must not stay in memory because it was scanned once.
                segment.segment.release_pages()

    def coarse_scans(
        self, query: NDArray[np.float32], k: int, reaches: Reaches, query_filter: QueryFilter | None
    ) -> Iterator[Scored]:
        """Find candidates by their codes, and score them with the segments' vectors.

        Args:
            query: unit vector (dimension,).
            k: how many are wanted in the end.
            reaches: how far to look.
            query_filter: which ids may be found; None for all.
        """
        assert self.coarse is not None
        selector = self._coded_live_selector
        if query_filter is not None:
            selector = id_selector(
                query_filter.allowed
                if self._coded_live_mask is None
                else query_filter.allowed & self._coded_live_mask
            )
        found = self.coarse.candidates(query, k, reaches, selector, query_filter)
        yield from self._score(query, found, self._coded_segments)

    def _score(
        self, query: NDArray[np.float32], ids: NDArray[np.int64], segments: Iterable[LiveSegment]
    ) -> Iterator[Scored]:
        """Score those of some ids (ascending) that are live in segments."""
        segments = list(segments)
        gathered: list[NDArray[np.int64]] = []
        parts: list[tuple[Segment, NDArray[np.intp]]] = []
        firsts = np.searchsorted(ids, [segment.segment.id_range[0] for segment in segments])
        ends = np.searchsorted(ids, [segment.segment.id_range[1] for segment in segments], "right")
        for segment, first, end in zip(segments, firsts.tolist(), ends.tolist(), strict=True):
            if first == end:
                continue
            here = ids[first:end]
            rows, there = segment.rows(here)
            if not there.all():
                here, rows = here[there], rows[there]
            if len(here) > SCORING_BATCH:
                for start in range(0, len(here), SCORING_BATCH):
                    piece = slice(start, start + SCORING_BATCH)
                    yield here[piece], score_rows([(segment.segment, rows[piece])], query)
                continue
            gathered.append(here)
            parts.append((segment.segment, rows))
            if sum(map(len, gathered)) > SCORING_BATCH:
                yield np.concatenate(gathered), score_rows(parts, query)
                gathered, parts = [], []
        if gathered:
            yield np.concatenate(gathered), score_rows(parts, query)

    def _only_sealed(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of some ids (ascending) that are live in a segment."""
        first, end = np.searchsorted(ids, [0, self._id_bound])
        ids = ids[first:end]
        return ids[self._sealed_mask[ids]]

    @cached_property
    def _coded_segments(self) -> tuple[LiveSegment, ...]:
        return tuple(segment for segment in self.segments if segment.coded)

    @cached_property
    def _id_bound(self) -> int:
        """More than the greatest id in a segment."""
        return 1 + max((int(segment.segment.ids[-1]) for segment in self.segments), default=-1)

    @cached_property
    def _coded_live_mask(self) -> NDArray[np.bool_] | None:
        """The live ids of the coarse index, as a mask over all; None when it has no dead ones."""
        if self.coarse is None or self.coarse.rows == sum(s.live_rows for s in self.segments if s.coded):
            return None
        return self._mask(segment.ids for segment in self.segments if segment.coded)

    @property
    def coded_mask(self) -> NDArray[np.bool_]:
        """The ids of coded segments, dead ones included, which may come back, as a mask over all from 0 on."""
        return self._mask(segment.segment.ids for segment in self.segments if segment.coded)

    @cached_property
    def _sealed_mask(self) -> NDArray[np.bool_]:
        return self._mask(segment.ids for segment in self.segments)

    def _mask(self, groups: Iterable[NDArray[np.int64]]) -> NDArray[np.bool_]:
        chosen = np.zeros(self._id_bound, np.bool_)
        for ids in groups:
            chosen[ids] = True
        return chosen

    @cached_property
    def _coded_live_selector(self) -> Any:
        return None if self._coded_live_mask is None else id_selector(self._coded_live_mask)

    @property
    def sealed_rows(self) -> int:
        """Live rows outside the tail."""
        return sum(segment.live_rows for segment in self.segments)


def _overlap(ids: NDArray[np.int64], others: NDArray[np.int64]) -> tuple[int, int]:
    """The range of ascending ids that lies between the first and the last of others."""
    return int(np.searchsorted(ids, others[0])), int(np.searchsorted(ids, others[-1], "right"))
