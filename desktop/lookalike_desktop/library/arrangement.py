"""Arrangement: the photos of the library in the order and under the headings that the user chose.

It is worked out off the GUI thread from `PhotoColumns`, as arrays; only headings that are drawn become words.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from lookalike.catalog.photo_columns import PhotoColumns


class SortField(StrEnum):
    """What photos are sorted by. The values are kept among the preferences."""

    TAKEN = "taken"
    ADDED = "added"
    NAME = "name"
    SIZE = "size"
    RATING = "rating"


class Grouping(StrEnum):
    """What stands together under a heading, where photos are sorted by date. The values are kept."""

    DAY = "day"
    MONTH = "month"
    NONE = "none"


@dataclass(frozen=True)
class Order:
    """How the photos of the library are arranged.

    Attributes:
        field: what they are sorted by.
        descending: whether the newest, largest or best come first; names then go from Z to A.
        grouping: what stands under one heading, where they are sorted by the time at which they were taken.
    """

    field: SortField = SortField.TAKEN
    descending: bool = True
    grouping: Grouping = Grouping.MONTH

    @classmethod
    def read(cls, sort: str, grouping: str) -> Order:
        """The order that preferences tell; what they do not tell is as usual."""
        try:
            field, descending = SortField(sort.removeprefix("-")), sort.startswith("-")
        except ValueError:
            field, descending = SortField.TAKEN, True
        return cls(field, descending, Grouping(grouping) if grouping in list(Grouping) else Grouping.MONTH)

    @property
    def sort(self) -> str:
        """Field and direction as they are kept."""
        return ("-" if self.descending else "") + self.field.value


@dataclass(frozen=True)
class Arrangement:
    """Photos from the first to the last.

    Attributes:
        order: by which they were arranged.
        ids: content ids, int64 (n,).
        listed: the same as a list.
        days: when each was taken, as in `PhotoColumns`, int32 (n,).
        aspects: width over height, float32 (n,).
        ratings: -1 to 5, int8 (n,).
        firsts: the first row of each section, int64 (sections,).
        codes: what each section stands for, int64 (sections,): a day, a month or a year as in `PhotoColumns.days`, or
            stars; 0 where there is but one.
        by_id: the rows in the order of their ids, int64 (n,).
    """

    order: Order
    ids: NDArray[np.int64]
    listed: list[int]
    days: NDArray[np.int32]
    aspects: NDArray[np.float32]
    ratings: NDArray[np.int8]
    firsts: NDArray[np.int64]
    codes: NDArray[np.int64]
    by_id: NDArray[np.int64]

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many photos each section has, int64 (sections,)."""
        return np.diff(self.firsts, append=len(self.ids))

    @property
    def headed(self) -> bool:
        """Whether sections have headings."""
        return self.order.field is SortField.RATING or (
            self.order.field is SortField.TAKEN and self.order.grouping is not Grouping.NONE
        )

    def row(self, content_id: int) -> int:
        """The row of a photo; -1 if it is not here."""
        at = int(np.searchsorted(self.ids, content_id, sorter=self.by_id))
        if at < len(self.by_id) and self.ids[self.by_id[at]] == content_id:
            return int(self.by_id[at])
        return -1


def arrange(columns: PhotoColumns, order: Order, names: NDArray[np.int64] | None = None) -> Arrangement:
    """Arrange photos.

    Args:
        columns: the photos, the newest first.
        order: how.
        names: places in the order of file names, int64 (n,); only wanted where they are sorted by name.
    """
    rows = _sorted(columns, order, names)
    ids, days, ratings = columns.ids[rows], columns.days[rows], columns.ratings[rows]
    aspects = (columns.widths[rows] / np.maximum(columns.heights[rows], 1)).astype(np.float32)
    codes = _codes(order, days, ratings)
    firsts = np.flatnonzero(np.diff(codes, prepend=codes[:1] - 1)) if len(codes) else np.zeros(0, np.int64)
    return Arrangement(
        order,
        ids,
        ids.tolist(),
        days,
        aspects,
        ratings,
        firsts,
        codes[firsts],
        np.argsort(ids, kind="stable"),
    )


def _sorted(columns: PhotoColumns, order: Order, names: NDArray[np.int64] | None) -> NDArray[np.intp]:
    """The rows of the columns in the order wanted; among equals, the newest first."""
    rows = np.arange(len(columns))
    if order.field is SortField.TAKEN:
        if order.descending:
            return rows
        dated = columns.days != 0
        # Those without a date stay last.
        return np.concatenate([rows[dated][::-1], rows[~dated]])
    keys: NDArray[np.int64]
    if order.field is SortField.ADDED:
        keys = columns.ids
    elif order.field is SortField.SIZE:
        keys = columns.sizes
    elif order.field is SortField.RATING:
        keys = columns.ratings.astype(np.int64)
    else:
        assert names is not None
        keys = names
    return np.argsort(-keys if order.descending else keys, kind="stable")


def _codes(order: Order, days: NDArray[np.int32], ratings: NDArray[np.int8]) -> NDArray[np.int64]:
    """What tells the sections of rows apart."""
    if order.field is SortField.RATING:
        return ratings.astype(np.int64)
    if order.field is not SortField.TAKEN or order.grouping is Grouping.NONE:
        return np.zeros(len(days), np.int64)
    if order.grouping is Grouping.MONTH:
        return days.astype(np.int64) // 100 * 100
    return days.astype(np.int64)
