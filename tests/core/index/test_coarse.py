"""Coarse codes with re-scoring: what they find, and that training them holds nobody up."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Never

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.index import FaissIndex, MergePolicy, coarse_quantizer, training
from lookalike.index.coarse_index import (
    FIRST_LISTS,
    MARGIN,
    MIN_CANDIDATES,
    MIN_PROBED_LISTS,
    CoarseIndex,
    CoarseQuery,
    candidate_distance_limit,
    list_distance_limit,
)
from lookalike.index.codes import ScanHits, id_selector
from lookalike.index.files import Training, read_manifest
from tests.builders.vectors import Archive, MemoryRecord

DIMENSION = 192
ROWS = 6000
ENOUGH = 0.9
"""Recall that other photos than the indexed ones have; the index itself aims at .975 for its own."""
LIMITS = MergePolicy(
    seal_rows=500, flush_rows=50, segment_rows=2000, small_segments=4, exact_rows=2000, training_delay=0
)


@pytest.fixture(scope="module", autouse=True)
def short_lists() -> Iterator[None]:
    """So many lists that a query leaves most of them out, as in a large library."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coarse_quantizer, "ROWS_PER_LIST", 12)
        yield


@pytest.fixture(scope="module")
def archive() -> Archive:
    return Archive(DIMENSION, seed=3)


@pytest.fixture(scope="module")
def record(archive: Archive) -> MemoryRecord:
    record = MemoryRecord(DIMENSION)
    record.put(np.arange(ROWS) * 3 + 7, archive.take(ROWS))
    return record


@pytest.fixture(scope="module")
def queries(archive: Archive, record: MemoryRecord) -> NDArray[np.float32]:
    ids = np.random.default_rng(4).choice(record.ids(), 40, replace=False)
    return archive.views(record.vectors(np.sort(ids)))


def grown(folder: Path, record: MemoryRecord, policy: MergePolicy = LIMITS) -> FaissIndex:
    """An index to which the record's vectors came little by little, trained."""
    index = FaissIndex.open(folder, "model", DIMENSION, MemoryRecord(DIMENSION), policy)
    index._state.source = record
    ids = record.ids()
    for start in range(0, len(ids), 700):
        piece = ids[start : start + 700]
        index.add(piece, record.vectors(piece))
    index.wait_for_upkeep()
    return index


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, record: MemoryRecord) -> FaissIndex:
    # Trained once all vectors are there: on what, must not hang on how far a busy machine has come.
    index = grown(tmp_path_factory.mktemp("index"), record, replace(LIMITS, exact_rows=ROWS - 1))
    ids = record.ids()
    index.remove(ids[::9])
    index.add(ids[::9], record.vectors(ids[::9]))
    index.wait_for_upkeep()
    return index


def recall(
    index: FaissIndex,
    record: MemoryRecord,
    queries: NDArray[np.float32],
    k: int,
    among: NDArray[np.int64] | None = None,
) -> float:
    """The share of the true k nearest that is found; what is found must be right in itself."""
    shares = []
    for query in queries:
        found = index.search(query, k, among)
        true, _similarities = record.nearest(query, k, among)
        assert len(found) == len(true)
        assert len(np.unique(found.ids)) == len(found)
        if among is not None:
            assert np.isin(found.ids, among).all()
        exact = record.vectors(found.ids) @ (query / np.linalg.norm(query))
        np.testing.assert_allclose(found.similarities, np.clip(exact, -1, 1), atol=2e-6)
        assert np.all(np.diff(found.similarities) <= 0)
        shares.append(np.isin(found.ids, true).mean())
    return float(np.mean(shares))


def recall_of_own(index: FaissIndex, record: MemoryRecord, ids: NDArray[np.int64]) -> float:
    """The share of the 10 photos nearest each of the index's own that is found when as many as that are asked for."""
    mirror = MemoryRecord(DIMENSION)
    mirror.put(ids, record.vectors(ids))
    shares = []
    for own in ids[::4]:
        query = record.vectors(np.array([own]))[0]
        true, _similarities = mirror.nearest(query, 11)
        shares.append(np.isin(true[true != own], index.search(query, 11).ids).mean())
    return float(np.mean(shares))


