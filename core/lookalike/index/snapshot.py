"""The state of an index at one moment: what a search runs on while others add, remove and merge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.index.files import SegmentFile
from lookalike.index.record import Neighbours, VectorRecord, positions, recorded
from lookalike.index.segment import SLACK, Segment
from lookalike.index.tail import Tail, cosines

SPARE = 32
"""At least this many more candidates than asked for are scored exactly."""


@dataclass(frozen=True, eq=False)
class LiveSegment:
    """A segment and which of its rows still count.

    Attributes:
        segment: the codes.
        file: where they lie, or None while they are in memory only.
        live: per row whether it may be found, or None for all; never changed in place.
        live_rows: how many may be found.
    """

    segment: Segment
    file: SegmentFile | None
    live: NDArray[np.bool_] | None
    live_rows: int

    @classmethod
    def of(cls, segment: Segment, file: SegmentFile | None, live: NDArray[np.bool_] | None) -> LiveSegment:
        """Count the live rows; a mask that lets all through becomes None."""
        count = len(segment.ids) if live is None else int(np.count_nonzero(live))
        return cls(segment, file, None if count == len(segment.ids) else live, count)

    @property
    def ids(self) -> NDArray[np.int64]:
        """Ids that may be found, ascending."""
        return self.segment.ids if self.live is None else self.segment.ids[self.live]

    def without(self, ids: NDArray[np.int64]) -> LiveSegment:
        """The same with some ids (ascending) no longer live; itself when it has none of them."""
        dead = self.segment.mask(ids)
        if self.live is not None:
            dead &= self.live
        if not dead.any():
            return self
        return LiveSegment.of(self.segment, self.file, ~dead if self.live is None else self.live & ~dead)

    def has(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Per id whether it is live here."""
        rows, there = positions(self.segment.ids, ids)
        return there if self.live is None else there & self.live[rows]


@dataclass(frozen=True)
class Snapshot:
    """Segments, oldest first, and the tail. An id is live in at most one place."""

    segments: tuple[LiveSegment, ...]
    tail: Tail

    def __len__(self) -> int:
        return sum(segment.live_rows for segment in self.segments) + self.tail.live_rows

    def has(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Per id whether it is live."""
        found = np.isin(ids, self.tail.ids[self.tail.live])
        for segment in self.segments:
            found |= segment.has(ids)
        return found

    def without(self, ids: NDArray[np.int64]) -> Snapshot:
        """The state with some ids (ascending) removed."""
        dead = np.isin(self.tail.ids, ids)
        tail = self.tail.without(dead) if dead.any() else self.tail
        return Snapshot(tuple(segment.without(ids) for segment in self.segments), tail)

    def only(self, wanted: NDArray[np.int64]) -> tuple[Snapshot, NDArray[np.int64]]:
        """The state with exactly the live ids that are in `wanted` (ascending), and those of `wanted` it lacks.

        A row that had died comes back when its id is wanted. Where several segments have an id, the newest
        one's row counts.
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
        segments = [
            LiveSegment.of(old.segment, old.file, place(old.segment.ids)) for old in reversed(self.segments)
        ]
        return Snapshot(tuple(reversed(segments)), self.tail.without(~kept)), wanted[~placed]

    def search(
        self,
        query: NDArray[np.float32],
        k: int,
        among: NDArray[np.int64] | None,
        record: VectorRecord,
        floor: float = -np.inf,
    ) -> Neighbours:
        """The k live ids nearest the query, of cosine `floor` or more.

        Args:
            query: unit vector (dimension,).
            k: how many at most, 1 or more.
            among: the only ids that may be found, ascending; None for all.
            record: gives the vectors that candidates from the segments are scored with.
            floor: the least cosine wanted.
        """
        candidates = self._candidates(query, k + max(SPARE, k // 2), among, floor - SLACK)
        # In order of id, as the record stores them.
        ids, vectors = (
            recorded(record, np.sort(candidates)) if len(candidates) else (candidates, self.tail.vectors[:0])
        )
        newest, newest_similarities = self.tail.search(query, k, among)
        ids = np.concatenate([ids, newest])
        similarities = np.concatenate([cosines(vectors, query), newest_similarities])
        order = np.lexsort((ids, -similarities))[:k]
        order = order[similarities[order] >= floor]
        return Neighbours(ids[order], np.clip(similarities[order], -1, 1))

    def _candidates(
        self, query: NDArray[np.float32], k: int, among: NDArray[np.int64] | None, floor: float
    ) -> NDArray[np.int64]:
        scans = list(self._scans(query, k, among))
        if not scans:
            return np.zeros(0, np.int64)
        ids = np.concatenate([scan[0] for scan in scans])
        similarities = np.concatenate([scan[1] for scan in scans])
        if len(ids) > k:
            best = np.argpartition(-similarities, k - 1)[:k]
            ids, similarities = ids[best], similarities[best]
        return ids[similarities >= floor]

    def _scans(
        self, query: NDArray[np.float32], k: int, among: NDArray[np.int64] | None
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        for segment in self.segments:
            wanted = segment.live
            if among is not None:
                chosen = segment.segment.mask(among)
                wanted = chosen if wanted is None else wanted & chosen
                if not wanted.any():
                    continue
            if segment.live_rows:
                yield segment.segment.scan(query, k, wanted)
