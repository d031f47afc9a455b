"""Inverted segment: the entries of some photos, word by word, immutable, over bytes in memory or mapped from a file.

The bytes are, all little-endian and each part padded to eight bytes:

* how many photos and how many entries, int64 each; content ids, int64, ascending; entries of each photo, uint16;
* where each word's entries begin, uint32 (words + 1);
* the bulk: for each cell of the vocabulary the entries of its words, as signatures (uint64), places (uint32) and rows
  of their photos (uint16), 14 bytes an entry. A query reads signatures one after the other, and the rest only of the
  few entries that are near.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from lookalike.index.files import UnusableFileError
from lookalike.index.inverted.entries import Entries
from lookalike.index.inverted.vocabulary import CELLS, WORDS_OF_CELL
from lookalike.index.vector_source import positions

MAX_PHOTOS = 1 << 16
"""An entry names its photo by 16 bits."""

WORDS = CELLS * WORDS_OF_CELL


def encode_segment(entries: Entries) -> NDArray[np.uint8]:
    """Encode entries as the bytes of a segment, uint8 (bytes,)."""
    return np.concatenate([np.frombuffer(piece, np.uint8) for piece in encode_pieces(entries)])


def encode_head(ids: NDArray[np.int64], counts: NDArray[np.uint16], starts: NDArray[np.int64]) -> bytes:
    """The bytes before the bulk.

    Args:
        ids: of the photos, ascending.
        counts: entries of each.
        starts: where each word's entries begin, (words + 1,).
    """
    sizes = np.array([len(ids), starts[-1]], "<i8")
    return b"".join(
        _padded(part.tobytes())
        for part in (sizes, ids.astype("<i8"), counts.astype("<u2"), starts.astype("<u4"))
    )


def encode_cell(
    signatures: NDArray[np.uint64], places: NDArray[np.uint32], rows: NDArray[np.uint16]
) -> bytes:
    """The bytes of one cell of the bulk; its entries are in the order of their words."""
    return _padded(
        signatures.astype("<u8").tobytes() + places.astype("<u4").tobytes() + rows.astype("<u2").tobytes()
    )


def encode_pieces(entries: Entries) -> Iterator[bytes]:
    """The bytes of a segment, piece by piece."""
    starts = np.searchsorted(entries.words, np.arange(WORDS + 1))
    yield encode_head(entries.ids, entries.counts, starts)
    for cell in range(CELLS):
        part = slice(starts[cell * WORDS_OF_CELL], starts[(cell + 1) * WORDS_OF_CELL])
        yield encode_cell(entries.signatures[part], entries.places[part], entries.rows[part])


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 8)


def _end(start: int, size: int) -> int:
    return start + size + -size % 8


class InvertedSegment:
    """A segment over its bytes; nothing is copied.

    Args:
        content: the bytes, uint8 (bytes,).

    Attributes:
        content: the bytes.
        ids: content ids, ascending, int64 (photos,), where they lie.
        counts: entries of each photo, uint16 (photos,).
        starts: where each word's entries begin, uint32 (words + 1,).
        bulk: where in the bytes the bulk lies.

    Raises:
        UnusableFileError: they are no segment of this layout.
    """

    def __init__(self, content: NDArray[np.uint8]) -> None:
        self.content = content
        # Slices of a memmap are many times slower to make.
        plain = np.asarray(content).view(np.ndarray)
        try:
            photos, entries = (int(size) for size in plain[:16].view("<i8"))
            counts_at = 16 + 8 * photos
            starts_at = _end(counts_at, 2 * photos)
            bulk_at = _end(starts_at, 4 * (WORDS + 1))
            self.ids: NDArray[np.int64] = plain[16:counts_at].view("<i8")
            self.counts: NDArray[np.uint16] = plain[counts_at : counts_at + 2 * photos].view("<u2")
            self.starts: NDArray[np.uint32] = plain[starts_at : starts_at + 4 * (WORDS + 1)].view("<u4")
            fits = photos <= MAX_PHOTOS and int(self.starts[-1]) == entries
        except (ValueError, IndexError) as error:
            raise UnusableFileError("is no segment of this version") from error
        # The entries of cell c are numbered bounds[c] to bounds[c + 1]; its bytes begin at cells[c] of the bulk.
        bounds = self.starts[::WORDS_OF_CELL].astype(np.int64)
        sizes = np.diff(bounds) * 14
        cells = np.concatenate([[0], np.cumsum(sizes + -sizes % 8)])
        if not fits or len(plain) != bulk_at + int(cells[-1]):
            raise UnusableFileError("is no segment of this version")
        self.bulk = range(bulk_at, len(plain))
        bulk = plain[bulk_at:]
        self._signatures: NDArray[np.uint64] = bulk.view("<u8")
        self._places: NDArray[np.uint32] = bulk.view("<u4")
        self._rows: NDArray[np.uint16] = bulk.view("<u2")
        # Where entry 0 of a cell would lie in each view, were it numbered from 0 in the segment.
        lengths = np.diff(bounds)
        self._signature_base = cells[:-1] // 8 - bounds[:-1]
        self._place_base = (cells[:-1] + 8 * lengths) // 4 - bounds[:-1]
        self._row_base = (cells[:-1] + 12 * lengths) // 2 - bounds[:-1]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """How many entries each word has, int64 (words,)."""
        starts = self.starts.astype(np.int64)
        return starts[1:] - starts[:-1]

    def mask(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Per photo whether it is among `ids` (ascending)."""
        return positions(ids, self.ids)[1]

    def signatures(self, entries: NDArray[np.int64], words: NDArray[np.int64]) -> NDArray[np.uint64]:
        """The signatures of some entries of some words."""
        found: NDArray[np.uint64] = self._signatures[entries + self._signature_base[words // WORDS_OF_CELL]]
        return found

    def places(self, entries: NDArray[np.int64], words: NDArray[np.int64]) -> NDArray[np.uint32]:
        """The packed places of some entries of some words."""
        found: NDArray[np.uint32] = self._places[entries + self._place_base[words // WORDS_OF_CELL]]
        return found

    def rows(self, entries: NDArray[np.int64], words: NDArray[np.int64]) -> NDArray[np.uint16]:
        """The photos of some entries of some words, as places in `ids`."""
        found: NDArray[np.uint16] = self._rows[entries + self._row_base[words // WORDS_OF_CELL]]
        return found

    def lists(self, words: NDArray[np.int64]) -> list[NDArray[np.uint64]]:
        """The signatures of all entries of some words, where they lie."""
        base = self._signature_base[words // WORDS_OF_CELL]
        starts, ends = (base + self.starts[words]).tolist(), (base + self.starts[words + 1]).tolist()
        return [self._signatures[start:end] for start, end in zip(starts, ends, strict=True)]

    def cell(
        self, number: int
    ) -> tuple[NDArray[np.uint16], NDArray[np.uint64], NDArray[np.uint32], NDArray[np.uint16]]:
        """All entries of a cell: words (within the cell), signatures, places and rows."""
        starts = self.starts[number * WORDS_OF_CELL : (number + 1) * WORDS_OF_CELL + 1].astype(np.int64)
        first, end = int(starts[0]), int(starts[-1])
        words = np.repeat(np.arange(WORDS_OF_CELL, dtype=np.uint16), np.diff(starts))
        signature, place, row = (
            int(base[number]) for base in (self._signature_base, self._place_base, self._row_base)
        )
        return (
            words,
            self._signatures[signature + first : signature + end],
            self._places[place + first : place + end],
            self._rows[row + first : row + end],
        )

    def release_pages(self) -> None:
        """Let the system drop the pages that were read from this process's memory."""
        mapped = getattr(self.content, "_mmap", None)
        if mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
            mapped.madvise(mmap.MADV_DONTNEED)
