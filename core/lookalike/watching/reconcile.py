"""Finds what must be done so that the catalog agrees with a watched folder."""

from __future__ import annotations

import os

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.files import FileRow
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
        rules_used: the library's patterns that comparisons went by; to be emptied by who takes them.
    """

    def __init__(self, catalog: Catalog, record: DescriptorRecord) -> None:
        self._catalog = catalog
        self._files = catalog.files
        self._record = record
        self.rules_used: set[tuple[str, ...]] = set()

    def diff(self, location: FolderLocation, place: bytes, deep: bool) -> FolderDiff:
        """What changed in a folder that can be reached, or in a place below it.

        Args:
            location: the folder.
            place: the folder itself, or a folder below it.
            deep: whether all below the place belongs to the comparison.
        """
        folder, top = location.folder, os.fsencode(location.folder.path)
        known = self._files.known(place, deep, folder)
        patterns = self._catalog.settings.excludes
        self.rules_used.add(patterns)
        noted = FolderDiff()
        rules = Excludes(patterns).rules(top, place, noted.unreadable)
        if rules is None or _through_link(top, place):
            away = tuple(child_prefix(point) for point in location.missing_mounts)
            noted.removed = [row for path, row in known.items() if not path.startswith(away)]
            noted.sidecars = compare_sidecars([], self._catalog.annotations.known(place, deep), away)
            return noted
        mount = None if location.nested else location.mount
        stable, ctimes = (mount.stable_inodes, mount.ctimes) if mount is not None else (False, False)
        beside = self._catalog.annotations.known(place, deep)
        diff = diff_folder(place, known, deep, rules, stable, location.missing_mounts, beside, ctimes)
        diff.unreadable = noted.unreadable + diff.unreadable
        if diff.renumbered:
            self._files.renumber(folder, diff.renumbered)
        if diff.missing_ctime:
            self._files.record_ctimes(diff.missing_ctime)
        if diff.sidecars.missing_ctime:
            self._catalog.annotations.record_ctimes(diff.sidecars.missing_ctime)
        self._add_untried(place, known, diff)
        self._recognise(diff)
        self._add_unread(place, known, diff)
        # Photos that are left online on purpose are no trouble.
        met = [(os.fsencode(line.path), line.reason) for line in diff.unreadable]
        self._catalog.unreadable.record_scan(folder.id, place, deep, met)
        diff.skip_cloud_only(place)
        return diff

    def _add_untried(self, place: bytes, known: dict[bytes, FileRow], diff: FolderDiff) -> None:
        """Photos that another model described, or other decoders refused, are to be tried by today's."""
        again = self._record.undescribed(place) | self._files.refused_before(
            place, model_versions(self._record.key)
        )
        if not again:
            return
        moved = {row.id: at for row, at in diff.moved}
        passed = {entry[0].path for entry in diff.added_or_changed} | {row.stat.path for row in diff.removed}
        for row in known.values():
            if row.id not in again or row.stat.path in passed:
                continue
            # A row that has moved is put in its new place first, and is then no longer there to be replaced.
            diff.added_or_changed.append((moved[row.id], None) if row.id in moved else (row.stat, row))

    def _add_unread(self, place: bytes, known: dict[bytes, FileRow], diff: FolderDiff) -> None:
        """Photos of an older library are to be read once for what people wrote into them."""
        unread = self._catalog.annotations.unread(place)
        if not unread:
            return
        concerned = {stat.path for stat, _ in diff.added_or_changed} | {row.stat.path for row in diff.removed}
        concerned |= {row.stat.path for row, _ in diff.moved}
        concerned |= {stat.path for stat, *_ in diff.recognised}
        diff.added_or_changed += [
            (row.stat, row) for row in known.values() if row.id in unread and row.stat.path not in concerned
        ]

    def _recognise(self, diff: FolderDiff) -> None:
        """Take from what must be read the files whose content is known from where they were before."""
        # What is the same file still, but may have changed, tells nothing of itself.
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


def _same_file(was: FileStat, now: FileStat) -> bool:
    """Whether what lies at a path is the file that lay there, though perhaps written to."""
    return (was.inode, was.mtime_ns) == (now.inode, now.mtime_ns)


def _through_link(top: bytes, place: bytes) -> bool:
    """Whether a place, or a folder on the way to it from the watched one, is a link: what lies behind is elsewhere."""
    while len(place) > len(top):
        if os.path.islink(place):  # noqa: PTH114
            return True
        place = parent(place)
    return False
