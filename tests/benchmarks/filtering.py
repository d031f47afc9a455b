"""Filters from columns in memory against the same conditions in SQL, side by side on one catalog.

    python -m tests.benchmarks.filtering [--photos 1000000]

The catalog is made like a real one: chronological, a folder for each trip, a few cameras, most photos without stars.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.filters import Filters, first_day, last_day

CAMERAS = ["Canon EOS 5D Mark IV", "Apple iPhone 12", "NIKON D70", "SONY ILCE-7M3", None]
ROOT = "/photos"
TRIP = 250
REPEATS = 7


def fill(catalog: Catalog, photos: int) -> None:
    """Write the photos in one transaction."""
    chance = np.random.default_rng(1)
    begin = datetime(2003, 1, 1)
    step = timedelta(days=365 * 20) / photos
    cameras = chance.integers(0, len(CAMERAS), photos // TRIP + 1)
    ratings = np.where(chance.random(photos) < 0.1, chance.integers(1, 6, photos), 0)
    with catalog.transaction() as db:
        db.execute("INSERT INTO folders (id, path) VALUES (1, ?)", (ROOT.encode(),))
        db.conn.executemany(
            "INSERT INTO contents (id, hash, bytes, width, height, format, taken_at, camera, rating) "
            "VALUES (?, ?, 1, 4, 3, 'JPEG', ?, ?, ?)",
            (
                (
                    n + 1,
                    f"{n:032x}",
                    (begin + n * step).isoformat(timespec="seconds"),
                    CAMERAS[cameras[n // TRIP]],
                    int(ratings[n]),
                )
                for n in range(photos)
            ),
        )
        db.conn.executemany(
            "INSERT INTO files (folder_id, path, content_id, size, mtime_ns, inode, device) "
            "VALUES (1, ?, ?, 1, 0, 0, 0)",
            (
                (os.fsencode(f"{ROOT}/{2003 + n * 20 // photos}/trip {n // TRIP}/IMG_{n}.jpg"), n + 1)
                for n in range(photos)
            ),
        )
        db.conn.executemany(
            "INSERT INTO keywords VALUES (?, ?)",
            ((n + 1, f"keyword {n % 97}") for n in range(0, photos, 3)),
        )


def milliseconds(work: Callable[[], object]) -> float:
    """Median over `REPEATS`."""
    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - begin))
    return statistics.median(times)


def refreshed(catalog: Catalog, every: int) -> float:
    """Change every so many contents; then milliseconds for the next filter."""
    with catalog.transaction() as db:
        db.execute("UPDATE contents SET rating = 5 - rating WHERE id % ? = 0", (every,))
    begin = time.perf_counter()
    catalog.filters.matching(Filters(rating=3))
    return 1000 * (time.perf_counter() - begin)


def main() -> None:
    """Measure every kind of filter."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        catalog = Catalog(Path(scratch) / "catalog.sqlite")
        fill(catalog, options.photos)
        begin = time.perf_counter()
        catalog.filters.matching(Filters())
        seconds = time.perf_counter() - begin
        print(f"{options.photos:,} photos; the first filter reads the columns in {seconds:.2f} s")
        placed = "EXISTS (SELECT 1 FROM files WHERE content_id = contents.id)"
        under = "id IN (SELECT content_id FROM files WHERE path >= ? AND path < ?)"
        year = (f"{ROOT}/2010/".encode(), f"{ROOT}/20100".encode())
        cases: list[tuple[str, Filters, str, tuple[object, ...]]] = [
            ("a year", Filters(since=first_day("2010"), until=last_day("2010")),
             f"taken_at >= '2010' AND taken_at < '2011' AND {placed}", ()),
            ("a folder", Filters(folders=(Path(f"{ROOT}/2010"),)), under, year),
            ("a camera", Filters(cameras=("nikon",)), f"camera LIKE '%nikon%' AND {placed}", ()),
            ("three stars", Filters(rating=3), f"rating >= 3 AND {placed}", ()),
            ("a keyword", Filters(keywords=("keyword 5",)),
             f"id IN (SELECT content_id FROM keywords WHERE keyword = 'keyword 5' COLLATE NOCASE) AND {placed}", ()),
            ("folder, camera, stars", Filters(folders=(Path(f"{ROOT}/2010"),), cameras=("canon",), rating=1),
             f"camera LIKE '%canon%' AND rating >= 1 AND {under}", year),
        ]  # fmt: skip
        print(f"{'filter':24}{'photos':>9}{'columns ms':>12}{'SQL ms':>9}{'ratio':>7}")
        for name, filters, where, parameters in cases:
            sql = f"SELECT id FROM contents WHERE {where} ORDER BY id"

            def by_sql(sql: str = sql, parameters: tuple[object, ...] = parameters) -> NDArray[np.int64]:
                rows = catalog._database.rows(sql, parameters)
                return np.fromiter((row[0] for row in rows), np.int64, len(rows))

            found = catalog.filters.matching(filters)
            np.testing.assert_array_equal(found, by_sql())
            mine = milliseconds(lambda filters=filters: catalog.filters.matching(filters))  # type: ignore[misc]
            theirs = milliseconds(by_sql)
            print(f"{name:24}{len(found):9,}{mine:12.1f}{theirs:9.1f}{theirs / mine:7.0f}")
        for changed in (1, 1000):
            times = [refreshed(catalog, options.photos // changed) for _ in range(REPEATS)]
            print(f"first filter after {changed} contents changed: {statistics.median(times):.1f} ms")
        catalog.close()


if __name__ == "__main__":
    main()
