"""Synthetic descriptors that behave like real ones, where the arrangement matters and photos would only be slow."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NEAR_DUPLICATES = 0.12
"""Share of rows that are an edited copy of the row before them, at cosines of about .97 to .999."""
MEAN, THEME, SCENE = 0.4, 0.2, 0.25
"""Squared lengths of what all share, of a theme's part and of a scene's part; a photo's own is .05 to .3."""
RUN_SCENES = 5
"""Scenes of one theme that follow one another, on average."""
NEW_THEMES = 0.3
"""Share of runs whose theme is new."""


class Archive:
    """A growing collection of synthetic descriptors made as those of photos lie in space.

    All share a mean with a few outlier components, which gives any two a cosine of about .4. Around it each is
    the sum of its theme (a person, a place, a pastime), its scene and its own, all drawn with a power-law spectrum.
    Scenes have a lognormal number of photos, follow one another in runs of one theme, and a run takes up an
    earlier run's theme more often than a new one, so that a few themes hold much of the collection. Photos of a
    scene have cosines of about .6 to .95, and some are edited copies of the one before.

    Args:
        dimension: length of the vectors.
        seed: of everything drawn; the same calls give the same vectors.
    """

    def __init__(self, dimension: int, seed: int = 0) -> None:
        self.dimension = dimension
        self._rng = np.random.default_rng(seed)
        spectrum = np.arange(1, dimension + 1, dtype=np.float32) ** -0.5
        spectrum /= np.linalg.norm(spectrum)
        self._spectrum: NDArray[np.float32] = self._rng.permutation(spectrum)
        mean = self._rng.standard_normal(dimension) / dimension**0.5
        outliers = self._rng.choice(dimension, 3, replace=False)
        mean[outliers] = self._rng.choice([-0.4, 0.4], 3)
        self._mean = MEAN**0.5 * mean / np.linalg.norm(mean)
        self._themes: list[NDArray[np.float32]] = []
        self._runs: list[int] = []

    def take(self, count: int) -> NDArray[np.float32]:
        """The next unit vectors, float32 (count, dimension)."""
        rng, dimension = self._rng, self.dimension
        vectors = np.empty((count, dimension), np.float32)
        row = 0
        while row < count:
            if not self._runs or rng.random() < 1 / RUN_SCENES:
                self._begin_run()
            size = min(count - row, 1 + int(rng.lognormal(1.5, 1.2)))
            scene = self._mean + self._themes[self._runs[-1]] + SCENE**0.5 * self._drawn(1)
            vectors[row : row + size] = scene + rng.uniform(0.05, 0.3) ** 0.5 * self._drawn(size)
            row += size
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

        copies = 1 + np.flatnonzero(rng.random(count - 1) < NEAR_DUPLICATES)
        noise = rng.standard_normal((len(copies), dimension), np.float32)
        noise *= rng.uniform(0.045, 0.25, (len(copies), 1)) / np.linalg.norm(noise, axis=1, keepdims=True)
        vectors[copies] = vectors[copies - 1] + noise
        unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def _begin_run(self) -> None:
        if not self._runs or self._rng.random() < NEW_THEMES:
            self._runs.append(len(self._themes))
            self._themes.append(THEME**0.5 * self._drawn(1)[0])
        else:
            self._runs.append(self._runs[int(self._rng.integers(len(self._runs)))])

    def _drawn(self, count: int) -> NDArray[np.float32]:
        drawn: NDArray[np.float32] = self._spectrum * self._rng.standard_normal(
            (count, self.dimension), np.float32
        )
        return drawn

    def views(self, vectors: NDArray[np.float32], spread: float = 0.15) -> NDArray[np.float32]:
        """Other photos of what unit vectors (n, dimension) show: queries that the collection does not hold."""
        seen = vectors + spread**0.5 * self._drawn(len(vectors))
        unit: NDArray[np.float32] = seen / np.linalg.norm(seen, axis=1, keepdims=True)
        return unit


def descriptors(count: int, dimension: int, seed: int = 0) -> NDArray[np.float32]:
    """The first descriptors (count, dimension) of an `Archive`."""
    return Archive(dimension, seed).take(count)


