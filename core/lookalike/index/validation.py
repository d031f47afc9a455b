"""Checks of what callers hand to an index, the same for every engine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def check_batch(
    ids: NDArray[np.int64], vectors: NDArray[np.float32], dimension: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Check vectors that are to be added.

    Returns:
        The ids, int64 (n,), and the vectors, float32 (n, dimension).

    Raises:
        ValueError: the vectors have another shape or are not finite.
    """
    ids = np.asarray(ids, np.int64)
    vectors = np.asarray(vectors, np.float32)
    if vectors.shape != (len(ids), dimension):
        raise ValueError(f"vectors {vectors.shape} for {len(ids)} ids of dimension {dimension}")
    if not np.isfinite(vectors).all():
        raise ValueError("a vector has components that are not finite")
    return ids, vectors


def unit_query(query: NDArray[np.float32], dimension: int) -> NDArray[np.float32]:
    """Check a query, and bring it to unit length.

    Returns:
        The unit vector, float32 (dimension,).

    Raises:
        ValueError: the query has another shape, or no direction.
    """
    # In float64: the squares of very small or very large float32 numbers are zero or infinite.
    wide = np.asarray(query, np.float64)
    if wide.shape != (dimension,):
        raise ValueError(f"a query of shape {wide.shape} for an index of dimension {dimension}")
    norm = np.linalg.norm(wide)
    if not np.isfinite(norm) or norm == 0:
        raise ValueError("the query has no direction")
    unit: NDArray[np.float32] = (wide / norm).astype(np.float32)
    return unit
