"""Scoring: exact cosines of single rows of segments with a query.

Each thread keeps its buffers from one query to the next: asking the system for them anew took longer than the scoring
itself (docs/benchmarks.md, The vector index).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.index.segment import MAX_PRODUCT, Segment, fp16_index

KEPT_BYTES = 8 << 20
"""A thread keeps no larger buffers, of rows and of FAISS's copy of them."""
COALESCED_GAP = 3
"""Rows this few apart are read together with those between them: photos of one scene follow one another
(docs/benchmarks.md, The vector index)."""

_buffers = threading.local()


def cosines(rows: NDArray[np.uint8], query: NDArray[np.float32]) -> NDArray[np.float32]:
    """Inner products of unit vectors with a query.

    Always by FAISS, never by BLAS, whose last bits depend on a row's neighbours: equal vectors must tie.

    Args:
        rows: bytes of vectors as fp16, uint8 (n, 2 * dimension).
        query: unit vector (dimension,).

    Returns:
        float32 (n,); -1 for what only a damaged vector can give.
    """
    products = np.full(len(rows), -1, np.float32)
    if len(rows):
        index = _scratch_index(len(query), rows.nbytes)
        index.add_sa_codes(rows)
        found, places = index.search(query[np.newaxis], len(rows))
        right = (places[0] >= 0) & (np.abs(found[0]) < MAX_PRODUCT)
        products[places[0][right]] = found[0][right]
    return products


def score_rows(
    parts: Sequence[tuple[Segment, NDArray[np.intp]]], query: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Like `cosines`, for ascending rows of several segments, one after the other, float32 (all rows,)."""
    size = 2 * len(query)
    reads = [_coalesce(rows.tolist()) for _, rows in parts]
    total = sum(sum(counts) for _, counts, _ in reads)
    memory = _read_buffer(total * size)
    view = memory.data
    wanted: list[int] = []
    end = 0
    for (segment, _), (firsts, counts, places) in zip(parts, reads, strict=True):
        before = end // size
        wanted += [before + place for place in places]
        end += segment.read(zip(firsts, counts, strict=True), view[end:])
    return cosines(memory[:end].reshape(-1, size), query)[wanted]


def _read_buffer(size: int) -> NDArray[np.uint8]:
    memory: NDArray[np.uint8] | None = getattr(_buffers, "memory", None)
    if memory is None or len(memory) < size:
        memory = np.empty(size, np.uint8)
        if size <= KEPT_BYTES:
            _buffers.memory = memory
    return memory


def _scratch_index(dimension: int, size: int) -> Any:
    """An empty FAISS index, which still has its memory if this thread used it before."""
    index = getattr(_buffers, "index", None)
    if index is None or index.d != dimension or size > KEPT_BYTES:
        index = fp16_index(dimension)
        if size <= KEPT_BYTES:
            _buffers.index = index
    index.reset()
    return index


def _coalesce(rows: list[int]) -> tuple[list[int], list[int], list[int]]:
    """Coalesce ascending rows into stretches to read: their first rows, their lengths, and where the rows end up."""
    # Without NumPy: a query wants a dozen rows of most segments.
    firsts: list[int] = []
    counts: list[int] = []
    places = []
    end = skipped = 0
    for row in rows:
        if counts and row - end < COALESCED_GAP:
            counts[-1] += row + 1 - end
        else:
            skipped += row - end
            firsts.append(row)
            counts.append(1)
        end = row + 1
        places.append(row - skipped)
    return firsts, counts, places