@pytest.mark.slow
def test_coarse_codes_find_nearly_all(
    index: FaissIndex, record: MemoryRecord, queries: NDArray[np.float32]
) -> None:
    snapshot = index._state.snapshot
    assert snapshot.coarse is not None
    assert all(segment.coded for segment in snapshot.segments)
    assert (
        np.mean([looked_into(snapshot.coarse, query, 10) for query in queries])
        < snapshot.coarse.quantizer.lists / 4
    )
    assert recall(index, record, queries, 10) >= ENOUGH
    assert recall(index, record, queries, 100) >= ENOUGH


def looked_into(coarse: CoarseIndex, query: NDArray[np.float32], k: int) -> int:
    """How many lists a query for the k nearest looks into."""
    near = coarse.coarse_query(query)
    found = coarse.parts[0].codes.scan(near.probe(near.nearest_lists(FIRST_LISTS)), 200, None)
    limit = list_distance_limit(near, found.distances, coarse.training.reaches(k))
    return len(near.lists_within(limit, coarse.max_lists(10)))


def test_how_far_the_lists_are(index: FaissIndex, queries: NDArray[np.float32]) -> None:
    coarse = index._state.snapshot.coarse
    assert coarse is not None
    for query in queries[:10]:
        rotated = coarse.quantizer.rotate(query[np.newaxis])
        lists, distances = coarse.quantizer.nearest_lists(rotated, coarse.quantizer.lists)
        near = coarse.coarse_query(query)
        np.testing.assert_allclose(near.distances[lists[0]], distances[0], atol=1e-6)
        assert set(near.nearest_lists(7)) == set(lists[0, :7])
        assert set(near.nearest_lists(10**6)) == set(lists[0])
        probe = near.probe(near.nearest_lists(7))
        np.testing.assert_array_equal(probe.distances[0], near.distances[probe.lists[0]])


