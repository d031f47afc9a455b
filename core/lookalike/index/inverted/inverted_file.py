"""Inverted file of local features: immutable segments on disk, the newest in memory, and upkeep in the background."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.index.background_task import BackgroundTask
from lookalike.index.inverted.entries import MAX_ENTRIES, Entries
from lookalike.index.inverted.folder import InvertedFolder
from lookalike.index.inverted.protocol import Votes
from lookalike.index.inverted.segment import InvertedSegment, encode_segment
from lookalike.index.inverted.snapshot import LiveSegment, Snapshot
from lookalike.index.inverted.upkeep import InvertedState, keep_tail_in_few, repair_damaged, seal_and_merge
from lookalike.index.inverted.vocabulary import Vocabulary, shipped_vocabulary
from lookalike.index.merge_policy import MergePolicy
from lookalike.local_features import DETECTOR, LocalFeatures

log = logging.getLogger(__name__)

LAYOUT = 1
"""Raised with every change of what an entry means."""

BATCH_PHOTOS = 256
"""Photos that are assigned to words at a time."""

POLICY = MergePolicy(seal_rows=2048, flush_rows=1, segment_rows=65536, small_segments=8)
"""A tail of 2,048 photos takes some 17 MB of memory; a segment of 65,536 is 550 MB large."""


def index_key(vocabulary: Vocabulary) -> str:
    """The key of inverted files of this version, made with a vocabulary."""
    return f"inverted-{LAYOUT}-{MAX_ENTRIES}-{DETECTOR}-{vocabulary.key}"


class InvertedFile:
    """Finds photos by their local features; see `FeatureIndex`. Open one with `InvertedFile.open`.

    Any thread may call anything. A query runs on the snapshot at its start and waits for nobody; changes follow one
    another. Sealing and merging run in a thread that ends with its work.

    Several processes may open one folder. The first writes its files; the others search as well and keep what they
    add in memory, until a `flush` finds the folder free. What the writer has written since is found after `sync`.
    """

    def __init__(self, folder: Path, vocabulary: Vocabulary, policy: MergePolicy) -> None:
        self.key = index_key(vocabulary)
        self._state = InvertedState(InvertedFolder(folder, self.key), policy, Snapshot(vocabulary))
        self._unchecked = False
        self._upkeep = BackgroundTask(
            "details upkeep", self._upkeep_due, self._run_upkeep, lambda: None, self._state.snapshot_lock
        )

    @classmethod
    def open(
        cls, folder: Path, vocabulary: Vocabulary | None = None, policy: MergePolicy = POLICY
    ) -> InvertedFile:
        """Open the inverted file in a folder, made when absent.

        Photos of segments that are damaged, missing or of another key are lacking, and `repairs` says so.

        Args:
            folder: for this inverted file alone.
            vocabulary: its words; None for those that come with Lookalike.
            policy: sizes that steer upkeep, in photos.
        """
        inverted = cls(folder, vocabulary or shipped_vocabulary(), policy)
        state = inverted._state
        state.folder.become_writer()
        with state.upkeep_lock:
            inverted._load()
        inverted._wake()
        return inverted

    def _load(self) -> None:
        """Take the folder's segments into use, with what this process keeps in memory; `upkeep_lock` is held."""
        state = self._state
        found, self._unchecked = state.folder.read()
        with state.snapshot_lock:
            tail = state.snapshot.tail
            known = Snapshot(state.snapshot.vocabulary, found)
            state.snapshot = replace(
                known, segments=(*found, *(segment.without(known.ids) for segment in tail))
            )
        state.publish()

    @property
    def repairs(self) -> list[str]:
        """What was found damaged since the opening, one line each; the photos concerned are not in `ids`."""
        return list(self._state.folder.repairs)

    @property
    def writable(self) -> bool:
        """Whether this process writes the folder."""
        return self._state.folder.writable

    def ids(self) -> NDArray[np.int64]:
        """The photos that are in it, ascending, int64 (n,)."""
        return self._state.snapshot.ids

    def __contains__(self, content_id: int) -> bool:
        return bool(self.contains(np.array([content_id], np.int64))[0])

    def contains(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each of some photos is in it, bool (len(ids),)."""
        return self._state.snapshot.contains(np.asarray(ids, np.int64))

    def __len__(self) -> int:
        return sum(segment.live_photos for segment in self._state.snapshot.segments)

    def add(self, ids: NDArray[np.int64], features: Sequence[LocalFeatures]) -> None:
        """Make photos findable at once; see `FeatureIndex.add`."""
        ids, first = np.unique(np.asarray(ids, np.int64), return_index=True)
        for start in range(0, len(ids), BATCH_PHOTOS):
            rows = range(start, min(start + BATCH_PHOTOS, len(ids)))
            self._append(ids[rows.start : rows.stop], [features[first[row]] for row in rows])

    def _append(self, ids: NDArray[np.int64], features: list[LocalFeatures]) -> None:
        state = self._state
        with state.snapshot_lock:
            self._check_open()
            # A photo that was removed and comes back has the features that it had.
            state.snapshot = state.snapshot.revived(ids)
            new = np.flatnonzero(~state.snapshot.contains(ids))
        if not len(new):
            return
        entries = Entries.of(ids[new], [features[row] for row in new], state.snapshot.vocabulary)
        made = LiveSegment(InvertedSegment(encode_segment(entries)))
        with state.snapshot_lock:
            self._check_open()
            # Another thread may have added them meanwhile.
            made = made.with_live(~state.snapshot.contains(made.ids))
            state.snapshot = replace(state.snapshot, segments=(*state.snapshot.segments, made))
            keep_tail_in_few(state)
            photos = state.snapshot.tail_photos
            if photos >= state.policy.seal_rows:
                self._wake()
        if photos >= 2 * state.policy.seal_rows and state.folder.writable:
            # Adding outruns upkeep: take part in it, so that the tail stays small.
            seal_and_merge(state, state.policy.seal_rows)

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Make photos unfindable at once; see `FeatureIndex.remove`."""
        with self._state.snapshot_lock:
            self._check_open()
            self._state.snapshot = self._state.snapshot.without(np.unique(np.asarray(ids, np.int64)))

    def vote(
        self,
        query: LocalFeatures,
        limit: int,
        allowed_ids: NDArray[np.int64] | None = None,
        also: NDArray[np.int64] | None = None,
        most_entries: int | None = None,
    ) -> Votes:
        """Let the query's features vote; see `FeatureIndex.vote`."""
        self._check_open()
        return self._state.snapshot.vote(query, limit, allowed_ids, also, most_entries)

    def votes_of(self, query: LocalFeatures, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The votes for given photos; see `FeatureIndex.votes_of`."""
        self._check_open()
        return self._state.snapshot.votes_of(query, np.asarray(ids, np.int64))

    def sync(self) -> None:
        """Take in what the process that writes the folder has written since; the writer itself does nothing."""
        state = self._state
        if state.folder.writable:
            # Not after waiting for a merge.
            return
        with state.upkeep_lock:
            self._check_open()
            if not state.folder.writable and state.folder.read_manifest() != state.folder.manifest:
                self._load()
        self._wake()

    def flush(self) -> None:
        """Write what is in memory only, and take over a folder that its writer has left."""
        state = self._state
        with state.upkeep_lock:
            self._check_open()
            if state.folder.become_writer():
                try:
                    self._load()
                except BaseException:
                    # So that another flush tries again, and nothing is published that lacks the folder's segments.
                    state.folder.release()
                    raise
            seal_and_merge(state, state.policy.flush_rows)
            state.publish()
        self._wake()

    def wait_for_upkeep(self) -> None:
        """Flush, and wait until all upkeep that is due is done."""
        self.flush()
        self._upkeep.join()

    def close(self) -> None:
        """Flush, and let another process write the folder. Safe to call twice."""
        state = self._state

        def forget() -> None:
            state.snapshot = Snapshot(state.snapshot.vocabulary)

        state.close(state.folder, self.flush, forget, (self._upkeep,))

    def _check_open(self) -> None:
        if self._state.closed:
            raise RuntimeError("the inverted file is closed")

    def _wake(self) -> None:
        """Start the upkeep that is due, unless it is running."""
        with self._state.snapshot_lock:
            self._upkeep.wake()

    def _upkeep_due(self) -> bool:
        state = self._state
        if state.stopping.is_set():
            return False
        seal = state.folder.writable and state.snapshot.tail_photos >= state.policy.seal_rows
        return self._unchecked or seal

    def _run_upkeep(self) -> bool:
        state = self._state
        try:
            if self._unchecked:
                self._unchecked = False
                repair_damaged(state)
            before = state.snapshot.tail_photos
            seal_and_merge(state, state.policy.seal_rows)
        except Exception:
            # Nothing depends on it: what is in memory stays there, and the next flush raises the same error to its
            # caller.
            log.exception("upkeep of the details in %s was put off", state.folder.path)
            return False
        # A disk that is full now is tried again when more has come.
        return state.snapshot.tail_photos < before or before < state.policy.seal_rows
