"""Answers a query from a few lists of the coarse codes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.index.codebook import Codebook
from lookalike.index.codes import Codes, ListQuery, ScanHits
from lookalike.index.files import IndexFile, Reaches, Training
from lookalike.index.query_threads import MOST_THREADS, run_shared

FIRST_LISTS = 32
"""A query looks into its nearest lists first, and from what it finds there judges how far it has to look.

Of 1,000,000 synthetic descriptors .976 of the 10 and .974 of the 100 nearest lie in the lists within the reach that
`Training` has, a median of 8 and 13 % of all entries; with 64 lists first, 8 and 12 %. When the rules were compared,
with lower aims, to go by the nearest centre alone took nearly twice as many entries, and to go by what the lists hold
as well, by how wide they are or by the further lists of what was found, three quarters: not worth the means."""
MOST_SHARE = 1 / 6
"""A query of a whole library looks into at most this share of the lists, however many are within its reach, ..."""
LEAST_LISTS = 128
"""... or into this many, ..."""
ENTRIES_EACH = 64
"""... or into lists that have as many entries for each one that is wanted."""
DEPTH = 6
"""What is found by codes at most, for each one that is asked for, ..."""
LEAST_DEPTH = 128
"""... and at least."""
MARGIN = 1 / 24
"""What is estimated to be further than the k-th nearest by more than this share of the distances of that one and of
the nearest centre together (the error of RaBitQ codes grows with both) is not scored.

