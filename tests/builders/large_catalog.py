"""A catalog of many photos that are not there: what a window of a large library has to deal with."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from lookalike.catalog.catalog import Catalog

SHAPES = ((3000, 2000), (2000, 3000), (4000, 3000), (3000, 4000), (3000, 3000), (6000, 2000))


def fill(catalog: Catalog, photos: int) -> None:
    """Write a catalog of twenty years, a trip of 250 photos every few weeks, in a folder that is not there."""
    begin, step = datetime(2004, 1, 1), timedelta(days=365 * 20) / photos
    chance = np.random.default_rng(1)
    shapes, stars = chance.integers(0, len(SHAPES), photos), chance.integers(-20, 6, photos).clip(0)
    with catalog.transaction() as db:
        db.execute("INSERT INTO folders (id, path) VALUES (1, ?)", (b"/not there",))
        db.conn.executemany(
            "INSERT INTO contents (id, hash, bytes, width, height, format, taken_at, rating) "
            "VALUES (?, ?, 4000000, ?, ?, 'JPEG', ?, ?)",
            (
                (
                    n + 1,
                    f"{n:032x}",
                    *SHAPES[shapes[n]],
                    (begin + n * step).isoformat("T", "seconds"),
                    int(stars[n]),
                )
                for n in range(photos)
            ),
        )
        db.conn.executemany(
            "INSERT INTO files (folder_id, path, content_id, size, mtime_ns, inode, device) "
            "VALUES (1, ?, ?, 4000000, 0, 0, 0)",
            ((os.fsencode(f"/not there/trip {n // 250}/IMG_{n}.jpg"), n + 1) for n in range(photos)),
        )


def write_large_catalog(library: Path, photos: int) -> None:
    """Write the catalog of a library as `fill` does."""
    catalog = Catalog(library / "catalog.sqlite")
    fill(catalog, photos)
    catalog.close()
