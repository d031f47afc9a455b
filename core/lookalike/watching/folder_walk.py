"""Compares a folder on disk with what the catalog knows of it, without opening a single photo."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lookalike.catalog.annotations import SidecarStamp
from lookalike.catalog.file_stat import FileStat, file_stat_of
from lookalike.catalog.files import FileRow
from lookalike.catalog.racy_timestamps import is_same_ctime
from lookalike.catalog.shot_names import SIDECAR_SUFFIX
from lookalike.ingest.folder_diff import FolderDiff
from lookalike.ingest.sidecars import compare_sidecars
from lookalike.path_bytes import child_prefix
from lookalike.photos import PHOTO_SUFFIXES
from lookalike.progress import Skipped
from lookalike.watching.excludes import IGNORE_FILE, Rules, is_left_out, read_patterns

_SUFFIXES = frozenset(suffix.encode() for suffix in PHOTO_SUFFIXES)
_SIDECAR = SIDECAR_SUFFIX.encode()
_SUFFIXES_AND_SIDECARS = _SUFFIXES | {_SIDECAR}


@dataclass
class _Blind:
    """Folders that could not be listed."""

    folders: list[bytes] = field(default_factory=list)
    problems: list[Skipped] = field(default_factory=list)

    def note(self, folder: bytes, error: OSError) -> None:
        self.folders.append(folder)
        reason = f"This folder cannot be listed ({error.strerror})."
        self.problems.append(Skipped(os.fsdecode(folder), reason))


def walk(
    top: bytes,
    deep: bool,
    unreadable: list[Skipped],
    rules: Rules | None = None,
    blind: _Blind | None = None,
    sidecars: list[FileStat] | None = None,
    ctimes: bool = False,
) -> Iterator[FileStat]:
    """The photos in a folder.

    Hidden files and folders, caches of other programs and what the user excludes are left out. Links are not
    followed: what they point to is found where it lies, and loops cannot arise.

    Args:
        top: the folder, in the operating system's own bytes.
        deep: whether to go into the folders below.
        unreadable: takes a line for each folder or ignore file that cannot be read.
        rules: the patterns in force in `top`.
        blind: takes the folders that could not be listed.
        sidecars: takes the XMP files.
        ctimes: whether the file system keeps ctimes.
    """
    blind = blind or _Blind()
    suffixes = _SUFFIXES if sidecars is None else _SUFFIXES_AND_SIDECARS
    waiting = [(top, rules or Rules())]
    while waiting:
        folder, rules = waiting.pop()
        try:
            with os.scandir(folder) as listing:
                entries = list(listing)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            blind.note(folder, error)
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
                    facts = entry.stat(follow_symlinks=False)
                elif deep and entry.is_dir(follow_symlinks=False):
                    if not is_left_out(folder, name) and not (
                        rules.levels and rules.exclude(entry.path, True)
                    ):
                        waiting.append((entry.path, rules))
                    continue
                else:
                    continue
            except FileNotFoundError:
                continue
            except OSError as error:
                blind.note(entry.path, error)
                continue
            if not (rules.levels and rules.exclude(entry.path, False)):
                stat = file_stat_of(entry.path, facts, ctimes)
                if sidecars is not None and suffix == _SIDECAR:
                    sidecars.append(stat)
                else:
                    yield stat
    unreadable.extend(blind.problems)


def diff_folder(
    top: bytes,
    known: dict[bytes, FileRow],
    deep: bool = True,
    rules: Rules | None = None,
    stable_inodes: bool = False,
    away: Sequence[bytes] = (),
    sidecars: dict[bytes, SidecarStamp] | None = None,
    ctimes: bool = False,
) -> FolderDiff:
    """Compare a folder with the catalog.

    A file is unchanged when its size and time of last change are, and its number and ctime too where files keep
    theirs. A new place that has the volume, file number, size and time of a file that is gone is that file, moved.

    Args:
        top: the folder.
        known: the catalog's rows for it, by path.
        deep: whether the folders below belong to the comparison.
        rules: the patterns in force in the folder.
        stable_inodes: whether another file number at a path means another file.
        away: folders below whose volume is not mounted: what is known there is kept.
        sidecars: what tells that the XMP files that the catalog knows there are unchanged, by path.
        ctimes: whether another ctime at a path means that the file may be another.
    """
    diff = FolderDiff()
    seen: set[bytes] = set()
    blind = _Blind()
    sidecar_stats: list[FileStat] = []
    for stat in walk(top, deep, diff.unreadable, rules, blind, sidecar_stats, ctimes):
        seen.add(stat.path)
        row = known.get(stat.path)
        if row is None or row.stat.stamp != stat.stamp:
            diff.added_or_changed.append((stat, row))
            continue
        was = row.stat
        if was.inode == stat.inode and not is_same_ctime(was.ctime_ns, stat.ctime_ns):
            diff.added_or_changed.append((stat, row))
        elif was.inode == stat.inode:
            diff.unchanged += 1
            if was.ctime_ns is None and stat.ctime_ns is not None:
                diff.missing_ctime.append((row, stat.ctime_ns))
            if was.device != stat.device:
                diff.renumbered[was.device] = stat.device
        elif stable_inodes:
            diff.added_or_changed.append((stat, row))
        else:
            # The file system numbers anew: nothing is proven by it, and the new number is worth nothing either.
            diff.unchanged += 1
    hidden = tuple(child_prefix(folder) for folder in (*blind.folders, *away))
    lost = set(blind.folders)
    diff.removed = [
        row
        for path, row in known.items()
        if path not in seen and path not in lost and not path.startswith(hidden)
    ]
    diff.sidecars = compare_sidecars(sidecar_stats, sidecars or {}, hidden)
    _recognise_moves(diff)
    return diff


def _recognise_moves(diff: FolderDiff) -> None:
    missing: dict[tuple[int, ...], FileRow] = {}
    for row in diff.removed:
        if row.content_id is not None and row.stat.inode:
            device = diff.renumbered.get(row.stat.device, row.stat.device)
            missing[device, *row.stat.identity[1:]] = row
    if not missing:
        return
    still_fresh: list[tuple[FileStat, FileRow | None]] = []
    for stat, replaced in diff.added_or_changed:
        match = missing.get(stat.identity) if replaced is None else None
        if match is None or not stat.proves(match.stat.path, match.stat.ctime_ns):
            still_fresh.append((stat, replaced))
        else:
            del missing[stat.identity]
            diff.moved.append((match, stat))
    moved = {row.id for row, _ in diff.moved}
    diff.added_or_changed = still_fresh
    diff.removed = [row for row in diff.removed if row.id not in moved]
