"""Answers a query from a few lists of the coarse codes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.index.codebook import Codebook
from lookalike.index.codes import Codes, Found, Probe
from lookalike.index.files import IndexFile, Reaches, Training
from lookalike.index.sharing import MOST_THREADS, shared

FIRST_LISTS = 32
"""A query looks into its nearest lists first, and from what it finds there judges how far it has to look.

Of 1,000,000 synthetic descriptors .975 of the 10 and .963 of the 100 nearest lie in the lists within the reach that
`Training` has, a median of 6 and 7 % of all entries. To go by the nearest centre alone takes 12 and 13 % for as many,
a fixed number of lists 11 % for the latter. (To go by what the lists hold as well, by how wide they are or by the
further lists of what was found, takes 4 and 5 %, and was not worth the means.)"""
MOST_SHARE = 1 / 6
"""A query looks into at most this share of the lists, however many are within its reach, ..."""
LEAST_LISTS = 128
"""... or into this many."""
PIECE_ENTRIES = 16384
"""From twice as many entries on, about 0.6 ms each, several threads share a query, each with one piece: every piece
finds its own best ones, so of 80,000 entries six pieces took 3.2 ms of processor time, two 2.9 and one 2.6."""


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

    def nearest(
        self, query: NDArray[np.float32], depth: int, reaches: Reaches, allowed: Any, share: float = 1.0
    ) -> NDArray[np.int64]:
        """The ids of the entries nearest a query by their codes, ascending, each once.

        Args:
            query: unit vector (dimension,).
            depth: how many entries at most.
            reaches: how far to look.
            allowed: a FAISS selector of the ids that may be found; None for all.
            share: of all vectors, the share that may be found: the smaller, the more lists.
        """
        if not self.parts:
            return np.zeros(0, np.int64)
        near = self.near(query, share)
        first = min(math.ceil(FIRST_LISTS * _widened(share)), near.lists.shape[1])
        found = self._scan(near.part(0, first), depth, allowed)
        end = within_reach(near, found.distances, reaches)
        if end > first:
            found = self._scan(near.part(first, end), depth, allowed, found)
        return np.sort(found.ids)

    def near(self, query: NDArray[np.float32], share: float = 1.0) -> Probe:
        """A query and all lists that it may look into, nearest first.

        Args:
            query: unit vector (dimension,).
            share: as `nearest` has it.
        """
        rotated = self.codebook.rotated(query[np.newaxis])
        most = max(LEAST_LISTS, MOST_SHARE * self.codebook.lists)
        return Probe(rotated, *self.codebook.nearest_lists(rotated, math.ceil(most * _widened(share))))

    def _scan(self, probe: Probe, depth: int, allowed: Any, before: Found | None = None) -> Found:
        """The best entries of all its lists in every file and of what was found before."""
        share = probe.lists.shape[1] / self.codebook.lists
        scans = shared(
            [
                partial(part.codes.scan, piece, depth, allowed, before)
                for part in self.parts
                for piece in probe.pieces(
                    min(MOST_THREADS, max(1, int(part.codes.rows * share / PIECE_ENTRIES)))
                )
            ]
        )
        return Found.best(scans, depth)


def within_reach(near: Probe, distances: NDArray[np.float32], reaches: Reaches) -> int:
    """How many of the lists a query looks into.

    Args:
        near: all that it may look into.
        distances: estimated squared distances of what was found in the first of them, ascending.
        reaches: how far to look.
    """
    if len(distances) < reaches[-1][0]:
        return near.lists.shape[1]
    limit = max(distances[k - 1] + reach for k, reach in reaches) + near.distances[0, 0] / 2
    return int(np.searchsorted(near.distances[0], limit, "right"))


def _widened(share: float) -> float:
    """How many times as many lists a query looks into where only a share of all vectors may be found."""
    return float(1 / max(share, 1e-6) ** 0.5)
