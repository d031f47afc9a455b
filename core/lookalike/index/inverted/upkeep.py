"""Upkeep of an inverted file: sealing the tail and merging segments, while queries and changes go on."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lookalike.index.engine_state import EngineState
from lookalike.index.inverted.folder import InvertedFolder
from lookalike.index.inverted.merging import Merge
from lookalike.index.inverted.segment import MAX_PHOTOS
from lookalike.index.inverted.snapshot import LiveSegment, Snapshot
from lookalike.index.merge_policy import MergePolicy

TAIL_SEGMENTS = 8
"""Segments in memory are merged so that there are about this many at most."""


@dataclass
class InvertedState(EngineState):
    """The current snapshot, and what it takes to replace it.

    Attributes:
        folder: the files.
        policy: sizes that steer upkeep, in photos.
        snapshot: what queries run on; replaced as a whole while `snapshot_lock` is held.
        sealing: whether the segments in memory are being written, and must stay as they are.
    """

    folder: InvertedFolder
    policy: MergePolicy
    snapshot: Snapshot
    sealing: bool = False

    def publish(self) -> None:
        """Make the snapshot what the next opening finds; `upkeep_lock` is held."""
        self.folder.publish(self.snapshot.segments)

    def replace_segments(self, old: list[LiveSegment], new: LiveSegment | None) -> None:
        """Replace segments by one that has their live photos, less what was removed meanwhile."""
        codes = {source.segment for source in old}
        with self.snapshot_lock:
            gone = [segment for segment in self.snapshot.segments if segment.segment in codes]
            kept = tuple(segment for segment in self.snapshot.segments if segment.segment not in codes)
            if new is None:
                self.snapshot = replace(self.snapshot, segments=kept)
                return
            still = np.sort(np.concatenate([segment.ids for segment in gone]))
            new = new.with_live(new.segment.mask(still))
            # What came back to life in an old segment while it was merged stays there.
            back = [segment.without(new.segment.ids) for segment in gone]
            kept = (*kept, *(segment for segment in back if segment.live_photos))
            self.snapshot = replace(self.snapshot, segments=(*kept, new))


def keep_tail_in_few(state: InvertedState) -> None:
    """Merge the smaller segments in memory, each time of like sizes; `snapshot_lock` is held."""
    while not state.sealing and len(state.snapshot.tail) > TAIL_SEGMENTS:
        sources = sorted(state.snapshot.tail, key=lambda segment: segment.live_photos)[: TAIL_SEGMENTS // 2]
        if sum(source.live_photos for source in sources) > MAX_PHOTOS:
            return
        state.replace_segments(sources, LiveSegment(Merge(sources).segment()))


def seal(state: InvertedState) -> bool:
    """Write the segments that are in memory as one; False where that cannot be. `upkeep_lock` is held."""
    with state.snapshot_lock:
        tail = state.snapshot.tail
        state.sealing = True
    try:
        photos = np.cumsum([segment.live_photos for segment in tail])
        return _merge(state, list(tail[: max(1, int(np.searchsorted(photos, MAX_PHOTOS, "right")))]))
    finally:
        state.sealing = False


def _merge(state: InvertedState, sources: list[LiveSegment]) -> bool:
    """Replace some segments by one in a file; False where it cannot be written."""
    merge = Merge(sources)
    new = None
    if len(merge.ids):
        new = state.folder.store_segment(merge.head, merge.bulk(), len(merge.ids))
        if new is None:
            return False
    for source in sources:
        source.segment.release_pages()
    state.replace_segments(sources, new)
    state.publish()
    return True


def merge_due_segments(state: InvertedState) -> bool:
    """Merge the segments that are due, once; True if there were any. `upkeep_lock` is held."""
    segments = [segment for segment in state.snapshot.segments if segment.file is not None]
    due = state.policy.due_segments(
        [segment.live_photos for segment in segments], [len(segment.segment.ids) for segment in segments]
    )
    return bool(due) and _merge(state, [segments[place] for place in due])


def seal_and_merge(state: InvertedState, tail_photos: int) -> None:
    """Seal a tail of so many photos or more, then merge the segments that are due, unless it is being closed."""
    if not state.folder.writable:
        return
    with state.upkeep_lock:
        if state.closed:
            return
        while state.snapshot.tail_photos >= tail_photos:
            if not seal(state):
                return
    state.repeat(lambda: merge_due_segments(state))


def repair_damaged(state: InvertedState) -> None:
    """Check the segments on disk, and drop damaged ones; their photos are lacking."""
    damaged = state.folder.find_damaged(state.stopping.is_set)
    with state.upkeep_lock:
        if state.closed or not damaged:
            return
        for old in state.snapshot.segments:
            if old.file is not None and old.file.name in damaged:
                state.replace_segments([old], None)
        state.publish()
