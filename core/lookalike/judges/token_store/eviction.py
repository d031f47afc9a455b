"""Eviction and compaction: keep the store within its limit and reclaim dead space, one small step at a time.

A segment with much dead space has its live records copied to the end of the store and is then deleted. A step copies
so little that one can follow every record that is stored without anyone noticing.
"""

from __future__ import annotations

from lookalike.catalog.visual_tokens import SegmentRow
from lookalike.judges.token_store.record_format import is_whole
from lookalike.judges.token_store.store import Move, TokenStore

LIVE_SHARE = 0.75
"""Share of the limit that is left live when the limit is reached, so that rewriting has dead space to reclaim."""
EVICTED = 512
"""Contents whose tokens are evicted in one step at most."""
STEP_BYTES = 4 << 20
STEP_ROWS = 64
DEAD_SHARE = 0.5
"""Share of the whole store; beyond it dead space is reclaimed even below the limit."""


def evict_step(store: TokenStore) -> bool:
    """Take one step towards the limit.

    Returns:
        Whether there is more to do.

    Raises:
        LookalikeError: the store or the catalog cannot be written.
    """
    segments = store.rows.segments()
    size, live = sum(segment.bytes for segment in segments), sum(segment.live for segment in segments)
    if size <= store.limit_bytes:
        return False
    surplus = live - int(LIVE_SHARE * store.limit_bytes)
    if surplus > 0:
        _evict(store, surplus)
        return True
    return _reclaim(store, segments)


def compact_step(store: TokenStore) -> bool:
    """Take one step towards a store without much dead space.

    Returns:
        Whether there is more to do.

    Raises:
        LookalikeError: the store or the catalog cannot be written.
    """
    if evict_step(store):
        return True
    segments = store.rows.segments()
    size, live = sum(segment.bytes for segment in segments), sum(segment.live for segment in segments)
    empty = any(segment.live == 0 < segment.bytes for segment in segments)
    return (empty or live < DEAD_SHARE * size) and _reclaim(store, segments)


def _evict(store: TokenStore, surplus: int) -> None:
    victims = store.rows.least_useful(EVICTED)
    with store.rows.transaction() as db:
        for token_set, content, length in victims:
            if surplus <= 0:
                break
            store.rows.drop(db, token_set, content)
            surplus -= length


def _reclaim(store: TokenStore, segments: list[SegmentRow]) -> bool:
    """Copy some live records out of the segment with the largest dead share, and delete it once none are left."""
    dead = [segment for segment in segments if segment.live < segment.bytes]
    if not dead:
        return False
    segment = min(dead, key=lambda segment: segment.live / segment.bytes)
    found = store.rows.in_segment(segment.id, STEP_ROWS)
    moved: list[Move] = []
    size = 0
    for token_set, place in found:
        if size > STEP_BYTES:
            break
        size += place.length
        try:
            record = store.files.read(place.segment, place.offset, place.length)
        except OSError:
            record = b""
        if is_whole(record):
            moved.append(Move(token_set, place, record, place.codebook))
        else:
            store.forget(token_set, place)
    with store.rows.transaction() as db:
        store.rows.end_growth(db, segment.id)
        store.move(db, moved)
        if not found:
            store.rows.drop_segment(db, segment.id)
    if not found:
        store.files.discard(segment.id)
    return True
