"""Index folder: who may write it, which files count, and what was found damaged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.index.coarse_index import StoredCodes
from lookalike.index.coarse_quantizer import CoarseQuantizer
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
    write_file,
    write_manifest,
)
from lookalike.index.reading import FileGoneError, OpenedFiles, describe_flaw, open_files, open_segment
from lookalike.index.segment import Segment
from lookalike.index.snapshot import LiveSegment, Snapshot
from lookalike.index.writable_folder import WritableFolder

READ_ATTEMPTS = 5
"""How often a reader tries again when the writer has just replaced the files that the manifest named."""


class IndexFolder(WritableFolder):
    """Reads the files of an index and, while it holds the lock, writes them.

    Trouble with files is reported in `repairs`, never raised.

    Args:
        path: made, if absent, when this becomes its writer.
        key: the describer's key.
        dimension: length of the vectors.
    """

    def __init__(self, path: Path, key: str, dimension: int) -> None:
        super().__init__(path)
        self._key = key
        self._dimension = dimension
        self._manifest: Manifest | None = None
        self._state: tuple[IndexFile, NDArray[np.int64]] | None = None

    def read(self, expected: Callable[[], bool]) -> OpenedFiles:
        """Open what can be used of the folder.

        Args:
            expected: whether there should be an index; asked when there is none.
        """
        self._manifest = None
        for attempt in range(READ_ATTEMPTS):
            try:
                manifest = read_manifest(self.path)
            except FileNotFoundError:
                if self.writable and expected():
                    self.report(f"The search index in {self.path} was missing and was made again.")
                return OpenedFiles()
            except UnusableFileError as why:
                self.report(f"{self.path / MANIFEST} {why}; the search index was made again.")
                return OpenedFiles()
            self._manifest = manifest
            if (manifest.key, manifest.dimension) != (self._key, self._dimension):
                self.report(f"The search index in {self.path} belonged to another model and was made again.")
                return OpenedFiles()
            try:
                return open_files(
                    self.path, manifest, self.report, final=self.writable or attempt == READ_ATTEMPTS - 1
                )
            except FileGoneError:
                continue
        raise AssertionError("the last attempt always answers")

    def store_segment(self, content: NDArray[np.uint8]) -> LiveSegment:
        """Write a segment and map it; it stays in memory where it cannot be written."""
        segment = Segment(content)
        file = self._store("segment", content, len(segment.ids), segment.bulk)
        if file is not None:
            try:
                return LiveSegment.of(open_segment(self.path, file, self._dimension), file)
            except (UnusableFileError, FileNotFoundError) as why:
                self.report(
                    f"{self.path} does not give back what is written there: a segment {describe_flaw(why)}."
                )
        return LiveSegment.of(segment, None)

    def store_codes(self, content: NDArray[np.uint8], rows: int, quantizer: CoarseQuantizer) -> StoredCodes:
        """Write codes and map them; they stay in memory where they cannot be written."""
        codes = Codes(content, rows, quantizer)
        file = self._store("codes", content, rows, codes.bulk)
        if file is not None:
            try:
                return StoredCodes(Codes(map_file(self.path, file), rows, quantizer), file)
            except (UnusableFileError, FileNotFoundError) as why:
                self.report(
                    f"{self.path} does not give back what is written there: a file of codes {describe_flaw(why)}."
                )
        return StoredCodes(codes, None)

    def store_quantizer(self, content: NDArray[np.uint8]) -> tuple[CoarseQuantizer, IndexFile | None]:
        """Write a coarse quantizer; gives it and its file, None where it could not be written."""
        return CoarseQuantizer(content), self._store("codebook", content, 0, range(0))

    def publish(self, snapshot: Snapshot, mark: str | None) -> None:
        """Make the snapshot's files those that count, and delete all others. Readers do nothing.

        Args:
            snapshot: what to find again at the next opening.
            mark: the record's state that it stands for; None when unknown.
        """
        if not self.still_writer():
            return
        try:
            manifest = self._make_manifest(snapshot, mark)
            if manifest != self._manifest:
                write_manifest(self.path, manifest)
        except OSError as error:
            self.report_unwritable(error)
            return
        self._manifest = manifest
        self.sweep(manifest.files)

    def _make_manifest(self, snapshot: Snapshot, mark: str | None) -> Manifest:
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
            # A state file that no manifest came to name has been deleted, or will be.
            if file == self._manifest.state and np.array_equal(state, before):
                return file
        file = write_file(self.path, new_name("state"), state.view(np.uint8), len(pending), range(0))
        self._state = file, state
        return file

    def find_damaged(self, cancelled: Callable[[], bool]) -> set[str]:
        """Check the bulk of all files; gives the names of damaged ones, and reports them."""
        damaged = set()
        for file in self._manifest.files if self._manifest is not None else ():
            try:
                check_bulk(self.path, file, cancelled)
            except (UnusableFileError, FileNotFoundError) as why:
                if file.name not in self._current_names():
                    # The writer has replaced it meanwhile.
                    continue
                damaged.add(file.name)
                self.report(f"{self.path / file.name} {describe_flaw(why)}; it was made again.")
        return damaged

    def _current_names(self) -> set[str]:
        """The names of the files that count at present, whichever process wrote them."""
        manifest = self._manifest
        if not self.writable:
            try:
                manifest = read_manifest(self.path)
            except (FileNotFoundError, UnusableFileError):
                return set()
        return set() if manifest is None else {file.name for file in manifest.files}

    def _store(self, kind: str, content: NDArray[np.uint8], rows: int, bulk: range) -> IndexFile | None:
        return self.store(kind, lambda name: write_file(self.path, name, content, rows, bulk))
