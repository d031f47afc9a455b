"""Searching against the truth: comparison with every vector."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lookalike.index import FaissIndex, MergePolicy, Neighbours
from lookalike.index.scoring import score_rows
from lookalike.index.segment import Segment, encode_segment
from lookalike.index.tail import Tail
from tests.builders.vectors import MemoryRecord, descriptors

DIMENSION = 192
ROWS = 4000
LIMITS = MergePolicy(seal_rows=700, flush_rows=100, segment_rows=2000, small_segments=4)


@pytest.fixture(scope="module")
def vectors() -> NDArray[np.float32]:
    return descriptors(ROWS, DIMENSION, seed=3)


@pytest.fixture(scope="module")
def queries(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    rng = np.random.default_rng(4)
    seen = vectors[rng.choice(ROWS, 40, replace=False)]
    noise = rng.standard_normal(seen.shape).astype(np.float32)
    # Edited copies of photos that are there, and photos unlike any.
    return np.concatenate([seen + 0.03 * noise, descriptors(20, DIMENSION, seed=5)])


@pytest.fixture(scope="module")
def record(vectors: NDArray[np.float32]) -> MemoryRecord:
    record = MemoryRecord(DIMENSION)
    record.put(np.arange(ROWS) * 3 + 7, vectors)
    return record


@pytest.fixture(scope="module")
def index(
    tmp_path_factory: pytest.TempPathFactory, record: MemoryRecord, vectors: NDArray[np.float32]
) -> FaissIndex:
    """Sealed and merged segments, some of them with dead rows, and a tail."""
    folder = tmp_path_factory.mktemp("index")
    index = FaissIndex.open(folder, "model", DIMENSION, MemoryRecord(DIMENSION), LIMITS)
    index._state.source = record
    ids = record.ids()
    for start in range(0, 3850, 350):
        index.add(ids[start : start + 350], vectors[start : start + 350])
    index.flush()
    index.add(ids[3850:3900], vectors[3850:3900])
    index.remove(ids[100:400])
    index.add(ids[150:400], vectors[150:400])
    index.add(ids, vectors)
    return index


def assert_true(found: Neighbours, truth: tuple[NDArray[np.int64], NDArray[np.float32]]) -> None:
    ids, similarities = truth
    assert len(found) == len(ids)
    np.testing.assert_allclose(found.similarities, similarities, atol=2e-6)
    # Where ids differ, their cosines are the same to the last bit or two.
    differing = found.ids != ids
    assert np.count_nonzero(differing) <= 0.05 * len(ids)
    assert len(np.unique(found.ids)) == len(found.ids)
    assert np.all(np.diff(found.similarities) <= 0)


@pytest.mark.parametrize("k", [1, 10, 100, 1000])
def test_finds_what_comparing_with_everything_finds(
    index: FaissIndex, record: MemoryRecord, queries: NDArray[np.float32], k: int
) -> None:
    assert len(index._state.snapshot.segments) > 2
    assert index._state.snapshot.tail.rows
    for query in queries[::2]:
        assert_true(index.search(query, k), record.nearest(query, k))


def test_length_of_the_query_is_immaterial(index: FaissIndex, queries: NDArray[np.float32]) -> None:
    once, tenfold = index.search(queries[0], 5), index.search(10 * queries[0], 5)
    np.testing.assert_array_equal(once.ids, tenfold.ids)
    np.testing.assert_allclose(once.similarities, tenfold.similarities, atol=1e-6)


@pytest.mark.parametrize("share", [0, 0.0005, 0.01, 0.3, 0.99, 1])
def test_filter_at_every_selectivity(
    index: FaissIndex, record: MemoryRecord, queries: NDArray[np.float32], share: float
) -> None:
    rng = np.random.default_rng(6)
    ids = record.ids()
    allowed_ids = rng.permutation(ids)[: round(share * len(ids))]
    # Ids that the index has never heard of, and repeated ones, do no harm.
    given = np.concatenate([allowed_ids, allowed_ids[:3], np.array([1, 2, 10**12])])
    for query in queries[::6]:
        for k in (1, 20):
            assert_true(index.search(query, k, allowed_ids=given), record.nearest(query, k, allowed_ids))


@pytest.mark.parametrize("floor", [0.99, 0.9, 0.7, 0.2, -1.0])
def test_within_a_similarity(
    index: FaissIndex, record: MemoryRecord, queries: NDArray[np.float32], floor: float
) -> None:
    for query in queries[::6]:
        for limit in (3, 400):
            ids, similarities = record.nearest(query, limit)
            near = similarities >= floor
            assert_true(index.search_radius(query, floor, limit), (ids[near], similarities[near]))


def test_more_asked_for_than_there_is(
    index: FaissIndex, record: MemoryRecord, queries: NDArray[np.float32]
) -> None:
    assert_true(index.search(queries[0], 10 * ROWS), record.nearest(queries[0], ROWS))


def test_equal_vectors_come_in_order_of_id(tmp_path: Path) -> None:
    vectors = np.repeat(descriptors(30, DIMENSION), 4, axis=0)
    ids = np.random.default_rng(0).permutation(120)
    record = MemoryRecord(DIMENSION)
    record.put(ids, vectors)
    index = FaissIndex.open(tmp_path, "model", DIMENSION, record, MergePolicy(seal_rows=50, flush_rows=1))
    for row in (0, 17, 70):
        found = index.search(vectors[row], 4)
        np.testing.assert_array_equal(found.ids, np.sort(ids[row // 4 * 4 :][:4]))
        assert len(set(found.similarities.tolist())) == 1
    index.close()


def test_vectors_close_to_fp16_are_found_as_themselves(
    index: FaissIndex, vectors: NDArray[np.float32]
) -> None:
    for row in range(0, ROWS, 500):
        found = index.search(vectors[row], 1)
        assert found.similarities[0] == pytest.approx(1, abs=1e-3)
        assert found.similarities.max() <= 1


@pytest.mark.slow
def test_every_way_to_a_cosine_gives_the_same(
    vectors: NDArray[np.float32], queries: NDArray[np.float32]
) -> None:
    """A scan, single rows and the tail are compared with one another: equal vectors must tie."""
    rounded = vectors.astype(np.float16).astype(np.float32)
    half = ROWS // 2
    content = encode_segment([(np.arange(half), rounded[:half]), (np.arange(half, ROWS), rounded[half:])])
    assert content is not None
    segment = Segment(content)
    tail = Tail.empty(DIMENSION).append(np.arange(ROWS), vectors)
    for query in queries:
        query = (query / np.linalg.norm(query)).astype(np.float32)
        ids, similarities = segment.scan(query, ROWS, None)
        assert np.all(np.diff(similarities) <= 0)
        assert len(ids) == ROWS
        np.testing.assert_allclose(similarities, rounded[ids] @ query, atol=1e-6)
        scanned = similarities[np.argsort(ids)]
        some = [np.arange(ROWS), np.arange(5, 25, 3), np.array([0, 1, 2, 5, 9, 50])]
        np.testing.assert_array_equal(
            score_rows([(segment, rows) for rows in some], query), scanned[np.concatenate(some)]
        )
        np.testing.assert_array_equal(tail.search(query, ROWS, None)[1], scanned)
        np.testing.assert_array_equal(segment.vectors(np.arange(9)), rounded[:9])


def test_a_damaged_row_is_never_near(vectors: NDArray[np.float32]) -> None:
    """Until the damage is noticed, that is: of large libraries the files are checked in the background."""
    content = encode_segment([(np.arange(50), vectors[:50])])
    assert content is not None
    segment = Segment(content)
    halves = content[segment.bulk.start :].view("<f2").reshape(50, DIMENSION)
    for row, flaw in enumerate((np.inf, -np.inf, np.nan, 6e4, -6e4)):
        halves[row, 3] = flaw
    query = vectors[7]
    ids, similarities = segment.scan(query, 50, None)
    assert ids[0] == 7
    assert np.all(similarities <= 1.001)
    assert not np.isin(ids, np.arange(5)).any()
    assert np.all(score_rows([(segment, np.arange(5))], query) == -1)


@settings(max_examples=100)
@given(rows=st.lists(st.integers(0, 299), unique=True).map(sorted))
def test_rows_are_read_as_they_lie(
    tmp_path_factory: pytest.TempPathFactory, vectors: NDArray[np.float32], rows: list[int]
) -> None:
    path = tmp_path_factory.getbasetemp() / "rows.bin"
    content = encode_segment([(np.arange(300), vectors[:300])])
    assert content is not None
    path.write_bytes(content.tobytes())
    wanted = np.array(rows, np.intp)
    filed, memory = Segment(content, path), Segment(content)
    np.testing.assert_array_equal(filed.vectors(wanted), memory.vectors(wanted))
    query = vectors[0]
    expected = memory.vectors(wanted) @ query
    np.testing.assert_allclose(score_rows([(filed, wanted)], query), expected, atol=1e-6)
    np.testing.assert_allclose(
        score_rows([(memory, wanted), (filed, wanted)], query), np.tile(expected, 2), atol=1e-6
    )


def test_rows_that_a_file_has_lost_are_zeros(tmp_path: Path, vectors: NDArray[np.float32]) -> None:
    content = encode_segment([(np.arange(300), vectors[:300])])
    assert content is not None
    (tmp_path / "rows.bin").write_bytes(content.tobytes())
    segment = Segment(content, tmp_path / "rows.bin")
    wanted = np.array([5, 100, 102, 200], np.intp)
    whole = segment.vectors(wanted)
    os.truncate(tmp_path / "rows.bin", segment.bulk.start + 101 * 2 * DIMENSION)
    np.testing.assert_array_equal(segment.vectors(wanted)[:2], whole[:2])
    assert not segment.vectors(wanted)[2:].any()


def test_empty_index_finds_nothing(tmp_path: Path) -> None:
    index = FaissIndex.open(tmp_path, "model", 8, MemoryRecord(8))
    assert len(index) == 0
    assert 5 not in index
    assert index.repairs == []
    assert len(index.search(np.ones(8, np.float32), 5)) == 0
    assert len(index.search_radius(np.ones(8, np.float32), 0.5, 5)) == 0
    index.close()


def test_nothing_asked_for(index: FaissIndex, queries: NDArray[np.float32]) -> None:
    assert len(index.search(queries[0], 0)) == 0
    assert len(index.search_radius(queries[0], -1, 0)) == 0


@pytest.mark.parametrize(
    "query", [np.ones(3), np.zeros(DIMENSION), np.full(DIMENSION, np.nan), np.ones((1, DIMENSION))]
)
def test_queries_without_direction_or_of_another_shape_are_refused(
    index: FaissIndex, query: NDArray[np.float32]
) -> None:
    with pytest.raises(ValueError, match="query"):
        index.search(query.astype(np.float32), 1)
    with pytest.raises(ValueError, match="query"):
        index.search_radius(query.astype(np.float32), 0.5, 1)


def test_vectors_of_another_shape_or_not_finite_are_refused(index: FaissIndex) -> None:
    before = len(index)
    with pytest.raises(ValueError, match="dimension"):
        index.add(np.array([1]), np.ones((1, 3), np.float32))
    with pytest.raises(ValueError, match="finite"):
        index.add(np.array([1]), np.full((1, DIMENSION), np.inf, np.float32))
    assert len(index) == before
    assert 1 not in index


def test_closed_index_says_so(tmp_path: Path) -> None:
    index = FaissIndex.open(tmp_path, "model", 8, MemoryRecord(8))
    index.close()
    index.close()
    with pytest.raises(RuntimeError, match="closed"):
        index.search(np.ones(8, np.float32), 1)


def test_of_equal_vectors_the_lowest_ids_are_found_wherever_they_are(tmp_path: Path) -> None:
    record = MemoryRecord(DIMENSION)
    ids = np.random.default_rng(2).permutation(600)
    equal, other = descriptors(2, DIMENSION, seed=6)
    record.put(np.sort(ids), np.where(np.arange(600)[:, None] % 3 == 0, equal, other))
    index = FaissIndex.open(tmp_path, "model", DIMENSION, MemoryRecord(DIMENSION), LIMITS)
    index._state.source = record
    index.add(ids, record.vectors(ids))
    for _ in range(2):
        assert index.search(equal, 5).ids.tolist() == [0, 3, 6, 9, 12]
        index.flush()
    assert not index._state.snapshot.tail.rows
    index.close()


@pytest.mark.parametrize("length", [1e-30, 1e-21, 1.0, 1e21, 1e30])
def test_queries_of_any_length(index: FaissIndex, vectors: NDArray[np.float32], length: float) -> None:
    query = vectors[11]
    found, expected = index.search((query * np.float32(length)), 20), index.search(query, 20)
    assert found.ids.tolist() == expected.ids.tolist()
    np.testing.assert_allclose(found.similarities, expected.similarities, atol=1e-6)
