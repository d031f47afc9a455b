"""How long a query of words, filters and a photo takes at 100,000 photos.

``python -m tests.benchmarks.words_speed [--photos 100000] [--home DIR]`` makes a catalog of photos with names,
keywords, cameras, dates and positions in thirty towns, and an index of synthetic descriptors, and prints for each
query the median and the 95th percentile of `--rounds`, milliseconds: for the words with their filters (`WordSearch`),
and with a photo searched for in the index among the photos that these allow. Then what recording costs.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.filters import Filters
from lookalike.catalog.sql import chunks
from lookalike.gazetteer import gazetteer
from lookalike.index import FaissIndex
from lookalike.photos import Annotations
from lookalike.photos.dates import Dates
from lookalike.search.word_search import WordSearch
from tests.builders.vectors import Archive

KEY, DIMENSION = "benchmark", 1280
BATCH = 1000
LIMIT = 1000
WORDS = [
    "boat",
    "sea",
    "coast",
    "harbour",
    "dog",
    "cat",
    "garden",
    "snow",
    "city",
    "night",
    "bridge",
    "tower",
    "market",
    "friend",
    "birthday",
    "quasar",
]
CAMERAS = ("NIKON D750", "Canon EOS 5D", "Apple iPhone 12", "FUJIFILM X-T3", "")
QUERIES = (
    "dog",
    "golden",
    "paris",
    "Wien",
    "img",
    "2019",
    "summer 2019",
    "august",
    "dog paris",
    "boat nikon 2018",
    "2019 wien nikon rating:1 folder:trips -snow",
    "birthdya",
    "nowhere",
)
TOWNS = (
    (48.86, 2.35), (48.21, 16.37), (52.52, 13.4), (51.51, -0.13), (40.71, -74.0), (35.69, 139.7), (-33.87, 151.21),
    (41.9, 12.5), (40.42, -3.7), (59.33, 18.07), (55.68, 12.57), (47.37, 8.54), (48.14, 11.58), (45.46, 9.19),
    (38.72, -9.14), (50.08, 14.44), (52.23, 21.01), (47.5, 19.04), (37.98, 23.73), (41.01, 28.98), (19.43, -99.13),
    (-22.91, -43.17), (-34.6, -58.38), (30.04, 31.24), (-1.29, 36.82), (28.61, 77.21), (13.75, 100.5), (1.35, 103.82),
    (22.32, 114.17), (37.57, 126.98),
)  # fmt: skip


def fill(catalog: Catalog, index: FaissIndex, top: Path, photos: int) -> tuple[float, float]:
    """Make the photos; seconds in all, and of these for naming their positions."""
    folder = catalog.folders.add(top)
    record = catalog.descriptors(KEY, DIMENSION)
    archive, rng = Archive(DIMENSION, seed=1), np.random.default_rng(3)
    gazetteer()
    began = time.perf_counter()
    for piece in chunks(range(photos), BATCH):
        vectors = archive.take(len(piece)).astype(np.float32)
        ids = []
        with catalog.unit_of_work() as work:
            for number, vector in zip(piece, vectors, strict=True):
                taken = (date(2005, 1, 1) + timedelta(int(rng.integers(0, 7600)))).isoformat()
                north, east = TOWNS[number % len(TOWNS)]
                place = (
                    (north + rng.normal(0, 0.02), east + rng.normal(0, 0.02)) if number % 4 else (None, None)
                )
                camera = CAMERAS[int(rng.integers(len(CAMERAS)))]
                row = ContentRow(
                    f"{number:032x}", 1000, 4, 3, "JPEG", f"{taken}T12:00:00", camera or None, None, *place
                )
                some = rng.choice(len(WORDS), 2, replace=False)
                said = Annotations(
                    number % 6,
                    keywords=tuple(WORDS[word] for word in some),
                    dates=Dates(original=row.taken_at),
                )
                content_id = work.put_content(row)
                work.put_annotations(content_id, said)
                path = f"{top}/{taken[:4]}/trips {number // 500}/IMG_{number:06}.jpg"
                work.put_file(
                    folder, FileStat(os.fsencode(path), 1, 1_000_000_007, number + 1, 1), content_id
                )
                work.put_descriptor(record, content_id, vector)
                ids.append(content_id)
        index.add(np.array(ids, np.int64), vectors)
    return time.perf_counter() - began, positions(photos)


def positions(photos: int) -> float:
    """Seconds to name as many positions as the photos have."""
    began = time.perf_counter()
    for number in range(min(photos, 3000)):
        north, east = TOWNS[number % len(TOWNS)]
        gazetteer().place_at(north + number / 1e5, east)
    return (time.perf_counter() - began) / min(photos, 3000) * photos


def main() -> None:
    """Make the library, unless it is there, and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--home", type=Path, help="keeps the library for the next time")
    parser.add_argument(
        "--processor", action="store_true", help="processor time of all threads, on a busy machine"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = (options.home or Path(scratch)) / f"words-{options.photos}"
        (home / "photos").mkdir(parents=True, exist_ok=True)
        catalog = Catalog(home / "catalog.sqlite")
        index = FaissIndex.open(home / "index", KEY, DIMENSION, catalog.descriptors(KEY, DIMENSION))
        if not len(index):
            seconds, naming = fill(catalog, index, home / "photos", options.photos)
            index.flush()
            print(f"recording {seconds:.0f} s, of which naming positions {naming:.0f} s")
        measure(catalog, index, options.rounds, time.process_time if options.processor else time.perf_counter)
        index.close()
        catalog.close()


def measure(catalog: Catalog, index: FaissIndex, rounds: int, clock: Callable[[], float]) -> None:
    """Print a line for each query."""
    words = WordSearch(catalog, today=lambda: date(2026, 11, 29))
    vectors = Archive(DIMENSION, seed=9).take(rounds).astype(np.float32)
    print(f"{len(index):,} photos\n{'query':46} {'found':>7} {'words':>14} {'with a photo':>14}")
    every: list[float] = []
    for text in QUERIES:
        alone, combined = [], []
        for vector in vectors:
            began = clock()
            answer = words.search(text, Filters(), LIMIT)
            alone.append(1e3 * (clock() - began))
            index.search(vector, LIMIT, answer.allowed_ids)
            combined.append(1e3 * (clock() - began))
        every += combined
        columns = [f"{np.median(times):5.1f} {np.percentile(times, 95):8.1f}" for times in (alone, combined)]
        print(f"{text:46} {len(answer.photos):7,} {columns[0]:>14} {columns[1]:>14}")
    print(f"{'all':46} {'':7} {'':14} {np.median(every):5.1f} {np.percentile(every, 95):8.1f}")


if __name__ == "__main__":
    main()
