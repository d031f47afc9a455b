"""Filters, where the codes answer: also those that have nothing to do with the query, or name what is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.index import FaissIndex, MergePolicy, coarse_quantizer, snapshot
from tests.builders.vectors import Archive, MemoryRecord

DIMENSION = 96
ROWS = 8000
LIMITS = MergePolicy(
    seal_rows=2000, flush_rows=50, segment_rows=8000, small_segments=4, exact_rows=4000, training_delay=0
)


@pytest.fixture(scope="module")
def archive() -> Archive:
    return Archive(DIMENSION, seed=1)


@pytest.fixture(scope="module")
def record(archive: Archive) -> MemoryRecord:
    record = MemoryRecord(DIMENSION)
    record.put(np.arange(ROWS) + 1, archive.take(ROWS))
    return record


@pytest.fixture(scope="module")
def queries(archive: Archive, record: MemoryRecord) -> NDArray[np.float32]:
    ids = np.random.default_rng(4).choice(record.ids(), 20, replace=False)
    return archive.views(record.vectors(np.sort(ids)))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, record: MemoryRecord) -> Iterator[FaissIndex]:
    """Many lists, and exact comparison for few ids only, as in a large library."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coarse_quantizer, "ROWS_PER_LIST", 12)
        patch.setattr(snapshot, "EXACT_IDS", 50)
        patch.setattr(snapshot, "MAX_EXACT_IDS", 100)
        folder = tmp_path_factory.mktemp("index")
        index = FaissIndex.open(folder, "model", DIMENSION, record, LIMITS)
        index.wait_for_upkeep()
        assert index._state.snapshot.coarse is not None
        assert all(segment.coded for segment in index._state.snapshot.segments)
        yield index
        index.close()


def recall(
    index: FaissIndex,
    record: MemoryRecord,
    queries: NDArray[np.float32],
    k: int,
    chosen: Callable[[NDArray[np.float32]], NDArray[np.int64]],
) -> float:
    shares = []
    for query in queries:
        among = chosen(query)
        found = index.search(query, k, among)
        true, _ = record.nearest(query, k, among)
        assert len(found) == len(true)
        assert np.isin(found.ids, among).all()
        shares.append(np.isin(true, found.ids).mean())
    return float(np.mean(shares))


def least_like(record: MemoryRecord, query: NDArray[np.float32], share: float) -> NDArray[np.int64]:
    ids = record.ids()
    return np.sort(ids[np.argsort(record.vectors(ids) @ query)[: int(share * len(ids))]])


@pytest.mark.parametrize("share", [0.05, 0.4, 0.9])
@pytest.mark.parametrize("k", [10, 100])
def test_photos_unlike_the_query(
    index: FaissIndex, record: MemoryRecord, queries: NDArray[np.float32], share: float, k: int
) -> None:
    assert recall(index, record, queries, k, lambda query: least_like(record, query, share)) >= 0.9


def test_few_photos_unlike_the_query_are_all_compared(
    index: FaissIndex, record: MemoryRecord, queries: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "MAX_EXACT_IDS", 1000)
    assert recall(index, record, queries, 100, lambda query: least_like(record, query, 0.1)) == 1


def test_ids_that_the_index_does_not_have(
    index: FaissIndex, record: MemoryRecord, queries: NDArray[np.float32]
) -> None:
    some = np.random.default_rng(2).choice(record.ids(), 400, replace=False)
    unknown = np.concatenate([np.arange(-500, 0), np.arange(ROWS + 1, 10 * ROWS)])
    among = np.union1d(some, unknown)
    assert recall(index, record, queries, 300, lambda _query: among) >= 0.95


def test_more_than_the_lists_near_the_query_hold(
    index: FaissIndex, record: MemoryRecord, queries: NDArray[np.float32]
) -> None:
    everything = record.ids()
    assert recall(index, record, queries, 1000, lambda _query: everything) >= 0.9
    for query in queries:
        assert len(index.search(query, 2000)) == 2000
