"""Index state: the current snapshot and the locks under which it is replaced."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lookalike.index.coarse_index import CoarseIndex
from lookalike.index.engine_state import EngineState
from lookalike.index.folder import IndexFolder
from lookalike.index.merge_policy import MergePolicy
from lookalike.index.segment import Batches, Segment, encode_segment
from lookalike.index.snapshot import LiveSegment, Snapshot
from lookalike.index.tail import Tail
from lookalike.index.vector_source import TrackedVectorSource, VectorSource, fetch_vectors, positions

BATCH_ROWS = 8192
"""Vectors read from the record and encoded at a time."""


@dataclass
class IndexState(EngineState):
    """The current snapshot, and what it takes to replace it.

    Attributes:
        folder: the files.
        dimension: length of the vectors.
        source: the durable record.
        policy: sizes that steer upkeep.
        snapshot: what searches run on; replaced as a whole while `snapshot_lock` is held.
        mark: the record's state that the snapshot reflects; None when unknown.
    """

    folder: IndexFolder
    dimension: int
    source: VectorSource
    policy: MergePolicy
    snapshot: Snapshot
    mark: str | None = None

    def load(self) -> bool:
        """Read the folder and catch up with the record; True if vectors and codes still have to be checked.

        Until that is done, and if it fails, the snapshot of before answers.
        """
        found = self.folder.read(expected=lambda: len(self.source.ids()) > 0)
        snapshot = Snapshot(tuple(found.segments), Tail.empty(self.dimension), found.coarse)
        self._catch_up(snapshot, found.mark, found.pending)
        self.publish()
        return found.unchecked

    def catch_up(self) -> None:
        """Bring the snapshot in line with the record; `snapshot_lock` is held."""
        self._catch_up(self.snapshot, self.mark, None)

    def _catch_up(self, snapshot: Snapshot, since: str | None, pending: NDArray[np.int64] | None) -> None:
        """Take a snapshot into use once it is in line with the record; until then the current one answers.

        Args:
            snapshot: what to bring in line.
            since: the record's state that it reflects; None when unknown.
            pending: ids that may be recorded although the mark covers them and the snapshot lacks them.
        """
        mark, changed = None, None
        if isinstance(self.source, TrackedVectorSource):
            mark, changed = self.source.changed_since(since)
        if changed is None or not isinstance(self.source, TrackedVectorSource):
            # Read under the lock: what is recorded later is added later.
            followed, missing = snapshot.restricted_to(np.unique(self.source.ids()))
        else:
            if pending is not None:
                changed = np.union1d(changed, pending)
            followed, missing = snapshot.revised(changed, self.source.present(changed))
        self.snapshot = self._add_missing(followed, missing)
        self.mark = mark

    def publish(self) -> None:
        """Make the snapshot what the next opening finds; `upkeep_lock` is held."""
        with self.snapshot_lock:
            self._advance_mark()
            snapshot, mark = self.snapshot, self.mark
        self.folder.publish(snapshot, mark)

    def _advance_mark(self) -> None:
        """Advance the mark, if everything recorded since has arrived in the snapshot."""
        if self.mark is None or not self.folder.writable or not isinstance(self.source, TrackedVectorSource):
            return
        mark, changed = self.source.changed_since(self.mark)
        if changed is not None and np.array_equal(
            self.snapshot.contains(changed), self.source.present(changed)
        ):
            self.mark = mark

    def _add_missing(self, snapshot: Snapshot, missing: NDArray[np.int64]) -> Snapshot:
        """Add recorded vectors that a snapshot lacks: to its tail, or as segments if they are many."""
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
        """Make a segment of recorded vectors; None when none of the ids is recorded any more."""

        def batches() -> Batches:
            for start in range(0, len(ids), BATCH_ROWS):
                yield fetch_vectors(self.source, ids[start : start + BATCH_ROWS])

        content = encode_segment(batches())
        return None if content is None else self.folder.store_segment(content)

    def replace_segments(self, old: list[LiveSegment], new: LiveSegment | None) -> None:
        """Replace segments by a new one, less what was removed from them meanwhile; `snapshot_lock` is held."""
        codes = [source.segment for source in old]
        gone = [segment for segment in self.snapshot.segments if segment.segment in codes]
        kept = tuple(segment for segment in self.snapshot.segments if segment.segment not in codes)
        if new is not None:
            _, live = positions(np.sort(np.concatenate([segment.ids for segment in gone])), new.segment.ids)
            kept += (LiveSegment.of(new.segment, new.file, live, all(segment.coded for segment in gone)),)
        self.snapshot = replace(self.snapshot, segments=kept)

    def set_coarse(self, coarse: CoarseIndex, coded: set[Segment]) -> None:
        """Take a coarse index over the `coded` segments into use; `snapshot_lock` is held."""
        segments = tuple(replace(old, coded=old.segment in coded) for old in self.snapshot.segments)
        self.snapshot = replace(self.snapshot, segments=segments, coarse=coarse)
