"""What `VectorIndex` promises, kept by every engine: the same tests for each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lookalike.index import ExactIndex, FaissIndex, MergePolicy, VectorIndex, audit, delete_index, open_index
from lookalike.index.factory import ENGINES
from tests.builders.jobs import result_of
from tests.builders.vectors import MemoryRecord, descriptors

DIMENSION = 24
COUNT = 600

Opening = Callable[[Path, MemoryRecord], VectorIndex]


def open_small_segments(folder: Path, record: MemoryRecord) -> VectorIndex:
    """A FAISS index whose few vectors lie in several segments and a tail."""
    policy = MergePolicy(seal_rows=100, flush_rows=8, segment_rows=256, small_segments=3)
    return FaissIndex.open(folder, "model", DIMENSION, record, policy)


OPENINGS: dict[str, Opening] = {
    **{
        engine: lambda folder, record, engine=engine: open_index(folder, "model", DIMENSION, record, engine)  # type: ignore[misc]
        for engine in ENGINES
    },
    "faiss in segments": open_small_segments,
}


@pytest.fixture(params=OPENINGS)
def opening(request: pytest.FixtureRequest) -> Opening:
    return OPENINGS[request.param]


@pytest.fixture
def record() -> MemoryRecord:
    record = MemoryRecord(DIMENSION)
    record.put(np.arange(COUNT) * 2 + 5, descriptors(COUNT, DIMENSION, seed=1))
    return record


@pytest.fixture
def index(opening: Opening, record: MemoryRecord, tmp_path: Path) -> Iterator[VectorIndex]:
    index = opening(tmp_path / "index", record)
    yield index
    index.close()


def assert_sound(index: VectorIndex, record: MemoryRecord) -> None:
    found = result_of(audit(index, record))
    assert found.sound, found


def found_pairs(
    index: VectorIndex, floor: float, since: NDArray[np.int64] | None = None
) -> dict[tuple[int, int], float]:
    pairs: dict[tuple[int, int], float] = {}
    batch = None
    for batch in index.pairs_within(floor, since):
        for first, second, similarity in zip(
            batch.first.tolist(), batch.second.tolist(), batch.similarities.tolist(), strict=True
        ):
            assert first < second
            assert (first, second) not in pairs
            pairs[first, second] = similarity
    assert batch is not None
    assert batch.done == batch.total == len(index)
    return pairs


def test_what_is_recorded_is_found_at_opening(index: VectorIndex, record: MemoryRecord) -> None:
    assert len(index) == COUNT
    assert 5 in index
    assert 6 not in index
    assert_sound(index, record)


@pytest.mark.parametrize("k", [1, 10, COUNT, 2 * COUNT])
@pytest.mark.parametrize("share", [None, 0, 0.02, 0.5])
def test_the_nearest_are_found(index: VectorIndex, record: MemoryRecord, k: int, share: float | None) -> None:
    allowed = None
    if share is not None:
        allowed = np.random.default_rng(2).permutation(record.ids())[: round(share * COUNT)]
    for query in descriptors(5, DIMENSION, seed=3) * 7:
        found = index.search(query, k, allowed)
        ids, similarities = record.nearest(query, k, allowed)
        np.testing.assert_allclose(found.similarities, similarities, atol=2e-6)
        assert len(np.unique(found.ids)) == len(found) == len(ids)
        assert np.isin(found.ids, ids).mean() >= 0.95 if len(ids) else True


def test_unknown_and_repeated_ids_in_a_filter_do_no_harm(index: VectorIndex, record: MemoryRecord) -> None:
    allowed = np.array([9, 5, 9, 6, 10**12, 7])
    found = index.search(record.vectors(np.array([7]))[0], 10, allowed)
    assert found.ids[0] == 7
    assert sorted(found.ids.tolist()) == [5, 7, 9]


def test_equal_vectors_come_in_order_of_id_with_one_cosine(index: VectorIndex, record: MemoryRecord) -> None:
    ids = np.array([4004, 4002, 4003, 4001])
    copies = np.repeat(descriptors(1, DIMENSION, seed=9), 4, axis=0)
    record.put(ids, copies)
    index.add(ids, copies)
    found = index.search(copies[0], 4)
    assert found.ids.tolist() == [4001, 4002, 4003, 4004]
    assert len(set(found.similarities.tolist())) == 1
    assert found.similarities[0] <= 1


def test_added_and_removed(index: VectorIndex, record: MemoryRecord) -> None:
    ids, vectors = np.array([5001, 5002, 5001]), descriptors(3, DIMENSION, seed=4)
    vectors[2] = vectors[0]
    record.put(ids, vectors)
    index.add(ids, vectors)
    index.add(np.array([5]), vectors[:1])
    assert len(index) == COUNT + 2
    assert index.search(vectors[1], 1).ids.tolist() == [5002]
    assert index.search(vectors[0], 1).ids.tolist() == [5001], "an id that was there keeps its vector"
    gone = np.array([5, 5002, 6, 5])
    record.drop(gone)
    index.remove(gone)
    assert len(index) == COUNT
    assert 5002 not in index
    assert_sound(index, record)
    record.put(gone[1:2], vectors[1:2])
    index.add(gone[1:2], vectors[1:2])
    assert index.search(vectors[1], 1).ids.tolist() == [5002], "a removed id comes back"


def test_nothing_is_lost_by_closing_or_by_dying(
    opening: Opening, record: MemoryRecord, tmp_path: Path
) -> None:
    index = opening(tmp_path, record)
    record.put(np.array([5001]), descriptors(1, DIMENSION, seed=4))
    index.add(np.array([5001]), descriptors(1, DIMENSION, seed=4))
    index.flush()
    # Recorded, and the process ends before the index hears of it.
    record.put(np.array([5003]), descriptors(1, DIMENSION, seed=5))
    record.drop(np.array([7]))
    index.close()
    index.close()
    with pytest.raises(RuntimeError, match="closed"):
        index.search(np.ones(DIMENSION, np.float32), 1)
    again = opening(tmp_path, record)
    assert {5001, 5003} <= set(again.search(np.ones(DIMENSION, np.float32), 2 * COUNT).ids.tolist())
    assert 7 not in again
    assert again.repairs == []
    assert_sound(again, record)
    again.close()
    delete_index(tmp_path)
    assert not tmp_path.exists()


def test_sync_takes_in_what_others_recorded(index: VectorIndex, record: MemoryRecord) -> None:
    record.put(np.array([5001]), descriptors(1, DIMENSION, seed=4))
    record.drop(np.array([5, 7]))
    index.sync()
    assert_sound(index, record)
    record.drop(np.array([5001]))
    assert index.try_sync()
    assert_sound(index, record)


def test_refresh_reads_a_vector_again(index: VectorIndex, record: MemoryRecord) -> None:
    wrong = np.array([5, 7])
    index.remove(wrong)
    index.add(wrong, -record.vectors(wrong))
    index.refresh(wrong)
    assert_sound(index, record)


@pytest.mark.parametrize("floor", [0.6, 0.95])
def test_pairs_are_all_and_each_once(index: VectorIndex, record: MemoryRecord, floor: float) -> None:
    ids = record.ids()
    cosines = record.vectors(ids) @ record.vectors(ids).T
    first, second = np.nonzero(np.triu(cosines >= floor, 1))
    true = dict(
        zip(zip(ids[first].tolist(), ids[second].tolist(), strict=True), cosines[first, second], strict=True)
    )
    found = found_pairs(index, floor)
    assert found.keys() == true.keys()
    np.testing.assert_allclose(list(found.values()), [true[pair] for pair in found], atol=1e-5)
    since = ids[::7]
    assert found_pairs(index, floor, since).keys() == {
        pair for pair in true if not set(pair).isdisjoint(since.tolist())
    }


def test_an_empty_index_answers(opening: Opening, tmp_path: Path) -> None:
    index = opening(tmp_path, MemoryRecord(DIMENSION))
    assert len(index) == 0
    assert 1 not in index
    assert len(index.search(np.ones(DIMENSION, np.float32), 5)) == 0
    assert found_pairs(index, 0.5) == {}
    index.close()


@pytest.mark.parametrize("query", [np.zeros(DIMENSION), np.full(DIMENSION, np.nan), np.ones(DIMENSION + 1)])
def test_a_query_without_a_direction_is_refused(index: VectorIndex, query: NDArray[np.float32]) -> None:
    with pytest.raises(ValueError, match="query"):
        index.search(query, 1)
    assert len(index.search(np.full(DIMENSION, 1e-30, np.float32), 3)) == 3


def test_vectors_that_do_not_fit_are_refused(index: VectorIndex) -> None:
    for vectors in (np.ones((1, DIMENSION + 1)), np.ones((2, DIMENSION)), np.full((1, DIMENSION), np.inf)):
        with pytest.raises(ValueError, match="vector"):
            index.add(np.array([5001]), vectors.astype(np.float32))
    assert 5001 not in index
    assert len(index.search(np.ones(DIMENSION, np.float32), 0)) == 0


def test_searches_while_others_change_it_see_whole_states(index: VectorIndex, record: MemoryRecord) -> None:
    together = np.array([2000, 2002])
    vectors = np.repeat(descriptors(1, DIMENSION, seed=6), 2, axis=0)
    record.put(together, vectors)
    done = threading.Event()

    def change() -> None:
        for _ in range(150):
            index.add(together, vectors)
            index.remove(together)
        done.set()

    thread = threading.Thread(target=change)
    thread.start()
    while not done.is_set():
        seen = index.search(vectors[0], 2, together)
        assert len(seen) in (0, 2)
    thread.join()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=st.lists(
        st.tuples(st.booleans(), st.lists(st.integers(0, 199), min_size=1, max_size=60, unique=True)),
        max_size=12,
    )
)
def test_two_engines_agree_after_any_changes(
    steps: list[tuple[bool, list[int]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    pool = descriptors(200, DIMENSION, seed=8)
    record = MemoryRecord(DIMENSION)
    exact = ExactIndex(DIMENSION, record)
    faiss = open_small_segments(tmp_path_factory.mktemp("index"), record)
    for adding, chosen in steps:
        ids = np.array(chosen, np.int64)
        if adding:
            record.put(ids, pool[ids])
        else:
            record.drop(ids)
        for index in (exact, faiss):
            if adding:
                index.add(ids, pool[ids])
            else:
                index.remove(ids)
    assert len(exact) == len(faiss)
    for query in pool[::40]:
        one, other = exact.search(query, 20), faiss.search(query, 20)
        np.testing.assert_allclose(one.similarities, other.similarities, atol=2e-6)
    faiss.close()
