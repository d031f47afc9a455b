"""Other ways to find the nearest vectors, for `index_scale`: the same vectors, the same queries.

Needs the `benchmark` extra (hnswlib, usearch, sqlite-vec, and pysqlite3, because the sqlite3 of many Pythons loads no
extensions).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Chunks = Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]
Search = Callable[[NDArray[np.float32], int], NDArray[np.int64]]


def faiss_flat(_home: Path, dimension: int, chunks: Chunks) -> Search:
    """FAISS's exact index over float32 in memory, both cores."""
    import faiss

    index = faiss.IndexFlatIP(dimension)
    for _, vectors in chunks:
        index.add(vectors)
    return lambda query, k: 1 + index.search(query[np.newaxis], k)[1][0]


def faiss_sq8(_home: Path, dimension: int, chunks: Chunks) -> Search:
    """FAISS's flat index of 8-bit codes in memory, both cores."""
    import faiss

    index = faiss.index_factory(dimension, "SQ8", faiss.METRIC_INNER_PRODUCT)
    for _, vectors in chunks:
        if not index.is_trained:
            index.train(vectors)
        index.add(vectors)
    return lambda query, k: 1 + index.search(query[np.newaxis], k)[1][0]


def hnsw(_home: Path, dimension: int, chunks: Chunks) -> Search:
    """A graph of float32 vectors in memory (hnswlib, M 16, ef 200 to build and to search)."""
    import hnswlib

    pieces = list(chunks)
    index = hnswlib.Index("ip", dimension)
    index.init_index(sum(len(ids) for ids, _ in pieces), M=16, ef_construction=200)
    for ids, vectors in pieces:
        index.add_items(vectors, ids, num_threads=2)
    index.set_ef(200)
    return lambda query, k: index.knn_query(query, k, num_threads=1)[0][0].astype(np.int64)


def usearch(_home: Path, dimension: int, chunks: Chunks) -> Search:
    """A graph of int8 vectors in memory (usearch, connectivity 16, expansion 200)."""
    from usearch.index import Index

    index = Index(
        ndim=dimension, metric="ip", dtype="i8", connectivity=16, expansion_add=128, expansion_search=200
    )
    for ids, vectors in chunks:
        index.add(ids, vectors, threads=2)
    return lambda query, k: index.search(query, k).keys.astype(np.int64)


def sqlite_vec(home: Path, dimension: int, chunks: Chunks) -> Search:
    """A table of float32 vectors in SQLite (sqlite-vec), compared one by one."""
    import pysqlite3
    import sqlite_vec

    path = home / "sqlite-vec.db"
    path.unlink(missing_ok=True)
    connection = pysqlite3.connect(str(path))
    connection.enable_load_extension(True)
    sqlite_vec.load(connection)
    connection.execute(f"CREATE VIRTUAL TABLE v USING vec0(e float[{dimension}] distance_metric=cosine)")
    for ids, vectors in chunks:
        connection.executemany(
            "INSERT INTO v (rowid, e) VALUES (?, ?)",
            [(n, row.tobytes()) for n, row in zip(ids.tolist(), vectors, strict=True)],
        )
    connection.commit()

    def search(query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        rows = connection.execute(
            "SELECT rowid FROM v WHERE e MATCH ? AND k = ? ORDER BY distance", (query.tobytes(), k)
        )
        return np.array([row[0] for row in rows], np.int64)

    return search


def stored_vectors(home: Path, dimension: int, chunks: Chunks) -> Search:
    """What several photo managers do: read every stored vector (float32 BLOBs in SQLite) for each query."""
    path = home / "blobs.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE v (id INTEGER PRIMARY KEY, e BLOB)")
    for ids, vectors in chunks:
        rows = [(n, row.tobytes()) for n, row in zip(ids.tolist(), vectors, strict=True)]
        connection.executemany("INSERT INTO v VALUES (?, ?)", rows)
    connection.commit()

    def search(query: NDArray[np.float32], k: int) -> NDArray[np.int64]:
        ids: list[int] = []
        similarities = []
        cursor = connection.execute("SELECT id, e FROM v")
        while rows := cursor.fetchmany(4096):
            vectors = np.frombuffer(b"".join(row[1] for row in rows), np.float32).reshape(-1, dimension)
            ids.extend(row[0] for row in rows)
            similarities.append(vectors @ query)
        order = np.argsort(-np.concatenate(similarities))[:k]
        return np.array(ids, np.int64)[order]

    return search


PEERS: dict[str, Callable[[Path, int, Chunks], Search]] = {
    "faiss-flat": faiss_flat,
    "faiss-sq8": faiss_sq8,
    "hnswlib": hnsw,
    "usearch-i8": usearch,
    "sqlite-vec": sqlite_vec,
    "numpy-over-sqlite": stored_vectors,
}
