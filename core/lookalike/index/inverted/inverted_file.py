"""Inverted file of local features: immutable segments, the newest in memory, searched by votes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.index.inverted.entries import MAX_ENTRIES, Entries
from lookalike.index.inverted.protocol import Votes
from lookalike.index.inverted.segment import InvertedSegment, encode_segment
from lookalike.index.inverted.snapshot import LiveSegment, Snapshot
from lookalike.index.inverted.vocabulary import Vocabulary, shipped_vocabulary
from lookalike.local_features import DETECTOR, LocalFeatures

LAYOUT = 1
"""Raised with every change of what an entry means."""

BATCH_PHOTOS = 256
"""Photos that are assigned at a time."""


def index_key(vocabulary: Vocabulary) -> str:
    """The key of inverted files of this version."""
    return f"inverted-{LAYOUT}-{MAX_ENTRIES}-{DETECTOR}-{vocabulary.key}"


class InvertedFile:
    """Finds photos by their local features; see `FeatureIndex`. Open one with `InvertedFile.open`."""

    def __init__(self, folder: Path, vocabulary: Vocabulary) -> None:
        self.key = index_key(vocabulary)
        self._folder = folder
        self._snapshot = Snapshot(vocabulary)
        self._lock = threading.RLock()
        self._closed = False

    @classmethod
    def open(cls, folder: Path, vocabulary: Vocabulary | None = None) -> InvertedFile:
        """Open the inverted file in a folder, made when absent."""
        return cls(folder, vocabulary or shipped_vocabulary())

    @property
    def repairs(self) -> list[str]:
        """What was found damaged since the opening, one line each; the photos concerned are not in `ids`."""
        return []

    def ids(self) -> NDArray[np.int64]:
        """The photos that are in it, ascending, int64 (n,)."""
        return self._snapshot.ids

    def __contains__(self, content_id: int) -> bool:
        return bool(self._snapshot.contains(np.array([content_id], np.int64))[0])

    def __len__(self) -> int:
        return len(self._snapshot.ids)

    def add(self, ids: NDArray[np.int64], features: Sequence[LocalFeatures]) -> None:
        """Make photos findable at once; see `FeatureIndex.add`."""
        ids, first = np.unique(np.asarray(ids, np.int64), return_index=True)
        for start in range(0, len(ids), BATCH_PHOTOS):
            rows = range(start, min(start + BATCH_PHOTOS, len(ids)))
            self._append(ids[rows.start : rows.stop], [features[first[row]] for row in rows])

    def _append(self, ids: NDArray[np.int64], features: list[LocalFeatures]) -> None:
        with self._lock:
            new = np.flatnonzero(~self._snapshot.contains(ids))
        if not len(new):
            return
        entries = Entries.of(ids[new], [features[row] for row in new], self._snapshot.vocabulary)
        made = InvertedSegment(encode_segment(entries))
        with self._lock:
            self._check_open()
            there = self._snapshot.contains(made.ids)
            segment = LiveSegment(made).with_live(~there)
            self._snapshot = replace(self._snapshot, segments=(*self._snapshot.segments, segment))

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Make photos unfindable at once; see `FeatureIndex.remove`."""
        gone = np.unique(np.asarray(ids, np.int64))
        with self._lock:
            self._check_open()
            segments = tuple(segment.without(gone) for segment in self._snapshot.segments)
            self._snapshot = replace(self._snapshot, segments=segments)

    def vote(
        self,
        query: LocalFeatures,
        limit: int,
        allowed_ids: NDArray[np.int64] | None = None,
        also: NDArray[np.int64] | None = None,
    ) -> Votes:
        """Let the query's features vote; see `FeatureIndex.vote`."""
        self._check_open()
        return self._snapshot.vote(query, limit, allowed_ids, also)

    def votes_of(self, query: LocalFeatures, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The votes for given photos; see `FeatureIndex.votes_of`."""
        self._check_open()
        return self._snapshot.votes_of(query, np.asarray(ids, np.int64))

    def flush(self) -> None:
        """Write what is in memory only."""

    def close(self) -> None:
        """Let go of everything. Safe to call twice."""
        with self._lock:
            self._closed = True
            self._snapshot = Snapshot(self._snapshot.vocabulary)

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("the inverted file is closed")