Of the 100 nearest among what was found of 1,000,000 synthetic descriptors .995 are within that, 370 candidates on
average; as many are among the 500 best by their codes. Of 100,000 it is .999, and 270 candidates."""
LEAST_CANDIDATES = 64
"""So many are always scored."""
SURROUNDINGS = 2048
"""Of so many entries nearest a query it is looked at how many are among those that may be found, ..."""
TYPICAL, LEAST_TYPICAL = 0.5, 4
"""... and unless they are half as many as anywhere, and so many at least, what may be found lies elsewhere, and
nothing near the query tells how far: a query looks into all lists ..."""
FAR_DEPTH, LEAST_FAR_DEPTH = 20, 1024
"""... and scores so many candidates for each one that is asked for, but at least so many: far from a query there are
many at nearly one distance, closer together than the codes can tell."""
PIECE_ENTRIES = 16384
"""From twice as many entries on several threads share a query, each with one piece: every piece finds its own best
ones, so that of 122,000 entries one piece took 3.8 ms of processor time, two 4.8, four 6.0 and six 7.4."""


@dataclass(frozen=True)
class LiveCodes:
    """Codes, and the file that they lie in, or None while they are in memory only."""

    codes: Codes
    file: IndexFile | None


@dataclass(frozen=True, eq=False)
class Coarse:
    """A codebook and all codes made with it: they hold the ids of every segment that is marked as coded.

    Attributes:
        codebook: what the codes were made with.
        file: where it lies, or None while it is in memory only.
        parts: the codes; an id may be in several of them, and ids that are no longer live may be.
        training: how far to look, among others.
    """

    codebook: Codebook
    file: IndexFile | None
    parts: tuple[LiveCodes, ...]
    training: Training

    @property
    def rows(self) -> int:
        """Entries, dead ones included."""
        return sum(part.codes.rows for part in self.parts)

    def candidates(
        self,
        query: NDArray[np.float32],
        k: int,
        reaches: Reaches,
        allowed: Any,
        choice: Choice | None = None,
    ) -> NDArray[np.int64]:
        """The ids, ascending, of entries among which, as far as the codes tell, the k nearest a query are.

        Args:
            query: unit vector (dimension,).
            k: how many are wanted in the end.
            reaches: how far to look.
            allowed: a FAISS selector of the ids that may be found; None for all.
            choice: where a part of the library was chosen, what `choice` says of it: the smaller it is and the less
                like the query, the more lists.
        """
        if not self.parts:
            return np.zeros(0, np.int64)
        near = self.near(query)
        everywhere = self.codebook.lists
        first, most = FIRST_LISTS, self.most_lists(k)
        if choice is not None:
            if not choice.around:
                found = self._scan(
                    near.probe(near.nearest(everywhere)), max(LEAST_FAR_DEPTH, FAR_DEPTH * k), allowed
                )
                return np.sort(found.ids)
            first, most = math.ceil(FIRST_LISTS / choice.share**0.5), everywhere
        some = self._scan(near.probe(near.nearest(first)), max(k, LEAST_CANDIDATES), allowed)
        if len(some.ids) < k:
            most = everywhere
        lists = near.within(far_enough(near, some.distances, reaches), most)
        limit = near_enough(near, some.distances, k)
        depth = max(LEAST_DEPTH, DEPTH * k)
        # The first lists once more: of what they hold only the k best are known, and the rest may be candidates.
        found = self._scan(near.probe(lists), depth, allowed, limit)
        # With a limit FAISS passes over vectors right in their list's centre, as many equal ones are.
        found = ScanHits.best([some, found], depth)
        return np.sort(found.ids[found.distances <= near_enough(near, found.distances, k)])

    def choice(self, query: NDArray[np.float32], wanted: NDArray[np.bool_]) -> Choice:
        """A part of the library, a mask over all ids, as seen from a query (dimension,)."""
        if not self.rows:
            return Choice(wanted, 0, False)
        near = self.near(query)
        found = self._scan(near.probe(near.nearest(FIRST_LISTS)), SURROUNDINGS, None).ids
        chosen = np.count_nonzero(wanted[found[found < len(wanted)]])
        share = np.count_nonzero(wanted) / self.rows
        return Choice(wanted, share, bool(chosen >= max(TYPICAL * share * len(found), LEAST_TYPICAL)))

    def near(self, query: NDArray[np.float32]) -> Near:
        """A query (dimension,), and how far it is from all lists."""
        rotated = self.codebook.rotated(query[np.newaxis])
        return Near(rotated, self.codebook.distances(rotated))

    def most_lists(self, k: int) -> int:
        """How many lists a query for k of the whole library may look into."""
        lists = self.codebook.lists
        most = max(LEAST_LISTS, MOST_SHARE * lists, ENTRIES_EACH * k * lists / max(self.rows, 1))
        return min(math.ceil(most), lists)

    def _scan(self, probe: ListQuery, depth: int, allowed: Any, limit: float = math.inf) -> ScanHits:
        """The best entries of all its lists in every file, no further than a limit."""
        share = probe.lists.shape[1] / self.codebook.lists
        scans = run_shared(
            [
                partial(part.codes.scan, piece, depth, allowed, limit)
                for part in self.parts
                for piece in probe.pieces(
                    min(MOST_THREADS, max(1, int(part.codes.rows * share / PIECE_ENTRIES)))
                )
            ]
        )
        return ScanHits.best(scans, depth)


@dataclass(frozen=True, eq=False)
class Choice:
    """The part of a library that may be found, as seen from a query.

    Attributes:
        wanted: a mask over all ids.
        share: how many they are, to one entry of the codes.
        around: whether it lies around the query about as it does elsewhere.
    """

    wanted: NDArray[np.bool_]
    share: float
    around: bool


@dataclass(frozen=True)
class Near:
    """A query and how far it is from the centres of the lists.

    Attributes:
        rotated: the query as the codes see it, float32 (1, code dimension).
        distances: squared, float32 (lists,).
    """

    rotated: NDArray[np.float32]
    distances: NDArray[np.float32]

    def nearest(self, count: int) -> NDArray[np.int64]:
        """The nearest lists, in no order."""
        if count >= len(self.distances):
            return np.arange(len(self.distances))
        return np.argpartition(self.distances, count - 1)[:count]

    def within(self, limit: float, most: int) -> NDArray[np.int64]:
        """The lists within a squared distance, in no order; the nearest of them where they are too many.

        Args:
            limit: the distance; the nearest list counts in any case.
            most: how many at most.
        """
        within = np.flatnonzero(self.distances <= max(limit, self.distances.min()))
        return within if len(within) <= most else self.nearest(most)

    def probe(self, lists: NDArray[np.int64]) -> ListQuery:
        """The query with some of the lists."""
        return ListQuery(self.rotated, lists[np.newaxis], self.distances[lists][np.newaxis])


def far_enough(near: Near, distances: NDArray[np.float32], reaches: Reaches) -> float:
    """How far from a query the centres are whose lists it looks into, squared.

    Args:
        near: the query.
        distances: estimated squared distances of what was found in the first lists, ascending.
        reaches: how far to look.
    """
    if len(distances) < reaches[-1][0]:
        return math.inf
    return float(max(distances[k - 1] + reach for k, reach in reaches) + near.distances.min() / 2)


def near_enough(near: Near, distances: NDArray[np.float32], k: int) -> float:
    """How near, squared and by the codes, an entry is that may be one of the k nearest.

    Args:
        near: the query.
        distances: estimated squared distances of entries, ascending; of more entries it can only become less.
        k: how many are wanted.
    """
    if len(distances) < max(k, LEAST_CANDIDATES):
        return math.inf
    # An estimate may be less than nothing.
    margin = MARGIN * max(near.distances.min() + distances[k - 1], 0)
    return float(max(distances[k - 1] + margin, distances[LEAST_CANDIDATES - 1]))
