"""The folder of one index: whose it is to write, which segments count, and what was found damaged in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.index.files import (
    MANIFEST,
    Manifest,
    SegmentFile,
    Unusable,
    map_segment,
    read_manifest,
    sweep,
    write_manifest,
    write_segment,
)
from lookalike.index.lock import WriterLock
from lookalike.index.segment import Segment
from lookalike.index.snapshot import LiveSegment

READ_ATTEMPTS = 5
"""How often a reader starts over when the writing process has just replaced the files that it was told of."""


class IndexFolder:
    """Reads and, when it holds the lock, writes the files. Trouble with them is told, never raised.

    Args:
        path: made when absent.
        key: the describer's key.
        dimension: length of the vectors.

    Attributes:
        repairs: what went wrong and was put right, one line each.
    """

    def __init__(self, path: Path, key: str, dimension: int) -> None:
        self.path = path
        self.repairs: list[str] = []
        self._key = key
        self._dimension = dimension
        self._lock: WriterLock | None = None
        self._manifest: Manifest | None = None
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._tell_unwritable(error)

    @property
    def writable(self) -> bool:
        """Whether this process writes the folder."""
        return self._lock is not None

    def take(self) -> bool:
        """Become the writer if nobody else is; True when that is news."""
        if self._lock is not None:
            return False
        self._lock = WriterLock.take(self.path)
        return self.writable

    def release(self) -> None:
        """Let others write the folder."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def read(self, expected: bool) -> list[LiveSegment]:
        """The segments that can be used, oldest first.

        Args:
            expected: whether there ought to be any.
        """
        self._manifest = None
        for attempt in range(READ_ATTEMPTS):
            try:
                manifest = read_manifest(self.path)
            except FileNotFoundError:
                if expected and self.writable:
                    self._tell(f"The search index in {self.path} was missing and was made again.")
                return []
            except Unusable as why:
                self._tell(f"{self.path / MANIFEST} {why}; the search index was made again.")
                return []
            self._manifest = manifest
            if (manifest.key, manifest.dimension) != (self._key, self._dimension):
                self._tell(f"The search index in {self.path} belonged to another model and was made again.")
                return []
            final = self.writable or attempt == READ_ATTEMPTS - 1
            segments = self._open_all(manifest, final)
            if segments is not None:
                return segments
        raise AssertionError("the last attempt always answers")

    def store(self, content: NDArray[np.uint8]) -> LiveSegment:
        """A segment, put on the disk and mapped there, or in memory where it cannot be written."""
        if self._lock is not None:
            try:
                file = write_segment(self.path, content, len(Segment(content).ids))
                return LiveSegment.of(self._open(file), file, None)
            except OSError as error:
                self._tell_unwritable(error)
            except Unusable as why:
                self._tell(f"{self.path} does not give back what is written there: a segment {why}.")
        return LiveSegment.of(Segment(content), None, None)

    def publish(self, segments: Sequence[LiveSegment]) -> None:
        """Make these the segments that count, and delete the files of all others. Readers write nothing."""
        if self._lock is None:
            return
        files = tuple(segment.file for segment in segments if segment.file is not None)
        manifest = Manifest(self._key, self._dimension, files)
        if manifest != self._manifest:
            try:
                write_manifest(self.path, manifest)
            except OSError as error:
                self._tell_unwritable(error)
                return
            self._manifest = manifest
        sweep(self.path, manifest)

    def _open_all(self, manifest: Manifest, final: bool) -> list[LiveSegment] | None:
        """The segments less the broken ones; None if the writer took one away and `final` is unset."""
        segments = []
        for file in manifest.segments:
            try:
                segments.append(LiveSegment.of(self._open(file), file, None))
            except FileNotFoundError:
                if not final:
                    return None
                self._tell_lost(file, "was missing")
            except Unusable as why:
                self._tell_lost(file, str(why))
        return segments

    def _open(self, file: SegmentFile) -> Segment:
        segment = Segment(map_segment(self.path, file))
        if segment.dimension != self._dimension or len(segment.ids) != file.rows:
            raise Unusable("does not fit the index")
        return segment

    def _tell(self, line: str) -> None:
        if line not in self.repairs:
            self.repairs.append(line)

    def _tell_lost(self, file: SegmentFile, why: str) -> None:
        self._tell(f"{self.path / file.name} {why}; its {file.rows:,} photos were indexed again.")

    def _tell_unwritable(self, error: OSError) -> None:
        self._tell(
            f"The search index in {self.path} could not be written ({error.strerror}); "
            "what is missing there is kept in memory and made again at the next start."
        )
