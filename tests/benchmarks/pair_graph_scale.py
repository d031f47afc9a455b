"""The first pair graph of 10,000 and 100,000 photos: time, memory, and what one new photo costs.

    python -m tests.benchmarks.pair_graph edits --home HOME
    python -m tests.benchmarks.pair_graph_scale --home HOME --photos 10000 100000

The first command leaves the library of the evaluation photos in ``HOME/library``, with its graph where
``lookalike --library HOME/library duplicates`` has run. Its descriptors and features are repeated with noise: a copy
has a cosine of about .75 with its photo, and of each signature a quarter of the bits is changed, as in `details_scale`,
so that copies vote for one another more than other photos do.

Measured are, on a catalog of that size with all tables filled: the candidates of a sample of photos, looking for what
is not joined or not verified yet, and writing a photo's pairs. Verification reads real files, so it is measured on all
pairs of some of the real library's photos, one photo after the other. From these the time of the whole first graph is
worked out; it is processor time, on one core.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from lookalike.caches.content_cache import ContentCache
from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.file_stat import FileStat
from lookalike.index import open_index
from lookalike.index.faiss_index import FaissIndex
from lookalike.index.inverted import InvertedFile
from lookalike.index.inverted.entries import Entries
from lookalike.index.inverted.vocabulary import shipped_vocabulary
from lookalike.library import Library
from lookalike.local_features import LocalFeatures
from lookalike.local_features.feature_cache import FeatureCache
from lookalike.pairs.candidates import CandidateSearch
from lookalike.pairs.graph import row_of_pair
from lookalike.pairs.updating import PAIR_VERSION, Engines, PairUpdater
from lookalike.pairs.verified_pair import PairKind, VerifiedPair
from tests.benchmarks.details_scale import build

QUERIES = 40
VERIFIED = 150
"""Photos of the real library whose pairs are verified anew."""

NOISE = 0.88
"""Length of the noise that is added to a unit vector."""

BATCH = 2000


@dataclass(frozen=True)
class RealPhotos:
    """The photos that are repeated: descriptors (n, dimension) and features of each."""

    vectors: NDArray[np.float32]
    features: list[LocalFeatures]


def milliseconds(work: Callable[[], object], times: int = 1) -> float:
    """Processor time of one call."""
    began = time.process_time()
    for _ in range(times):
        work()
    return 1000 * (time.process_time() - began) / times


def real_photos(library: Library) -> RealPhotos:
    """What is known of the photos of a library that have details."""
    catalog, cache = library._catalog, library.pairs._updater._features
    ids, vectors = library.search.descriptors()
    rows = catalog.contents.get(ids.tolist())
    found = [cache.get(rows[number].hash) for number in ids.tolist()]
    known = [place for place, features in enumerate(found) if features is not None and len(features)]
    return RealPhotos(
        vectors[known], [features for features in found if features is not None and len(features)]
    )


@dataclass(frozen=True)
class PairCost:
    """Processor milliseconds of verifying one pair, as means over the pairs of a sample of photos.

    Attributes:
        any: of all their pairs.
        stranger: of the pairs of photos that show nothing that another one shows.
    """

    any: float
    stranger: float


def made_edits(library: Library) -> set[int]:
    """The photos that the evaluation sets made of others."""
    paths = library.photos.paths(library.photos.ids())
    return {number for number, files in paths.items() if any("neardup" in str(file) for file in files)}


def verification(library: Library) -> PairCost:
    """What pairs take; printed by outcome as well."""
    photos = np.unique(np.array([(pair.first, pair.second) for pair in library.pairs.pairs()], np.int64))
    chosen = np.random.default_rng(0).permutation(photos)[:VERIFIED].tolist()
    made = made_edits(library)
    spent: defaultdict[PairKind, list[float]] = defaultdict(list)
    strangers: list[float] = []
    taken: list[float] = []
    for photo in chosen:
        pairs = library.pairs.of(photo)
        # As for a new photo: what is read of it serves all of its pairs, and what is read of the others only one.
        for pair in pairs:
            began = time.process_time()
            found = library.pairs.verify(pair.first, pair.second)
            took = 1000 * (time.process_time() - began)
            spent[found.kind].append(took)
            if not {pair.first, pair.second} & made:
                taken.append(took)
            if all(other.kind is PairKind.NOTHING for other in pairs):
                strangers.append(took)
    for kind, times in spent.items():
        print(f"{kind.value}: {len(times)} pairs of {statistics.fmean(times):.1f} ms")
    everything = [one for times in spent.values() for one in times]
    print(f"{sum(everything) / len(chosen):.0f} ms for all pairs of a photo")
    count = len(set(chosen) - made)
    print(f"{sum(taken) / count:.0f} ms for those of a photo that is no made edit, with others that are none")
    return PairCost(statistics.fmean(everything), statistics.fmean(strangers))


def noisy(vectors: NDArray[np.float32], photos: int) -> Iterator[NDArray[np.float32]]:
    """So many unit vectors, some at a time: the given ones, and copies of them."""
    random = np.random.default_rng(0)
    for start in range(0, photos, BATCH):
        numbers = np.arange(start, min(start + BATCH, photos))
        some = vectors[numbers % len(vectors)]
        noise = random.standard_normal(some.shape).astype(np.float32) * (NOISE / some.shape[1] ** 0.5)
        some = np.where((numbers < len(vectors))[:, None], some, some + noise)
        yield some / np.linalg.norm(some, axis=1, keepdims=True)


def fill(catalog: Catalog, folder: Path, vectors: Iterator[NDArray[np.float32]], dimension: int) -> None:
    """Add photos that are nothing but names, with descriptors; their content ids count from 1."""
    watched = catalog.folders.add(folder)
    record = catalog.descriptors("repeated", dimension)
    count = 0
    for some in vectors:
        with catalog.unit_of_work() as work:
            for vector in some:
                count += 1
                number = work.put_content(ContentRow(f"{count:032x}", 1, 4000, 3000, "JPEG"))
                work.put_descriptor(record, number, vector)
                work.put_file(watched, FileStat(bytes(folder / str(count)), 1, 1, 1, 1), number)
    assert catalog.contents.count() == count


def relate(catalog: Catalog, photos: int, each: float) -> None:
    """Put as many verified pairs as the photos would have."""
    random = np.random.default_rng(0)
    left = round(photos * each)
    while left > 0:
        ends = np.sort(random.integers(1, photos + 1, (min(left, 20_000), 2)), axis=1)
        rows = [
            row_of_pair(VerifiedPair(one, other, PairKind.NOTHING, 0.01, 0.0, 0.0), PAIR_VERSION)
            for one, other in ends.tolist()
            if one != other
        ]
        catalog.verified_pairs.put(rows)
        left -= len(rows)


def measure(home: Path, real: RealPhotos, photos: int, pair: PairCost) -> None:
    """Print the figures of one size."""
    folder = home / f"graph-{photos}"
    names = folder / "photos"
    names.mkdir(parents=True, exist_ok=True)
    dimension = real.vectors.shape[1]
    catalog = Catalog(folder / "catalog.sqlite")
    record = catalog.descriptors("repeated", dimension)
    if not catalog.contents.count():
        fill(catalog, names, noisy(real.vectors, photos), dimension)
    entries = Entries.of(np.arange(len(real.features)), real.features, shipped_vocabulary())
    build(folder / "details", photos, entries, first=1)
    del entries
    before = psutil.Process().memory_info().rss
    inverted = InvertedFile.open(folder / "details")
    # It was made of whole rounds of the real photos.
    inverted.remove(np.arange(photos + 1, photos + len(real.features) + 1))
    index = open_index(folder / "index", "repeated", dimension, record)
    if isinstance(index, FaissIndex):
        # Training it is not what is measured.
        index.wait_for_upkeep()
    engines = Engines(CandidateSearch(index, record, inverted), index, inverted)
    chosen = np.linspace(0, len(real.features) - 1, QUERIES).astype(int).tolist()
    wall, spent, counts = [], [], []
    for turn in range(2):
        for place in chosen:
            began, used = time.perf_counter(), time.process_time()
            found = engines.candidates.of(place + 1, real.features[place])
            if turn:
                wall.append(1000 * (time.perf_counter() - began))
                spent.append(1000 * (time.process_time() - used))
                counts.append(len(found))
    join_ms, a_photo = statistics.fmean(spent), statistics.fmean(counts)
    # Two photos that propose each other are one pair.
    pairs = a_photo * photos / 1.5
    if not catalog.verified_pairs.count():
        relate(catalog, photos, pairs / photos)
        everything = range(2, photos + 1)
        catalog.verified_pairs.put_joined(everything, [], engines.candidates.version, PAIR_VERSION)
    thumbnails = ThumbnailCache(folder / "thumbnails.sqlite")
    cache = ContentCache(folder / "cache.sqlite")
    updater = PairUpdater(catalog, FeatureCache(cache), thumbnails)

    def look() -> None:
        updater.to_join(engines)
        list(updater.verify())

    # The first time in a process all that is joined is read.
    look()
    look_ms = milliseconds(look, 3)
    own = [(1, other) for other in range(2, 2 + round(a_photo))]
    write_ms = milliseconds(
        lambda: catalog.verified_pairs.put_joined([1], own, engines.candidates.version, PAIR_VERSION)
    )
    write_ms += milliseconds(catalog.verified_pairs.waiting_count)
    write_ms += milliseconds(
        lambda: catalog.verified_pairs.put(
            [row_of_pair(VerifiedPair(*pair, PairKind.NOTHING, 0.01, 0.0, 0.0), PAIR_VERSION) for pair in own]
        )
    )
    grown = psutil.Process().memory_info().rss - before
    beside = look_ms + join_ms + write_ms
    print(
        f"| {photos:,} | {a_photo:.1f} | {join_ms:.0f} | {statistics.median(wall):.0f} | {look_ms:.0f} | "
        f"{write_ms:.0f} | {beside + a_photo * pair.stranger:.0f} | {beside + a_photo * pair.any:.0f} | "
        f"{photos * join_ms / 60_000:.0f} + {pairs * pair.any / 60_000:.0f} | "
        f"{grown / 1e6:.0f} |",
        flush=True,
    )
    for part in (index, inverted, thumbnails, cache, catalog):
        part.close()


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--photos", type=int, nargs="+", default=[10_000, 100_000])
    asked = parser.parse_args()
    with Library(asked.home / "library") as library:
        real = real_photos(library)
        pair = verification(library)
    print(
        f"{len(real.features)} real photos; a pair takes {pair.any:.1f} ms of processor time, "
        f"one of a photo that nothing is like {pair.stranger:.1f} ms"
    )
    print(
        "| photos | candidates a photo | processor ms to find them | p50 ms | ms to look for new photos | ms to write "
        "| ms a new photo that nothing is like | ms a new photo on average "
        "| minutes of the first graph: joining + verifying | MB |\n" + "|-" * 10 + "|",
        flush=True,
    )
    for photos in asked.photos:
        measure(asked.home, real, photos, pair)


if __name__ == "__main__":
    main()
