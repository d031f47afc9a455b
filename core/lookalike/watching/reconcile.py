"""Reconciliation: what must be done so that the catalog agrees with a watched folder."""

from __future__ import annotations

import os

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.files import FileRow
from lookalike.catalog.folders import Folder
from lookalike.descriptors.versions import model_versions
from lookalike.ingest.folder_diff import FolderDiff
from lookalike.ingest.sidecars import compare_sidecars
from lookalike.path_bytes import child_prefix, parent
from lookalike.watching.excludes import Excludes
from lookalike.watching.folder_locator import FolderLocation
from lookalike.watching.folder_walk import diff_folder


class Reconciler:
    """Compares watched folders with the catalog.

    Args:
        catalog: the library's catalog.
        record: descriptors of the model in use.

    Attributes:
        rules_used: the library's patterns that comparisons used; to be emptied by the caller.
    """

    def __init__(self, catalog: Catalog, record: DescriptorRecord) -> None:
        self._catalog = catalog
        self._files = catalog.files
        self._record = record
        self.rules_used: set[tuple[str, ...]] = set()

    def diff(self, location: FolderLocation, path: bytes, deep: bool) -> FolderDiff:
        """What changed in a folder that can be reached, or in a folder below it.

        Args:
            location: the folder.
            path: the folder itself, or a folder below it.
            deep: whether everything below the path is compared too.
        """
        folder, top = location.folder, os.fsencode(location.folder.path)
        known = self._files.known(path, deep, folder)
        patterns = self._catalog.settings.excludes
        self.rules_used.add(patterns)
        left_out = FolderDiff()
        rules = Excludes(patterns).rules(top, path, left_out.unreadable)
        if rules is None or _is_behind_link(top, path):
            missing = tuple(child_prefix(point) for point in location.missing_mounts)
            left_out.removed = [row for file, row in known.items() if not file.startswith(missing)]
            left_out.sidecars = compare_sidecars([], self._catalog.annotations.known(path, deep), missing)
            self._record_unreadable(folder, path, deep, left_out)
            return left_out
        mount = None if location.nested else location.mount
        stable, ctimes = (mount.stable_inodes, mount.ctimes) if mount is not None else (False, False)
        sidecars = self._catalog.annotations.known(path, deep)
        diff = diff_folder(path, known, deep, rules, stable, location.missing_mounts, sidecars, ctimes)
        diff.unreadable = left_out.unreadable + diff.unreadable
        if diff.renumbered:
            self._files.renumber(folder, diff.renumbered)
        if diff.missing_ctime:
            self._files.record_ctimes(diff.missing_ctime)
        if diff.sidecars.missing_ctime:
            self._catalog.annotations.record_ctimes(diff.sidecars.missing_ctime)
        self._add_untried(path, known, diff)
        self._recognise(diff)
        self._add_unread(path, known, diff)
        self._record_unreadable(folder, path, deep, diff)
        # Only now: photos that are left in the cloud on purpose are not a problem to record.
        diff.skip_cloud_only(path)
        return diff

    def _record_unreadable(self, folder: Folder, path: bytes, deep: bool, diff: FolderDiff) -> None:
        unreadable = [(os.fsencode(line.path), line.reason) for line in diff.unreadable]
        self._catalog.unreadable.record_scan(folder.id, path, deep, unreadable)

    def _add_untried(self, path: bytes, known: dict[bytes, FileRow], diff: FolderDiff) -> None:
        """Add photos that only another model described, or that only earlier decoders refused."""
        untried = self._record.undescribed(path) | self._files.refused_before(
            path, model_versions(self._record.key)
        )
        if not untried:
            return
        moved = {row.id: stat for row, stat in diff.moved}
        passed = {entry[0].path for entry in diff.added_or_changed} | {row.stat.path for row in diff.removed}
        for row in known.values():
            if row.id not in untried or row.stat.path in passed:
                continue
            # A row that has moved is moved first, and is then no longer at the old path to be replaced.
            diff.added_or_changed.append((moved[row.id], None) if row.id in moved else (row.stat, row))

    def _add_unread(self, path: bytes, known: dict[bytes, FileRow], diff: FolderDiff) -> None:
        """Add photos of an older library, to be read once for their annotations."""
        unread = self._catalog.annotations.unread(path)
        if not unread:
            return
        handled = {stat.path for stat, _ in diff.added_or_changed} | {row.stat.path for row in diff.removed}
        handled |= {row.stat.path for row, _ in diff.moved}
        handled |= {stat.path for stat, *_ in diff.recognised}
        diff.added_or_changed += [
            (row.stat, row) for row in known.values() if row.id in unread and row.stat.path not in handled
        ]

    def _recognise(self, diff: FolderDiff) -> None:
        """Move files whose content is known from another path from `added_or_changed` to `recognised`."""
        # A file that is still the same but may have changed says nothing about its own content.
        others = [
            stat for stat, row in diff.added_or_changed if row is None or not _same_file(row.stat, stat)
        ]
        found = self._files.contents_by_identity(others)
        lacking = self._record.lacking(list(set(found.values())))
        added_or_changed: list[tuple[FileStat, FileRow | None]] = []
        for stat, row in diff.added_or_changed:
            content_id = found.get(stat.path)
            if content_id is None or content_id in lacking:
                added_or_changed.append((stat, row))
            else:
                diff.recognised.append((stat, row, content_id))
        diff.added_or_changed = added_or_changed


def _same_file(before: FileStat, now: FileStat) -> bool:
    """Whether the file at a path is the one that lay there before, though perhaps written to."""
    return (before.inode, before.mtime_ns) == (now.inode, now.mtime_ns)


def _is_behind_link(top: bytes, path: bytes) -> bool:
    """Whether a path, or a folder between it and the watched one, is a link, so that it really lies elsewhere."""
    while len(path) > len(top):
        if os.path.islink(path):  # noqa: PTH114
            return True
        path = parent(path)
    return False
