"""Folder walk: the photos in a folder, and how they differ from the catalog, without opening a single one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lookalike.catalog.annotations import SidecarStamp
from lookalike.catalog.file_stat import FileStat, file_stat_of
from lookalike.catalog.files import FileRow
from lookalike.catalog.racy_timestamps import is_same_ctime
from lookalike.catalog.shot_names import SIDECAR_SUFFIX
from lookalike.errors import Phrase
from lookalike.ingest.folder_diff import FolderDiff
from lookalike.ingest.sidecars import compare_sidecars
from lookalike.path_bytes import child_prefix
from lookalike.photos import PHOTO_SUFFIXES
from lookalike.progress import Skipped
from lookalike.watching.excludes import (
    IGNORE_FILE,
    NO_MEDIA_FILE,
    NO_MEDIA_REASON,
    Rules,
    is_left_out,
    read_patterns,
)

_SUFFIXES = frozenset(suffix.encode() for suffix in PHOTO_SUFFIXES)
_SIDECAR = SIDECAR_SUFFIX.encode()
_SUFFIXES_AND_SIDECARS = _SUFFIXES | {_SIDECAR}


@dataclass
class _UnlistedFolders:
    """Folders that could not be listed.

    Attributes:
        folders: their paths.
        problems: a line for each.
    """

    folders: list[bytes] = field(default_factory=list)
    problems: list[Skipped] = field(default_factory=list)

    def add(self, folder: bytes, error: OSError) -> None:
        self.folders.append(folder)
        reason = str(Phrase("This folder cannot be listed ({reason}).", reason=error.strerror))
        self.problems.append(Skipped(os.fsdecode(folder), reason))


def walk(
    top: bytes,
    deep: bool,
    unreadable: list[Skipped],
    rules: Rules | None = None,
    unlisted: _UnlistedFolders | None = None,
    sidecars: list[FileStat] | None = None,
    ctimes: bool = False,
) -> Iterator[FileStat]:
    """The photos in a folder.

    Hidden files and folders, caches of other programs and what the user excludes are left out. Links are not
    followed: what they point to is found where it lies, and loops cannot arise.

    Args:
        top: the folder, in the operating system's own bytes.
        deep: whether to go into the folders below.
        unreadable: gets a line for each folder or ignore file that cannot be read, and for each folder that is left
            out by a ``.nomedia`` file.
        rules: the patterns in force in `top`.
        unlisted: gets the folders that could not be listed.
        sidecars: gets the XMP files; None to pass them over.
        ctimes: whether the file system keeps ctimes.
    """
    unlisted = unlisted or _UnlistedFolders()
    suffixes = _SUFFIXES if sidecars is None else _SUFFIXES_AND_SIDECARS
    pending = [(top, rules or Rules())]
    while pending:
        folder, rules = pending.pop()
        entries = _list(folder, unlisted)
        if folder != top and any(entry.name == NO_MEDIA_FILE for entry in entries):
            unreadable.append(Skipped(os.fsdecode(folder), NO_MEDIA_REASON))
            continue
        if folder != top and any(entry.name == IGNORE_FILE for entry in entries):
            rules = rules.within(folder, read_patterns(folder, unreadable))
        for entry in entries:
            name = entry.name
            if name.startswith(b"."):
                continue
            try:
                suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122
                if suffix in suffixes and entry.is_file(follow_symlinks=False):
                    status = entry.stat(follow_symlinks=False)
                elif deep and entry.is_dir(follow_symlinks=False):
                    if not is_left_out(folder, name) and not (
                        rules.levels and rules.exclude(entry.path, True)
                    ):
                        pending.append((entry.path, rules))
                    continue
                else:
                    continue
            except FileNotFoundError:
                continue
            except OSError as error:
                unlisted.add(entry.path, error)
                continue
            if not (rules.levels and rules.exclude(entry.path, False)):
                stat = file_stat_of(entry.path, status, ctimes)
                if sidecars is not None and suffix == _SIDECAR:
                    sidecars.append(stat)
                else:
                    yield stat
    unreadable.extend(unlisted.problems)


def _list(folder: bytes, unlisted: _UnlistedFolders) -> list[os.DirEntry[bytes]]:
    """The entries of a folder; none where it is gone or cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        unlisted.add(folder, error)
        return []


def diff_folder(
    top: bytes,
    known: dict[bytes, FileRow],
    deep: bool = True,
    rules: Rules | None = None,
    stable_inodes: bool = False,
    missing_mounts: Sequence[bytes] = (),
    sidecars: dict[bytes, SidecarStamp] | None = None,
    ctimes: bool = False,
) -> FolderDiff:
    """Compare a folder with the catalog.

    A file is unchanged when its size and modification time are, and also its inode and ctime where the file system
    keeps them. A new path with the volume, inode, size and time of a file that is gone is that file, moved.

    Args:
        top: the folder.
        known: the catalog's rows for it, by path.
        deep: whether the folders below are compared too.
        rules: the patterns in force in the folder.
        stable_inodes: whether another inode at a path means another file.
        missing_mounts: folders below whose volume is not mounted; what is known there is kept.
        sidecars: the stamps of the XMP files that the catalog knows there, by path.
        ctimes: whether another ctime at a path means that the file may have changed.
    """
    diff = FolderDiff()
    seen: set[bytes] = set()
    unlisted = _UnlistedFolders()
    sidecar_stats: list[FileStat] = []
    for stat in walk(top, deep, diff.unreadable, rules, unlisted, sidecar_stats, ctimes):
        seen.add(stat.path)
        row = known.get(stat.path)
        if row is None or row.stat.stamp != stat.stamp:
            diff.added_or_changed.append((stat, row))
            continue
        before = row.stat
        if before.inode == stat.inode and not is_same_ctime(before.ctime_ns, stat.ctime_ns):
            diff.added_or_changed.append((stat, row))
        elif before.inode == stat.inode:
            diff.unchanged += 1
            if before.ctime_ns is None and stat.ctime_ns is not None:
                diff.missing_ctime.append((row, stat.ctime_ns))
            if before.device != stat.device:
                diff.renumbered[before.device] = stat.device
        elif stable_inodes:
            diff.added_or_changed.append((stat, row))
        else:
            # The file system assigns inodes anew at every mount, so neither number proves anything.
            diff.unchanged += 1
    hidden = tuple(child_prefix(folder) for folder in (*unlisted.folders, *missing_mounts))
    unseen = set(unlisted.folders)
    diff.removed = [
        row
        for path, row in known.items()
        if path not in seen and path not in unseen and not path.startswith(hidden)
    ]
    diff.sidecars = compare_sidecars(sidecar_stats, sidecars or {}, hidden)
    _recognise_moves(diff)
    return diff


def _recognise_moves(diff: FolderDiff) -> None:
    """Turn pairs of a removed and an added file that are the same file into moves."""
    missing: dict[tuple[int, ...], FileRow] = {}
    for row in diff.removed:
        if row.content_id is not None and row.stat.inode:
            device = diff.renumbered.get(row.stat.device, row.stat.device)
            missing[device, *row.stat.identity[1:]] = row
    if not missing:
        return
    remaining: list[tuple[FileStat, FileRow | None]] = []
    for stat, replaced in diff.added_or_changed:
        match = missing.get(stat.identity) if replaced is None else None
        if match is None or not stat.proves(match.stat.path, match.stat.ctime_ns):
            remaining.append((stat, replaced))
        else:
            del missing[stat.identity]
            diff.moved.append((match, stat))
    moved = {row.id for row, _ in diff.moved}
    diff.added_or_changed = remaining
    diff.removed = [row for row in diff.removed if row.id not in moved]