class MemoryRecord:
    """A record of vectors in memory, fp16 as the catalog keeps them; counts what is read from it."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.vectors_read = 0
        self._changing = threading.Lock()
        self._ids = np.zeros(0, np.int64)
        self._vectors = np.zeros((0, dimension), np.float16)
        self._changes: list[NDArray[np.int64]] = []

    def put(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        with self._changing:
            self._changes.append(np.array(ids, np.int64))
            ids, first = np.unique(np.concatenate([ids, self._ids]), return_index=True)
            self._ids = ids
            self._vectors = np.concatenate([vectors.astype(np.float16), self._vectors])[first]

    def drop(self, ids: NDArray[np.int64]) -> None:
        with self._changing:
            self._changes.append(np.array(ids, np.int64))
            kept = ~np.isin(self._ids, ids)
            self._ids, self._vectors = self._ids[kept], self._vectors[kept]

    def ids(self) -> NDArray[np.int64]:
        with self._changing:
            return self._ids

    def changed_since(self, mark: str | None) -> tuple[str, NDArray[np.int64] | None]:
        with self._changing:
            token, _, number = (mark or "").partition(":")
            now = f"{id(self)}:{len(self._changes)}"
            if token != str(id(self)):
                return now, None
            return now, np.unique(np.concatenate([np.zeros(0, np.int64), *self._changes[int(number) :]]))

    def present(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        with self._changing:
            return np.isin(ids, self._ids)

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        with self._changing:
            self.vectors_read += len(ids)
            if not np.isin(ids, self._ids).all():
                raise KeyError("not recorded")
            return self._vectors[np.searchsorted(self._ids, ids)].astype(np.float32)

    def nearest(
        self, query: NDArray[np.float32], k: int, allowed_ids: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The truth, by comparing with every vector: ids and cosines, best first, ties by id."""
        ids = self.ids()
        if allowed_ids is not None:
            ids = ids[np.isin(ids, allowed_ids)]
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
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS changes (id INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE)"
        )

    def next_id(self) -> int:
        """An id that was never used."""
        with self._lock:
            found = self._connection.execute(
                "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence"
            ).fetchone()
        return int(found[0])

    def put(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        rows = [(n, row.tobytes()) for n, row in zip(ids.tolist(), vectors.astype(np.float16), strict=True)]
        self._write("INSERT INTO vectors VALUES (?, ?)", rows)

    def drop(self, ids: NDArray[np.int64]) -> None:
        self._write("DELETE FROM vectors WHERE id = ?", [(n,) for n in ids.tolist()])

    def _write(self, sql: str, rows: list[tuple[int]] | list[tuple[int, bytes]]) -> None:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(sql, rows)
            self._connection.executemany(
                "INSERT OR REPLACE INTO changes SELECT ?, coalesce(max(number), 0) + 1 FROM changes",
                [row[:1] for row in rows],
            )
            self._connection.execute("COMMIT")

    def ids(self) -> NDArray[np.int64]:
        with self._lock:
            rows = self._connection.execute("SELECT id FROM vectors ORDER BY id").fetchall()
        return np.array([row[0] for row in rows], np.int64)

    def changed_since(self, mark: str | None) -> tuple[str, NDArray[np.int64] | None]:
        with self._lock:
            latest = self._connection.execute("SELECT coalesce(max(number), 0) FROM changes").fetchone()[0]
            if mark is None:
                return str(latest), None
            rows = self._connection.execute(
                "SELECT id FROM changes WHERE number > ? ORDER BY id", (int(mark),)
            ).fetchall()
        return str(latest), np.array([row[0] for row in rows], np.int64)

    def present(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        found: set[int] = set()
        for start in range(0, len(ids), 500):
            piece = ids[start : start + 500].tolist()
            marks = ",".join("?" * len(piece))
            with self._lock:
                rows = self._connection.execute(f"SELECT id FROM vectors WHERE id IN ({marks})", piece)
                found.update(row[0] for row in rows)
        return np.array([n in found for n in ids.tolist()], np.bool_)

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
