"""Opening an index: the files that a manifest names, and what can still be used when some are damaged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from lookalike.index.coarse_index import CoarseIndex, StoredCodes
from lookalike.index.coarse_quantizer import CoarseQuantizer
from lookalike.index.codes import Codes
from lookalike.index.files import IndexFile, Manifest, UnusableFileError, check_bulk, map_file
from lookalike.index.segment import Segment
from lookalike.index.snapshot import LiveSegment

CHECKED_AT_OPENING = 64 << 20
"""Up to this many bytes of vectors and codes are checked at opening (some 50 ms); more than that later, in the
background."""

Opened = TypeVar("Opened")


class FileGoneError(Exception):
    """The writer replaced the files while they were being opened."""


def _no_ids() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)


@dataclass
class OpenedFiles:
    """What could be opened.

    Attributes:
        segments: those that can be used, oldest first.
        coarse: the coarse index over the coded ones.
        mark: the record's state that they and `pending` stand for; None if all ids must be compared.
        pending: ids that were in no segment yet.
        unchecked: whether vectors and codes still have to be checked.
    """

    segments: list[LiveSegment] = field(default_factory=list)
    coarse: CoarseIndex | None = None
    mark: str | None = None
    pending: NDArray[np.int64] = field(default_factory=_no_ids)
    unchecked: bool = False


def describe_flaw(why: UnusableFileError | FileNotFoundError) -> str:
    """What is wrong with a file, to follow its name in a sentence."""
    return "was missing" if isinstance(why, FileNotFoundError) else str(why)


def open_segment(folder: Path, file: IndexFile, dimension: int) -> Segment:
    """Map a segment.

    Raises:
        FileNotFoundError: it is not there.
        UnusableFileError: it is damaged or of another dimension.
    """
    segment = Segment(map_file(folder, file), folder / file.name)
    if segment.dimension != dimension or len(segment.ids) != file.rows:
        raise UnusableFileError("does not fit the index")
    return segment


def open_files(folder: Path, manifest: Manifest, report: Callable[[str], None], final: bool) -> OpenedFiles:
    """Open what can be used of the files that a manifest names.

    Args:
        folder: where they lie.
        manifest: names them.
        report: takes a line on each file that cannot be used.
        final: whether a missing file is reported rather than raised.

    Raises:
        FileGoneError: the writer took one away and `final` is unset.
    """
    return _FolderReader(folder, manifest, report, final).read()


class _FolderReader:
    def __init__(self, folder: Path, manifest: Manifest, report: Callable[[str], None], final: bool) -> None:
        self._folder = folder
        self._manifest = manifest
        self._report = report
        self._final = final
        bulk = sum(file.bulk_end - file.bulk_start for file in manifest.files)
        self._found = OpenedFiles(mark=manifest.mark, unchecked=bulk > CHECKED_AT_OPENING)

    def read(self) -> OpenedFiles:
        found, manifest = self._found, self._manifest
        found.coarse = self._open_coarse()
        coded = found.coarse is not None and len(found.coarse.parts) > 0
        for file, live in zip(manifest.segments, self._read_live_rows(), strict=True):
            segment = self._open(file, self._open_segment, f"its {file.rows:,} photos were indexed again")
            if segment is None:
                found.mark = None
            else:
                found.segments.append(LiveSegment.of(segment, file, live, file.coded and coded))
        return found

    def _open_segment(self, file: IndexFile) -> Segment:
        return open_segment(self._folder, file, self._manifest.dimension)

    def _open_coarse(self) -> CoarseIndex | None:
        """The coarse index: the quantizer, and either all codes made with it or none."""
        if self._manifest.codebook is None or self._manifest.training is None:
            return None
        quantizer = self._open(
            self._manifest.codebook,
            lambda file: CoarseQuantizer(map_file(self._folder, file)),
            "it was made again",
        )
        if quantizer is None or quantizer.dimension != self._manifest.dimension:
            return None
        parts = []
        for file in self._manifest.codes:
            codes = self._open(
                file,
                lambda file: Codes(map_file(self._folder, file), file.rows, quantizer),
                "it was made again",
            )
            if codes is not None:
                parts.append(StoredCodes(codes, file))
        whole = len(parts) == len(self._manifest.codes)
        return CoarseIndex(
            quantizer, self._manifest.codebook, tuple(parts) if whole else (), self._manifest.training
        )

    def _read_live_rows(self) -> list[NDArray[np.bool_] | None]:
        """Read each segment's mask of live rows (None for all), and the pending ids."""
        files = self._manifest.segments
        masks: list[NDArray[np.bool_] | None] = [None] * len(files)
        if self._manifest.state is None:
            return masks
        state = self._open(
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

    def _open(self, file: IndexFile, opening: Callable[[IndexFile], Opened], remedy: str) -> Opened | None:
        try:
            if not self._found.unchecked:
                check_bulk(self._folder, file)
            return opening(file)
        except FileNotFoundError as why:
            if not self._final:
                raise FileGoneError from why
            self._report(f"{self._folder / file.name} {describe_flaw(why)}; {remedy}.")
        except UnusableFileError as why:
            self._report(f"{self._folder / file.name} {why}; {remedy}.")
        return None
