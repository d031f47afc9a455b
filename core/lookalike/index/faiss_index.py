"""FAISS index: immutable segments on disk, a tail in memory, and upkeep in the background."""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.index.background_task import BackgroundTask
from lookalike.index.coarse_quantizer import TrainingCancelledError
from lookalike.index.folder import IndexFolder
from lookalike.index.merge_policy import MergePolicy
from lookalike.index.protocol import Neighbours, SimilarPairs
from lookalike.index.similarity_join import SimilarityJoin
from lookalike.index.snapshot import Snapshot
from lookalike.index.state import IndexState
from lookalike.index.tail import Tail
from lookalike.index.training import improve, improvement_due
from lookalike.index.upkeep import (
    encode_and_merge,
    rebuild_without,
    repair_damaged_files,
    seal_and_merge,
    store_unwritten,
    upkeep_due,
)
from lookalike.index.validation import check_batch, unit_query
from lookalike.index.vector_source import VectorSource

log = logging.getLogger(__name__)


class FaissIndex:
    """Finds the recorded vectors nearest a query; see `VectorIndex`. Open one with `FaissIndex.open`.

    Any thread may call anything. A search runs on the snapshot at its start and waits for nobody; changes follow one
    another. Sealing and merging run in a thread that ends with its work.

    Several processes may open one folder. The first writes its files; the others search as well and keep what they
    add in memory, until a `flush` finds the folder free. What another process recorded is found after `sync`.
    """

    def __init__(
        self, folder: Path, key: str, dimension: int, source: VectorSource, policy: MergePolicy
    ) -> None:
        self._state = IndexState(
            IndexFolder(folder, key, dimension),
            dimension,
            source,
            policy,
            Snapshot((), Tail.empty(dimension)),
        )
        self._unchecked = False
        self._training_failed = False
        lock = self._state.snapshot_lock
        self._upkeep = BackgroundTask("index upkeep", self._upkeep_due, self._run_upkeep, self._wake, lock)
        self._training = BackgroundTask(
            "index training", self._training_due, self._run_training, self._wake, lock
        )

    @classmethod
    def open(
        cls, folder: Path, key: str, dimension: int, source: VectorSource, policy: MergePolicy | None = None
    ) -> FaissIndex:
        """Open the index in a folder, made when absent, and bring it in line with the record.

        Ids that are recorded and in no segment are read from the record; segments that are damaged, missing, or of
        another key or dimension are made again from it, and `repairs` says so.

        Args:
            folder: for this index alone.
            key: the describer's key; vectors of different keys never mix.
            dimension: length of the vectors.
            source: the durable record.
            policy: sizes that steer upkeep; None for the usual ones.
        """
        index = cls(folder, key, dimension, source, policy or MergePolicy())
        index._state.folder.become_writer()
        with index._state.upkeep_lock, index._state.snapshot_lock:
            index._unchecked = index._state.load()
        index._wake()
        return index

    @property
    def repairs(self) -> list[str]:
        """What was found damaged since the opening and was put right, one line each."""
        return list(self._state.folder.repairs)

    def __len__(self) -> int:
        return len(self._state.snapshot)

    def __contains__(self, content_id: int) -> bool:
        return bool(self._state.snapshot.contains(np.array([content_id], np.int64))[0])

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Make vectors findable; see `VectorIndex.add`."""
        ids, vectors = check_batch(ids, vectors, self._state.dimension)
        ids, first = np.unique(ids, return_index=True)
        for start in range(0, len(ids), self._state.policy.seal_rows):
            rows = slice(start, start + self._state.policy.seal_rows)
            self._append(ids[rows], vectors[first[rows]])

    def _append(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        state = self._state
        with state.snapshot_lock:
            self._check_open()
            new = ~state.snapshot.contains(ids)
            if not new.any():
                return
            tail = state.snapshot.tail.append(ids[new], vectors[new])
            state.snapshot = replace(state.snapshot, tail=tail)
            if tail.rows >= state.policy.seal_rows:
                self._wake()
        if tail.rows >= 2 * state.policy.seal_rows:
            # Adding outruns upkeep: take part in it, so that the tail stays small.
            seal_and_merge(state, state.policy.seal_rows)

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Make ids unfindable; see `VectorIndex.remove`."""
        with self._state.snapshot_lock:
            self._check_open()
            self._state.snapshot = self._state.snapshot.without(np.unique(np.asarray(ids, np.int64)))

    def search(
        self, query: NDArray[np.float32], k: int, allowed_ids: NDArray[np.int64] | None = None
    ) -> Neighbours:
        """Find the nearest contents; see `VectorIndex.search`.

        The cosines are exact. With a coarse index a few of the nearest may be missed.
        """
        self._check_open()
        unit = unit_query(query, self._state.dimension)
        if allowed_ids is not None:
            allowed_ids = _ascending(np.asarray(allowed_ids, np.int64))
        return self._state.snapshot.search(unit, k, allowed_ids) if k > 0 else _nothing()

    def search_radius(self, query: NDArray[np.float32], min_similarity: float, limit: int) -> Neighbours:
        """Find the nearest contents of at least a cosine, at most `limit` of them, best first.

        Raises:
            ValueError: the query has another shape, or no direction.
        """
        self._check_open()
        unit = unit_query(query, self._state.dimension)
        if limit <= 0:
            return _nothing()
        return self._state.snapshot.search(unit, limit, None, min_similarity)

    def pairs_within(
        self, min_similarity: float, since: NDArray[np.int64] | None = None
    ) -> Generator[SimilarPairs]:
        """Find all pairs of contents of at least a cosine; see `VectorIndex.pairs_within`.

        Runs on the snapshot at its start, in bounded memory. With a coarse index some pairs are missed, the more the
        lower the cosine; with `since` it finds the same pairs of those ids as without.
        """
        self._check_open()
        chosen = None if since is None else _ascending(np.asarray(since, np.int64))
        return SimilarityJoin(self._state.snapshot, self._state.source, min_similarity, chosen).pairs()

    def sync(self, everything: bool = False) -> None:
        """Catch up with the record, e.g. after another process changed it.

        Args:
            everything: compare all ids, not only those that have changed by the record's word.
        """
        with self._state.upkeep_lock:
            with self._state.snapshot_lock:
                self._check_open()
                if everything:
                    self._state.mark = None
                self._state.catch_up()
            self._state.publish()

    def refresh(self, ids: NDArray[np.int64]) -> None:
        """Read the vectors of some ids from the record again; see `VectorIndex.refresh`.

        Dead rows are otherwise kept in case their id comes back, with the vector that it had; those of these ids go.
        """
        with self._state.upkeep_lock:
            self._check_open()
            rebuild_without(self._state, np.unique(np.asarray(ids, np.int64)))
            self.sync(everything=True)

    def try_sync(self) -> bool:
        """Like `sync`, but False instead of waiting while upkeep is under way."""
        if not self._state.upkeep_lock.acquire(blocking=False):
            return False
        try:
            self.sync()
        finally:
            self._state.upkeep_lock.release()
        return True

    def flush(self) -> None:
        """Write the tail as a segment, and take over a folder that its writer has left."""
        state = self._state
        with state.upkeep_lock:
            self._check_open()
            if state.folder.become_writer():
                try:
                    with state.snapshot_lock:
                        self._unchecked = state.load()
                except BaseException:
                    # So that another flush tries again.
                    state.folder.release()
                    raise
            store_unwritten(state)
            seal_and_merge(state, state.policy.flush_rows)
        self._wake()

    def wait_for_upkeep(self) -> None:
        """Flush, and wait until all upkeep that is due is done, training included."""
        self.flush()
        while self._upkeep.busy or self._training.busy:
            self._upkeep.join()
            self._training.join()

    def close(self) -> None:
        """Flush, and let another process write the folder. Safe to call twice. Running training is given up."""
        state = self._state

        def forget() -> None:
            state.snapshot = Snapshot((), Tail.empty(state.dimension))

        state.close(state.folder, self.flush, forget, (self._upkeep, self._training))

    def _check_open(self) -> None:
        if self._state.closed:
            raise RuntimeError("the index is closed")

    def _wake(self) -> None:
        """Start the upkeep that is due, unless it is running."""
        with self._state.snapshot_lock:
            self._upkeep.wake()
            self._training.wake()

    def _upkeep_due(self) -> bool:
        return not self._state.stopping.is_set() and (self._unchecked or upkeep_due(self._state))

    def _training_due(self) -> bool:
        return not (self._state.stopping.is_set() or self._training_failed) and improvement_due(self._state)

    def _run_upkeep(self) -> bool:
        state = self._state
        try:
            seal_and_merge(state, state.policy.seal_rows)
            if self._unchecked:
                self._unchecked = False
                repair_damaged_files(state)
            encode_and_merge(state)
        except Exception:
            # Nothing depends on it: the rows stay where they are, and the next flush raises the same error to its
            # caller.
            log.exception("upkeep of the index in %s was put off", state.folder.path)
            return False
        return True

    def _run_training(self) -> bool:
        try:
            improve(self._state)
        except TrainingCancelledError:
            return False
        except Exception:
            # Searches go on as they did, and what failed would fail again.
            self._training_failed = True
            log.exception("training the index in %s was given up", self._state.folder.path)
            return False
        return True


def _ascending(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    return ids if np.all(np.diff(ids) > 0) else np.unique(ids)


def _nothing() -> Neighbours:
    return Neighbours(np.zeros(0, np.int64), np.zeros(0, np.float32))
