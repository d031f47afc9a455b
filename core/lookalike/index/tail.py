"""Tail (an LSM tree's memtable): the newest vectors, in memory, compared one by one until they become a segment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.index.scoring import cosines

FIRST_ROWS = 64
ROUNDING = 1e-6
"""More than equal cosines differ by within one matrix product."""


@dataclass(frozen=True)
class Tail:
    """An immutable view of a growing buffer: rows past `rows` belong to later views.

    Only the latest view may be appended to.

    Attributes:
        rows: rows in use.
        live: per row whether it may be found, bool (rows,); every change makes a new array.
    """

    rows: int
    live: NDArray[np.bool_]
    _ids: NDArray[np.int64]
    _vectors: NDArray[np.float32]

    @classmethod
    def empty(cls, dimension: int) -> Tail:
        """A tail without rows."""
        return cls(
            0,
            np.zeros(0, np.bool_),
            np.zeros(FIRST_ROWS, np.int64),
            np.zeros((FIRST_ROWS, dimension), np.float32),
        )

    @property
    def ids(self) -> NDArray[np.int64]:
        """Ids of all rows, in order of arrival; an id may come again once its earlier row is dead."""
        return self._ids[: self.rows]

    @property
    def vectors(self) -> NDArray[np.float32]:
        """Vectors of all rows, rounded to fp16 as the record's are."""
        return self._vectors[: self.rows]

    @property
    def live_rows(self) -> int:
        """Rows that may be found."""
        return int(np.count_nonzero(self.live))

    def append(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> Tail:
        """The tail with more live rows."""
        rows = self.rows + len(ids)
        all_ids, all_vectors = self._ids, self._vectors
        if rows > len(all_ids):
            capacity = max(rows, 2 * len(all_ids))
            all_ids = np.zeros(capacity, np.int64)
            all_vectors = np.zeros((capacity, self._vectors.shape[1]), np.float32)
            all_ids[: self.rows] = self.ids
            all_vectors[: self.rows] = self.vectors
        all_ids[self.rows : rows] = ids
        all_vectors[self.rows : rows] = vectors.astype(np.float16)
        return Tail(rows, np.concatenate([self.live, np.ones(len(ids), np.bool_)]), all_ids, all_vectors)

    def without(self, dead: NDArray[np.bool_]) -> Tail:
        """The tail with some rows dead; `dead` is a mask over its rows."""
        return Tail(self.rows, self.live & ~dead, self._ids, self._vectors)

    def since(self, rows: int) -> Tail:
        """A new tail of the rows from `rows` on."""
        rest = Tail.empty(self._vectors.shape[1]).append(self.ids[rows:], self.vectors[rows:])
        return rest.without(~self.live[rows:])

    def search(
        self, query: NDArray[np.float32], k: int, allowed_ids: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the k live rows nearest the query, and others as near, in no order, with exact cosines."""
        wanted = self.live if allowed_ids is None else self.live & np.isin(self.ids, allowed_ids)
        rows = np.flatnonzero(wanted)
        if len(rows) > k:
            scores = (self.vectors @ query)[rows]
            # Ties are broken by id, later, when their cosines are known to be equal: keep all that may tie.
            rows = rows[scores >= np.partition(scores, -k)[-k] - ROUNDING]
        return self.ids[rows], cosines(self.vectors[rows].astype("<f2").view(np.uint8), query)
