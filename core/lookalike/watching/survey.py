"""Compares a folder on disk with what the catalog knows of it, without opening a single photo."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lookalike.catalog.files import FileRow, Place
from lookalike.photos import is_photo
from lookalike.progress import Skipped
from lookalike.watching.sidecars import SidecarChanges, compare, is_sidecar


@dataclass
class Changes:
    """What must be done so that the catalog agrees with the disk.

    Attributes:
        fresh: places whose bytes are new or have changed, with the row they replace (None for new ones).
        moved: rows whose file now lies at another place, unchanged.
        gone: rows whose file is no longer there.
        unchanged: how many files need nothing.
        unreadable: folders that could not be listed; what is known below them is kept.
        sidecars: XMP files beside photos that are new, have changed, or are gone.
    """

    fresh: list[tuple[Place, FileRow | None]] = field(default_factory=list)
    moved: list[tuple[FileRow, Place]] = field(default_factory=list)
    gone: list[FileRow] = field(default_factory=list)
    unchanged: int = 0
    unreadable: list[Skipped] = field(default_factory=list)
    sidecars: SidecarChanges = field(default_factory=SidecarChanges)


def walk(
    top: bytes, deep: bool, unreadable: list[Skipped], sidecars: list[Place] | None = None
) -> Iterator[Place]:
    """The photos in a folder.

    Hidden files and folders are left out, and links are not followed: what they point to is found where it
    lies, and loops cannot arise.

    Args:
        top: the folder, in the operating system's own bytes.
        deep: whether to go into the folders below.
        unreadable: takes a line for each folder that cannot be listed.
        sidecars: takes the XMP files.
    """
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name.startswith(b"."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        if deep:
                            waiting.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        beside = sidecars is not None and is_sidecar(entry.name)
                        if not beside and not is_photo(Path(os.fsdecode(entry.name))):
                            continue
                        try:
                            facts = entry.stat(follow_symlinks=False)
                        except FileNotFoundError:
                            continue
                        place = Place(
                            entry.path, facts.st_size, facts.st_mtime_ns, facts.st_ino, facts.st_dev
                        )
                        if sidecars is not None and beside:
                            sidecars.append(place)
                        else:
                            yield place
        except FileNotFoundError:
            continue
        except OSError as error:
            unreadable.append(
                Skipped(os.fsdecode(folder), f"This folder cannot be listed ({error.strerror}).")
            )


def survey(
    top: bytes,
    known: dict[bytes, FileRow],
    deep: bool = True,
    sidecars: dict[bytes, tuple[int, int]] | None = None,
) -> Changes:
    """Compare a folder with the catalog.

    A file is unchanged when its size and time of last change are. A new place that has the volume, file number,
    size and time of a file that is gone is that file, moved.

    Args:
        top: the folder.
        known: the catalog's rows for it, by path.
        deep: whether the folders below belong to the comparison.
        sidecars: stamps of the XMP files that the catalog knows there, by path.
    """
    changes = Changes()
    seen: set[bytes] = set()
    beside: list[Place] = []
    for place in walk(top, deep, changes.unreadable, beside):
        seen.add(place.path)
        row = known.get(place.path)
        if row is None or row.place.stamp != place.stamp:
            changes.fresh.append((place, row))
        else:
            changes.unchanged += 1
    blind = tuple(os.path.join(os.fsencode(folder.path), b"") for folder in changes.unreadable)  # noqa: PTH118
    changes.gone = [row for path, row in known.items() if path not in seen and not path.startswith(blind)]
    changes.sidecars = compare(beside, sidecars or {}, blind)
    _recognise_moves(changes)
    return changes


def _identity(place: Place) -> tuple[int, ...]:
    return (place.device, place.inode, *place.stamp)


def _recognise_moves(changes: Changes) -> None:
    missing = {
        _identity(row.place): row for row in changes.gone if row.content_id is not None and row.place.inode
    }
    if not missing:
        return
    still_fresh = []
    for place, replaced in changes.fresh:
        row = missing.pop(_identity(place), None) if replaced is None else None
        if row is None:
            still_fresh.append((place, replaced))
        else:
            changes.moved.append((row, place))
    moved = {row.id for row, _ in changes.moved}
    changes.fresh = still_fresh
    changes.gone = [row for row in changes.gone if row.id not in moved]
