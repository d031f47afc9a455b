"""What searches feel of 1,000 new photos that arrive at once, and when these are found.

The real library with the embedded model. Searches, one right after another by photos of the library and without a
judge, are timed alone first, and then while the new photos are indexed.

Run: ``python -m tests.benchmarks.arrival --known 500 --new 1000``
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lookalike.library import Library
from lookalike.search.query import Query
from tests.builders.photo_files import write_album

SIZE = (640, 480)


def scan(library: Library) -> None:
    for _ in library.scan():
        pass


def searches(library: Library, until: Callable[[], bool]) -> tuple[np.ndarray, list[int]]:
    """Milliseconds that each search took, and how many photos the library had then."""
    took: list[float] = []
    sizes: list[int] = []
    ids = library.photos.ids()
    while not until():
        began = time.perf_counter()
        *_, ranking = library.search.rankings(Query(content_id=ids[len(took) % len(ids)]), judge="none")
        assert ranking.results
        took.append((time.perf_counter() - began) * 1e3)
        sizes.append(len(library))
        time.sleep(0.02)
    return np.array(took), sizes


def told(name: str, took: np.ndarray) -> None:
    p50, p95 = np.percentile(took, [50, 95])
    print(f"{name:16s}{len(took)} searches: p50 {p50:.1f} ms, p95 {p95:.1f} ms, longest {took.max():.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--known", type=int, default=500, help="photos that are there already")
    parser.add_argument("--new", type=int, default=1000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        album = Path(scratch, "album")
        write_album(album, chosen.known, seed=1, size=SIZE)
        write_album(Path(scratch, "new"), chosen.new, seed=2, size=SIZE)
        with Library(Path(scratch, "library")) as library:
            library.folders.add(album)
            scan(library)
            end = time.monotonic() + 20
            alone, _ = searches(library, lambda: time.monotonic() > end)
            told("alone", alone)
            Path(scratch, "new").rename(album / "new")
            indexing = threading.Thread(target=scan, args=(library,))
            began = time.perf_counter()
            indexing.start()
            beside, sizes = searches(library, lambda: not indexing.is_alive())
            seconds = time.perf_counter() - began
            indexing.join()
            assert len(library) == chosen.known + chosen.new
            assert sizes == sorted(sizes)
            told("while indexing", beside)
            print(
                f"{chosen.new} new photos of {SIZE[0]} × {SIZE[1]} found after {seconds:.1f} s "
                f"({chosen.new / seconds:.0f} a second), in {len(set(sizes))} steps that searches saw"
            )


if __name__ == "__main__":
    main()
