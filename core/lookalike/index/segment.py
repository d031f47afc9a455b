"""One immutable FAISS index of compressed vectors, searched where it lies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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


def _faiss() -> Any:
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
        A serialised FAISS ``IDMap,SQ8`` index with inner product, uint8 (bytes,); None for no vectors.
    """
    ranges = [np.stack([vectors.min(axis=0), vectors.max(axis=0)]) for ids, vectors in batches() if len(ids)]
    if not ranges:
        return None
    faiss = _faiss()
    extremes = np.concatenate(ranges)
    codes = faiss.IndexScalarQuantizer(
        extremes.shape[1], faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    codes.sq.rangestat = faiss.ScalarQuantizer.RS_minmax
    codes.train(extremes)
    index = faiss.IndexIDMap(codes)
    for ids, vectors in batches():
        index.add_with_ids(vectors, ids)
    content: NDArray[np.uint8] = faiss.serialize_index(index)
    return content


class Segment:
    """A segment over its bytes, in memory or mapped from a file; the codes are not copied.

    Args:
        content: what `encode` returned.

    Attributes:
        ids: ascending, int64 (rows,).
        content: the bytes; FAISS only borrows them.

    Raises:
        Unusable: FAISS cannot read it.
    """

    def __init__(self, content: NDArray[np.uint8]) -> None:
        faiss = _faiss()
        self.content = content
        try:
            self._index: Any = faiss.read_index(faiss.ZeroCopyIOReader(faiss.swig_ptr(content), content.size))
            self._codes: Any = faiss.downcast_index(self._index.index)
            self.ids: NDArray[np.int64] = faiss.vector_to_array(self._index.id_map)
        except (RuntimeError, AttributeError) as error:
            raise Unusable("could not be read by this version of FAISS") from error

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self._index.d)

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
        faiss = _faiss()
        k = min(k, len(self.ids))
        parameters = None
        if wanted is not None:
            selector = faiss.IDSelectorBitmap(np.packbits(wanted, bitorder="little"))
            parameters = faiss.SearchParameters(sel=selector)
        similarities, rows = self._codes.search(query[np.newaxis], k, params=parameters)
        found = rows[0] >= 0
        return self.ids[rows[0][found]], similarities[0][found]

    def mask(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Per row whether its id is among `ids` (ascending)."""
        if len(ids) > len(self.ids):
            return positions(ids, self.ids)[1]
        mask = np.zeros(len(self.ids), np.bool_)
        rows, there = positions(self.ids, ids)
        mask[rows[there]] = True
        return mask
