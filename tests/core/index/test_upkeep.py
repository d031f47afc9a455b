"""What is due gets done, whenever it becomes due, and as the library grows and shrinks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Generic, Never, ParamSpec, TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.index import FaissIndex, MergePolicy, faiss_index, training
from lookalike.index.coarse_quantizer import train_quantizer
from lookalike.index.training import improvement_due
from lookalike.index.upkeep import encode_and_merge, upkeep_due
from tests.builders.vectors import MemoryRecord, descriptors

DIMENSION = 64
ROWS = 4000
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

LIMITS = MergePolicy(
    seal_rows=500, flush_rows=10, segment_rows=1500, small_segments=4, exact_rows=2000, training_delay=0
)


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return descriptors(ROWS, DIMENSION)


@pytest.fixture
def record() -> MemoryRecord:
    return MemoryRecord(DIMENSION)


@pytest.fixture
def index(tmp_path: Path, record: MemoryRecord) -> Iterator[FaissIndex]:
    index = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    yield index
    index.close()


def put(index: FaissIndex, record: MemoryRecord, vectors: NDArray[np.float32], first: int, end: int) -> None:
    ids = np.arange(first, end)
    record.put(ids, vectors[first:end])
    index.add(ids, vectors[first:end])


def take_out(index: FaissIndex, record: MemoryRecord, ids: NDArray[np.int64]) -> None:
    record.drop(ids)
    index.remove(ids)


class Held(Generic[Parameters, Result]):
    """A function that waits at its end, once, until it may go on."""

    def __init__(self, function: Callable[Parameters, Result]) -> None:
        self._function = function
        self._unheld = True
        self.reached = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, *arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
        result = self._function(*arguments, **named)
        if self._unheld:
            self._unheld = False
            self.reached.set()
            assert self.go_on.wait(60)
        return result


def ended(index: FaissIndex) -> None:
    index._upkeep.join()
    index._training.join()
    assert not index._upkeep.busy
    assert not index._training.busy


def test_rows_that_come_while_upkeep_is_in_its_last_step_are_sealed(
    index: FaissIndex, record: MemoryRecord, vectors: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(encode_and_merge)
    monkeypatch.setattr(faiss_index, "encode_and_merge", held)
    put(index, record, vectors, 0, 600)
    assert held.reached.wait(60)
    put(index, record, vectors, 600, 1500)
    held.go_on.set()
    ended(index)
    assert index._state.snapshot.tail.rows < LIMITS.seal_rows
    assert not upkeep_due(index._state)


@pytest.mark.slow
def test_a_check_that_becomes_due_while_another_improvement_is_made_follows(
    index: FaissIndex, record: MemoryRecord, vectors: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(index, record, vectors, 0, 2100)
    held = Held(training._measure_reach)
    monkeypatch.setattr(training, "_measure_reach", held)
    monkeypatch.setattr(training, "MAX_RECALL_LOSS", 1)
    index.flush()
    assert held.reached.wait(60)
    put(index, record, vectors, 2100, 3100)
    index.flush()
    index._upkeep.join()
    held.go_on.set()
    ended(index)
    coarse = index._state.snapshot.coarse
    assert coarse is not None
    assert coarse.training.checked_rows == 3100
    assert not improvement_due(index._state)


@pytest.mark.slow
def test_all_photos_removed_while_a_codebook_is_trained_anew(
    index: FaissIndex, record: MemoryRecord, vectors: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    index._state.policy = replace(LIMITS, exact_rows=500)
    put(index, record, vectors, 0, 600)
    index.wait_for_upkeep()
    held = Held(train_quantizer)
    monkeypatch.setattr(training, "train_quantizer", held)
    put(index, record, vectors, 600, 3000)
    index.flush()
    assert held.reached.wait(60)
    take_out(index, record, np.arange(3000))
    held.go_on.set()
    index.wait_for_upkeep()
    put(index, record, vectors, 3000, 4000)
    index.wait_for_upkeep()
    assert not index._training_failed
    assert not improvement_due(index._state)
    coarse = index._state.snapshot.coarse
    assert coarse is not None
    assert coarse.training.recall
    for row in range(3000, 4000, 50):
        assert index.search(vectors[row], 1).ids[0] == row


@pytest.mark.slow
def test_a_library_that_shrinks_lets_go_of_what_it_no_longer_needs(
    index: FaissIndex, record: MemoryRecord, vectors: NDArray[np.float32], tmp_path: Path
) -> None:
    put(index, record, vectors, 0, 4000)
    index.wait_for_upkeep()
    first = index._state.snapshot.coarse
    assert first is not None
    assert list(tmp_path.glob("codes-*"))

    # Most codes are stale then.
    take_out(index, record, np.arange(1400, 4000))
    index.wait_for_upkeep()
    second = index._state.snapshot.coarse
    assert second is not None
    assert second.rows < first.rows / 2

    # All are compared again.
    take_out(index, record, np.arange(400, 1400))
    index.wait_for_upkeep()
    assert index._state.snapshot.coarse is None
    assert not list(tmp_path.glob("codes-*"))
    assert not list(tmp_path.glob("codebook-*"))
    found = index.search(vectors[3], 1000)
    np.testing.assert_array_equal(found.ids, record.nearest(vectors[3], 1000)[0])
    index.close()
    again = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    assert again.repairs == []
    assert len(again) == 400
    assert again._state.snapshot.coarse is None
    again.close()


@pytest.mark.slow
def test_a_much_smaller_library_gets_a_codebook_of_its_size(
    index: FaissIndex, record: MemoryRecord, vectors: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "MAX_RECALL_LOSS", 1)
    index._state.policy = replace(LIMITS, exact_rows=500)
    put(index, record, vectors, 0, 4000)
    index.wait_for_upkeep()
    coarse = index._state.snapshot.coarse
    assert coarse is not None
    index._state.snapshot = replace(
        index._state.snapshot, coarse=replace(coarse, training=replace(coarse.training, rows=4000))
    )
    take_out(index, record, np.arange(900, 4000))
    index.wait_for_upkeep()
    coarse = index._state.snapshot.coarse
    assert coarse is not None
    assert coarse.training.rows == coarse.training.checked_rows == 900


def test_a_row_with_another_vector_than_the_record_has_is_read_again(
    tmp_path: Path, record: MemoryRecord, vectors: NDArray[np.float32]
) -> None:
    put_vectors, other = vectors[:400], descriptors(1, DIMENSION, seed=9)
    record.put(np.arange(400), put_vectors)
    FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS).close()
    one = np.array([7])
    index = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    index.remove(one)
    record.drop(one)
    record.put(one, other)
    # The dead row comes back as it was.
    index.sync(everything=True)
    assert index.search(other[0], 1).ids[0] != 7
    index.refresh(one)
    for _ in range(2):
        assert len(index) == 400
        found = index.search(other[0], 1)
        assert found.ids[0] == 7
        assert found.similarities[0] > 0.999
        assert index.search(vectors[7], 1).ids[0] != 7
        index.close()
        index = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
        assert index.repairs == []
    index.close()


def test_upkeep_goes_on_once_threads_can_be_started_again(
    index: FaissIndex, record: MemoryRecord, vectors: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_thread: threading.Thread) -> Never:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError, match="new thread"):
            put(index, record, vectors, 0, 600)
    index.wait_for_upkeep()
    assert not index._state.snapshot.tail.rows
    assert len(index) == 500
    index.sync(everything=True)
    assert len(index) == 600
