"""Finding by details at 100,000 and 1,000,000 photos: what a photo costs to add, and a query to answer.

    python -m tests.benchmarks.details_scale --photos 100000 1000000 --home /a/roomy/folder

The features are those of the real photos of the evaluation set ``dev``, found once and kept in ``--home``. For larger
libraries their entries are repeated: the words stay, so that lists are as unequal as they are in reality, and a quarter
of each signature's bits and the low bits of each place are changed at random, so that a copy is another photo. They are
written straight as segments, as merging leaves them (8.4 kB a photo at most). Queries are photos of the set; each must
find itself. Every size is measured in a process of its own: processor time and time of a query once what it needs is in
memory, and resident memory before the opening and after the queries. With ``--scan`` only the scan of one list is
measured, beside FAISS's binary inverted lists and, where it is installed, numba.
"""

from __future__ import annotations

import argparse
import json
import pickle
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from lookalike.index.inverted import InvertedFile
from lookalike.index.inverted.entries import Entries
from lookalike.index.inverted.folder import InvertedFolder
from lookalike.index.inverted.inverted_file import index_key
from lookalike.index.inverted.segment import MAX_PHOTOS, WORDS, encode_cell, encode_head
from lookalike.index.inverted.snapshot import LiveSegment
from lookalike.index.inverted.vocabulary import CELLS, WORDS_OF_CELL, shipped_vocabulary
from lookalike.index.inverted.voting import MAX_DISTANCE
from lookalike.local_features import LocalFeatures, extract
from lookalike.photos import decode, is_photo, read_file
from tests.data import evaluation_data

QUERIES = 60
BATCH = 32
"""Photos that are added at a time, as indexing does."""

PLACE_NOISE = np.uint32(0x07070707)
"""The bits of a packed place that copies have at random."""


def real_features(home: Path) -> list[LocalFeatures]:
    """The features of the photos of the evaluation set, found at the first call."""
    kept = home / "features.pickle"
    if not kept.exists():
        home.mkdir(parents=True, exist_ok=True)
        paths = sorted(path for path in (evaluation_data() / "dev").rglob("*") if is_photo(path))
        blobs = [extract(decode(read_file(path), 640).image).to_bytes() for path in paths]
        kept.write_bytes(pickle.dumps(blobs))
    found = [LocalFeatures.from_bytes(blob) for blob in pickle.loads(kept.read_bytes())]
    return [one for one in found if one is not None and len(one)]


def bulk_of_copies(
    entries: Entries, starts: NDArray[np.int64], copies: int, random: np.random.Generator
) -> Iterator[bytes]:
    """The bulk of a segment in which the photos occur `copies` times; the first time as they are."""
    offsets = (np.arange(copies) * len(entries.ids)).astype(np.uint16)
    full = np.iinfo(np.uint64).max
    for cell in range(CELLS):
        part = slice(starts[cell * WORDS_OF_CELL], starts[(cell + 1) * WORDS_OF_CELL])
        # An entry's copies follow it, so that words stay in their order.
        signatures = np.repeat(entries.signatures[part][:, np.newaxis], copies, axis=1)
        places = np.repeat(entries.places[part][:, np.newaxis], copies, axis=1)
        rows = entries.rows[part][:, np.newaxis] + offsets
        flips = random.integers(0, full, signatures.shape, np.uint64, endpoint=True)
        flips &= random.integers(0, full, signatures.shape, np.uint64, endpoint=True)
        moved = random.integers(0, 1 << 32, places.shape, np.uint32) & PLACE_NOISE
        flips[:, 0], moved[:, 0] = 0, 0
        yield encode_cell((signatures ^ flips).ravel(), (places ^ moved).ravel(), rows.ravel())


