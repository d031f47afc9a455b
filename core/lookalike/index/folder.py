"""The folder of one index: whose it is to write, which files count, and what was found damaged in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.index.coarse import LiveCodes
from lookalike.index.codebook import Codebook
from lookalike.index.codes import Codes
from lookalike.index.files import (
    MANIFEST,
    IndexFile,
    Manifest,
    UnusableFileError,
    check_bulk,
    map_file,
    new_name,
    read_manifest,
    sweep,
    write_file,
    write_manifest,
)
from lookalike.index.lock import WriterLock
from lookalike.index.reading import FileGoneError, OpenedFiles, message, open_files, open_segment
from lookalike.index.segment import Segment
from lookalike.index.snapshot import LiveSegment, Snapshot

READ_ATTEMPTS = 5
"""How often a reader starts over when the writing process has just replaced the files that it was told of."""


class IndexFolder:
    """Reads and, when it holds the lock, writes the files. Trouble with them is told, never raised.

    Args:
        path: made when it is taken and absent.
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
        self._state: tuple[IndexFile, NDArray[np.int64]] | None = None
        self._unpublished: set[str] = set()

    @property
    def writable(self) -> bool:
        """Whether this process writes the folder."""
        return self._lock is not None

    def take(self) -> bool:
        """Become the writer if nobody else is; True when that is news."""
        if self._guarded():
            return False
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = WriterLock.take(self.path)
        except OSError as error:
            self._tell_unwritable(error)
        return self.writable

    def release(self) -> None:
        """Let others write the folder."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _guarded(self) -> bool:
        """Whether the folder is this process's to write; if it was deleted, what lies there now may be another's."""
        if self._lock is not None and not self._lock.guards(self.path):
            self.release()
        return self.writable

    def read(self, expected: Callable[[], bool]) -> OpenedFiles:
        """What can be used of the folder.

        Args:
            expected: whether there ought to be anything; asked when there is nothing.
        """
        self._manifest = None
        for attempt in range(READ_ATTEMPTS):
            try:
                manifest = read_manifest(self.path)
            except FileNotFoundError:
                if self.writable and expected():
                    self._tell(f"The search index in {self.path} was missing and was made again.")
                return OpenedFiles()
            except UnusableFileError as why:
                self._tell(f"{self.path / MANIFEST} {why}; the search index was made again.")
                return OpenedFiles()
            self._manifest = manifest
            if (manifest.key, manifest.dimension) != (self._key, self._dimension):
                self._tell(f"The search index in {self.path} belonged to another model and was made again.")
                return OpenedFiles()
            try:
                return open_files(
                    self.path, manifest, self._tell, final=self.writable or attempt == READ_ATTEMPTS - 1
                )
            except FileGoneError:
                continue
        raise AssertionError("the last attempt always answers")

    def store_segment(self, content: NDArray[np.uint8]) -> LiveSegment:
        """A segment, put on the disk and mapped there, or in memory where it cannot be written."""
        segment = Segment(content)
        file = self._store("segment", content, len(segment.ids), segment.bulk)
        if file is not None:
            try:
                return LiveSegment.of(open_segment(self.path, file, self._dimension), file)
            except (UnusableFileError, FileNotFoundError) as why:
                self._tell(f"{self.path} does not give back what is written there: a segment {message(why)}.")
        return LiveSegment.of(segment, None)

    def store_codes(self, content: NDArray[np.uint8], rows: int, codebook: Codebook) -> LiveCodes:
        """Codes, put on the disk and mapped there, or in memory where they cannot be written."""
        codes = Codes(content, rows, codebook)
        file = self._store("codes", content, rows, codes.bulk)
        if file is not None:
            try:
                return LiveCodes(Codes(map_file(self.path, file), rows, codebook), file)
            except (UnusableFileError, FileNotFoundError) as why:
                self._tell(
                    f"{self.path} does not give back what is written there: a file of codes {message(why)}."
                )
        return LiveCodes(codes, None)

    def store_codebook(self, content: NDArray[np.uint8]) -> tuple[Codebook, IndexFile | None]:
        """A codebook, and its file where it could be written."""
        return Codebook(content), self._store("codebook", content, 0, range(0))

    def forget(self, file: IndexFile | None) -> None:
        """Let go of a stored file that was never published; the next publishing sweeps it."""
        if file is not None:
            self._unpublished.discard(file.name)

    def publish(self, snapshot: Snapshot, mark: str | None) -> None:
        """Make these the files that count, and delete all others. Readers write nothing.

        Args:
            snapshot: what to find again at the next opening.
            mark: the record's state that it stands for; None when unknown.
        """
        if not self._guarded():
            return
        try:
            manifest = self._described(snapshot, mark)
            if manifest != self._manifest:
                write_manifest(self.path, manifest)
        except OSError as error:
            self._tell_unwritable(error)
            return
        self._manifest = manifest
        self._unpublished -= {file.name for file in manifest.files}
        sweep(self.path, manifest, lambda: set(self._unpublished))

    def _described(self, snapshot: Snapshot, mark: str | None) -> Manifest:
        kept = [segment for segment in snapshot.segments if segment.file is not None]
        if len(kept) < len(snapshot.segments):
            mark = None
        coarse = snapshot.coarse
        stored = coarse is not None and all(
            file is not None for file in (coarse.file, *(part.file for part in coarse.parts))
        )
        manifest = Manifest(
            self._key,
            self._dimension,
            tuple(
                replace(segment.file, coded=stored and segment.coded)
                for segment in kept
                if segment.file is not None
            ),
            mark=mark,
        )
        if coarse is not None and stored:
            manifest = replace(
                manifest,
                codebook=coarse.file,
                codes=tuple(part.file for part in coarse.parts if part.file is not None),
                training=coarse.training,
            )
        return manifest if mark is None else replace(manifest, state=self._store_state(kept, snapshot))

    def _store_state(self, segments: list[LiveSegment], snapshot: Snapshot) -> IndexFile | None:
        dead = [
            np.zeros(0, np.int64) if segment.live is None else np.flatnonzero(~segment.live)
            for segment in segments
        ]
        counts = np.array([len(rows) for rows in dead], np.int64)
        pending = snapshot.tail.ids[snapshot.tail.live]
        if not counts.any() and not len(pending):
            return None
        state = np.concatenate([counts, *dead, pending])
        if self._state is not None and self._manifest is not None:
            file, before = self._state
            # One that no manifest came to name has been swept, or will be.
            if file == self._manifest.state and np.array_equal(state, before):
                return file
        file = write_file(self.path, new_name("state"), state.view(np.uint8), len(pending), range(0))
        self._state = file, state
        return file

    def check(self, cancelled: Callable[[], bool]) -> set[str]:
        """Compare the codes of all files with their checksums; the names of damaged ones, which is told too."""
        damaged = set()
        for file in self._manifest.files if self._manifest is not None else ():
            try:
                check_bulk(self.path, file, cancelled)
            except (UnusableFileError, FileNotFoundError) as why:
                if file.name not in self._named():
                    # It was replaced meanwhile.
                    continue
                damaged.add(file.name)
                self._tell(f"{self.path / file.name} {message(why)}; it was made again.")
        return damaged

    def _named(self) -> set[str]:
        """The names of the files that count at present, by whomever they were written."""
        manifest = self._manifest
        if not self.writable:
            try:
                manifest = read_manifest(self.path)
            except (FileNotFoundError, UnusableFileError):
                return set()
        return set() if manifest is None else {file.name for file in manifest.files}

    def _store(self, kind: str, content: NDArray[np.uint8], rows: int, bulk: range) -> IndexFile | None:
        """A file that the next sweep spares; None where it cannot be written."""
        if self._lock is None:
            return None
        name = new_name(kind)
        # Before there is anything to sweep: another thread may be publishing.
        self._unpublished.add(name)
        try:
            return write_file(self.path, name, content, rows, bulk)
        except OSError as error:
            self._unpublished.discard(name)
            self._tell_unwritable(error)
            return None

    def _tell(self, line: str) -> None:
        if line not in self.repairs:
            self.repairs.append(line)

    def _tell_unwritable(self, error: OSError) -> None:
        self._tell(
            f"The search index in {self.path} could not be written ({error.strerror}); "
            "what is missing there is kept in memory and made again at the next start."
        )
