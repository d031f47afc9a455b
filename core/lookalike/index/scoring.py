"""Cosines of single rows of segments with a query, in memory that a thread keeps from one query to the next.

A query for 100 reads some 500 rows, 1.3 MB of them. To have that much memory from the system anew, several times a
query, took longer than everything that is done in it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.index.segment import MAX_PRODUCT, Segment, fp16_index

KEPT_BYTES = 8 << 20
"""No more memory is kept by a thread for each of its two purposes."""
COALESCED_GAP = 3
"""Rows so few apart are read together with what lies between them: photos of one scene follow one another, and to ask
for a row takes as long as to copy five."""

_buffers = threading.local()


def cosines(rows: NDArray[np.uint8], query: NDArray[np.float32]) -> NDArray[np.float32]:
    """Inner products of unit vectors with a query.

    By FAISS everywhere, and not by BLAS, whose last bits depend on a row's neighbours: equal vectors must tie.

    Args:
        rows: bytes of vectors as fp16, uint8 (n, 2 * dimension).
        query: unit vector (dimension,).

    Returns:
        float32 (n,); -1 in the place of what no unit vector gives, and a damaged one may.
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
    """As `cosines`, of ascending rows of segments, one after the other, float32 (all rows,)."""
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
    """A FAISS index without vectors, with memory for some if it was used before."""
    index = getattr(_buffers, "index", None)
    if index is None or index.d != dimension or size > KEPT_BYTES:
        index = fp16_index(dimension)
        if size <= KEPT_BYTES:
            _buffers.index = index
    index.reset()
    return index


def _coalesce(rows: list[int]) -> tuple[list[int], list[int], list[int]]:
    """What to read of some ascending rows: where each stretch begins, its rows, and where the rows are in all that."""
    # Not by numpy: of most segments a query wants a dozen rows.
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
