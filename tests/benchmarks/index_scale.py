"""The index at 10,000, 100,000 and 1,000,000 photos: speed, recall, memory and bytes written, beside its peers.

    python -m tests.benchmarks.index_scale --photos 100000 --home /a/roomy/folder --peers

Descriptors are synthetic (`tests.builders.vectors.Archive` says how they are made): 100 queries are other photos of
what some of them show (cosines of about .8 to .9 with the nearest) and edited copies (about .99), half of each; the
truth is the comparison with every vector. Everything is made once in `--home` and used again: vectors (2 bytes a
component), a catalog as the application has it (2.9 KB a photo) and the index. What depends on memory is measured in
processes of its own, whose resident memory is compared before the index is opened (with numpy, FAISS and SQLite
loaded) and after 100 queries. "Written" is what /proc/self/io counts, SQLite's log and its checkpoint included.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.index import FaissIndex
from tests.benchmarks.index_peers import PEERS
from tests.builders.vectors import Archive

KEY = "benchmark"
CHUNK = 10000
QUERIES = 100
DEEPEST = 100
WARMING = 8
"""Rounds of queries at most until what they need is in memory: a system may take back what was read once."""
SHARES = (0.0001, 0.001, 0.01, 0.1, 0.5, 1.0)
UNLIKE_SHARES = (0.01, 0.1, 0.5)
ALBUM = 200
"""Photos that followed one another."""
SIMILARITY = 0.95
JOIN_SAMPLE = 400


class Home:
    """Where the benchmark keeps what it made.

    Args:
        path: made when absent.
        photos: how many.
        dimension: of the descriptors.
    """

    def __init__(self, path: Path, photos: int, dimension: int) -> None:
        self.path = path / f"{photos}x{dimension}"
        self.photos = photos
        self.dimension = dimension

    @property
    def vectors(self) -> NDArray[np.float16]:
        """All descriptors (photos, dimension), mapped; row n has id n + 1."""
        vectors: NDArray[np.float16] = np.load(self.path / "vectors.npy", mmap_mode="r")
        return vectors

    def chunks(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Ids and descriptors, 10,000 at a time."""
        vectors = self.vectors
        for start in range(0, self.photos, CHUNK):
            piece = vectors[start : start + CHUNK].astype(np.float32)
            yield np.arange(start + 1, start + 1 + len(piece)), piece

    def make(self) -> None:
        """Make descriptors, queries and their true neighbours, unless they are there."""
        self.path.mkdir(parents=True, exist_ok=True)
        if (self.path / "truth.npy").exists():
            return
        archive = Archive(self.dimension, seed=1)
        vectors = np.lib.format.open_memmap(
            self.path / "vectors.npy", "w+", np.float16, (self.photos, self.dimension)
        )
        for start in range(0, self.photos, CHUNK):
            vectors[start : start + CHUNK] = archive.take(min(CHUNK, self.photos - start))
        rng = np.random.default_rng(2)
        rows = np.sort(rng.choice(self.photos, QUERIES, replace=False))
        queries = vectors[rows].astype(np.float32)
        queries[::2] = archive.views(queries[::2])
        noise = rng.standard_normal(queries[1::2].shape, np.float32)
        queries[1::2] += 0.15 * noise / np.linalg.norm(noise, axis=1, keepdims=True)
        queries /= np.linalg.norm(queries, axis=1, keepdims=True)
        np.save(self.path / "queries.npy", queries)
        similarities = self.similarities(queries)
        np.save(self.path / "similarities.npy", similarities)
        np.save(self.path / "truth.npy", 1 + nearest_columns(similarities, DEEPEST))

    def similarities(self, queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cosines of queries with all descriptors (queries, photos)."""
        return np.concatenate([queries @ vectors.T for _, vectors in self.chunks()], axis=1)

    def load(self, name: str) -> NDArray[Any]:
        """One of queries, truth and similarities."""
        loaded: NDArray[Any] = np.load(self.path / f"{name}.npy")
        return loaded

    def record(self) -> tuple[CatalogDatabase, DescriptorRecord]:
        """The catalog and its record of descriptors."""
        database = CatalogDatabase(self.path / "catalog.sqlite")
        return database, DescriptorRecord(database, KEY, self.dimension)

    def index(self, record: DescriptorRecord) -> FaissIndex:
        """The index."""
        return FaissIndex.open(self.path / "index", KEY, self.dimension, record)


def nearest_columns(similarities: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """The columns of the k greatest values of each row, greatest first."""
    best = np.argpartition(-similarities, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(similarities, best, axis=1), axis=1)
    return np.take_along_axis(best, order, axis=1)


def put(database: CatalogDatabase, ids: NDArray[np.int64], vectors: NDArray[Any]) -> None:
    """Catalog photos with their descriptors in one transaction."""
    numbers = ids.tolist()
    with database.transaction() as db:
        db.execute("INSERT OR IGNORE INTO folders (id, path) VALUES (1, x'2f')")
        db.conn.executemany(
            "INSERT OR IGNORE INTO contents (id, hash, bytes, width, height, format) VALUES (?, ?, 1, 1, 1, 'JPEG')",
            [(number, f"{number:064x}") for number in numbers],
        )
        db.conn.executemany(
            "INSERT INTO files (folder_id, path, content_id, size, mtime_ns, inode, device) "
            "VALUES (1, ?, ?, 1, 1, 1, 1)",
            [(b"/photos/%d.jpg" % number, number) for number in numbers],
        )
        describer = db.execute("SELECT id FROM describers WHERE key = ?", (KEY,)).fetchone()[0]
        db.conn.executemany(
            "INSERT INTO descriptors (describer_id, content_id, vector) VALUES (?, ?, ?)",
            [
                (describer, number, vector.astype("<f2").tobytes())
                for number, vector in zip(numbers, vectors, strict=True)
            ],
        )


def nearest(
    index: FaissIndex, k: int, allowed_ids: NDArray[np.int64] | None, query: NDArray[np.float32]
) -> NDArray[np.int64]:
    return index.search(query, k, allowed_ids).ids


def asked(
    search: Callable[[NDArray[np.float32]], NDArray[np.int64]], queries: NDArray[np.float32]
) -> tuple[list[NDArray[np.int64]], list[float]]:
    """What a search finds for each query, and the milliseconds it takes.

    On a machine that does other things as well the processor's time (the last figure) says more.
    """
    found, taken = [], []
    spent = time.process_time()
    for query in queries:
        begin = time.perf_counter()
        found.append(search(query))
        taken.append(1000 * (time.perf_counter() - begin))
    taken.append(1000 * (time.process_time() - spent) / len(queries))
    return found, taken


def warm(
    search: Callable[[NDArray[np.float32]], NDArray[np.int64]], queries: NDArray[np.float32]
) -> tuple[list[NDArray[np.int64]], list[float]]:
    """As `asked`, once nothing has to be read from the disk for it any more, and the median of three rounds then."""
    for _ in range(WARMING):
        before = moved("read_bytes")
        asked(search, queries)
        if moved("read_bytes") == before:
            break
    rounds = [asked(search, queries) for _ in range(3)]
    return sorted(rounds, key=lambda one: float(np.median(one[1][:-1])))[1]


def resident() -> dict[str, float]:
    """This process's resident memory in MB: in all, of its own, and mapped from files."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {name: int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon", "RssFile")}


def moved(which: str) -> int:
    """Bytes that this process has had written to the disk (`write_bytes`) or read from it (`read_bytes`) so far."""
    lines = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(lines[which])


def recalls(found: list[NDArray[np.int64]], truth: NDArray[np.int64]) -> dict[str, float]:
    return {
        f"recall@{k}": float(
            np.mean([np.isin(true[:k], one[:k]).mean() for one, true in zip(found, truth, strict=True)])
        )
        for k in (1, 10, 100)
        if k <= truth.shape[1]
    }


def timing(taken: list[float]) -> dict[str, float]:
    *walls, processor = taken
    return {
        "p50 ms": float(np.percentile(walls, 50)),
        "p90 ms": float(np.percentile(walls, 90)),
        "processor ms": processor,
    }


def build(home: Home) -> dict[str, float]:
    """Fill the catalog, make the index from it, train it."""
    figures: dict[str, float] = {}
    database, record = home.record()
    begin = time.perf_counter()
    there = len(record.ids())
    for ids, vectors in home.chunks():
        if ids[-1] > there:
            put(database, ids, vectors)
    figures["catalog s"] = time.perf_counter() - begin
    begin = time.perf_counter()
    index = home.index(record)
    figures["made from the catalog s"] = time.perf_counter() - begin
    begin = time.perf_counter()
    index.wait_for_upkeep()
    figures["trained and coded s"] = time.perf_counter() - begin
    figures["peak memory MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    coarse = index._state.snapshot.coarse
    if coarse is not None:
        figures["lists"] = coarse.quantizer.lists
        figures["reach of 10"] = coarse.training.reach_of_10
        figures["reach of 100"] = coarse.training.reach_of_100
        figures["recall@10 it measured"] = coarse.training.recall
    index.close()
    database.close()
    return figures


def searching(home: Home) -> dict[str, float]:
    """Opening and 100 queries, in a fresh process."""
    # Everything that is loaded once is, so that the growth is the index's own.
    import faiss  # noqa: F401

    queries, truth = home.load("queries"), home.load("truth")
    database, record = home.record()
    before = resident()
    begin = time.perf_counter()
    index = home.index(record)
    figures = {"open ms": 1000 * (time.perf_counter() - begin)}
    found, taken = asked(partial(nearest, index, DEEPEST, None), queries)
    after = resident()
    figures |= timing(taken) | recalls(found, truth)
    figures |= {f"{name} growth MB": after[name] - before[name] for name in before}
    figures["VmRSS MB"] = after["VmRSS"]
    for k in (DEEPEST, 10):
        found, taken = warm(partial(nearest, index, k, None), queries)
        figures |= {f"{name} of {k}, warm": figure for name, figure in timing(taken).items()}
        figures[f"recall@10 of {k}"] = recalls(found, truth)["recall@10"]
    snapshot = index._state.snapshot
    coarse = snapshot.coarse
    sealed = sum(len(segment.segment.ids) for segment in snapshot.segments)
    mapped = sum(segment.segment.content.size for segment in snapshot.segments)
    if coarse is not None:
        # A row's codes and its id in its list; the id in the segment is looked at where some between are missing.
        kept = sum(
            part.codes.bulk.start + part.codes.rows * (part.codes.index.code_size + 8)
            for part in coarse.parts
        )
        mapped = kept + coarse.quantizer.content.size
    figures["bytes a photo to keep in memory"] = mapped / max(sealed, 1)
    figures["bytes a photo on disk"] = sum(
        path.stat().st_size for path in (home.path / "index").iterdir()
    ) / max(sealed, 1)
    index.close()
    database.close()
    return figures


def filtering(home: Home) -> dict[str, dict[str, float]]:
    """Queries among a share of all ids, drawn at random or from the albums that are least like the query."""
    queries, similarities = home.load("queries"), home.load("similarities")
    database, record = home.record()
    index = home.index(record)
    rng = np.random.default_rng(3)
    figures = {}
    for share in SHARES:
        allowed_ids = np.sort(rng.choice(home.photos, max(1, round(share * home.photos)), replace=False)) + 1
        part = similarities[:, allowed_ids - 1]
        order = nearest_columns(part, min(10, len(allowed_ids)))
        found, taken = asked(partial(nearest, index, 10, allowed_ids), queries)
        figures[f"{100 * share:g} %"] = timing(taken) | recalls(found, allowed_ids[order])
    for share in UNLIKE_SHARES:
        count = round(share * home.photos)
        found, taken, true = [], [], []
        spent = 0.0
        for query, all_similarities in zip(queries, similarities, strict=True):
            albums = all_similarities.reshape(-1, ALBUM).mean(axis=1).argsort()[: max(1, count // ALBUM)]
            allowed_ids = 1 + np.sort((albums[:, np.newaxis] * ALBUM + np.arange(ALBUM)).ravel())
            one, milliseconds = asked(partial(nearest, index, 10, allowed_ids), query[np.newaxis])
            found += one
            taken += milliseconds[:-1]
            spent += milliseconds[-1] / len(queries)
            true.append(allowed_ids[nearest_columns(all_similarities[np.newaxis, allowed_ids - 1], 10)[0]])
        figures[f"the {100 * share:g} % in the albums least like the query"] = timing(
            [*taken, spent]
        ) | recalls(found, np.array(true))
    index.close()
    database.close()
    return figures


def adding(home: Home) -> dict[str, float]:
    """1,000 photos more, in batches of 32 as indexing has them; afterwards they are taken out again."""
    database, record = home.record()
    index = home.index(record)
    take_out(home, database, index)
    vectors = Archive(home.dimension, seed=5).take(1000)
    figures = {}
    for batch, first in ((32, home.photos + 1), (1000, home.photos + 1001)):
        ids = np.arange(first, first + 1000)
        wrote = moved("write_bytes")
        begin = time.perf_counter()
        for start in range(0, 1000, batch):
            rows = slice(start, start + batch)
            put(database, ids[rows], vectors[rows])
            index.add(ids[rows], vectors[rows])
        figures[f"1,000 in batches of {batch} s"] = time.perf_counter() - begin
        index.flush()
        figures["... and flushed s"] = time.perf_counter() - begin
        with database.transaction():
            pass
        database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        figures[f"written, times their size, in batches of {batch}"] = (moved("write_bytes") - wrote) / (
            1000 * 2 * home.dimension
        )
    take_out(home, database, index)
    index.close()
    database.close()
    return figures


def take_out(home: Home, database: CatalogDatabase, index: FaissIndex) -> None:
    """Undo what was added."""
    with database.transaction() as db:
        db.execute("DELETE FROM files WHERE content_id > ?", (home.photos,))
        db.execute(
            "DELETE FROM descriptors WHERE content_id > ? AND describer_id = (SELECT id FROM describers WHERE key = ?)",
            (home.photos, KEY),
        )
    index.remove(np.arange(home.photos + 1, home.photos + 2001))


def joining(home: Home) -> dict[str, float]:
    """All pairs of at least a cosine; the truth is known for a sample of photos."""
    database, record = home.record()
    index = home.index(record)
    rng = np.random.default_rng(6)
    sample = np.sort(rng.choice(home.photos, JOIN_SAMPLE, replace=False))
    vectors = home.vectors
    true = set()
    for ids, piece in home.chunks():
        rows, columns = np.nonzero(vectors[sample].astype(np.float32) @ piece.T >= SIMILARITY)
        pairs = np.sort(np.stack([sample[rows] + 1, ids[columns]]), axis=0)
        true |= {(one, other) for one, other in pairs.T.tolist() if one != other}
    figures = {}
    for name, since in (
        ("all", None),
        ("1,000 of them", np.sort(rng.choice(home.photos, 1000, replace=False)) + 1),
    ):
        begin = time.perf_counter()
        found = list(index.pairs_within(SIMILARITY, since))
        figures[f"join of {name} s"] = time.perf_counter() - begin
        first = np.concatenate([pairs.first for pairs in found])
        second = np.concatenate([pairs.second for pairs in found])
        figures[f"pairs of {name}"] = len(first)
        if since is None:
            ours = np.isin(first, sample + 1) | np.isin(second, sample + 1)
            known = set(zip(first[ours].tolist(), second[ours].tolist(), strict=True))
            figures["recall of the sample's pairs"] = len(known & true) / len(true)
            figures["pairs of the sample"] = len(true)
    figures["peak memory MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    index.close()
    database.close()
    return figures


MEASURES: dict[str, Callable[[Home], dict[str, Any]]] = {
    "build": build,
    "searching": searching,
    "filtering": filtering,
    "adding": adding,
    "joining": joining,
}


def apart(arguments: argparse.Namespace, measure: str) -> dict[str, Any]:
    """A measure in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.index_scale", "--only", measure]
    command += [
        "--photos",
        str(arguments.photos),
        "--dimension",
        str(arguments.dimension),
        "--home",
        str(arguments.home),
    ]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, Any] = json.loads(answer.splitlines()[-1])
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=10000)
    parser.add_argument("--dimension", type=int, default=1280)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument(
        "--peers", action="store_true", help="measure other libraries on the same vectors too"
    )
    parser.add_argument("--only", choices=[*MEASURES, *PEERS])
    arguments = parser.parse_args()
    home = Home(arguments.home, arguments.photos, arguments.dimension)
    if arguments.only in MEASURES:
        print(json.dumps(MEASURES[arguments.only](home)))
        return
    if arguments.only:
        print(json.dumps(peer(home, arguments.only)))
        return
    home.make()
    print(f"# {arguments.photos:,} photos of {arguments.dimension} dimensions")
    for measure in MEASURES:
        tell(measure, apart(arguments, measure))
    if arguments.peers:
        for name in PEERS:
            tell(name, apart(arguments, name))


def peer(home: Home, name: str) -> dict[str, Any]:
    """One of the peers: built from the same vectors, asked the same queries."""
    queries, truth = home.load("queries"), home.load("truth")
    before = resident()
    begin = time.perf_counter()
    search = PEERS[name](home.path, home.dimension, home.chunks())
    figures: dict[str, Any] = {"built s": time.perf_counter() - begin}
    found, taken = asked(lambda query: search(query, DEEPEST), queries)
    figures |= timing(taken) | recalls(found, truth)
    figures["VmRSS growth MB"] = resident()["VmRSS"] - before["VmRSS"]
    return figures


def tell(name: str, figures: dict[str, Any]) -> None:
    print(f"\n## {name}")
    for key, value in figures.items():
        if isinstance(value, dict):
            print(f"- {key}: " + ", ".join(f"{inner} {figure:.4g}" for inner, figure in value.items()))
        else:
            print(f"- {key}: {value:.4g}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
