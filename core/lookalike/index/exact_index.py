"""Exact index: compares a query with every recorded vector, in memory, with NumPy alone.

The smallest engine that keeps the promises of `VectorIndex`: the reference for the others' tests, and enough for some
ten thousand photos. It keeps nothing on disk and reads everything from the record when it is opened.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.index.protocol import Neighbours, SimilarPairs
from lookalike.index.validation import check_batch, unit_query
from lookalike.index.vector_source import VectorSource, fetch_vectors, positions

BLOCK = 1024
"""Rows that `pairs_within` compares with all others at a time."""


@dataclass(frozen=True)
class _Rows:
    """Vectors that may be found.

    Attributes:
        ids: ascending, int64 (n,).
        vectors: rounded to fp16 as the recorded ones are, float32 (n, dimension).
    """

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]

    def without(self, ids: NDArray[np.int64]) -> _Rows:
        kept = ~np.isin(self.ids, ids)
        return _Rows(self.ids[kept], self.vectors[kept])

    def with_added(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> _Rows:
        """The rows and those of the others whose ids are new."""
        rounded = vectors.astype(np.float16).astype(np.float32)
        # Of equal ids `unique` gives the first: the one that was there.
        merged, first = np.unique(np.concatenate([self.ids, ids]), return_index=True)
        return _Rows(merged, np.concatenate([self.vectors, rounded])[first])


class ExactIndex:
    """Finds the recorded vectors nearest a query by comparing all of them; see `VectorIndex`.

    Args:
        dimension: length of the vectors.
        source: the durable record.
    """

    def __init__(self, dimension: int, source: VectorSource) -> None:
        self._dimension = dimension
        self._source = source
        self._changing = threading.RLock()
        self._closed = False
        self._rows = self._no_rows()
        self.sync()

    @property
    def repairs(self) -> list[str]:
        """Nothing: there are no files that could be damaged."""
        return []

    def __len__(self) -> int:
        return len(self._rows.ids)

    def __contains__(self, content_id: int) -> bool:
        return bool(positions(self._rows.ids, np.array([content_id], np.int64))[1][0])

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Make vectors findable; see `VectorIndex.add`."""
        ids, vectors = check_batch(ids, vectors, self._dimension)
        with self._changing:
            self._check_open()
            self._rows = self._rows.with_added(ids, vectors)

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Make ids unfindable; see `VectorIndex.remove`."""
        with self._changing:
            self._check_open()
            self._rows = self._rows.without(np.asarray(ids, np.int64))

    def search(
        self, query: NDArray[np.float32], k: int, allowed_ids: NDArray[np.int64] | None = None
    ) -> Neighbours:
        """Find the nearest contents; see `VectorIndex.search`."""
        self._check_open()
        unit = unit_query(query, self._dimension)
        rows = self._rows
        chosen = slice(None) if allowed_ids is None else np.flatnonzero(np.isin(rows.ids, allowed_ids))
        ids = rows.ids[chosen]
        # Not by BLAS, whose last bits depend on a row's neighbours: equal vectors must tie.
        similarities = np.einsum("nd,d->n", rows.vectors[chosen], unit)
        order = np.lexsort((ids, -similarities))[: max(k, 0)]
        return Neighbours(ids[order], np.clip(similarities[order], -1, 1))

    def pairs_within(
        self, min_similarity: float, since: NDArray[np.int64] | None = None
    ) -> Generator[SimilarPairs]:
        """Find all pairs of contents of at least a cosine; see `VectorIndex.pairs_within`."""
        self._check_open()
        return _pairs(self._rows, min_similarity, since)

    def sync(self) -> None:
        """Catch up with the record: drop what it no longer has, and read what is new there."""
        with self._changing:
            self._check_open()
            recorded = np.unique(self._source.ids())
            kept = self._rows.without(np.setdiff1d(self._rows.ids, recorded))
            missing = np.setdiff1d(recorded, kept.ids)
            self._rows = kept.with_added(*fetch_vectors(self._source, missing)) if len(missing) else kept

    def try_sync(self) -> bool:
        """Like `sync`, but False while another thread changes the index."""
        if not self._changing.acquire(blocking=False):
            return False
        try:
            self.sync()
        finally:
            self._changing.release()
        return True

    def refresh(self, ids: NDArray[np.int64]) -> None:
        """Read the vectors of some ids from the record again."""
        with self._changing:
            self.remove(ids)
            self.sync()

    def flush(self) -> None:
        """Do nothing: the record has everything."""
        self._check_open()

    def close(self) -> None:
        """Let go of the vectors."""
        with self._changing:
            self._closed = True
            self._rows = self._no_rows()

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("the index is closed")

    def _no_rows(self) -> _Rows:
        return _Rows(np.zeros(0, np.int64), np.zeros((0, self._dimension), np.float32))


def _pairs(rows: _Rows, min_similarity: float, since: NDArray[np.int64] | None) -> Generator[SimilarPairs]:
    total = len(rows.ids)
    new = np.ones(total, np.bool_) if since is None else np.isin(rows.ids, since)
    for start in range(0, max(total, 1), BLOCK):
        end = min(start + BLOCK, total)
        similarities = np.einsum("nd,md->nm", rows.vectors[start:end], rows.vectors)
        wanted = similarities >= min_similarity
        wanted &= new[start:end, np.newaxis] | new[np.newaxis]
        # Each pair once: the lower id comes first.
        wanted = np.triu(wanted, start + 1)
        first, second = np.nonzero(wanted)
        found = np.clip(similarities[first, second], -1, 1)
        yield SimilarPairs(rows.ids[start + first], rows.ids[second], found, end, total)
