"""Training: when the coarse quantizer is trained, and how its recall is measured and tuned."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lookalike.index.coarse_index import CoarseIndex
from lookalike.index.coarse_quantizer import (
    MAX_SAMPLE,
    SAMPLE_PER_LIST,
    TrainingCancelledError,
    list_count,
    train_quantizer,
)
from lookalike.index.files import Reaches, Training
from lookalike.index.merge_policy import MergePolicy
from lookalike.index.segment import Segment
from lookalike.index.snapshot import LiveSegment, Snapshot
from lookalike.index.state import IndexState
from lookalike.index.tail import Tail
from lookalike.index.upkeep import encode_and_merge, encode_segments, read_batches

RETRAINING_GROWTH = 4
"""An index that has grown or shrunk by this factor gets a new quantizer, with more or fewer lists, or none any more."""
CHECK_GROWTH, CHECK_SHRINKAGE = 1.25, 0.5
"""The recall is measured again whenever the index has grown or shrunk by such a factor."""
MAX_RECALL_LOSS = 0.03
"""The quantizer is trained anew when this much less of the 10 nearest is found than at first."""
QUERIES = 512
"""Vectors of the index that the recall is measured with."""
TARGET_OF_10, TARGET_OF_100 = 0.975, 0.965
"""The reaches are tuned to find these shares of the 10 and the 100 nearest of the index's own vectors; other queries
find about as much (docs/benchmarks.md, The vector index)."""
TRIED_REACHES = tuple(step / 256 for step in range(-128, 257))
"""Reaches to choose from, as squared distances of unit vectors."""
FIRST_REACH = 0.25
"""The reach until the recall has been measured."""
ROUNDING = 1e-5
"""More than two ways to compute a cosine in float32 differ by."""
NO_COSINE = -2.0
"""Less than any cosine."""
FIRST_CODES_ROWS = 262144
"""Rows per file of codes when all are made anew (43 MB)."""


def improvement_due(state: IndexState) -> bool:
    """Whether this process should train a quantizer or measure the recall that the present one gives."""
    snapshot, policy = state.snapshot, state.policy
    return state.folder.writable and (
        _recall_check_due(snapshot)
        or _tuning_due(snapshot)
        or _training_due(snapshot, policy)
        or _dropping_due(snapshot, policy)
    )


def _training_due(snapshot: Snapshot, policy: MergePolicy) -> bool:
    rows = snapshot.sealed_rows
    coarse = snapshot.coarse
    if coarse is None:
        return rows >= policy.exact_rows
    training = coarse.training
    if rows * RETRAINING_GROWTH <= training.rows:
        return rows >= policy.exact_rows
    drifted = training.checked_recall < training.recall - MAX_RECALL_LOSS
    return rows > 0 and (rows >= RETRAINING_GROWTH * training.rows or drifted)


def _dropping_due(snapshot: Snapshot, policy: MergePolicy) -> bool:
    return snapshot.coarse is not None and snapshot.sealed_rows * RETRAINING_GROWTH <= policy.exact_rows


def _tuning_due(snapshot: Snapshot) -> bool:
    coarse = snapshot.coarse
    return coarse is not None and not coarse.training.recall and _all_coded(snapshot)


def _recall_check_due(snapshot: Snapshot) -> bool:
    coarse = snapshot.coarse
    if coarse is None or not coarse.training.recall:
        return False
    # What came since the last check may be found less well; until it has codes the recall says little.
    rows, before = snapshot.sealed_rows, coarse.training.checked_rows
    return (rows >= CHECK_GROWTH * before or rows <= CHECK_SHRINKAGE * before) and _all_coded(snapshot)


def _all_coded(snapshot: Snapshot) -> bool:
    living = [segment for segment in snapshot.segments if segment.live_rows]
    return bool(living) and all(segment.coded for segment in living)


def improve(state: IndexState) -> None:
    """Measure the recall or train a quantizer, if either is due.

    The current snapshot goes on answering; `upkeep_lock` is held for seconds at most.

    Raises:
        TrainingCancelledError: the index is being closed.
    """
    if state.stopping.wait(state.policy.training_delay):
        raise TrainingCancelledError
    snapshot = state.snapshot
    if _dropping_due(snapshot, state.policy):
        _drop_coarse(state)
        return
    if _recall_check_due(snapshot):
        _check_recall(state, snapshot)
    snapshot = state.snapshot
    if _training_due(snapshot, state.policy):
        _train_quantizer(state, snapshot)
    snapshot = state.snapshot
    if _tuning_due(snapshot):
        _tune(state, snapshot)


def _check_recall(state: IndexState, snapshot: Snapshot) -> None:
    coarse = snapshot.coarse
    assert coarse is not None
    check = RecallCheck(snapshot, snapshot.sealed_rows, state.stopping.is_set)
    recall = check.recall(coarse.training.reaches(10))
    with state.upkeep_lock:
        now = state.snapshot.coarse
        if state.closed or now is None or now.quantizer is not coarse.quantizer:
            return
        training = replace(now.training, checked_rows=snapshot.sealed_rows, checked_recall=recall)
        with state.snapshot_lock:
            state.snapshot = replace(state.snapshot, coarse=replace(now, training=training))
        state.publish()


def _drop_coarse(state: IndexState) -> None:
    """Drop the coarse index: so few rows are left that every query is compared with all."""
    with state.upkeep_lock:
        if state.closed:
            return
        with state.snapshot_lock:
            segments = tuple(replace(segment, coded=False) for segment in state.snapshot.segments)
            state.snapshot = replace(state.snapshot, segments=segments, coarse=None)
        state.publish()


def _train_quantizer(state: IndexState, snapshot: Snapshot) -> None:
    rows = snapshot.sealed_rows
    lists = list_count(rows)
    _, sample = sample_rows(snapshot, min(rows, MAX_SAMPLE, SAMPLE_PER_LIST * lists), seed=rows)
    content = train_quantizer(sample, min(lists, len(sample)), cancelled=state.stopping.is_set)
    del sample
    quantizer, file = state.folder.store_quantizer(content)
    coarse = CoarseIndex(quantizer, file, (), Training(rows, FIRST_REACH, FIRST_REACH, 0, rows, 0))
    if snapshot.coarse is None:
        _start_coding(state, coarse)
    else:
        _replace_coarse(state, coarse)


def _start_coding(state: IndexState, coarse: CoarseIndex) -> None:
    """Take a first quantizer into use at once: what has no codes yet is compared with every query as before.

    The codes made so far outlive a process that ends meanwhile.
    """
    with state.upkeep_lock:
        if state.stopping.is_set():
            state.folder.discard(coarse.file)
            raise TrainingCancelledError
        with state.snapshot_lock:
            state.set_coarse(coarse, set())
        state.publish()
    encode_and_merge(state)


def _replace_coarse(state: IndexState, coarse: CoarseIndex) -> None:
    """Make all codes anew beside the old ones, which answer until the new ones are complete."""
    done: set[Segment] = set()
    try:
        while True:
            coarse = _encode_all(state, coarse, done, state.snapshot)
            segments = tuple(replace(s, coded=True) for s in state.snapshot.segments if s.segment in done)
            complete = Snapshot(segments, Tail.empty(state.dimension), coarse)
            # An index that was emptied meanwhile is tuned once there is something in it again.
            if not coarse.training.recall and complete.sealed_rows:
                coarse = replace(coarse, training=_measure_reach(complete, state))
            with state.upkeep_lock:
                if state.stopping.is_set():
                    raise TrainingCancelledError
                lacking = [s for s in state.snapshot.segments if s.segment not in done]
                if sum(len(segment.segment.ids) for segment in lacking) > state.policy.segment_rows:
                    # Much was added meanwhile: encode it first, without holding anything up.
                    continue
                coarse = _encode_all(state, coarse, done, state.snapshot)
                with state.snapshot_lock:
                    state.set_coarse(coarse, done)
                state.publish()
                return
    except BaseException:
        for stored in (coarse.file, *(part.file for part in coarse.parts)):
            state.folder.discard(stored)
        raise


def _encode_all(
    state: IndexState, coarse: CoarseIndex, done: set[Segment], snapshot: Snapshot
) -> CoarseIndex:
    """Encode all segments of a snapshot that are not done yet, and add them to `done`."""
    group: list[LiveSegment] = []
    parts = list(coarse.parts)

    def finish() -> None:
        if group:
            parts.append(encode_segments(state, coarse, group))
            done.update(segment.segment for segment in group)
            group.clear()

    for segment in snapshot.segments:
        if segment.segment in done:
            continue
        if sum(len(member.segment.ids) for member in group) >= FIRST_CODES_ROWS:
            finish()
        group.append(segment)
    finish()
    return replace(coarse, parts=tuple(parts))


def _tune(state: IndexState, snapshot: Snapshot) -> None:
    assert snapshot.coarse is not None
    training = _measure_reach(snapshot, state)
    with state.upkeep_lock:
        now = state.snapshot.coarse
        if state.closed or now is None or now.quantizer is not snapshot.coarse.quantizer:
            return
        with state.snapshot_lock:
            state.snapshot = replace(state.snapshot, coarse=replace(now, training=training))
        state.publish()


def _measure_reach(snapshot: Snapshot, state: IndexState) -> Training:
    """Tune the reaches until the recall on this snapshot is right."""
    assert snapshot.coarse is not None
    check = RecallCheck(snapshot, 1, state.stopping.is_set)
    reach_of_10 = _least_reach(check, (), 10, TARGET_OF_10)
    reach_of_100 = _least_reach(check, ((10, reach_of_10),), 100, TARGET_OF_100)
    recall = check.recall(((10, reach_of_10),))
    return replace(
        snapshot.coarse.training,
        reach_of_10=reach_of_10,
        reach_of_100=reach_of_100,
        recall=max(recall, MAX_RECALL_LOSS),
        checked_recall=max(recall, MAX_RECALL_LOSS),
        checked_rows=snapshot.sealed_rows,
    )


def _least_reach(check: RecallCheck, known: Reaches, count: int, target: float) -> float:
    """The least reach with which the target share of the nearest is found, or the greatest one there is."""
    place = bisect_left(TRIED_REACHES, target, key=lambda reach: check.recall((*known, (count, reach))))
    return TRIED_REACHES[min(place, len(TRIED_REACHES) - 1)]


def sample_rows(snapshot: Snapshot, count: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Draw live rows of the segments at random, without the tail; gives ids and vectors."""
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.choice(snapshot.sealed_rows, min(count, snapshot.sealed_rows), replace=False))
    ids, vectors = [], []
    first = 0
    for segment in snapshot.segments:
        begin, end = np.searchsorted(chosen, [first, first + segment.live_rows])
        rows = chosen[begin:end] - first
        if segment.live is not None:
            rows = np.flatnonzero(segment.live)[rows]
        for some_ids, some_vectors in read_batches(segment.segment, rows):
            ids.append(some_ids)
            vectors.append(some_vectors)
        first += segment.live_rows
    return np.concatenate(ids), np.concatenate(vectors)


