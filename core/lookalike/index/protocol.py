"""Vector index: descriptors in, nearest content ids out, whatever engine keeps them.

The record of descriptors (a `VectorSource`; the catalog's) is the truth, and an index is a copy of it that can be made
again. Whoever changes the record writes there first and calls the index afterwards, so that an index that missed a call
catches up by reading the record: when it is opened, and in `sync`.

Two engines implement the protocol: `FaissIndex` (segments on disk, for any number of photos) and `ExactIndex` (plain
NumPy in memory). To add a third, say a Qdrant server:

1. Write the class in a module of its own, e.g. ``index/qdrant_index.py``, and import its client inside the functions
   that need it. Content ids become point ids; `search` asks for an exact float32 re-scoring of the candidates, because
   calibrated similarities need true cosines, and passes ``allowed_ids`` on as a filter.
2. Opening compares the ids there with ``source.ids()``: it deletes points that are not recorded and reads the missing
   vectors from the source. A `TrackedVectorSource` says what has changed since a mark, which the engine keeps beside
   its points. `sync` does the same again, and `try_sync` gives up where that would wait.
3. What goes wrong on the way to the server becomes a `LookalikeError` with a remedy; what was damaged and could be
   mended becomes a line in `repairs`.
4. Add the engine to ``ENGINES`` in ``index/factory.py`` (and what deletes its data to `delete_index`), and to the
   engines in ``tests/core/index/test_protocol.py``, which holds every engine to this page.

No caller changes: outside this package all are typed by `VectorIndex` and get theirs from `open_index`.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Neighbours:
    """Search results, best first, ties by id.

    Attributes:
        ids: content ids, int64 (n,).
        similarities: cosines with the query, float32 (n,), in [-1, 1].
    """

    ids: NDArray[np.int64]
    similarities: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class SimilarPairs:
    """Some pairs of near contents, each pair handed out once, and how far the join has come.

    Attributes:
        first: the lower content ids, int64 (n,).
        second: the higher ones, int64 (n,).
        similarities: cosines of the recorded vectors, float32 (n,).
        done: vectors compared so far.
        total: vectors to compare.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    similarities: NDArray[np.float32]
    done: int
    total: int


class VectorIndex(Protocol):
    """Finds the recorded vectors nearest a query.

    Any thread may call anything. A search runs on the index as it was when it began.
    """

    @property
    def repairs(self) -> list[str]:
        """What was found damaged since the opening and was put right, one line each."""
        ...

    def __len__(self) -> int:
        """How many contents can be found."""
        ...

    def __contains__(self, content_id: int) -> bool:
        """Whether a content can be found."""
        ...

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Make vectors findable; the record must have them already. Ids that are present are skipped.

        Args:
            ids: content ids (n,).
            vectors: unit vectors, float32 (n, dimension).

        Raises:
            ValueError: the vectors have another shape or are not finite.
        """
        ...

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Make ids (n,) unfindable; the record must have dropped them already. Unknown ids are skipped."""
        ...

    def search(
        self, query: NDArray[np.float32], k: int, allowed_ids: NDArray[np.int64] | None = None
    ) -> Neighbours:
        """Find the nearest contents.

        Args:
            query: vector (dimension,) of any length but zero.
            k: how many at most.
            allowed_ids: the only ids that may be found, in any order; None for all.

        Returns:
            At most k neighbours, best first, ties by id. Their cosines are those of the recorded vectors.

        Raises:
            ValueError: the query has another shape, or no direction.
        """
        ...

    def pairs_within(
        self, min_similarity: float, since: NDArray[np.int64] | None = None
    ) -> Generator[SimilarPairs]:
        """Find all pairs of contents of at least a cosine, e.g. to find duplicates.

        Searches and changes go on meanwhile. Closing the generator ends the work.

        Args:
            min_similarity: the least cosine of a pair.
            since: only pairs with at least one of these ids, in less time; None for all pairs.

        Yields:
            Pairs, each once, in no order, and how far the work has come.
        """
        ...

    def sync(self) -> None:
        """Catch up with the record, e.g. after another process changed it."""
        ...

    def try_sync(self) -> bool:
        """Like `sync`, but at once or not at all: False where it would have to wait."""
        ...

    def refresh(self, ids: NDArray[np.int64]) -> None:
        """Read the vectors of some ids from the record again: what the index has for them is wrong."""
        ...

    def flush(self) -> None:
        """Have what was added kept where the next opening finds it quickly. Nothing is lost without it."""
        ...

    def close(self) -> None:
        """Flush and let go of everything. Safe to call twice; any other call then raises RuntimeError."""
        ...