def test_many_centres_are_measured_by_several_threads(
    index: FaissIndex, queries: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    coarse = index._state.snapshot.coarse
    assert coarse is not None
    alone = coarse.coarse_query(queries[0]).distances
    monkeypatch.setattr(coarse_quantizer, "CENTROIDS_PER_THREAD", 7)
    np.testing.assert_array_equal(coarse.coarse_query(queries[0]).distances, alone)


def test_how_many_lists_may_be_looked_into(index: FaissIndex) -> None:
    """More where much is wanted."""
    coarse = index._state.snapshot.coarse
    assert coarse is not None
    assert coarse.max_lists(10) == MIN_PROBED_LISTS < coarse.quantizer.lists
    assert coarse.max_lists(1000) == coarse.quantizer.lists


def test_the_lists_within_a_distance() -> None:
    distances = np.array([0.5, 0.1, 0.4, 0.2, 0.3], np.float32)
    near = CoarseQuery(np.zeros((1, 4), np.float32), distances)
    assert set(near.nearest_lists(2)) == {1, 3}
    assert set(near.lists_within(0.4, 5)) == {1, 3, 4, 2}
    assert set(near.lists_within(math.inf, 5)) == set(range(5))
    assert set(near.lists_within(math.inf, 3)) == {1, 3, 4}
    assert set(near.lists_within(-1.0, 5)) == set(near.lists_within(0.05, 1)) == {1}


def test_how_far_a_query_looks(index: FaissIndex, queries: NDArray[np.float32]) -> None:
    """As far as the k-th of what it has found, half the nearest centre's distance and the reach together."""
    coarse = index._state.snapshot.coarse
    assert coarse is not None
    for query in queries[:10]:
        near = coarse.coarse_query(query)
        found = np.sort(np.random.default_rng(1).uniform(0.1, 0.6, 150).astype(np.float32))
        limits = []
        for k, reach in ((10, -0.5), (10, 0.0), (100, 0.0), (100, 0.1)):
            limits.append(list_distance_limit(near, found, ((k, reach),)))
            assert limits[-1] == pytest.approx(found[k - 1] + near.distances.min() / 2 + reach, abs=1e-6)
        assert limits == sorted(limits)
        assert list_distance_limit(near, found, ((10, 0.0), (100, -4.0))) == limits[1]
        assert list_distance_limit(near, found, ((10, 0.0), (100, 0.1))) == limits[3]
        assert list_distance_limit(near, found[:99], ((10, -4.0), (100, -4.0))) == math.inf


def test_a_search_for_many_looks_at_least_as_far_as_one_for_few() -> None:
    trained = Training(1, 0.2, 0.05, 1.0, 1, 1.0)
    assert trained.reaches(3) == trained.reaches(10) == ((10, 0.2),)
    for k, reach in ((100, 0.05), (1000, -0.1)):
        for_10, for_all = trained.reaches(k)
        assert for_10 == (10, 0.2)
        assert for_all[0] == k
        assert for_all[1] == pytest.approx(reach)


def test_how_near_what_is_found_must_be() -> None:
    """Within a share of the distances of the k-th and of the nearest centre; as near as the 64th in any case."""
    near = CoarseQuery(np.zeros((1, 4), np.float32), np.array([0.5, 0.2], np.float32))
    distances = np.linspace(0.1, 0.4, 301, dtype=np.float32)
    assert candidate_distance_limit(near, distances, 101) == pytest.approx(0.2 + MARGIN * (0.2 + 0.2))
    assert candidate_distance_limit(near, distances, 10) == pytest.approx(distances[MIN_CANDIDATES - 1])
    assert (
        candidate_distance_limit(near, distances, 302)
        == candidate_distance_limit(near, distances[:63], 10)
        == math.inf
    )
    assert candidate_distance_limit(near, distances - np.float32(1), 301) == pytest.approx(-0.6)


@pytest.mark.parametrize("depth", [5, 60, 2000])
@pytest.mark.parametrize("share", [1, 0.1])
def test_entries_no_further_than_a_limit(
    index: FaissIndex, record: MemoryRecord, queries: NDArray[np.float32], depth: int, share: float
) -> None:
    coarse = index._state.snapshot.coarse
    assert coarse is not None
    codes = coarse.parts[0].codes
    rng = np.random.default_rng(8)
    allowed = None if share == 1 else id_selector(rng.random(record.ids().max() + 1) < share)
    found = expected = 0
    for query in queries[:10]:
        near = coarse.coarse_query(query)
        probe = near.probe(near.nearest_lists(coarse.quantizer.lists))
        every = codes.scan(probe, depth, allowed)
        np.testing.assert_array_equal(every.distances, np.sort(every.distances))
        limit = every.distances[len(every.distances) // 2]
        nearer = codes.scan(probe, depth, allowed, float(limit))
        right = every.ids[every.distances <= limit]
        assert np.isin(nearer.ids, right).all()
        assert np.all(nearer.distances <= limit)
        found, expected = found + len(nearer.ids), expected + len(right)
        assert not len(codes.scan(probe, depth, allowed, -4.0).ids)
    # One bit of two is looked at first: now and then an entry seems to be beyond the limit by that.
    assert found >= 0.9 * expected


def test_the_best_of_several_looks() -> None:
    """Each id once, by its nearest entry: one that was removed and added again has two."""
    one = ScanHits(np.array([5, 3, 9]), np.array([0.1, 0.2, 0.4], np.float32))
    other = ScanHits(np.array([3, 7]), np.array([0.2, 0.3], np.float32))
    best = ScanHits.best([one, other], 3)
    assert best.ids.tolist() == [5, 3, 7]
    np.testing.assert_array_equal(best.distances, np.array([0.1, 0.2, 0.3], np.float32))
    assert ScanHits.best([other], 10).ids.tolist() == [3, 7]


def test_one_query_and_many_see_the_same_lists(index: FaissIndex, queries: NDArray[np.float32]) -> None:
    coarse = index._state.snapshot.coarse
    assert coarse is not None
    rotated = coarse.quantizer.rotate(queries)
    together, distances = coarse.quantizer.nearest_lists(rotated, 5)
    for row, vector in enumerate(rotated):
        lists, own = coarse.quantizer.nearest_lists(vector[np.newaxis], 5)
        np.testing.assert_allclose(own[0], distances[row], atol=1e-5)
        assert lists[0, 0] == together[row, 0]


@pytest.mark.parametrize("share", [0.0002, 0.001, 0.01, 0.1, 0.5, 1])
def test_filter_at_every_selectivity(
    index: FaissIndex,
    record: MemoryRecord,
    queries: NDArray[np.float32],
    share: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lookalike.index.snapshot.EXACT_IDS", 20)
    monkeypatch.setattr("lookalike.index.snapshot.EXACT_SHARE", 0)
    rng = np.random.default_rng(6)
    allowed_ids = rng.permutation(record.ids())[: max(1, round(share * ROWS))]
    assert recall(index, record, queries, 10, allowed_ids) >= ENOUGH


def test_range_and_large_answers(
    index: FaissIndex, record: MemoryRecord, queries: NDArray[np.float32]
) -> None:
    for query in queries[:8]:
        ids, similarities = record.nearest(query, ROWS)
        near = ids[similarities >= 0.8]
        found = index.search_radius(query, 0.8, 500)
        assert np.isin(found.ids, near).all()
        assert len(found) >= 0.9 * len(near)
        np.testing.assert_array_equal(np.sort(index.search_radius(query, -1, 2 * ROWS).ids), np.sort(ids))


@pytest.mark.slow
def test_removed_and_restored_rows(
    tmp_path: Path, record: MemoryRecord, queries: NDArray[np.float32]
) -> None:
    index = grown(tmp_path, record)
    mirror = MemoryRecord(DIMENSION)
    mirror.put(record.ids(), record.vectors(record.ids()))
    gone = record.ids()[1000:3500]
    mirror.drop(gone)
    index._state.source = mirror
    index.remove(gone)
    assert recall(index, mirror, queries, 10) >= ENOUGH
    index.wait_for_upkeep()
    assert recall(index, mirror, queries, 10) >= ENOUGH
    mirror.put(gone, record.vectors(gone))
    index.add(gone, record.vectors(gone))
    index.wait_for_upkeep()
    assert all(segment.coded for segment in index._state.snapshot.segments)
    assert recall(index, mirror, queries, 10) >= ENOUGH
    index.close()
    again = FaissIndex.open(tmp_path, "model", DIMENSION, mirror, LIMITS)
    assert again.repairs == []
    assert recall(again, mirror, queries, 10) >= ENOUGH
    again.close()


@pytest.mark.slow
def test_codes_are_found_again_at_opening(
    tmp_path: Path, record: MemoryRecord, queries: NDArray[np.float32]
) -> None:
    index = grown(tmp_path, record)
    before = [index.search(query, 10).ids for query in queries]
    index.close()
    record.vectors_read = 0
    index = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    assert index.repairs == []
    assert record.vectors_read == 0
    for query, ids in zip(queries, before, strict=True):
        np.testing.assert_array_equal(index.search(query, 10).ids, ids)
    index.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["segment", "codes", "codebook", "state"])
@pytest.mark.parametrize("damage", ["deleted", "cut", "head", "middle"])
def test_damage_is_told_and_repaired(
    tmp_path: Path, record: MemoryRecord, queries: NDArray[np.float32], kind: str, damage: str
) -> None:
    index = grown(tmp_path, record)
    index.remove(record.ids()[:5])
    index.close()
    path = sorted(tmp_path.glob(f"{kind}-*"))[0]
    content = bytearray(path.read_bytes())
    content[5 if damage == "head" else len(content) // 2] ^= 0x41
    if damage == "deleted":
        path.unlink()
    else:
        path.write_bytes(content[: len(content) // 3] if damage == "cut" else content)
    index = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    assert len(index.repairs) == 1
    assert path.name in index.repairs[0]
    assert len(index) == ROWS
    index.wait_for_upkeep()
    assert recall(index, record, queries, 10) >= ENOUGH
    index.close()
    again = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    assert again.repairs == []
    assert len(again) == ROWS
    assert again._state.snapshot.coarse is not None
    again.close()


@pytest.mark.slow
def test_large_folders_are_checked_in_the_background(
    tmp_path: Path, record: MemoryRecord, queries: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    grown(tmp_path, record).close()
    monkeypatch.setattr("lookalike.index.reading.CHECKED_AT_OPENING", 1000)
    damaged = [sorted(tmp_path.glob(f"{kind}-*"))[0] for kind in ("segment", "codes")]
    for path in damaged:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 0x41
        path.write_bytes(content)
    index = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    index.wait_for_upkeep()
    assert len(index.repairs) == 2
    assert all(any(path.name in line for line in index.repairs) for path in damaged)
    assert not any(path.exists() for path in damaged)
    assert recall(index, record, queries, 10) >= ENOUGH
    index.close()
    again = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    again.wait_for_upkeep()
    assert again.repairs == []
    again.close()


@pytest.mark.slow
def test_training_holds_up_neither_searches_nor_changes_and_ends_on_close(
    tmp_path: Path, record: MemoryRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, cancelled_at = threading.Event(), threading.Event()

    def endless(
        _sample: NDArray[np.float32],
        _lists: int,
        _seed: int = 0,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Never:
        reached.set()
        while not cancelled():
            cancelled_at.wait(0.01)
        raise coarse_quantizer.TrainingCancelledError

    monkeypatch.setattr(training, "train_quantizer", endless)
    ids = record.ids()
    index = FaissIndex.open(tmp_path, "model", DIMENSION, MemoryRecord(DIMENSION), LIMITS)
    index._state.source = record
    index.add(ids[:2500], record.vectors(ids[:2500]))
    index.flush()
    assert reached.wait(60)
    query = record.vectors(ids[:1])[0]
    assert index.search(query, 1).ids[0] == ids[0]
    index.add(ids[2500:5000], record.vectors(ids[2500:5000]))
    index.flush()
    index.remove(ids[:1])
    assert len(index) == 4999
    assert index.search(query, 1).ids[0] != ids[0]
    index.close()
    assert read_manifest(tmp_path).codebook is None

    monkeypatch.undo()
    index = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    index.wait_for_upkeep()
    assert index._state.snapshot.coarse is not None
    assert index.repairs == []
    index.close()


@pytest.mark.slow
def test_the_recall_is_measured_as_the_library_grows_and_a_loss_brings_a_new_codebook(
    tmp_path: Path, record: MemoryRecord, queries: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    # So few photos lose more by growing than a large library does.
    monkeypatch.setattr(training, "MAX_RECALL_LOSS", 0.3)
    monkeypatch.setattr(training, "QUERIES", 512)
    ids = record.ids()
    # Only all of the first 3000 are enough for a codebook, however the upkeep and the adding take turns.
    policy = replace(LIMITS, exact_rows=3000)
    index = FaissIndex.open(tmp_path, "model", DIMENSION, MemoryRecord(DIMENSION), policy)
    index._state.source = record
    index.add(ids[:3000], record.vectors(ids[:3000]))
    index.wait_for_upkeep()
    first = read_manifest(tmp_path)
    assert first.training is not None
    assert first.training.rows == 3000
    assert first.training.recall >= training.TARGET_OF_10

    index.add(ids[3000:4000], record.vectors(ids[3000:4000]))
    index.wait_for_upkeep()
    second = read_manifest(tmp_path)
    assert second.training is not None
    assert second.codebook == first.codebook
    assert second.training.checked_rows == 4000
    assert second.training.checked_recall == pytest.approx(recall_of_own(index, record, ids[:4000]), abs=0.05)

    index.add(ids[4000:5100], record.vectors(ids[4000:5100]))
    index.wait_for_upkeep()
    # As if it had found much more at first than it does now.
    state = index._state
    coarse = state.snapshot.coarse
    assert coarse is not None
    state.snapshot = replace(
        state.snapshot, coarse=replace(coarse, training=replace(coarse.training, recall=1.5))
    )
    index.wait_for_upkeep()
    third = read_manifest(tmp_path)
    assert third.training is not None
    assert third.codebook != first.codebook
    assert third.training.rows == 5100
    assert training.TARGET_OF_10 <= third.training.recall <= 1
    mirror = MemoryRecord(DIMENSION)
    mirror.put(ids[:5100], record.vectors(ids[:5100]))
    assert recall(index, mirror, queries, 10) >= ENOUGH
    index.close()


def test_the_recall_is_not_measured_while_new_photos_lack_codes(index: FaissIndex) -> None:
    snapshot = index._state.snapshot
    coarse = snapshot.coarse
    assert coarse is not None
    smaller = replace(coarse, training=replace(coarse.training, checked_rows=ROWS // 2))
    complete = replace(snapshot, coarse=smaller)
    lacking = replace(
        complete, segments=(*snapshot.segments[:-1], replace(snapshot.segments[-1], coded=False))
    )
    assert training._recall_check_due(complete)
    assert not training._recall_check_due(lacking)


@pytest.mark.slow
@pytest.mark.parametrize("equal", [100, 1000])
def test_many_equal_vectors_are_found(tmp_path: Path, equal: int) -> None:
    archive = Archive(64, seed=0)
    vectors = archive.take(3000)
    places = np.sort(np.random.default_rng(0).choice(3000, equal, replace=False))
    vectors[places] = vectors[places[0]]
    record = MemoryRecord(64)
    record.put(np.arange(3000), vectors)
    index = FaissIndex.open(tmp_path, "model", 64, record, LIMITS)
    index.wait_for_upkeep()
    assert index._state.snapshot.coarse is not None
    assert np.isin(index.search(vectors[places[0]], 10).ids, places).all()
    for view in archive.views(np.repeat(vectors[places[:1]], 10, axis=0), 0.05):
        found = index.search(view, 10)
        assert len(found) == 10
        assert found.similarities[-1] > record.nearest(view, 10)[1][-1] - 1e-5
    index.close()


@pytest.mark.slow
def test_equal_photos_are_no_loss_of_recall(tmp_path: Path, archive: Archive) -> None:
    vectors = archive.take(4000)
    for start in range(0, 800, 40):
        vectors[start : start + 40] = vectors[start]
    record = MemoryRecord(DIMENSION)
    record.put(np.arange(4000), vectors)
    index = FaissIndex.open(tmp_path, "model", DIMENSION, record, LIMITS)
    index.wait_for_upkeep()
    snapshot = index._state.snapshot
    check = training.RecallCheck(snapshot, 3, lambda: False)
    # As far as is tried everything is found, in whatever order equal ones come.
    assert check.recall(((10, training.TRIED_REACHES[-1]),)) > 0.99
    index.close()


@pytest.mark.slow
def test_a_library_four_times_as_large_gets_a_new_codebook(
    tmp_path: Path, record: MemoryRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What came later than the codebook is found less well, which would be enough for another one.
    monkeypatch.setattr(training, "MAX_RECALL_LOSS", 1)
    ids = record.ids()
    policy = replace(LIMITS, exact_rows=1200)
    part = MemoryRecord(DIMENSION)
    part.put(ids[:1200], record.vectors(ids[:1200]))
    index = grown(tmp_path, part, policy)
    first = read_manifest(tmp_path)
    index._state.source = record
    index.add(ids[1200:], record.vectors(ids[1200:]))
    index.wait_for_upkeep()
    second = read_manifest(tmp_path)
    assert first.training is not None
    assert second.training is not None
    assert first.training.rows == 1200
    assert second.training.rows >= 4800
    assert second.codebook != first.codebook
    index.close()
