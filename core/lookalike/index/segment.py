"""One immutable FAISS index of compressed vectors, searched where it lies."""

from __future__ import annotations

import mmap
import os
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.index.files import Unusable
from lookalike.index.record import positions

Batches = Iterable[tuple[NDArray[np.int64], NDArray[np.float32]]]
"""Ids, ascending across all batches, and their vectors (n, dimension)."""

SLACK = 0.01
"""More than the codes ever shift a cosine: 8 bits over each component's whole range give errors of about 5e-4,
and none above 6e-3 among 20,000 synthetic descriptors of 32 to 1280 dimensions."""

NEAR = 5
"""Rows so few apart are read together with what lies between them: photos of one scene follow one another, and to ask
for a row takes as long as to copy five. Of 600 candidates among 1,000,000 synthetic descriptors 338 reads remain."""


def single_threaded_faiss() -> Any:
    """FAISS, with one thread for whoever calls."""
    # Untyped: the stubs that FAISS ships lack most of what is used here.
    import faiss

    # For this thread: one query cannot be shared out, and on a busy machine a team of threads waits for its
    # last member many times longer than the scan takes.
    faiss.omp_set_num_threads(1)
    return faiss


def encode(batches: Callable[[], Batches]) -> NDArray[np.uint8] | None:
    """Compress vectors into the bytes of a segment.

    Args:
        batches: called twice: for each component's range over all vectors, as one outside it would be cut, and
            for the codes.

    Returns:
        How many vectors, their ids, and a serialised FAISS ``SQ8`` index with inner product, uint8 (bytes,); None for
        no vectors.
    """
    ranges = [np.stack([vectors.min(axis=0), vectors.max(axis=0)]) for ids, vectors in batches() if len(ids)]
    if not ranges:
        return None
    faiss = single_threaded_faiss()
    extremes = np.concatenate(ranges)
    codes = faiss.IndexScalarQuantizer(
        extremes.shape[1], faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    codes.sq.rangestat = faiss.ScalarQuantizer.RS_minmax
    codes.train(extremes)
    # Before the codes they lie aligned, and need not be copied to be used.
    head = [np.zeros(1, np.int64)]
    for ids, vectors in batches():
        codes.add(vectors)
        head.append(ids)
    head[0][0] = codes.ntotal
    return np.concatenate([np.concatenate(head).view(np.uint8), faiss.serialize_index(codes)])


class Segment:
    """A segment over its bytes, in memory or mapped from a file; the codes are not copied.

    Args:
        content: what `encode` returned.
        path: the file that it is mapped from; single rows are then read from there, because a row that is read
            through the mapping keeps its neighbourhood in this process's memory.

    Attributes:
        ids: ascending, int64 (rows,), where they lie.
        span: the first and the last of them.
        content: the bytes; FAISS only borrows them.
        bulk: where in them the codes lie.

    Raises:
        FileNotFoundError: the file is gone.
        Unusable: FAISS cannot read it.
    """

    def __init__(self, content: NDArray[np.uint8], path: Path | None = None) -> None:
        faiss = single_threaded_faiss()
        self.content = content
        try:
            rows = int(content[:8].view(np.int64)[0])
            self.ids: NDArray[np.int64] = np.asarray(content[8 : 8 + 8 * rows]).view(np.int64)
            codes = content[8 + 8 * rows :]
            self._codes: Any = faiss.read_index(faiss.ZeroCopyIOReader(faiss.swig_ptr(codes), codes.size))
            low, span = faiss.vector_to_array(self._codes.sq.trained).reshape(2, -1)
        except (RuntimeError, AttributeError, ValueError, IndexError) as error:
            raise Unusable("could not be read by this version of FAISS") from error
        if len(self.ids) != self._codes.ntotal:
            raise Unusable("does not fit the index")
        self.span = int(self.ids[0]), int(self.ids[-1])
        # A component is low + span * (code + 0.5) / 255.
        self._step: NDArray[np.float32] = span / 255
        self._origin: NDArray[np.float32] = low + self._step / 2
        self.bulk = range(content.size - len(self.ids) * self.dimension, content.size)
        self._descriptor: int | None = None
        if path is not None and hasattr(os, "pread"):
            try:
                self._descriptor = os.open(path, os.O_RDONLY)
            except FileNotFoundError:
                raise
            except OSError as error:
                raise Unusable(f"could not be read ({error.strerror})") from error
            weakref.finalize(self, os.close, self._descriptor)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._codes.d)

    def scan(
        self, query: NDArray[np.float32], k: int, wanted: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The k rows whose codes are nearest the query.

        Args:
            query: unit vector (dimension,).
            k: how many at most.
            wanted: per row whether it may be found; None for all.

        Returns:
            Ids and approximate cosines (off by less than `SLACK`), best first.
        """
        faiss = single_threaded_faiss()
        k = min(k, len(self.ids))
        parameters = None
        if wanted is not None:
            selector = faiss.IDSelectorBitmap(np.packbits(wanted, bitorder="little"))
            parameters = faiss.SearchParameters(sel=selector)
        similarities, rows = self._codes.search(query[np.newaxis], k, params=parameters)
        found = rows[0] >= 0
        return self.ids[rows[0][found]], similarities[0][found]

    def rows(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """For each id its row, and whether it is here (where it is not, the row is any)."""
        first, last = self.span
        if last - first >= len(self.ids):
            return positions(self.ids, ids)
        # No id between the first and the last is missing.
        rows = np.clip(ids, first, last) - first
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

    def codes(self, rows: NDArray[np.intp]) -> NDArray[np.uint8]:
        """Codes of some ascending rows, uint8 (len(rows), dimension)."""
        size, start = self.dimension, self.bulk.start
        if self._descriptor is None:
            return self.content[start : self.bulk.stop].reshape(-1, size)[rows]
        if len(rows) and rows[-1] - rows[0] == len(rows) - 1:
            together = os.pread(self._descriptor, len(rows) * size, start + int(rows[0]) * size)
            return _whole(together, len(rows), size)
        firsts, counts, places = _near(rows.tolist())
        descriptor = self._descriptor
        together = b"".join(
            [
                os.pread(descriptor, count * size, start + first * size)
                for first, count in zip(firsts, counts, strict=True)
            ]
        )
        return _whole(together, sum(counts), size)[places]

    def vectors(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Vectors of some ascending rows as their codes have them, float32 (len(rows), dimension)."""
        vectors = self.codes(rows).astype(np.float32)
        vectors *= self._step
        vectors += self._origin
        return vectors

    def scores(self, query: NDArray[np.float32], rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Approximate cosines (off by less than `SLACK`) of some ascending rows with a unit vector (dimension,)."""
        # Not by BLAS: on a busy machine its threads wait for one another for longer than this takes.
        similarities: NDArray[np.float32] = np.einsum(
            "nd,d->n", self.codes(rows).astype(np.float32), query * self._step
        )
        return similarities + np.float32(query @ self._origin)

    def release(self) -> None:
        """Let the system drop what a scan has read of the file from this process's memory."""
        mapped = getattr(self.content, "_mmap", None)
        if self._descriptor is not None and mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
            mapped.madvise(mmap.MADV_DONTNEED)


def _near(rows: list[int]) -> tuple[list[int], list[int], list[int]]:
    """What to read of some ascending rows: where each stretch begins, its rows, and where the rows are in all that."""
    # Not by numpy: of most segments a query wants a dozen rows.
    firsts: list[int] = []
    counts: list[int] = []
    places = []
    end = skipped = 0
    for row in rows:
        if counts and row - end < NEAR:
            counts[-1] += row + 1 - end
        else:
            skipped += row - end
            firsts.append(row)
            counts.append(1)
        end = row + 1
        places.append(row - skipped)
    return firsts, counts, places


def _whole(content: bytes, rows: int, size: int) -> NDArray[np.uint8]:
    """Rows of bytes; should the file have been cut while it was open, rows of zeros, which lose in any comparison."""
    return np.frombuffer(content.ljust(rows * size, b"\0"), np.uint8).reshape(rows, size)
