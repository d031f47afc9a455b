"""What the threads of one index share."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from lookalike.index.coarse_index import CoarseIndex
from lookalike.index.folder import IndexFolder
from lookalike.index.merge_policy import MergePolicy
from lookalike.index.segment import Batches, Segment, encode_segment
from lookalike.index.snapshot import LiveSegment, Snapshot
from lookalike.index.tail import Tail
from lookalike.index.vector_source import TrackedVectorSource, VectorSource, fetch_vectors, positions

BATCH_ROWS = 8192
"""Vectors that are read from the record and encoded at a time."""


@dataclass
class IndexState:
    """The present snapshot, and what it takes to replace it.

    Attributes:
        folder: the files.
        dimension: length of the vectors.
        record: the durable record.
        limits: sizes that steer upkeep.
        snapshot: what searches run on; replaced as a whole while `changing` is held.
        mark: the record's state that the snapshot reflects; None when unknown.
        upkeep: held while segments and codes are made; taken before `changing`.
        changing: held to exchange snapshots only.
        stopping: set when the index is being closed: long work gives up.
        closed: set once it is.
    """

    folder: IndexFolder
    dimension: int
    source: VectorSource
    policy: MergePolicy
    snapshot: Snapshot
    mark: str | None = None
    upkeep_lock: threading.RLock = field(default_factory=threading.RLock)
    snapshot_lock: threading.RLock = field(default_factory=threading.RLock)
    stopping: threading.Event = field(default_factory=threading.Event)
    closed: bool = False

    def load(self) -> bool:
        """Read the folder and follow the record; whether codes are still to be compared with their checksums.

        What was known before answers until that is done, and goes on if it fails.
        """
        found = self.folder.read(expected=lambda: len(self.source.ids()) > 0)
        snapshot = Snapshot(tuple(found.segments), Tail.empty(self.dimension), found.coarse)
        self._catch_up(snapshot, found.mark, found.pending)
        self.publish()
        return found.unchecked

    def catch_up(self) -> None:
        """Bring the snapshot in line with the record; `changing` is held."""
        self._catch_up(self.snapshot, self.mark, None)

    def _catch_up(self, snapshot: Snapshot, since: str | None, pending: NDArray[np.int64] | None) -> None:
        """Take a snapshot into use once it is in line with the record; until then the present one answers.

        Args:
            snapshot: what is known of the record.
            since: the record's state that it reflects; None when unknown.
            also: ids that the record may have although the mark says nothing of them.
        """
        mark, changed = None, None
        if isinstance(self.source, TrackedVectorSource):
            mark, changed = self.source.changed_since(since)
        if changed is None or not isinstance(self.source, TrackedVectorSource):
            # Asked for under the lock: what is recorded later is added later.
            followed, missing = snapshot.restricted_to(np.unique(self.source.ids()))
        else:
            if pending is not None:
                changed = np.union1d(changed, pending)
            followed, missing = snapshot.revised(changed, self.source.present(changed))
        self.snapshot = self._add_missing(followed, missing)
        self.mark = mark

    def publish(self) -> None:
        """Make the snapshot what the next opening finds; `upkeep` is held."""
        with self.snapshot_lock:
            self._advance_mark()
            snapshot, mark = self.snapshot, self.mark
        self.folder.publish(snapshot, mark)

    def _advance_mark(self) -> None:
        """Move the mark on, if all that the record has seen since has arrived here."""
        if self.mark is None or not self.folder.writable or not isinstance(self.source, TrackedVectorSource):
            return
        mark, changed = self.source.changed_since(self.mark)
        if changed is not None and np.array_equal(
            self.snapshot.contains(changed), self.source.present(changed)
        ):
            self.mark = mark

    def _add_missing(self, snapshot: Snapshot, missing: NDArray[np.int64]) -> Snapshot:
        """The snapshot and recorded vectors that it lacks: in the tail, or in segments if they are many."""
        if len(missing) < self.policy.seal_rows:
            if not len(missing):
                return snapshot
            return replace(snapshot, tail=snapshot.tail.append(*fetch_vectors(self.source, missing)))
        pieces = range(0, len(missing), self.policy.segment_rows)
        made = [self.make_segment(missing[start : start + self.policy.segment_rows]) for start in pieces]
        return replace(
            snapshot, segments=(*snapshot.segments, *(segment for segment in made if segment is not None))
        )

    def make_segment(self, ids: NDArray[np.int64]) -> LiveSegment | None:
        """A new segment of recorded vectors; None when the record has none of the ids any more."""

        def batches() -> Batches:
            for start in range(0, len(ids), BATCH_ROWS):
                yield fetch_vectors(self.source, ids[start : start + BATCH_ROWS])

        content = encode_segment(batches())
        return None if content is None else self.folder.store_segment(content)

    def replace_segments(self, old: list[LiveSegment], new: LiveSegment | None) -> None:
        """Put a new segment in the place of others, less what was removed from them meanwhile."""
        codes = [source.segment for source in old]
        gone = [segment for segment in self.snapshot.segments if segment.segment in codes]
        kept = tuple(segment for segment in self.snapshot.segments if segment.segment not in codes)
        if new is not None:
            _, live = positions(np.sort(np.concatenate([segment.ids for segment in gone])), new.segment.ids)
            kept += (LiveSegment.of(new.segment, new.file, live, all(segment.coded for segment in gone)),)
        self.snapshot = replace(self.snapshot, segments=kept)

    def set_coarse(self, coarse: CoarseIndex, coded: set[Segment]) -> None:
        """Take codes into use that have the ids of the `coded` segments; `changing` is held."""
        segments = tuple(replace(old, coded=old.segment in coded) for old in self.snapshot.segments)
        self.snapshot = replace(self.snapshot, segments=segments, coarse=coarse)
