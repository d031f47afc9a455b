"""Segment: one immutable FAISS index of vectors as fp16, as the record has them, searched where it lies."""

from __future__ import annotations

import mmap
import os
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.index.files import UnusableFileError
from lookalike.index.vector_source import positions

Batches = Iterable[tuple[NDArray[np.int64], NDArray[np.float32]]]
"""Ids, ascending across all batches, and their vectors (n, dimension)."""

MAX_PRODUCT = 1.01
"""More than the inner product of two unit vectors that were rounded to fp16."""


def single_threaded_faiss() -> Any:
    """FAISS, with one thread for whoever calls."""
    # Untyped: the stubs that FAISS ships lack most of what is used here.
    import faiss

    # For this thread: on a busy machine a team of OpenMP threads waits for its last member many times longer than
    # the scan takes.
    faiss.omp_set_num_threads(1)
    return faiss


def encode_segment(batches: Batches) -> NDArray[np.uint8] | None:
    """Encode vectors as the bytes of a segment.

    Returns:
        How many vectors, their ids, and a serialised FAISS ``SQfp16`` index with inner product, uint8 (bytes,); None
        for no vectors.
    """
    faiss = single_threaded_faiss()
    rows: Any = None
    # The ids come first: there they are aligned and can be used without a copy.
    head = [np.zeros(1, np.int64)]
    for ids, vectors in batches:
        rows = fp16_index(vectors.shape[1]) if rows is None else rows
        rows.add(vectors)
        head.append(ids)
    if rows is None or not rows.ntotal:
        return None
    head[0][0] = rows.ntotal
    serialised = faiss.serialize_index(rows)
    del rows
    return np.concatenate([np.concatenate(head).view(np.uint8), serialised])


def fp16_index(dimension: int) -> Any:
    """An empty FAISS index that keeps vectors as fp16."""
    faiss = single_threaded_faiss()
    index = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    index.is_trained = True
    return index


class Segment:
    """A segment over its bytes, in memory or mapped from a file; the vectors are not copied.

    Args:
        content: what `encode_segment` returned.
        path: the file that it is mapped from. Single rows are then read from the file: read through the mapping, each
            would keep its neighbourhood in this process's memory.

    Attributes:
        ids: ascending, int64 (rows,), where they lie.
        id_range: the first and the last of them.
        content: the bytes; FAISS only borrows them.
        bulk: where in them the vectors lie.

    Raises:
        FileNotFoundError: the file is gone.
        UnusableFileError: FAISS cannot read it.
    """

    def __init__(self, content: NDArray[np.uint8], path: Path | None = None) -> None:
        faiss = single_threaded_faiss()
        self.content = content
        try:
            rows = int(content[:8].view(np.int64)[0])
            self.ids: NDArray[np.int64] = np.asarray(content[8 : 8 + 8 * rows]).view(np.int64)
            rest = content[8 + 8 * rows :]
            self._index: Any = faiss.read_index(faiss.ZeroCopyIOReader(faiss.swig_ptr(rest), rest.size))
            self._row_bytes = int(self._index.code_size)
        except (RuntimeError, AttributeError, ValueError, IndexError) as error:
            raise UnusableFileError("could not be read by this version of FAISS") from error
        if len(self.ids) != self._index.ntotal:
            raise UnusableFileError("does not fit the index")
        self.id_range = int(self.ids[0]), int(self.ids[-1])
        self.bulk = range(content.size - len(self.ids) * self._row_bytes, content.size)
        self._descriptor: int | None = None
        if path is not None and hasattr(os, "preadv"):
            try:
                self._descriptor = os.open(path, os.O_RDONLY)
            except FileNotFoundError:
                raise
            except OSError as error:
                raise UnusableFileError(f"could not be read ({error.strerror})") from error
            weakref.finalize(self, os.close, self._descriptor)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._index.d)

    def scan(
        self, query: NDArray[np.float32], k: int, wanted: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the k rows nearest the query, by comparing all.

        Args:
            query: unit vector (dimension,).
            k: how many at most.
            wanted: per row whether it may be found; None for all.

        Returns:
            Ids and cosines, best first.
        """
        faiss = single_threaded_faiss()
        k = min(k, len(self.ids))
        parameters = None
        if wanted is not None:
            selector = faiss.IDSelectorBitmap(np.packbits(wanted, bitorder="little"))
            parameters = faiss.SearchParameters(sel=selector)
        similarities, rows = self._index.search(query[np.newaxis], k, params=parameters)
        found = (rows[0] >= 0) & (np.abs(similarities[0]) < MAX_PRODUCT)
        return self.ids[rows[0][found]], similarities[0][found]

    def rows(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """For each id its row, and whether it is here; where it is not, the row means nothing."""
        first, last = self.id_range
        if last - first >= len(self.ids):
            return positions(self.ids, ids)
        # No id between the first and the last is missing. (numpy.clip would take ten times as long for so few.)
        rows = np.minimum(np.maximum(ids, first), last) - first
        return rows, rows + first == ids

    def mask(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Per row whether its id is among `ids` (ascending)."""
        if len(ids) > 32 * len(self.ids):
            return positions(ids, self.ids)[1]
        mask = np.zeros(len(self.ids), np.bool_)
        first, end = np.searchsorted(ids, self.ids[0]), np.searchsorted(ids, self.ids[-1], "right")
        rows, there = positions(self.ids, ids[first:end])
        mask[rows[there]] = True
        return mask

    def read(self, stretches: Iterable[tuple[int, int]], into: memoryview) -> int:
        """Read the bytes of rows; zeros, which never win a comparison, where the file has lost some.

        Args:
            stretches: each a first row and a number of rows.
            into: the buffer that takes them, one stretch after the other.

        Returns:
            How many bytes they are.
        """
        size, bulk, descriptor = self._row_bytes, self.bulk.start, self._descriptor
        end = 0
        for first, count in stretches:
            begin, end = end, end + count * size
            start = bulk + first * size
            if descriptor is None:
                into[begin:end] = self.content[start : start + end - begin].data
            elif (got := os.preadv(descriptor, (into[begin:end],), start)) < end - begin:
                into[begin + got : end] = bytes(end - begin - got)
        return end

    def vectors(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Vectors of some ascending rows, float32 (len(rows), dimension)."""
        content = np.empty((len(rows), self._row_bytes), np.uint8)
        starts = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
        counts = np.diff(starts, append=len(rows))
        self.read(zip(rows[starts].tolist(), counts.tolist(), strict=True), content.reshape(-1).data)
        return content.view("<f2").astype(np.float32)

    def release_pages(self) -> None:
        """Let the system drop the pages that a scan has read from this process's memory."""
        mapped = getattr(self.content, "_mmap", None)
        if self._descriptor is not None and mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
            mapped.madvise(mmap.MADV_DONTNEED)
