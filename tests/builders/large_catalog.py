"""A catalog of many photos that are not there: what a window of a large library has to deal with."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from lookalike.catalog.catalog import Catalog


def write_large_catalog(library: Path, photos: int) -> None:
    """Write the catalog of a library: twenty years, in folders of 250 photos, on a drive that is away."""
    begin, step = datetime(2004, 1, 1), timedelta(days=365 * 20) / photos
    catalog = Catalog(library / "catalog.sqlite")
    with catalog.transaction() as db:
        db.execute("INSERT INTO folders (id, path) VALUES (1, ?)", (b"/not there",))
        db.conn.executemany(
            "INSERT INTO contents (id, hash, bytes, width, height, format, taken_at) "
            "VALUES (?, ?, 4000000, 4000, 3000, 'JPEG', ?)",
            (
                (number, f"{number:032x}", (begin + number * step).isoformat("T", "seconds"))
                for number in range(1, photos + 1)
            ),
        )
        db.conn.executemany(
            "INSERT INTO files (folder_id, path, content_id, size, mtime_ns, inode, device) "
            "VALUES (1, ?, ?, 4000000, 0, 0, 0)",
            (
                (os.fsencode(f"/not there/{number // 250}/IMG_{number}.jpg"), number)
                for number in range(1, photos + 1)
            ),
        )
    catalog.close()
