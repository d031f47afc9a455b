"""Merging: the live entries of several segments as one segment, cell by cell, so that little is in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lookalike.index.inverted.segment import WORDS, InvertedSegment, encode_cell, encode_head
from lookalike.index.inverted.snapshot import LiveSegment
from lookalike.index.inverted.vocabulary import CELLS, WORDS_OF_CELL


class Merge:
    """The segment that some segments become; at most 65,536 live photos.

    Args:
        sources: in memory or mapped; their photos differ.

    Attributes:
        ids: of the live photos, ascending, int64 (n,).
        head: the bytes before its bulk.
    """

    def __init__(self, sources: Sequence[LiveSegment]) -> None:
        self._sources = sources
        ids = np.concatenate([source.ids for source in sources])
        counts = np.concatenate([_live_counts(source) for source in sources])
        order = np.argsort(ids, kind="stable")
        self.ids: NDArray[np.int64] = ids[order]
        # For each source, the new place of each of its photos.
        places = np.empty(len(ids), np.uint16)
        places[order] = np.arange(len(ids)).astype(np.uint16)
        ends = np.cumsum([source.live_photos for source in sources])
        self._places: list[NDArray[np.uint16]] = []
        for source, part in zip(sources, np.split(places, ends[:-1]), strict=True):
            moved = np.zeros(len(source.segment.ids), np.uint16)
            moved[slice(None) if source.live is None else source.live] = part
            self._places.append(moved)
        lengths = np.sum([_live_lengths(source) for source in sources], axis=0)
        self.head = encode_head(self.ids, counts[order], np.concatenate([[0], np.cumsum(lengths)]))

    def bulk(self) -> Iterator[bytes]:
        """The bytes of its bulk, cell by cell."""
        for cell in range(CELLS):
            parts = [
                _live_cell(source, places, cell)
                for source, places in zip(self._sources, self._places, strict=True)
            ]
            words, signatures, places, rows = (np.concatenate(column) for column in zip(*parts, strict=True))
            order = np.argsort(words, kind="stable")
            yield encode_cell(signatures[order], places[order], rows[order])

    def segment(self) -> InvertedSegment:
        """The segment, in memory."""
        return InvertedSegment(np.frombuffer(b"".join([self.head, *self.bulk()]), np.uint8))


def _live_counts(source: LiveSegment) -> NDArray[np.uint16]:
    return source.segment.counts if source.live is None else source.segment.counts[source.live]


def _live_lengths(source: LiveSegment) -> NDArray[np.int64]:
    """How many live entries each word has."""
    lengths = source.segment.lengths
    if source.live is None:
        return lengths
    live = np.zeros(WORDS, np.int64)
    for cell in range(CELLS):
        words, _, _, rows = source.segment.cell(cell)
        live[cell * WORDS_OF_CELL : (cell + 1) * WORDS_OF_CELL] = np.bincount(
            words[source.live[rows]], minlength=WORDS_OF_CELL
        )
    source.segment.release_pages()
    return live


def _live_cell(
    source: LiveSegment, places: NDArray[np.uint16], cell: int
) -> tuple[NDArray[np.uint16], NDArray[np.uint64], NDArray[np.uint32], NDArray[np.uint16]]:
    words, signatures, packed, rows = source.segment.cell(cell)
    if source.live is None:
        return words, signatures, packed, places[rows]
    live = source.live[rows]
    return words[live], signatures[live], packed[live], places[rows[live]]
