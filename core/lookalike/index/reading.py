"""Opens the files that a manifest names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from lookalike.index.coarse import Coarse, LiveCodes
from lookalike.index.codebook import Codebook
from lookalike.index.codes import Codes
from lookalike.index.files import IndexFile, Manifest, UnusableFileError, check_bulk, map_file
from lookalike.index.segment import Segment
from lookalike.index.snapshot import LiveSegment

CHECKED_AT_OPENING = 64 << 20
"""Codes of at most this many bytes in all are compared with their checksums at opening (some 50 ms); those of larger
folders later, in the background."""

Opened = TypeVar("Opened")


class FileGoneError(Exception):
    """The writer replaced the files while they were being opened."""


def _no_ids() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)


@dataclass
class OpenedFiles:
    """What a folder holds.

    Attributes:
        segments: those that can be used, oldest first.
        coarse: codes of the coded ones.
        mark: the record's state that they stand for, once `pending` is looked at; None to compare all ids.
        pending: ids that were not in a segment then.
        unchecked: whether codes still have to be compared with their checksums.
    """

    segments: list[LiveSegment] = field(default_factory=list)
    coarse: Coarse | None = None
    mark: str | None = None
    pending: NDArray[np.int64] = field(default_factory=_no_ids)
    unchecked: bool = False


def message(why: UnusableFileError | FileNotFoundError) -> str:
    """What is the matter with a file, fit to follow its name."""
    return "was missing" if isinstance(why, FileNotFoundError) else str(why)


def open_segment(folder: Path, file: IndexFile, dimension: int) -> Segment:
    """A segment where it lies.

    Raises:
        FileNotFoundError: it is not there.
        Unusable: it is damaged or of another dimension.
    """
    segment = Segment(map_file(folder, file), folder / file.name)
    if segment.dimension != dimension or len(segment.ids) != file.rows:
        raise UnusableFileError("does not fit the index")
    return segment


def open_files(folder: Path, manifest: Manifest, tell: Callable[[str], None], final: bool) -> OpenedFiles:
    """What can be used of the files that a manifest names.

    Args:
        folder: where they lie.
        manifest: names them.
        tell: told of each broken one, in a line.
        final: whether a missing file is to be told rather than raised.

    Raises:
        Gone: the writer took one away and `final` is unset.
    """
    return _Opening(folder, manifest, tell, final).all()


class _Opening:
    def __init__(self, folder: Path, manifest: Manifest, tell: Callable[[str], None], final: bool) -> None:
        self._folder = folder
        self._manifest = manifest
        self._tell = tell
        self._final = final
        bulk = sum(file.bulk_end - file.bulk_start for file in manifest.files)
        self._found = OpenedFiles(mark=manifest.mark, unchecked=bulk > CHECKED_AT_OPENING)

    def all(self) -> OpenedFiles:
        found, manifest = self._found, self._manifest
        found.coarse = self._coarse()
        coded = found.coarse is not None and len(found.coarse.parts) > 0
        for file, live in zip(manifest.segments, self._live_rows(), strict=True):
            segment = self._opened(file, self._segment, f"its {file.rows:,} photos were indexed again")
            if segment is None:
                found.mark = None
            else:
                found.segments.append(LiveSegment.of(segment, file, live, file.coded and coded))
        return found

    def _segment(self, file: IndexFile) -> Segment:
        return open_segment(self._folder, file, self._manifest.dimension)

    def _coarse(self) -> Coarse | None:
        """The codebook, and all codes made with it or none of them."""
        if self._manifest.codebook is None or self._manifest.training is None:
            return None
        codebook = self._opened(
            self._manifest.codebook,
            lambda file: Codebook(map_file(self._folder, file)),
            "it was made again",
        )
        if codebook is None or codebook.dimension != self._manifest.dimension:
            return None
        parts = []
        for file in self._manifest.codes:
            codes = self._opened(
                file,
                lambda file: Codes(map_file(self._folder, file), file.rows, codebook),
                "it was made again",
            )
            if codes is not None:
                parts.append(LiveCodes(codes, file))
        whole = len(parts) == len(self._manifest.codes)
        return Coarse(
            codebook, self._manifest.codebook, tuple(parts) if whole else (), self._manifest.training
        )

    def _live_rows(self) -> list[NDArray[np.bool_] | None]:
        """Per segment its mask of live rows; notes the ids that are in none."""
        files = self._manifest.segments
        masks: list[NDArray[np.bool_] | None] = [None] * len(files)
        if self._manifest.state is None:
            return masks
        state = self._opened(
            self._manifest.state,
            lambda file: map_file(self._folder, file).view(np.int64),
            "all photos were compared with the catalog",
        )
        if state is None:
            self._found.mark = None
            return masks
        counts = state[: len(files)]
        ends = len(files) + np.cumsum(counts)
        for position, (count, end) in enumerate(zip(counts, ends, strict=True)):
            if count:
                live = np.ones(files[position].rows, np.bool_)
                live[state[end - count : end]] = False
                masks[position] = live
        self._found.pending = np.array(state[ends[-1] if len(ends) else 0 :])
        return masks

    def _opened(self, file: IndexFile, opening: Callable[[IndexFile], Opened], remedy: str) -> Opened | None:
        try:
            if not self._found.unchecked:
                check_bulk(self._folder, file)
            return opening(file)
        except FileNotFoundError as why:
            if not self._final:
                raise FileGoneError from why
            self._tell(f"{self._folder / file.name} {message(why)}; {remedy}.")
        except UnusableFileError as why:
            self._tell(f"{self._folder / file.name} {why}; {remedy}.")
        return None
