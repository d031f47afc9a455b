"""Photo columns: all photos of a library as a grid sorts and groups them, as compact arrays."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lookalike.catalog.database import CatalogDatabase

_ROWS = (
    # 20190718 for a day; 20190700 and 20190000 where only the month or the year is known; 0 where nothing is.
    "SELECT id, coalesce(CAST(substr(taken_at, 1, 4) AS INTEGER), 0) * 10000 "
    "+ coalesce(CAST(substr(taken_at, 6, 2) AS INTEGER), 0) * 100 "
    "+ coalesce(CAST(substr(taken_at, 9, 2) AS INTEGER), 0) AS day, bytes, width, height, rating FROM contents"
)
# Columns come as texts of numbers. A row each would make a million objects, during which no other thread runs, and
# which the process never gives back. SQLite keeps the order of a subquery for group_concat (select.c, "ORDER BY clause
# of a subquery").
_COLUMNS = (
    "SELECT group_concat(id), group_concat(day), group_concat(bytes), group_concat(width), group_concat(height), "
    "group_concat(rating) FROM"
)
# Of several files, the first by its path gives the name.
_PATHS = "SELECT content_id, min(path) FROM files WHERE content_id IS NOT NULL GROUP BY content_id"


@dataclass(frozen=True)
class PhotoColumns:
    """Photos, newest first by the time at which they were taken, those without one last.

    Attributes:
        ids: content ids, int64 (n,). They grow in the order in which photos were added.
        days: when each was taken, as year · 10000 + month · 100 + day, int32 (n,); a part that is not known is 0.
        sizes: bytes of the file, int64 (n,).
        widths: upright width in pixels, int32 (n,).
        heights: upright height in pixels, int32 (n,).
        ratings: -1 (rejected) to 5, int8 (n,).
    """

    ids: NDArray[np.int64]
    days: NDArray[np.int32]
    sizes: NDArray[np.int64]
    widths: NDArray[np.int32]
    heights: NDArray[np.int32]
    ratings: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.ids)

    def among(self, ids: NDArray[np.int64]) -> PhotoColumns:
        """Those of the photos whose ids are among these, in the same order."""
        kept = np.isin(self.ids, ids)
        return PhotoColumns(
            self.ids[kept],
            self.days[kept],
            self.sizes[kept],
            self.widths[kept],
            self.heights[kept],
            self.ratings[kept],
        )


def read_photo_columns(database: CatalogDatabase, condition: str) -> PhotoColumns:
    """The photos that meet a condition in SQL."""
    order = "ORDER BY taken_at DESC NULLS LAST, id DESC"
    texts = database.rows(f"{_COLUMNS} ({_ROWS} WHERE {condition} {order})")[0]
    ids, days, sizes, widths, heights, ratings = (
        np.fromstring(text or "", np.int64, sep=",") for text in texts
    )
    return PhotoColumns(
        ids,
        days.astype(np.int32),
        sizes,
        widths.astype(np.int32),
        heights.astype(np.int32),
        ratings.astype(np.int8),
    )


def read_name_ranks(database: CatalogDatabase, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place of each photo in the order of file names, whatever their case; numbers in names by their value.

    Args:
        database: the catalog's database.
        ids: content ids, int64 (n,).

    Returns:
        Ranks, int64 (n,); equal names share one.
    """
    names = {number: _sortable(os.path.basename(path)) for number, path in database.rows(_PATHS)}  # noqa: PTH119
    texts = np.array([names.get(number, b"") for number in ids.tolist()], np.bytes_)
    ranks: NDArray[np.int64] = np.unique(texts, return_inverse=True)[1].astype(np.int64)
    return ranks


def _sortable(name: bytes) -> bytes:
    """A name whose order by bytes is the order wanted: lower case, numbers padded."""
    return re.sub(rb"\d+", lambda digits: digits[0].rjust(12, b"0"), name.lower())
