"""Upkeep: sealing the tail, merging segments and encoding them, while searches and changes go on."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lookalike.index.coarse_index import CoarseIndex, StoredCodes
from lookalike.index.coarse_quantizer import TrainingCancelledError
from lookalike.index.codes import encode_codes, merge_codes
from lookalike.index.segment import Batches, Segment, encode_segment
from lookalike.index.snapshot import LiveSegment
from lookalike.index.state import BATCH_ROWS, IndexState

MAX_STALE_RATIO = 2
"""Codes are made anew once they have this many times as many entries as there are coded rows."""


def seal(state: IndexState) -> None:
    """Turn the tail into a segment; `upkeep_lock` is held."""
    tail = state.snapshot.tail
    rows = np.flatnonzero(tail.live)
    rows = rows[np.argsort(tail.ids[rows])]
    batch = (tail.ids[rows], tail.vectors[rows])
    content = encode_segment([batch])
    sealed = None if content is None else state.folder.store_segment(content)
    with state.snapshot_lock:
        now = state.snapshot
        segments = now.segments
        if sealed is not None:
            # Rows may have been removed meanwhile.
            segments += (sealed.with_live(now.tail.live[rows]),)
        state.snapshot = replace(now, segments=segments, tail=now.tail.since(tail.rows))
    state.publish()


def merge_due_segments(state: IndexState) -> bool:
    """Merge the segments that are due, once; True if there were any. `upkeep_lock` is held."""
    segments = state.snapshot.segments
    due = state.policy.due_segments(
        [segment.live_rows for segment in segments], [len(segment.segment.ids) for segment in segments]
    )
    if not due:
        return False
    sources = [segments[position] for position in due]
    merged = state.make_segment(np.sort(np.concatenate([source.ids for source in sources])))
    with state.snapshot_lock:
        state.replace_segments(sources, merged)
    state.publish()
    return True


def read_batches(segment: Segment, rows: NDArray[np.intp]) -> Batches:
    """Read ids and vectors of some rows of a segment, a batch at a time."""
    for start in range(0, len(rows), BATCH_ROWS):
        piece = rows[start : start + BATCH_ROWS]
        yield segment.ids[piece], segment.vectors(piece)


def encode_next_segment(state: IndexState) -> bool:
    """Encode one segment that has no codes; True if there was one. `upkeep_lock` is held.

    Raises:
        TrainingCancelledError: the index is being closed.
    """
    snapshot = state.snapshot
    coarse = snapshot.coarse
    lacking = [segment for segment in snapshot.segments if not segment.coded and segment.live_rows]
    if coarse is None or not lacking:
        return False
    part = encode_segments(state, coarse, lacking[:1])
    with state.snapshot_lock:
        coded = {segment.segment for segment in state.snapshot.segments if segment.coded}
        state.set_coarse(replace(coarse, parts=(*coarse.parts, part)), coded | {lacking[0].segment})
    state.publish()
    return True


def encode_segments(state: IndexState, coarse: CoarseIndex, segments: list[LiveSegment]) -> StoredCodes:
    """Encode all rows of some segments, dead ones included, which may come back.

    Raises:
        TrainingCancelledError: the index is being closed.
    """

    def batches() -> Batches:
        for segment in segments:
            yield from read_batches(segment.segment, np.arange(len(segment.segment.ids)))

    content, rows = encode_codes(batches(), coarse.quantizer, state.stopping.is_set)
    return state.folder.store_codes(content, rows, coarse.quantizer)


def merge_due_codes(state: IndexState) -> bool:
    """Merge files of codes that are due, or drop all if most are stale; True if any were. `upkeep_lock` is held."""
    coarse = state.snapshot.coarse
    if coarse is None:
        return False
    if _codes_are_stale(state):
        with state.snapshot_lock:
            state.set_coarse(replace(coarse, parts=()), set())
        return True
    due = state.policy.due_codes([part.codes.rows for part in coarse.parts])
    if not due:
        return False
    sources = [coarse.parts[position] for position in due]
    content, count = merge_codes(
        [source.codes for source in sources], state.snapshot.coded_mask, coarse.quantizer
    )
    merged = state.folder.store_codes(content, count, coarse.quantizer)
    with state.snapshot_lock:
        parts = tuple(part for part in coarse.parts if part not in sources)
        state.snapshot = replace(state.snapshot, coarse=replace(coarse, parts=(*parts, merged)))
    state.publish()
    return True


def _codes_are_stale(state: IndexState) -> bool:
    snapshot = state.snapshot
    rows = sum(len(segment.segment.ids) for segment in snapshot.segments if segment.coded)
    return snapshot.coarse is not None and snapshot.coarse.rows > MAX_STALE_RATIO * max(
        rows, state.policy.seal_rows
    )


def upkeep_due(state: IndexState) -> bool:
    """Whether there is a tail to seal, or codes to make or merge."""
    snapshot = state.snapshot
    if snapshot.tail.rows >= state.policy.seal_rows:
        return True
    if snapshot.coarse is None or not state.folder.writable:
        return False
    lacking = any(segment.live_rows and not segment.coded for segment in snapshot.segments)
    return (
        lacking
        or _codes_are_stale(state)
        or bool(state.policy.due_codes([part.codes.rows for part in snapshot.coarse.parts]))
    )


def seal_and_merge(state: IndexState, tail_rows: int) -> None:
    """Seal a tail of `tail_rows` or more, then merge the segments that are due unless the index is being closed."""
    with state.upkeep_lock:
        if state.closed:
            return
        while state.snapshot.tail.rows >= tail_rows:
            seal(state)
    state.repeat(lambda: merge_due_segments(state))


def encode_and_merge(state: IndexState) -> None:
    """Encode segments without codes, and merge codes that are due, unless the index is being closed.

    Only the process that writes the folder does so; others compare what they keep in memory with every query.
    """
    if not state.folder.writable:
        return
    with suppress(TrainingCancelledError):
        state.repeat(lambda: encode_next_segment(state))
        state.repeat(lambda: merge_due_codes(state))
        # In the place of stale codes that were dropped.
        state.repeat(lambda: encode_next_segment(state))


def repair_damaged_files(state: IndexState) -> None:
    """Check vectors and codes on disk, and make damaged files again from the record."""
    damaged = state.folder.find_damaged(state.stopping.is_set)
    with state.upkeep_lock:
        if state.closed or not damaged:
            return
        for old in state.snapshot.segments:
            if old.file is not None and old.file.name in damaged:
                _rebuild(state, old)
        coarse = state.snapshot.coarse
        if coarse is not None and any(part.file and part.file.name in damaged for part in coarse.parts):
            with state.snapshot_lock:
                state.set_coarse(replace(coarse, parts=()), set())
        state.publish()


def rebuild_without(state: IndexState, ids: NDArray[np.int64]) -> None:
    """Rebuild all segments without some ids (ascending), so that no dead row comes back; `upkeep_lock` is held."""
    with state.snapshot_lock:
        state.snapshot = state.snapshot.without(ids)
    for old in state.snapshot.segments:
        if old.segment.mask(ids).any():
            _rebuild(state, old)


def _rebuild(state: IndexState, old: LiveSegment) -> None:
    new = state.make_segment(old.ids)
    with state.snapshot_lock:
        state.replace_segments([old], new)


def store_unwritten(state: IndexState) -> None:
    """Write what could not be written before; `upkeep_lock` is held."""
    if not state.folder.writable:
        return
    for old in state.snapshot.segments:
        if old.file is None:
            new = state.folder.store_segment(old.segment.content)
            with state.snapshot_lock:
                state.replace_segments([old], new)
    coarse = state.snapshot.coarse
    if coarse is not None:
        file = coarse.file or state.folder.store_quantizer(coarse.quantizer.content)[1]
        parts = tuple(
            part
            if part.file is not None
            else state.folder.store_codes(part.codes.content, part.codes.rows, coarse.quantizer)
            for part in coarse.parts
        )
        with state.snapshot_lock:
            state.snapshot = replace(state.snapshot, coarse=replace(coarse, file=file, parts=parts))
    state.publish()
