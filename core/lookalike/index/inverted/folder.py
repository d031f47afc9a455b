"""Folder of an inverted file: a manifest, segments, and which of their photos were removed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.index.files import (
    MANIFEST,
    IndexFile,
    UnusableFileError,
    check_bulk,
    map_file,
    new_name,
    read_body,
    write_body,
    write_file,
    write_pieces,
)
from lookalike.index.inverted.segment import InvertedSegment
from lookalike.index.inverted.snapshot import LiveSegment
from lookalike.index.reading import CHECKED_AT_OPENING, describe_flaw
from lookalike.index.writable_folder import WritableFolder

FORMAT = 1
READ_ATTEMPTS = 5
"""How often a reader tries again when the writer has just replaced the files that the manifest named."""

LACKING = "its {photos:,} photos can be searched by details again once they have been read again"


@dataclass(frozen=True)
class InvertedManifest:
    """What a folder holds; the fields are those of its JSON.

    Attributes:
        key: of the inverted file.
        segments: oldest first.
        state: the dead photos of the segments; None for none.
    """

    key: str
    segments: tuple[IndexFile, ...] = ()
    state: IndexFile | None = None

    @property
    def files(self) -> tuple[IndexFile, ...]:
        """All files that count."""
        return self.segments if self.state is None else (*self.segments, self.state)


class InvertedFolder(WritableFolder):
    """Reads the segments of an inverted file and, while it holds the lock, writes them.

    Trouble with files is reported in `repairs`, never raised; the photos of a segment that cannot be used are lacking.

    Args:
        path: made, if absent, when this becomes its writer.
        key: of the inverted file; segments of another are not read, and replaced.
    """

    def __init__(self, path: Path, key: str) -> None:
        super().__init__(path)
        self._key = key
        self._manifest: InvertedManifest | None = None
        self._state: tuple[IndexFile, NDArray[np.int64]] | None = None

    @property
    def manifest(self) -> InvertedManifest | None:
        """What was read or published last; None before, and where there is none that can be used."""
        return self._manifest

    def read_manifest(self) -> InvertedManifest | None:
        """Read the manifest as it is now; None where there is none of this key."""
        try:
            body = read_body(self.path, FORMAT)
            manifest = _manifest(body)
        except FileNotFoundError:
            # A writer leaves a manifest before it writes anything else.
            if self.writable and any(self.path.glob("segment-*.bin")):
                self.report(f"{self.path / MANIFEST} was missing; the search by details was begun anew.")
            return None
        except UnusableFileError as why:
            self.report(f"{self.path / MANIFEST} {why}; the search by details was begun anew.")
            return None
        if manifest.key != self._key:
            self.report(
                f"The details in {self.path} were of another version; the search by details was begun anew."
            )
            return None
        return manifest

    def read(self) -> tuple[tuple[LiveSegment, ...], bool]:
        """Open what can be used of the folder.

        Returns:
            The segments, oldest first, and whether their bulk is still to be checked.
        """
        for attempt in range(READ_ATTEMPTS):
            self._manifest = self.read_manifest()
            if self._manifest is None:
                return (), False
            try:
                return self._open(self._manifest, self.writable or attempt == READ_ATTEMPTS - 1)
            except FileNotFoundError:
                continue
        raise AssertionError("the last attempt always answers")

    def _open(self, manifest: InvertedManifest, final: bool) -> tuple[tuple[LiveSegment, ...], bool]:
        unchecked = sum(file.bytes for file in manifest.files) > CHECKED_AT_OPENING
        found: list[LiveSegment] = []
        for file, live in zip(manifest.segments, self._read_live_photos(manifest, final), strict=True):
            try:
                if not unchecked:
                    check_bulk(self.path, file)
                found.append(LiveSegment(open_segment(self.path, file), file, live))
            except (UnusableFileError, FileNotFoundError) as why:
                if isinstance(why, FileNotFoundError) and not final:
                    raise
                self._report_lost(file, why)
        return tuple(found), unchecked

    def _read_live_photos(self, manifest: InvertedManifest, final: bool) -> list[NDArray[np.bool_] | None]:
        """Each segment's mask of live photos, None for all."""
        masks: list[NDArray[np.bool_] | None] = [None] * len(manifest.segments)
        if manifest.state is None:
            return masks
        try:
            state = np.asarray(map_file(self.path, manifest.state)).view("<i8")
        except (UnusableFileError, FileNotFoundError) as why:
            if isinstance(why, FileNotFoundError) and not final:
                raise
            self.report(
                f"{self.path / manifest.state.name} {describe_flaw(why)}; removed photos were compared again."
            )
            return masks
        ends = len(masks) + np.cumsum(state[: len(masks)])
        for place, (count, end) in enumerate(zip(state[: len(masks)], ends, strict=True)):
            if count:
                live = np.ones(manifest.segments[place].rows, np.bool_)
                live[state[end - count : end]] = False
                masks[place] = live
        return masks

    def store_segment(self, head: bytes, bulk: Iterable[bytes], photos: int) -> LiveSegment | None:
        """Write a segment and map it; None where it cannot be written or does not come back."""
        file = self.store("segment", lambda name: write_pieces(self.path, name, head, bulk, photos))
        if file is None:
            return None
        try:
            return LiveSegment(open_segment(self.path, file), file)
        except (UnusableFileError, FileNotFoundError) as why:
            self.report(
                f"{self.path} does not give back what is written there: a segment {describe_flaw(why)}."
            )
            self.discard(file)
            return None

    def publish(self, segments: Iterable[LiveSegment]) -> None:
        """Make the segments that have files those that count, and delete all other files. Readers do nothing."""
        if not self.still_writer():
            return
        kept = [segment for segment in segments if segment.file is not None]
        try:
            files = tuple(segment.file for segment in kept if segment.file is not None)
            manifest = InvertedManifest(self._key, files, self._store_state(kept))
            if manifest != self._manifest:
                write_body(self.path, FORMAT, asdict(manifest))
        except OSError as error:
            self.report_unwritable(error)
            return
        self._manifest = manifest
        self.sweep(manifest.files)

    def _store_state(self, segments: list[LiveSegment]) -> IndexFile | None:
        dead = [
            np.zeros(0, np.int64) if segment.live is None else np.flatnonzero(~segment.live)
            for segment in segments
        ]
        counts = np.array([len(rows) for rows in dead], np.int64)
        if not counts.any():
            return None
        state = np.concatenate([counts, *dead]).astype("<i8")
        if self._state is not None and self._manifest is not None:
            file, before = self._state
            if file == self._manifest.state and np.array_equal(state, before):
                return file
        file = write_file(self.path, new_name("state"), state.view(np.uint8), int(counts.sum()), range(0))
        self._state = file, state
        return file

    def find_damaged(self, cancelled: Callable[[], bool]) -> set[str]:
        """Check the bulk of all segments; gives the names of damaged ones, and reports them."""
        damaged = set()
        for file in self._manifest.segments if self._manifest is not None else ():
            try:
                check_bulk(self.path, file, cancelled)
            except (UnusableFileError, FileNotFoundError) as why:
                current = self._manifest if self.writable else self.read_manifest()
                if current is not None and file in current.segments:
                    damaged.add(file.name)
                    self._report_lost(file, why)
        return damaged

    def _report_lost(self, file: IndexFile, why: UnusableFileError | FileNotFoundError) -> None:
        self.report(f"{self.path / file.name} {describe_flaw(why)}; {LACKING.format(photos=file.rows)}.")


def open_segment(folder: Path, file: IndexFile) -> InvertedSegment:
    """Map a segment.

    Raises:
        FileNotFoundError: it is not there.
        UnusableFileError: it is damaged.
    """
    segment = InvertedSegment(map_file(folder, file))
    if len(segment.ids) != file.rows:
        raise UnusableFileError("does not fit the index")
    return segment


def _manifest(body: dict[str, Any]) -> InvertedManifest:
    try:
        return InvertedManifest(
            body["key"],
            tuple(IndexFile(**fields) for fields in body["segments"]),
            None if body["state"] is None else IndexFile(**body["state"]),
        )
    except (TypeError, KeyError) as error:
        raise UnusableFileError("was damaged") from error
