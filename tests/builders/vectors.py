"""Synthetic descriptors that behave like real ones, where the arrangement matters and photos would only be slow."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NEAR_DUPLICATES = 0.12
"""Share of rows that are an edited copy of the row before them, at cosines of about .97 to .999."""


def descriptors(count: int, dimension: int, seed: int = 0) -> NDArray[np.float32]:
    """Unit vectors (count, dimension) made as descriptors of photos lie in space.

    A power-law spectrum (low intrinsic dimension), a mean that all share with a few outlier components, clusters
    of lognormal size in chronological runs whose members have cosines of about .6 to .9, and near duplicates.
    """
    rng = np.random.default_rng(seed)
    spectrum = np.arange(1, dimension + 1, dtype=np.float32) ** -0.5
    spectrum /= np.linalg.norm(spectrum)
    spectrum = rng.permutation(spectrum)
    mean = 0.2 * spectrum * rng.standard_normal(dimension)
    mean[rng.choice(dimension, 3, replace=False)] = rng.choice([-0.3, 0.3], 3)

    vectors = np.empty((count, dimension), np.float32)
    row = 0
    while row < count:
        size = min(count - row, 1 + int(rng.lognormal(1.5, 1.2)))
        centre = spectrum * rng.standard_normal(dimension)
        spread = rng.uniform(0.3, 0.8) * spectrum * rng.standard_normal((size, dimension))
        vectors[row : row + size] = mean + centre + spread
        row += size
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    copies = 1 + np.flatnonzero(rng.random(count - 1) < NEAR_DUPLICATES)
    noise = rng.standard_normal((len(copies), dimension)).astype(np.float32)
    noise *= rng.uniform(0.045, 0.25, (len(copies), 1)) / np.linalg.norm(noise, axis=1, keepdims=True)
    vectors[copies] = vectors[copies - 1] + noise
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class MemoryRecord:
    """A record of vectors in memory, fp16 as the catalog keeps them; counts what is read from it."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.vectors_read = 0
        self._changing = threading.Lock()
        self._ids = np.zeros(0, np.int64)
        self._vectors = np.zeros((0, dimension), np.float16)

    def put(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        with self._changing:
            ids, first = np.unique(np.concatenate([ids, self._ids]), return_index=True)
            self._ids = ids
            self._vectors = np.concatenate([vectors.astype(np.float16), self._vectors])[first]

    def drop(self, ids: NDArray[np.int64]) -> None:
        with self._changing:
            kept = ~np.isin(self._ids, ids)
            self._ids, self._vectors = self._ids[kept], self._vectors[kept]

    def ids(self) -> NDArray[np.int64]:
        with self._changing:
            return self._ids

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        with self._changing:
            self.vectors_read += len(ids)
            if not np.isin(ids, self._ids).all():
                raise KeyError("not recorded")
            return self._vectors[np.searchsorted(self._ids, ids)].astype(np.float32)

    def nearest(
        self, query: NDArray[np.float32], k: int, among: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The truth, by comparing with every vector: ids and cosines, best first, ties by id."""
        ids = self.ids()
        if among is not None:
            ids = ids[np.isin(ids, among)]
        similarities = self.vectors(ids) @ (query / np.linalg.norm(query))
        order = np.lexsort((ids, -similarities))[:k]
        # Rounding to fp16 takes unit vectors a little over length 1.
        return ids[order], np.clip(similarities[order], -1, 1)


class SqliteRecord:
    """A durable record as the catalog is one: what was committed survives a kill."""

    def __init__(self, path: Path, dimension: int) -> None:
        self.dimension = dimension
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=60)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors (id INTEGER PRIMARY KEY AUTOINCREMENT, vector BLOB NOT NULL)"
        )

    def next_id(self) -> int:
        """An id that was never used."""
        with self._lock:
            return self._connection.execute(
                "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence"
            ).fetchone()[0]

    def put(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        rows = [(n, row.tobytes()) for n, row in zip(ids.tolist(), vectors.astype(np.float16), strict=True)]
        self._write("INSERT INTO vectors VALUES (?, ?)", rows)

    def drop(self, ids: NDArray[np.int64]) -> None:
        self._write("DELETE FROM vectors WHERE id = ?", [(n,) for n in ids.tolist()])

    def _write(self, sql: str, rows: list[tuple[int]] | list[tuple[int, bytes]]) -> None:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(sql, rows)
            self._connection.execute("COMMIT")

    def ids(self) -> NDArray[np.int64]:
        with self._lock:
            rows = self._connection.execute("SELECT id FROM vectors ORDER BY id").fetchall()
        return np.array([row[0] for row in rows], np.int64)

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        found: dict[int, bytes] = {}
        for start in range(0, len(ids), 500):
            piece = ids[start : start + 500].tolist()
            marks = ",".join("?" * len(piece))
            with self._lock:
                found.update(
                    self._connection.execute(f"SELECT id, vector FROM vectors WHERE id IN ({marks})", piece)
                )
        joined = b"".join(found[n] for n in ids.tolist())
        return np.frombuffer(joined, np.float16).reshape(len(ids), self.dimension).astype(np.float32)

    def close(self) -> None:
        self._connection.close()
