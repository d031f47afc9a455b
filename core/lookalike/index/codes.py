"""Coarse codes: two bits a component (RaBitQ), in inverted lists.

Ids are looked up in bitmaps: they are small numbers and never reused, because the catalog never deletes a content.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.index.coarse_quantizer import ASSIGNED_LISTS, CoarseQuantizer, TrainingCancelledError
from lookalike.index.files import UnusableFileError
from lookalike.index.segment import Batches, single_threaded_faiss

MAX_ID = np.iinfo(np.int64).max


@dataclass(frozen=True)
class ListQuery:
    """A query and the lists that it probes; made once for all files of codes.

    Attributes:
        rotated: in the space of the codes, float32 (1, code dimension).
        lists: int64 (1, probed lists), one at least.
        distances: squared, from their centroids, float32 (1, probed lists).
    """

    rotated: NDArray[np.float32]
    lists: NDArray[np.int64]
    distances: NDArray[np.float32]

    def split(self, count: int) -> list[ListQuery]:
        """Deal the lists out to at most `count` queries."""
        return [
            ListQuery(
                self.rotated,
                np.ascontiguousarray(self.lists[:, start::count]),
                np.ascontiguousarray(self.distances[:, start::count]),
            )
            for start in range(min(count, self.lists.shape[1]))
        ]


@dataclass(frozen=True)
class ScanHits:
    """Entries near a query, nearest first.

    Attributes:
        ids: int64 (n,).
        distances: estimated squared distances in the space of the codes, float32 (n,).
    """

    ids: NDArray[np.int64]
    distances: NDArray[np.float32]

    @classmethod
    def best(cls, some: Sequence[ScanHits], k: int) -> ScanHits:
        """The k nearest of several scans, each id once."""
        ids, places = np.unique(np.concatenate([one.ids for one in some]), return_index=True)
        distances = np.concatenate([one.distances for one in some])[places]
        order = np.argsort(distances, kind="stable")[:k]
        return cls(ids[order], distances[order])


class Codes:
    """Codes over their bytes, in memory or mapped; the ids in the lists are content ids.

    Behind the FAISS index lie, for the join, all ids and the nearest lists of each.

    Args:
        content: what `encode_codes` or `merge_codes` returned.
        rows: vectors in it.
        quantizer: what it was made with.

    Attributes:
        content: the bytes; FAISS only borrows them.
        rows: vectors in it.
        bulk: where in the bytes the codes and what follows them lie.

    Raises:
        UnusableFileError: FAISS cannot read it, or it does not fit the quantizer.
    """

    def __init__(self, content: NDArray[np.uint8], rows: int, quantizer: CoarseQuantizer) -> None:
        faiss = single_threaded_faiss()
        self.content = content
        self.rows = rows
        self._quantizer = quantizer
        end = content.size - rows * (8 + 2 * ASSIGNED_LISTS)
        if end <= 0:
            raise UnusableFileError("does not fit the index")
        try:
            index = faiss.read_index(faiss.ZeroCopyIOReader(faiss.swig_ptr(content), end))
            fits = (index.nlist, index.d, index.ntotal) == (quantizer.lists, quantizer.centroids.d, rows)
            size = int(index.code_size) + 8
        except (RuntimeError, AttributeError) as error:
            raise UnusableFileError("could not be read by this version of FAISS") from error
        if not fits:
            raise UnusableFileError("does not fit the index")
        # The file has a placeholder for the centroids, which all files share.
        placeholder = index.quantizer
        index.own_fields = False
        index.quantizer = quantizer.centroids
        _free_quantizer(placeholder)
        # `scan` brings its own.
        index.parallel_mode = index.PARALLEL_MODE_NO_HEAP_INIT
        self.index: Any = index
        self.bulk = range(end - rows * size, content.size)

    @property
    def ids(self) -> NDArray[np.int64]:
        """The ids of all entries, in no order and perhaps repeated, int64 (rows,)."""
        start = self.content.size - self.rows * (8 + 2 * ASSIGNED_LISTS)
        return np.frombuffer(self.content[start : start + 8 * self.rows].tobytes(), np.int64)

    @property
    def assigned(self) -> NDArray[np.uint16]:
        """The nearest lists of each of `ids`, uint16 (rows, `ASSIGNED_LISTS`)."""
        start = self.content.size - self.rows * 2 * ASSIGNED_LISTS
        return np.frombuffer(self.content[start:].tobytes(), np.uint16).reshape(-1, ASSIGNED_LISTS)

    def scan(self, probe: ListQuery, k: int, selector: Any, limit: float = np.inf) -> ScanHits:
        """Find the k entries of the probed lists that are nearest by their codes.

        Args:
            probe: the query.
            k: how many at most.
            selector: a FAISS selector of the ids that may be found; None for all.
            limit: only entries within this estimated squared distance; the others are skipped quickly.
        """
        faiss = single_threaded_faiss()
        # A heap for FAISS to go on with: it looks closely only at what beats the worst in it.
        distances = np.full(k, np.nextafter(np.float32(limit), np.float32(np.inf)), np.float32)
        ids = np.full(k, -1, np.int64)
        parameters = faiss.SearchParametersIVF(nprobe=probe.lists.shape[1], sel=selector)
        self.index.search_preassigned_c(
            1,
            faiss.swig_ptr(probe.rotated),
            k,
            faiss.swig_ptr(probe.lists),
            faiss.swig_ptr(probe.distances),
            faiss.swig_ptr(distances),
            faiss.swig_ptr(ids),
            False,
            parameters,
            None,
        )
        # FAISS leaves them as a heap.
        order = np.argsort(distances, kind="stable")
        order = order[ids[order] >= 0]
        return ScanHits(ids[order], distances[order])


def encode_codes(
    batches: Batches, quantizer: CoarseQuantizer, cancelled: Callable[[], bool] = lambda: False
) -> tuple[NDArray[np.uint8], int]:
    """Encode vectors.

    Args:
        batches: ids and vectors.
        quantizer: what they are coded with.
        cancelled: asked before each batch.

    Returns:
        The bytes for `Codes`, uint8, and the number of rows.

    Raises:
        TrainingCancelledError: `cancelled` said so.
    """
    faiss = single_threaded_faiss()
    index = quantizer.empty_inverted_file()
    every_id: list[NDArray[np.int64]] = []
    every_list: list[NDArray[np.uint16]] = []
    for ids, vectors in batches:
        if cancelled():
            raise TrainingCancelledError
        rotated = quantizer.rotate(vectors)
        lists, _ = quantizer.nearest_lists(rotated, ASSIGNED_LISTS)
        ids, nearest = np.ascontiguousarray(ids), np.ascontiguousarray(lists[:, 0])
        index.add_core(len(ids), faiss.swig_ptr(rotated), faiss.swig_ptr(ids), faiss.swig_ptr(nearest))
        every_id.append(ids)
        every_list.append(lists.astype(np.uint16))
    return _serialize(index, every_id, every_list)


def merge_codes(
    sources: Sequence[Codes], live: NDArray[np.bool_], quantizer: CoarseQuantizer
) -> tuple[NDArray[np.uint8], int]:
    """Merge codes of several files into one.

    Args:
        sources: all made with the quantizer.
        live: the ids to keep, as a mask over all from 0 on.
        quantizer: what they were made with.

    Returns:
        The bytes for `Codes`, uint8, and the number of rows.
    """
    faiss = single_threaded_faiss()
    index = quantizer.empty_inverted_file()
    for source in sources:
        source.index.copy_subset_to(index, faiss.InvertedLists.SUBSET_TYPE_ID_RANGE, 0, MAX_ID)
    kept_ids = id_selector(live)
    index.remove_ids(faiss.IDSelectorNot(kept_ids))
    ids = np.concatenate([source.ids for source in sources])
    kept = np.append(live, False)[np.minimum(ids, len(live))]
    assigned = np.concatenate([source.assigned for source in sources])
    return _serialize(index, [ids[kept]], [assigned[kept]])


def id_selector(wanted: NDArray[np.bool_]) -> Any:
    """A FAISS selector of ids, from a mask over all ids from 0 on."""
    return single_threaded_faiss().IDSelectorBitmap(np.packbits(wanted, bitorder="little"))


def id_mask(ids: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    """Ids as a mask over 0 to `size` - 1; those beyond are skipped."""
    wanted = np.zeros(size, np.bool_)
    wanted[ids[(ids >= 0) & (ids < size)]] = True
    return wanted


def _serialize(
    index: Any, ids: list[NDArray[np.int64]], lists: list[NDArray[np.uint16]]
) -> tuple[NDArray[np.uint8], int]:
    faiss = single_threaded_faiss()
    rows = int(index.ntotal)
    placeholder = faiss.IndexFlatL2(index.d)
    shared, index.quantizer = index.quantizer, placeholder
    serialised = faiss.serialize_index(index)
    index.quantizer = shared
    _free_quantizer(placeholder)
    if not rows:
        return serialised, 0
    trailer = (np.concatenate(ids).view(np.uint8), np.concatenate(lists).ravel().view(np.uint8))
    return np.concatenate([serialised, *trailer]), rows


def _free_quantizer(quantizer: Any) -> None:
    """Free a FAISS quantizer that was set as a field once, which made Python give up its ownership.

    Giving the ownership back (`thisown`) would upset SWIG's count of owned objects, and with it the whole module.
    """
    quantizer.__swig_destroy__(quantizer)
