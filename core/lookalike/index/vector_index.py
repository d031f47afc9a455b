"""The index that the rest of Lookalike uses."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.index.folder import IndexFolder
from lookalike.index.limits import Limits
from lookalike.index.record import Neighbours, VectorRecord, positions, recorded
from lookalike.index.segment import Batches, encode
from lookalike.index.snapshot import LiveSegment, Snapshot
from lookalike.index.tail import Tail

log = logging.getLogger(__name__)

BATCH_ROWS = 8192
"""Vectors that are read from the record and encoded at a time."""


class VectorIndex:
    """Finds the recorded vectors nearest a query. Open one with `VectorIndex.open`.

    Any thread may call anything. Searches run on the state at their start and wait for nobody; changes follow
    one another. Sealing and merging run in a thread of their own that ends with its work.

    Several processes may open one folder. The first writes its files; the others search as well and keep what
    they add in memory, until a `flush` finds the folder free. What another process recorded is found after
    `reconcile`.
    """

    def __init__(self, folder: Path, key: str, dimension: int, record: VectorRecord, limits: Limits) -> None:
        self._folder = IndexFolder(folder, key, dimension)
        self._dimension = dimension
        self._record = record
        self._limits = limits
        self._snapshot = Snapshot((), Tail.empty(dimension))
        self._closed = False
        # Taken in this order. The first is held while segments are made, the second only to exchange snapshots.
        self._upkeep = threading.RLock()
        self._changing = threading.RLock()
        self._thread: threading.Thread | None = None

    @classmethod
    def open(
        cls, folder: Path, key: str, dimension: int, record: VectorRecord, limits: Limits | None = None
    ) -> VectorIndex:
        """Open the index in `folder`, made when absent, and bring it in line with the record.

        Ids that the record has and the segments lack are read from it; segments that are damaged, missing, or
        of another key or dimension are made again from it, which `repairs` tells.

        Args:
            folder: for this index alone.
            key: the describer's key; vectors of different keys never mix.
            dimension: length of the vectors.
            record: the durable record.
            limits: sizes that steer upkeep.
        """
        index = cls(folder, key, dimension, record, limits or Limits())
        index._folder.take()
        index._load()
        return index

    @property
    def repairs(self) -> list[str]:
        """What went wrong with the files and was put right, one line each."""
        return list(self._folder.repairs)

    def __len__(self) -> int:
        return len(self._snapshot)

    def __contains__(self, content_id: int) -> bool:
        return bool(self._snapshot.has(np.array([content_id], np.int64))[0])

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Make vectors findable; the record must have them already. Ids that are present are passed over.

        Args:
            ids: content ids (n,).
            vectors: unit vectors, float32 (n, dimension).

        Raises:
            ValueError: the vectors have another shape or are not finite.
        """
        ids = np.asarray(ids, np.int64)
        vectors = np.asarray(vectors, np.float32)
        if vectors.shape != (len(ids), self._dimension):
            raise ValueError(f"vectors {vectors.shape} for {len(ids)} ids of dimension {self._dimension}")
        if not np.isfinite(vectors).all():
            raise ValueError("a vector has components that are not finite")
        ids, first = np.unique(ids, return_index=True)
        for start in range(0, len(ids), self._limits.seal_rows):
            rows = slice(start, start + self._limits.seal_rows)
            self._append(ids[rows], vectors[first[rows]])

    def _append(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        with self._changing:
            self._check_open()
            new = ~self._snapshot.has(ids)
            if not new.any():
                return
            tail = self._snapshot.tail.append(ids[new], vectors[new])
            self._snapshot = Snapshot(self._snapshot.segments, tail)
            if tail.rows >= self._limits.seal_rows and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._maintain_unattended, name="index upkeep")
                self._thread.start()
        if tail.rows >= 2 * self._limits.seal_rows:
            # Adding outruns the thread: wait for it, so that the tail stays small.
            self._maintain(self._limits.seal_rows)

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Make ids unfindable; the record must have let go of them already. Unknown ids are passed over."""
        with self._changing:
            self._check_open()
            self._snapshot = self._snapshot.without(np.unique(np.asarray(ids, np.int64)))

    def search(
        self, query: NDArray[np.float32], k: int, among: NDArray[np.int64] | None = None
    ) -> Neighbours:
        """The nearest contents.

        Args:
            query: vector (dimension,) of any length but zero.
            k: how many at most.
            among: the only ids that may be found; None for all.

        Returns:
            At most k neighbours, best first. Their cosines are those of the record's vectors.

        Raises:
            ValueError: the query has another shape, or no direction.
        """
        self._check_open()
        unit = self._unit(query)
        if among is not None:
            among = np.unique(np.asarray(among, np.int64))
        return self._snapshot.search(unit, k, among, self._record) if k > 0 else _nothing()

    def within(self, query: NDArray[np.float32], min_similarity: float, limit: int) -> Neighbours:
        """The nearest contents of at least a cosine, at most `limit` of them, best first.

        Raises:
            ValueError: the query has another shape, or no direction.
        """
        self._check_open()
        unit = self._unit(query)
        if limit <= 0:
            return _nothing()
        return self._snapshot.search(unit, limit, None, self._record, min_similarity)

    def reconcile(self) -> None:
        """Compare ids with the record and follow it, e.g. after another process changed it."""
        with self._upkeep, self._changing:
            self._check_open()
            # Asked for under the lock: what is recorded later is added later.
            self._snapshot = self._following(self._snapshot, np.unique(self._record.ids()))
            self._publish()

    def flush(self) -> None:
        """Make everything in the tail quick to open next time, and take over a folder that its writer left."""
        with self._upkeep:
            self._check_open()
            if self._folder.take():
                with self._changing:
                    self._load()
            self._store_kept_in_memory()
            self._maintain(self._limits.flush_rows)

    def close(self) -> None:
        """Flush, and let others write the folder. Safe to call twice."""
        with self._upkeep:
            if self._closed:
                return
            try:
                self.flush()
            finally:
                with self._changing:
                    self._closed = True
                    # Lets go of the mapped files once running searches end.
                    self._snapshot = Snapshot((), Tail.empty(self._dimension))
                    thread = self._thread
                self._folder.release()
        if thread is not None:
            thread.join()

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("the index is closed")

    def _unit(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        query = np.ascontiguousarray(query, np.float32)
        if query.shape != (self._dimension,):
            raise ValueError(f"a query of shape {query.shape} for an index of dimension {self._dimension}")
        norm = np.linalg.norm(query)
        if not np.isfinite(norm) or norm == 0:
            raise ValueError("the query has no direction")
        return query / norm

    def _load(self) -> None:
        wanted = np.unique(self._record.ids())
        segments = tuple(self._folder.read(expected=len(wanted) > 0))
        self._snapshot = self._following(Snapshot(segments, Tail.empty(self._dimension)), wanted)
        self._publish()

    def _publish(self) -> None:
        self._folder.publish(self._snapshot.segments)

    def _following(self, snapshot: Snapshot, wanted: NDArray[np.int64]) -> Snapshot:
        """The snapshot brought in line with the record's ids (ascending)."""
        snapshot, missing = snapshot.only(wanted)
        if len(missing) < self._limits.seal_rows:
            if not len(missing):
                return snapshot
            return Snapshot(snapshot.segments, snapshot.tail.append(*recorded(self._record, missing)))
        pieces = range(0, len(missing), self._limits.segment_rows)
        made = [self._make_again(missing[start : start + self._limits.segment_rows]) for start in pieces]
        return Snapshot(
            (*snapshot.segments, *(segment for segment in made if segment is not None)), snapshot.tail
        )

    def _make_again(self, ids: NDArray[np.int64]) -> LiveSegment | None:
        """A new segment of recorded vectors; None when the record has none of the ids any more."""

        def batches() -> Batches:
            for start in range(0, len(ids), BATCH_ROWS):
                yield recorded(self._record, ids[start : start + BATCH_ROWS])

        return self._store(encode(batches))

    def _store(self, content: NDArray[np.uint8] | None) -> LiveSegment | None:
        return None if content is None else self._folder.store(content)

    def _store_kept_in_memory(self) -> None:
        if not self._folder.writable:
            return
        for old in self._snapshot.segments:
            if old.file is None:
                new = self._folder.store(old.segment.content)
                with self._changing:
                    self._exchange([old], new)
        self._publish()

    def _maintain_unattended(self) -> None:
        try:
            self._maintain(self._limits.seal_rows)
        except Exception:
            # Nothing depends on it: the rows stay where they are, and the next flush meets the same trouble in
            # its caller's sight.
            log.warning("upkeep of the index in %s was put off", self._folder.path, exc_info=True)

    def _maintain(self, tail_rows: int) -> None:
        """Seal a tail of `tail_rows` or more, then merge what is due."""
        with self._upkeep:
            if self._closed:
                return
            while self._snapshot.tail.rows >= tail_rows:
                self._seal()
            while True:
                segments = self._snapshot.segments
                due = self._limits.due(
                    [segment.live_rows for segment in segments],
                    [len(segment.segment.ids) for segment in segments],
                )
                if not due:
                    return
                self._merge([segments[position] for position in due])

    def _seal(self) -> None:
        tail = self._snapshot.tail
        rows = np.flatnonzero(tail.live)
        rows = rows[np.argsort(tail.ids[rows])]
        batch = (tail.ids[rows], tail.vectors[rows])
        sealed = self._store(encode(lambda: [batch]))
        with self._changing:
            now = self._snapshot
            segments = now.segments
            if sealed is not None:
                # Rows may have been removed meanwhile.
                segments += (LiveSegment.of(sealed.segment, sealed.file, now.tail.live[rows]),)
            self._snapshot = Snapshot(segments, now.tail.since(tail.rows))
        self._publish()

    def _merge(self, sources: list[LiveSegment]) -> None:
        ids = np.sort(np.concatenate([source.ids for source in sources]))
        merged = self._make_again(ids)
        with self._changing:
            self._exchange(sources, merged)
        self._publish()

    def _exchange(self, old: list[LiveSegment], new: LiveSegment | None) -> None:
        """Put a new segment in the place of others, less what was removed from them meanwhile."""
        codes = [source.segment for source in old]
        gone = [segment for segment in self._snapshot.segments if segment.segment in codes]
        kept = tuple(segment for segment in self._snapshot.segments if segment.segment not in codes)
        if new is not None:
            _, live = positions(np.sort(np.concatenate([segment.ids for segment in gone])), new.segment.ids)
            kept += (LiveSegment.of(new.segment, new.file, live),)
        self._snapshot = Snapshot(kept, self._snapshot.tail)


def _nothing() -> Neighbours:
    return Neighbours(np.zeros(0, np.int64), np.zeros(0, np.float32))
