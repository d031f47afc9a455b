"""Token reduction: one token for each 2 × 2 block of a photo.

Where the model places tokens in a grid (M-RoPE), those that are left keep their places: each has the position of
its block's first token, and the photo counts as many positions (`n_pos`) as before, so the model sees the same
layout with fewer tokens in it. A model that only counts its tokens gets the ones that are left one after the other:
llama.cpp (as of llama-cpp-python 0.3.36) refuses a gap in such positions, with the code -1.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.token_store.visual_tokens import VisualTokens


def reduced(tokens: VisualTokens, reduction: str) -> VisualTokens:
    """Pool or drop 2 × 2 blocks of tokens; blocks at an odd edge are smaller.

    Args:
        tokens: of one photo, row by row.
        reduction: ``""``, ``"pool"`` (the mean of each block) or ``"drop"`` (its first token).

    Returns:
        The tokens as they are where they do not lie in a known grid.
    """
    layout = _layout(tokens)
    if not reduction or layout is None:
        return tokens
    columns, rows = layout
    count, width = tokens.embeddings.shape
    numbers = np.arange(count).reshape(rows, columns)
    first = numbers[::2, ::2].reshape(-1)
    if reduction == "drop":
        embeddings = tokens.embeddings[first]
    else:
        blocks = -(-columns // 2)
        block = (np.arange(rows)[:, np.newaxis] // 2 * blocks + np.arange(columns) // 2).reshape(-1)
        sums = np.zeros((len(first), width), np.float32)
        np.add.at(sums, block, tokens.embeddings.astype(np.float32))
        sizes: NDArray[np.int64] = np.bincount(block)
        embeddings = (sums / sizes[:, np.newaxis].astype(np.float32)).astype(tokens.embeddings.dtype)
    counted = tokens.n_pos == count
    return VisualTokens(
        np.ascontiguousarray(embeddings),
        np.ascontiguousarray(tokens.positions[: len(first)] if counted else tokens.positions[first]),
        len(first) if counted else tokens.n_pos,
        tokens.grid,
    )


def _layout(tokens: VisualTokens) -> tuple[int, int] | None:
    """Columns and rows; a family that sees square photos gives its tokens in one row."""
    columns, rows = tokens.grid
    count = len(tokens.embeddings)
    side = math.isqrt(count)
    if rows == 1 and side * side == count:
        columns = rows = side
    return (columns, rows) if columns * rows == count and rows > 1 and columns > 1 else None
