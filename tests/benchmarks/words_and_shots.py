"""What keywords, XMP files and raw files beside pictures cost at 100,000 photos, in the catalog and at a rescan.

``python -m tests.benchmarks.words_and_shots [--photos 100000]`` prints

* record   recording the photos, a batch of 32 to a transaction, without and with working out shots and facts;
* words    a query of one and of two words: median of 20, milliseconds;
* rescan   comparing a tree of that many files on disk, half of them XMP files, with the catalog: without and with
           the XMP files, seconds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.folders import Folder
from lookalike.catalog.shot_names import shot_of
from lookalike.catalog.sql import chunks
from lookalike.photos import Annotations
from lookalike.watching.folder_walk import diff_folder
from lookalike.words.fact_search import FactSearch

WORDS = "boat sea coast harbour dog cat garden snow city night bridge tower market friend birthday"


def record(catalog: Catalog, folder: Folder, count: int, refresh: bool) -> float:
    """Seconds to record `count` photos in `count` files."""
    words = WORDS.split()
    started = time.perf_counter()
    for piece in chunks(range(count), 32):
        with catalog.transaction() as db:
            places, ids = [], []
            for number in piece:
                path = os.fsencode(folder.path) + f"/{number // 500:04}/IMG_{number:06}.jpg".encode()
                row = ContentRow(f"{number:032x}", 1000, 4, 3, "JPEG", "2024-05-06T07:08:09", "Acme One")
                content_id = catalog.contents.ensure(db, row)
                said = Annotations(
                    3, keywords=(words[number % 15], f"{words[number // 15 % 15]} {number % 7}")
                )
                place = FileStat(path, 1, 1_000_000_007, number + 1, 1)
                catalog.annotations.put_embedded(db, content_id, said)
                catalog.files.put(db, folder.id, place, content_id, None)
                places.append(place)
                ids.append(content_id)
            if refresh:
                catalog.annotations.refresh(db, {shot_of(place.path) for place in places}, ids)
    return time.perf_counter() - started


def median(work: Callable[[], object], rounds: int) -> float:
    """Median seconds of some rounds."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=100_000)
    count = parser.parse_args().photos
    with tempfile.TemporaryDirectory() as scratch:
        top = Path(scratch) / "photos"
        for number in range(count // 2):
            folder = top / f"{number // 250:04}"
            if number % 250 == 0:
                folder.mkdir(parents=True)
            (folder / f"IMG_{number:06}.jpg").touch()
            (folder / f"IMG_{number:06}.xmp").touch()
        plain = Catalog(Path(scratch) / "plain.sqlite")
        without = record(plain, plain.folders.add(top), count, refresh=False)
        plain.close()
        catalog = Catalog(Path(scratch) / "catalog.sqlite")
        folder_row = catalog.folders.add(top)
        full = record(catalog, folder_row, count, refresh=True)
        each = (full - without) / count * 1e6
        print(f"record   {without:.1f} s, with shots and words {full:.1f} s ({each:.0f} µs a photo)")
        search = FactSearch(catalog)
        for query in ("harb", "boat coast", "img", "nowhere"):
            took = median(lambda query=query: search.search(query.split(), query, 1000, None), 20)  # type: ignore[misc]
            print(f"words    {query:12} {took * 1e3:.1f} ms")
        plainly = median(lambda: diff_folder(os.fsencode(top), {}), 3)
        known = {
            os.fsencode(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in top.rglob("*.xmp")
        }
        with catalog.transaction() as db:
            for path, (size, changed) in known.items():
                catalog.annotations.put(
                    db, folder_row.id, FileStat(path, size, changed, 1, 1), Annotations(2), None
                )
        beside = median(
            lambda: diff_folder(os.fsencode(top), {}, sidecars=catalog.annotations.known(os.fsencode(top))), 3
        )
        print(f"rescan   {plainly:.2f} s, with {count // 2:,} XMP files known {beside:.2f} s")
        catalog.close()


if __name__ == "__main__":
    main()