def build(folder: Path, photos: int, entries: Entries, first: int = 0) -> None:
    """Write an inverted file of `photos` photos, whose ids count from `first`, unless it is there."""
    vocabulary = shipped_vocabulary()
    if (folder / "manifest.json").exists():
        return
    writer = InvertedFolder(folder, index_key(vocabulary))
    writer.become_writer()
    random = np.random.default_rng(0)
    starts = np.searchsorted(entries.words, np.arange(WORDS + 1))
    segments: list[LiveSegment] = []
    base = len(entries.ids)
    written = 0
    while written < photos:
        copies = min(MAX_PHOTOS // base, -(-(photos - written) // base))
        bulk = bulk_of_copies(entries, starts, copies, random)
        ids = np.arange(first + written, first + written + copies * base)
        head = encode_head(ids, np.tile(entries.counts, copies), starts * copies)
        stored = writer.store_segment(head, bulk, len(ids))
        if stored is None:
            raise OSError(f"no room for {folder}: {writer.repairs}")
        segments.append(stored)
        written += copies * base
    writer.publish(segments)
    writer.release()


def adding(home: Path, features: list[LocalFeatures]) -> dict[str, float]:
    """What adding costs: words, signatures, sealing and merging together."""
    folder = home / "added"
    for path in folder.glob("*"):
        path.unlink()
    inverted = InvertedFile.open(folder)
    inverted.add(np.array([0]), features[:1])
    started = time.process_time()
    for start in range(1, len(features), BATCH):
        some = features[start : start + BATCH]
        inverted.add(np.arange(start, start + len(some)), some)
    inverted.wait_for_upkeep()
    spent = time.process_time() - started
    inverted.close()
    size = sum(path.stat().st_size for path in folder.glob("*"))
    return {"add_ms": 1000 * spent / (len(features) - 1), "bytes_a_photo": size / len(features)}


def asking(home: Path, photos: int) -> dict[str, float]:
    """What a query costs."""
    features = real_features(home)
    chosen = np.linspace(0, len(features) - 1, QUERIES).astype(int).tolist()
    shipped_vocabulary().assign(features[0].descriptors, 1)
    process = psutil.Process()
    before = process.memory_info().rss
    started = time.perf_counter()
    inverted = InvertedFile.open(home / str(photos))
    opened = time.perf_counter() - started
    inverted.wait_for_upkeep()
    wall, spent, first = [], [], 0
    for turn in range(2):
        for number in chosen:
            begun, used = time.perf_counter(), time.process_time()
            votes = inverted.vote(features[number], 100)
            if turn:
                wall.append(time.perf_counter() - begun)
                spent.append(time.process_time() - used)
                first += int(len(votes.ids) and votes.ids[0] % len(features) == number)
    resident = process.memory_info().rss
    result = {
        "photos": len(inverted),
        "open_ms": 1000 * opened,
        "cpu_ms": 1000 * statistics.fmean(spent),
        "p50_ms": 1000 * statistics.median(wall),
        "p95_ms": 1000 * float(np.quantile(wall, 0.95)),
        "itself_first": first / len(chosen),
        "resident_mb": resident / 1e6,
        "grown_mb": (resident - before) / 1e6,
        "disk_bytes_a_photo": sum(path.stat().st_size for path in (home / str(photos)).glob("*"))
        / len(inverted),
    }
    inverted.close()
    return result


def scanning() -> None:
    """Print the nanoseconds an entry that a scan takes, by the length of the list."""
    import faiss

    faiss.omp_set_num_threads(1)
    random = np.random.default_rng(0)
    queries = random.integers(0, 1 << 63, 600, np.uint64)
    for length in (300, 3000, 30000):
        signatures = random.integers(0, 1 << 63, length, np.uint64)
        coarse: Any = faiss.IndexBinaryFlat(64)
        coarse.add(np.zeros((1, 8), np.uint8))
        lists: Any = faiss.IndexBinaryIVF(coarse, 64, 1)
        lists.is_trained = True
        lists.add(signatures.view(np.uint8).reshape(-1, 8))
        first = np.zeros((len(queries), 1), np.int64)

        def by_numpy(signatures: NDArray[np.uint64] = signatures) -> None:
            for query in queries:
                distances = np.bitwise_count(signatures ^ query)
                distances[np.flatnonzero(distances <= MAX_DISTANCE)]

        def by_faiss(lists: Any = lists, first: NDArray[np.int64] = first) -> None:
            asked = queries.view(np.uint8).reshape(-1, 8)
            lists.range_search_preassigned(asked, MAX_DISTANCE + 1, first, first.astype(np.int32))

        ways: dict[str, Callable[[], None]] = {"numpy": by_numpy, "FAISS": by_faiss}
        with suppress(ImportError):
            ways["numba"] = by_numba(signatures, queries)
        for name, way in ways.items():
            way()
            started = time.process_time()
            way()
            spent = time.process_time() - started
            print(
                f"{name:6} {length:6} entries: {1e9 * spent / len(queries) / length:.1f} ns an entry",
                flush=True,
            )


def by_numba(signatures: NDArray[np.uint64], queries: NDArray[np.uint64]) -> Callable[[], None]:
    """The same scan compiled by numba; counting bits as compilers recognise it."""
    import numba

    @numba.njit(nogil=True)  # type: ignore[untyped-decorator]
    def scan(query: Any, near: Any, distances: Any) -> int:
        found = 0
        for place in range(len(signatures)):
            bits = signatures[place] ^ query
            bits = bits - ((bits >> np.uint64(1)) & np.uint64(0x5555555555555555))
            bits = (bits & np.uint64(0x3333333333333333)) + (
                (bits >> np.uint64(2)) & np.uint64(0x3333333333333333)
            )
            bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
            distance = (bits * np.uint64(0x0101010101010101)) >> np.uint64(56)
            if distance <= MAX_DISTANCE:
                near[found], distances[found] = place, distance
                found += 1
        return found

    near, distances = np.empty(len(signatures), np.int64), np.empty(len(signatures), np.uint8)

    def run() -> None:
        for query in queries:
            scan(query, near, distances)

    return run


def base_entries(features: list[LocalFeatures]) -> Entries:
    """The entries of the real photos."""
    ids: NDArray[np.int64] = np.arange(len(features))
    return Entries.of(ids, features, shipped_vocabulary())


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=int, nargs="+", default=[100_000])
    parser.add_argument("--home", type=Path)
    parser.add_argument("--scan", action="store_true")
    parser.add_argument("--ask", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.scan:
        scanning()
        return
    if options.home is None:
        parser.error("--home is missing")
    if options.ask:
        print(json.dumps(asking(options.home, options.ask)))
        return
    features = real_features(options.home)
    print(json.dumps(adding(options.home, features)), flush=True)
    entries = base_entries(features)
    for photos in options.photos:
        build(options.home / str(photos), photos, entries)
        command = [sys.executable, "-m", "tests.benchmarks.details_scale", "--home", str(options.home)]
        subprocess.run([*command, "--ask", str(photos)], check=True)


if __name__ == "__main__":
    main()
