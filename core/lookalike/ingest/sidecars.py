"""XMP sidecars: reads those that are new or have changed, without reading their photos."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lookalike.catalog.annotations import SidecarStamp
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.folders import Folder
from lookalike.catalog.racy_timestamps import is_racy, is_same_ctime
from lookalike.catalog.sql import chunks
from lookalike.photos import Annotations, FileUnavailableError, PhotoError, read_sidecar
from lookalike.progress import ProgressMeter

_RECENT_NS = 2_000_000_000
"""A file that changed so recently when it was read may change again and keep its size and time (FAT counts every
second second), so it is read once more at the next look."""

_BATCH = 200
"""XMP files read for one transaction: some tens of milliseconds."""


@dataclass
class SidecarDiff:
    """What must be done so that the catalog agrees with the XMP files on disk.

    Attributes:
        added_or_changed: places that are new or have changed.
        removed: paths where none is any more.
        missing_ctime: unchanged ones whose ctime is to be noted.
    """

    added_or_changed: list[FileStat] = field(default_factory=list)
    removed: list[bytes] = field(default_factory=list)
    missing_ctime: list[FileStat] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added_or_changed or self.removed)


def compare_sidecars(
    found: Sequence[FileStat], known: dict[bytes, SidecarStamp], blind: tuple[bytes, ...] = ()
) -> SidecarDiff:
    """Compare the XMP files that lie in a folder with those the catalog knows there.

    Args:
        found: those on disk.
        known: what tells that the known ones are unchanged, by path.
        blind: folders, with a separator at the end, that could not be listed; what is known below them is kept.
    """
    diff = SidecarDiff()
    for stat in found:
        size, mtime_ns, ctime_ns = known.get(stat.path, (None, None, None))
        if (size, mtime_ns) != stat.stamp or not is_same_ctime(ctime_ns, stat.ctime_ns):
            diff.added_or_changed.append(stat)
        elif ctime_ns is None and stat.ctime_ns is not None:
            diff.missing_ctime.append(stat)
    there = {stat.path for stat in found}
    diff.removed = [path for path in known if path not in there and not path.startswith(blind)]
    return diff


def apply_sidecars(
    catalog: Catalog,
    folder: Folder,
    diff: SidecarDiff,
    meter: ProgressMeter,
    reachable: Callable[[], bool],
) -> Iterator[None]:
    """Record what differs, a batch to a unit of work; yields after every batch.

    Args:
        catalog: the library's catalog.
        folder: the folder.
        diff: what differs in it.
        meter: takes a line for each file that cannot be read.
        reachable: asked when files could not be read; once it says no, the rest is left.
    """
    for paths in chunks(diff.removed, _BATCH):
        with catalog.unit_of_work() as work:
            work.remove_sidecars(paths)
        yield
    for stats in chunks(diff.added_or_changed, _BATCH):
        now = time.time_ns()
        read = [(_marked_if_racy(stat, now), *_read(stat)) for stat in stats]
        if any(temporary for *_, temporary in read) and not reachable():
            return
        with catalog.unit_of_work() as work:
            for stat, annotations, problem, temporary in read:
                if problem is not None:
                    meter.note(os.fsdecode(stat.path), problem)
                # One that cannot be reached now keeps what is known of it, and the next look tries again.
                if not temporary:
                    work.put_sidecar(folder, stat, annotations, problem)
                elif os.path.lexists(stat.path):
                    work.put_unreadable(folder, stat.path, problem or "")
        yield


def _marked_if_racy(stat: FileStat, now: int) -> FileStat:
    recent = 0 <= now - stat.mtime_ns < _RECENT_NS or is_racy(stat, now)
    return replace(stat, racy=True) if recent else stat


def _read(stat: FileStat) -> tuple[Annotations | None, str | None, bool]:
    """The annotations in an XMP file, or why it cannot be read, and whether that is temporary."""
    try:
        return read_sidecar(Path(os.fsdecode(stat.path))), None, False
    except PhotoError as error:
        return None, str(error), isinstance(error, FileUnavailableError)
