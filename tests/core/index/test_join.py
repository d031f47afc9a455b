"""The join of near pairs, against comparing all with all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.index import FaissIndex, MergePolicy
from tests.builders.vectors import MemoryRecord, descriptors

DIMENSION = 192
ROWS = 4000
EXACT = MergePolicy(seal_rows=500, flush_rows=50, segment_rows=1000, small_segments=4)
Pairs = dict[tuple[int, int], float]
"""Cosines by pairs of ids, the lower id first."""

COARSE = replace(EXACT, exact_rows=1000, training_delay=0)


@pytest.fixture(scope="module")
def record() -> MemoryRecord:
    record = MemoryRecord(DIMENSION)
    ids = np.random.default_rng(1).permutation(3 * ROWS)[:ROWS]
    record.put(ids, descriptors(ROWS, DIMENSION, seed=12))
    return record


def opened(folder: Path, record: MemoryRecord, policy: MergePolicy) -> FaissIndex:
    """Segments, one of them with dead rows, and a tail."""
    index = FaissIndex.open(folder, "model", DIMENSION, MemoryRecord(DIMENSION), policy)
    index._state.source = record
    ids = record.ids()
    for start in range(0, ROWS - 40, 400):
        piece = ids[start : min(start + 400, ROWS - 40)]
        index.add(piece, record.vectors(piece))
    index.wait_for_upkeep()
    index.remove(ids[100:150])
    index.add(ids[100:150], record.vectors(ids[100:150]))
    index.add(ids[-40:], record.vectors(ids[-40:]))
    index.remove(ids[:20])
    assert index._state.snapshot.tail.live_rows
    assert len(index) == ROWS - 20
    return index


def truth(record: MemoryRecord, floor: float) -> Pairs:
    ids = record.ids()[20:]
    vectors = record.vectors(ids)
    similarities = vectors @ vectors.T
    rows, columns = np.nonzero(np.triu(similarities >= floor, 1))
    return {
        (int(ids[one]), int(ids[other])): float(similarities[one, other])
        for one, other in zip(rows, columns, strict=True)
    }


def joined(index: FaissIndex, floor: float, since: NDArray[np.int64] | None = None) -> Pairs:
    found: Pairs = {}
    done = 0
    for pairs in index.pairs_within(floor, since):
        assert done <= pairs.done <= pairs.total == ROWS - 20
        done = pairs.done
        for one, other, similarity in zip(pairs.first, pairs.second, pairs.similarities, strict=True):
            assert one < other
            assert (int(one), int(other)) not in found
            found[int(one), int(other)] = float(similarity)
    assert done == ROWS - 20
    return found


def assert_same(found: Pairs, true: Pairs, floor: float) -> None:
    for pair in found.keys() ^ true.keys():
        assert abs({**true, **found}[pair] - floor) < 1e-5
    for pair in found.keys() & true.keys():
        assert found[pair] == pytest.approx(min(true[pair], 1), abs=2e-6)


@pytest.mark.parametrize("floor", [0.98, 0.9])
def test_without_codes_it_is_comparing_all_with_all(
    tmp_path: Path, record: MemoryRecord, floor: float
) -> None:
    index = opened(tmp_path, record, EXACT)
    true = truth(record, floor)
    assert len(true) > 100
    assert_same(joined(index, floor), true, floor)
    index.close()


@pytest.mark.slow
def test_with_codes_it_finds_nearly_all(tmp_path: Path, record: MemoryRecord) -> None:
    index = opened(tmp_path, record, COARSE)
    assert index._state.snapshot.coarse is not None
    true = truth(record, 0.95)
    found = joined(index, 0.95)
    assert len(found.keys() & true.keys()) >= 0.98 * len(true)
    assert_same(found, {pair: true[pair] for pair in true.keys() & found.keys()}, 0.95)
    index.close()


@pytest.mark.slow
@pytest.mark.parametrize("limits", [EXACT, COARSE])
def test_join_of_new_ids_finds_their_pairs_of_the_full_join(
    tmp_path: Path, record: MemoryRecord, limits: MergePolicy
) -> None:
    index = opened(tmp_path, record, limits)
    everything = joined(index, 0.93)
    rng = np.random.default_rng(5)
    for since in (record.ids()[-60:], rng.permutation(record.ids())[:700], record.ids()):
        wanted = set(since.tolist())
        expected = {pair for pair in everything if wanted & set(pair)}
        assert expected
        assert joined(index, 0.93, since).keys() == expected
    assert joined(index, 0.93, np.array([10**9])) == {}
    index.close()


@pytest.mark.slow
def test_join_in_blocks(tmp_path: Path, record: MemoryRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    index = opened(tmp_path, record, COARSE)
    whole = joined(index, 0.9)
    monkeypatch.setattr("lookalike.index.similarity_join.BLOCK", 37)
    monkeypatch.setattr("lookalike.index.similarity_join.BATCH_PAIRS", 11)
    assert joined(index, 0.9).keys() == whole.keys()
    index.close()


@pytest.mark.slow
def test_join_ends_when_it_is_closed_and_passes_over_what_is_gone(
    tmp_path: Path, record: MemoryRecord
) -> None:
    index = opened(tmp_path, record, COARSE)
    running = index.pairs_within(0.9)
    next(running)
    running.close()
    some = min(joined(index, 0.9))
    mirror = MemoryRecord(DIMENSION)
    mirror.put(record.ids(), record.vectors(record.ids()))
    mirror.drop(np.array(some[:1]))
    index._state.source = mirror
    assert not any(some[0] in pair for pair in joined(index, 0.9))
    index.close()
    with pytest.raises(RuntimeError, match="closed"):
        index.pairs_within(0.9)


def test_pairs_of_many_equal_vectors_come_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lookalike.index.similarity_join.BATCH_PAIRS", 2000)
    record = MemoryRecord(DIMENSION)
    record.put(np.arange(300), np.repeat(descriptors(1, DIMENSION), 300, axis=0))
    index = FaissIndex.open(tmp_path, "model", DIMENSION, record, EXACT)
    batches = [len(pairs.first) for pairs in index.pairs_within(0.9)]
    assert sum(batches) == 300 * 299 / 2
    assert max(batches) <= 2000
    index.close()
