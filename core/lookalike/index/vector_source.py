"""What the index asks of the durable record, and what it answers."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

READ_ATTEMPTS = 3


class VectorSource(Protocol):
    """The durable record of descriptors; the catalog implements it. Any thread may call it.

    An id stands for one vector for ever: it is never given to another one.
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
    """A record that can also tell what changed, so that opening need not compare every id."""

    def changed_since(self, mark: str | None) -> tuple[str, NDArray[np.int64] | None]:
        """A mark of the record's present state, and the ids that may have come or gone since an earlier one.

        Args:
            mark: what this returned before, or None.

        Returns:
            The mark, and ids ascending; None in their place where that cannot be told (the mark is None, or of
            another record, or of a later state of this one, which was put back from a backup).
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
        For each id its position, and whether it is there (where it is not, the position is any valid one).
    """
    if not len(ascending):
        return np.zeros(len(ids), np.intp), np.zeros(len(ids), np.bool_)
    found = np.minimum(np.searchsorted(ascending, ids), len(ascending) - 1)
    return found, ascending[found] == ids


def fetch_vectors(
    source: VectorSource, ids: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Those of `ids` that the record (still) has, and their vectors.

    The record is written before the index, so a row that is being removed may be gone from the record already.
    """
    attempts = 0
    while True:
        try:
            return ids, source.vectors(ids)
        except KeyError:
            if isinstance(source, TrackedVectorSource):
                there = source.present(ids)
            else:
                _, there = positions(source.ids(), ids)
            if there.all():
                # One of them may have been put back in between.
                attempts += 1
                if attempts == READ_ATTEMPTS:
                    raise
            ids = ids[there]
