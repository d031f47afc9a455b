"""Makes one token of each 2 × 2 block; the tokens left keep their places in the photo."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.mllm.tokens import VisualTokens


def reduced(tokens: VisualTokens, reduction: str) -> VisualTokens:
    """Pool or drop 2 × 2 blocks of tokens; blocks at an odd edge are smaller.

    What is left keeps the position of its block's first token, and the photo still counts as many
    positions (`n_pos`) as before, so the model sees the same layout with fewer tokens in it.

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
    return VisualTokens(
        np.ascontiguousarray(embeddings),
        np.ascontiguousarray(tokens.positions[first]),
        tokens.n_pos,
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
