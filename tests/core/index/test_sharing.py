"""Several threads on one index, several processes on one folder."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Never

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.index import FaissIndex, MergePolicy, state, upkeep
from lookalike.index.segment import Batches, encode_segment
from lookalike.worker import Worker
from tests.builders.vectors import MemoryRecord, descriptors

DIMENSION = 64
LIMITS = MergePolicy(seal_rows=100, flush_rows=10, segment_rows=1000, small_segments=4)


def filled(count: int, seed: int = 0) -> MemoryRecord:
    record = MemoryRecord(DIMENSION)
    record.put(np.arange(count), descriptors(count, DIMENSION, seed))
    return record


def names(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


@pytest.mark.slow
def test_searching_while_another_thread_changes_everything(tmp_path: Path) -> None:
    vectors = descriptors(4000, DIMENSION, seed=2)
    record = MemoryRecord(DIMENSION)
    lasting = np.arange(0, 500)
    record.put(lasting, vectors[lasting])
    index = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    done = threading.Event()

    def search(seed: int) -> int:
        rng = np.random.default_rng(seed)
        searches = 0
        while not done.is_set() or not searches:
            number = int(rng.choice(lasting))
            found = index.search(vectors[number], 8)
            assert len(found) == 8
            assert len(set(found.ids.tolist())) == 8
            assert number in found.ids[found.similarities > 0.995]
            assert np.all(np.diff(found.similarities) <= 0)
            np.testing.assert_allclose(found.similarities, vectors[found.ids] @ vectors[number], atol=2e-3)
            searches += 1
        return searches

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(search, seed) for seed in range(2)]
        try:
            for start in range(500, 4000, 70):
                ids = np.arange(start, min(start + 70, 4000))
                record.put(ids, vectors[ids])
                index.add(ids, vectors[ids])
                if start % 3 == 0:
                    # The record first, as always: searches meet ids that it has no more.
                    record.drop(ids[::2])
                    index.remove(ids[::2])
                if start % 4 == 0:
                    index.flush()
        finally:
            done.set()
        assert all(searcher.result() > 0 for searcher in running)
    np.testing.assert_array_equal(np.sort(index.search_radius(vectors[0], -1, 5000).ids), record.ids())
    index.close()


@pytest.mark.parametrize("during", ["sealing", "merging"])
def test_upkeep_holds_up_neither_searches_nor_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, during: str
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    unattended = iter(["sealing", "merging"])

    def encode_and_wait(batches: Batches) -> NDArray[np.uint8] | None:
        content = encode_segment(batches)
        if threading.current_thread() is not threading.main_thread() and next(unattended, None) == during:
            reached.set()
            assert go_on.wait(60)
        return content

    for module in (upkeep, state):
        monkeypatch.setattr(module, "encode_segment", encode_and_wait)
    vectors = descriptors(600, DIMENSION, seed=4)
    ids = np.arange(600)
    record = filled(600, seed=4)
    policy = MergePolicy(
        100, flush_rows=10, segment_rows=1000, small_segments=2 if during == "merging" else 8
    )
    index = FaissIndex.open(tmp_path, "model", DIMENSION, MemoryRecord(DIMENSION), policy)
    index._state.source = record
    index.add(ids[:90], vectors[:90])
    index.flush()
    index.add(ids[100:200], vectors[100:200])
    assert reached.wait(60)

    assert index.search(vectors[150], 1).ids[0] == 150
    index.add(ids[200:250], vectors[200:250])
    gone = np.concatenate([ids[20:60], ids[120:160]])
    record.drop(gone)
    index.remove(gone)
    record.put(ids[50:60], vectors[50:60])
    index.add(ids[50:60], vectors[50:60])
    assert index.search(vectors[230], 1).ids[0] == 230
    expected = np.concatenate([ids[:20], ids[50:90], ids[100:120], ids[160:250]])
    np.testing.assert_array_equal(np.sort(index.search_radius(vectors[30], -1, 1000).ids), expected)

    go_on.set()
    index.flush()
    np.testing.assert_array_equal(np.sort(index.search_radius(vectors[30], -1, 1000).ids), expected)
    assert len(index) == len(expected)
    index.close()


def test_what_the_record_has_no_more_is_not_found_once_the_index_has_caught_up(tmp_path: Path) -> None:
    record = filled(300)
    index = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    query = record.vectors(np.array([7]))[0]
    first = index.search(query, 5)
    record.drop(first.ids[:2])
    assert index.try_sync()
    np.testing.assert_array_equal(index.search(query, 3).ids, first.ids[2:])
    index.close()


def hold(pipe: Connection, folder: Path) -> None:
    """Open the index, say so, and keep it until the pipe closes."""
    index = FaissIndex.open(folder, "model", DIMENSION, filled(300), LIMITS)
    pipe.send(len(index))
    pipe.recv()


def test_second_process_searches_and_adds_but_writes_nothing(tmp_path: Path) -> None:
    FaissIndex.open(tmp_path, "model", DIMENSION, filled(300), LIMITS).close()
    holder = Worker(hold, (tmp_path,), name="the holding process")
    try:
        assert holder.receive() == 300
        before = names(tmp_path)
        record = filled(800)
        second = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
        assert len(second) == 800
        assert second.repairs == []
        more = descriptors(400, DIMENSION, seed=1)
        record.put(np.arange(1000, 1400), more)
        second.add(np.arange(1000, 1400), more)
        second.flush()
        assert second.search(more[7], 1).ids[0] == 1007
        np.testing.assert_array_equal(np.sort(second.search_radius(more[0], -1, 2000).ids), record.ids())
        assert names(tmp_path) == before
    finally:
        holder.kill()

    # The holder is gone, so a flush takes the folder over.
    second.flush()
    assert names(tmp_path) != before
    second.close()
    record.vectors_read = 0
    third = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    assert len(third) == 1200
    assert third.repairs == []
    assert record.vectors_read == 0
    third.close()


def test_reader_outlives_the_files_it_opened(tmp_path: Path) -> None:
    record = filled(250)
    writer = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    reader = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    for start in range(1000, 2000, 100):
        ids, vectors = np.arange(start, start + 100), descriptors(100, DIMENSION, seed=start)
        record.put(ids, vectors)
        writer.add(ids, vectors)
        writer.flush()
    assert len(reader) == 250
    np.testing.assert_array_equal(
        np.sort(reader.search_radius(record.vectors(np.array([3]))[0], -1, 999).ids), np.arange(250)
    )

    reader.sync()
    assert len(reader) == len(writer) == 1250
    query = record.vectors(np.array([1500]))[0]
    np.testing.assert_array_equal(reader.search(query, 20).ids, writer.search(query, 20).ids)
    writer.close()
    reader.close()
    assert reader.repairs == []


@pytest.mark.slow
def test_openings_while_the_writer_replaces_files(tmp_path: Path) -> None:
    record = filled(50)
    done = threading.Event()
    writer = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)

    def rewrite() -> None:
        for start in range(1000, 4000, 60):
            ids, vectors = np.arange(start, start + 60), descriptors(60, DIMENSION, seed=start)
            record.put(ids, vectors)
            writer.add(ids, vectors)
            writer.flush()
        done.set()

    with ThreadPoolExecutor(1) as pool:
        rewriting = pool.submit(rewrite)
        openings = 0
        while not done.is_set() or not openings:
            reader = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
            assert reader.repairs == []
            found = np.sort(reader.search_radius(record.vectors(np.array([0]))[0], -1, 9999).ids)
            assert np.isin(np.arange(50), found).all()
            assert len(np.unique(found)) == len(found)
            openings += 1
            if rewriting.done():
                rewriting.result()
            del reader
        rewriting.result()
    writer.close()


def test_two_indexes_never_share_a_folder_as_writers(tmp_path: Path) -> None:
    record = filled(300)
    first = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    second = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    before = names(tmp_path)
    second.remove(np.arange(250))
    second.close()
    assert names(tmp_path) == before
    first.close()


def test_catching_up_never_waits_for_upkeep(tmp_path: Path) -> None:
    record = filled(50)
    index = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    record.put(np.array([50]), descriptors(51, DIMENSION)[50:])
    held, let_go = threading.Event(), threading.Event()

    def merge() -> None:
        with index._state.upkeep_lock:
            held.set()
            let_go.wait(60)

    thread = threading.Thread(target=merge)
    thread.start()
    try:
        assert held.wait(60)
        assert not index.try_sync()
        assert 50 not in index
    finally:
        let_go.set()
        thread.join()
    assert index.try_sync()
    assert 50 in index
    index.close()


def test_a_hole_is_found_by_comparing_everything(tmp_path: Path) -> None:
    record = filled(50)
    index = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    index.remove(np.array([7]))
    index.sync()
    assert 7 not in index
    index.sync(everything=True)
    assert 7 in index
    index.close()


def test_while_a_folder_is_taken_over_what_was_known_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = filled(300)
    writer = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    writer.flush()
    reader = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    new, gone = np.arange(1000, 1050), np.arange(10)
    more = descriptors(50, DIMENSION, seed=1)
    record.put(new, more)
    reader.add(new, more)
    lost = record.vectors(gone)
    record.drop(gone)
    reader.remove(gone)
    # The writer ends as a killed process does.
    writer._state.folder.release()

    seen = []

    def read(_ids: NDArray[np.int64]) -> Never:
        seen.append((reader.search(more[7], 1).ids[0], reader.search(lost[5], 1).ids[0], len(reader)))
        raise OSError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(record, "vectors", read)
        with pytest.raises(OSError, match="locked"):
            reader.flush()
    assert seen
    assert all((found, count) == (1007, 340) and other != 5 for found, other, count in seen)
    assert len(reader) == 340
    assert reader.search(more[7], 1).ids[0] == 1007

    reader.flush()
    assert reader._state.folder.writable
    assert len(reader) == 340
    assert 1007 in reader
    assert 5 not in reader
    reader.close()
    writer.close()
    again = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    assert len(again) == 340
    assert again.repairs == []
    again.close()
