"""Photo columns: all photos of a library as a grid sorts and groups them, as compact arrays."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lookalike.catalog.database import CatalogDatabase

BATCH = 4096
"""Rows turned into an array at a time: some milliseconds, as no other thread runs meanwhile."""

_NUMBERS = (
    # 20190718 for a day; 20190700 and 20190000 where only the month or the year is known; 0 where nothing is.
    "SELECT id, "
    "coalesce(CAST(substr(taken_at, 1, 4) AS INTEGER), 0) * 10000 "
    "+ coalesce(CAST(substr(taken_at, 6, 2) AS INTEGER), 0) * 100 "
    "+ coalesce(CAST(substr(taken_at, 9, 2) AS INTEGER), 0), "
    "bytes, width, height, rating FROM contents"
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
    numbers = _batched(
        database.rows(f"{_NUMBERS} WHERE {condition} ORDER BY taken_at DESC NULLS LAST, id DESC")
    )
    return PhotoColumns(
        numbers[:, 0],
        numbers[:, 1].astype(np.int32),
        numbers[:, 2],
        numbers[:, 3].astype(np.int32),
        numbers[:, 4].astype(np.int32),
        numbers[:, 5].astype(np.int8),
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


def _batched(rows: Sequence[tuple[int, ...]]) -> NDArray[np.int64]:
    if not rows:
        return np.zeros((0, 6), np.int64)
    return np.concatenate([np.array(rows[at : at + BATCH], np.int64) for at in range(0, len(rows), BATCH)])


def _sortable(name: bytes) -> bytes:
    """A name whose order by bytes is the order wanted: lower case, numbers padded."""
    return re.sub(rb"\d+", lambda digits: digits[0].rjust(12, b"0"), name.lower())
