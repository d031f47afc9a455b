"""Vector source: the durable record of descriptors, as an index sees it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

READ_ATTEMPTS = 3


class VectorSource(Protocol):
    """The durable record of descriptors; the catalog implements it. Any thread may call it.

    An id stands for one vector for ever and is never used again for another.
    """

    def ids(self) -> NDArray[np.int64]:
        """Every id that must be findable, ascending, int64 (n,)."""
        ...

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The unit vectors of `ids`, float32 (len(ids), dimension), rows in their order.

        Raises:
            KeyError: one of them is not recorded.
        """
        ...


@runtime_checkable
class TrackedVectorSource(VectorSource, Protocol):
    """A record that also knows what has changed, so that opening an index need not compare every id."""

    def changed_since(self, mark: str | None) -> tuple[str, NDArray[np.int64] | None]:
        """Mark the record's present state, and list the ids that may have come or gone since an earlier mark.

        Args:
            mark: what this returned before, or None.

        Returns:
            The new mark, and ids ascending; None in their place where that is unknown (the old mark is None, of
            another record, or of a later state of this one, which was restored from a backup).
        """
        ...

    def present(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each of `ids` must be findable."""
        ...


def positions(
    ascending: NDArray[np.int64], ids: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Look ids up in an ascending array.

    Returns:
        For each id its position, and whether it is there; where it is not, the position is valid and means nothing.
    """
    if not len(ascending):
        return np.zeros(len(ids), np.intp), np.zeros(len(ids), np.bool_)
    found = np.minimum(np.searchsorted(ascending, ids), len(ascending) - 1)
    return found, ascending[found] == ids


def findable(source: VectorSource, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each of `ids` must be findable, by the record as it is now."""
    if isinstance(source, TrackedVectorSource):
        return source.present(ids)
    return positions(source.ids(), ids)[1]


def fetch_vectors(
    source: VectorSource, ids: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Read the vectors of those of `ids` that are (still) recorded; gives these ids and their vectors.

    The record is written before the index, so a row that is being removed may be gone from it already.
    """
    attempts = 0
    while True:
        try:
            return ids, source.vectors(ids)
        except KeyError:
            there = findable(source, ids)
            if there.all():
                # One of them may have been recorded again in between.
                attempts += 1
                if attempts == READ_ATTEMPTS:
                    raise
            ids = ids[there]