class RecallCheck:
    """Compares what searches find for vectors drawn from the index with what is nearest them in truth.

    Args:
        snapshot: its coded segments are searched.
        seed: of the draw.
        cancelled: asked several times a second.

    Raises:
        TrainingCancelledError: `cancelled` said so.
    """

    def __init__(self, snapshot: Snapshot, seed: int, cancelled: Callable[[], bool]) -> None:
        coded = tuple(segment for segment in snapshot.segments if segment.coded and segment.live_rows)
        self._snapshot = Snapshot(coded, Tail.empty(0), snapshot.coarse)
        self._cancelled = cancelled
        self._ids, queries = sample_rows(self._snapshot, QUERIES, seed)
        self._queries = queries / np.linalg.norm(queries, axis=1, keepdims=True)
        self._truth = _nearest(self._snapshot, self._ids, self._queries, 100, cancelled)

    def recall(self, reaches: Reaches) -> float:
        """Measure the share of the k nearest that a search finds; k is that of the last of `reaches`, 100 at most.

        Raises:
            TrainingCancelledError: the index is being closed.
        """
        count = reaches[-1][0]
        shares = []
        for own, query, true in zip(self._ids, self._queries, self._truth, strict=True):
            if self._cancelled():
                raise TrainingCancelledError
            scans = list(self._snapshot.coarse_scans(query, count, reaches, None))
            found = np.concatenate([np.zeros(0, np.int64), *(scan[0] for scan in scans)])
            similarities = np.concatenate([np.zeros(0, np.float32), *(scan[1] for scan in scans)])
            wanted = true[:count]
            wanted = wanted[wanted > NO_COSINE]
            if len(wanted):
                # Equal cosines stand for one another.
                right = int(np.count_nonzero(similarities[found != own] >= wanted[-1] - ROUNDING))
                shares.append(min(right, len(wanted)) / len(wanted))
        return float(np.mean(shares)) if shares else 1.0


def _nearest(
    snapshot: Snapshot,
    own: NDArray[np.int64],
    queries: NDArray[np.float32],
    count: int,
    cancelled: Callable[[], bool],
) -> NDArray[np.float32]:
    """The cosines of the vectors nearest each query, by comparing all, best first, float32 (queries, count).

    Where there are too few, `NO_COSINE` fills up.
    """
    best = np.zeros((len(queries), 0), np.float32)
    for segment in snapshot.segments:
        rows = np.arange(len(segment.segment.ids)) if segment.live is None else np.flatnonzero(segment.live)
        for ids, vectors in read_batches(segment.segment, rows):
            if cancelled():
                raise TrainingCancelledError
            scores = queries @ vectors.T
            scores[ids[np.newaxis] == own[:, np.newaxis]] = NO_COSINE
            best = np.concatenate([best, scores], axis=1)
            best = -np.partition(-best, min(count, best.shape[1]) - 1, axis=1)[:, :count]
    return -np.sort(-best, axis=1)
