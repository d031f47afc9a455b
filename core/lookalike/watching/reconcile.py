"""Finds what must be done so that the catalog agrees with a watched folder."""

from __future__ import annotations

import os

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.files import FileRow, Place
from lookalike.descriptors.versions import model_versions
from lookalike.ingest.folder_diff import Changes
from lookalike.ingest.sidecars import compare
from lookalike.watching.excludes import Excludes
from lookalike.watching.folder_locator import Reached
from lookalike.watching.folder_walk import survey

EXCLUDES = "excludes"
"""The setting that holds the library's own patterns, a line each."""


class Comparison:
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
        self.rules_used: set[str | None] = set()

    def changes(self, reached: Reached, place: bytes, deep: bool) -> Changes:
        """What changed in a folder that can be reached, or in a place below it.

        Args:
            reached: the folder.
            place: the folder itself, or a folder below it.
            deep: whether all below the place belongs to the comparison.
        """
        folder, top = reached.folder, os.fsencode(reached.folder.path)
        known = self._files.known(place, deep, folder)
        patterns = self._catalog.setting(EXCLUDES)
        self.rules_used.add(patterns)
        noted = Changes()
        rules = Excludes((patterns or "").splitlines()).rules(top, place, noted.unreadable)
        if rules is None or _through_link(top, place):
            away = tuple(os.path.join(point, b"") for point in reached.away)  # noqa: PTH118
            noted.gone = [row for path, row in known.items() if not path.startswith(away)]
            noted.sidecars = compare([], self._catalog.annotations.known(place, deep), away)
            return noted
        mount = None if reached.nested else reached.mount
        stable, ctimes = (mount.stable_inodes, mount.ctimes) if mount is not None else (False, False)
        beside = self._catalog.annotations.known(place, deep)
        changes = survey(place, known, deep, rules, stable, reached.away, beside, ctimes)
        changes.unreadable = noted.unreadable + changes.unreadable
        if changes.renumbered:
            self._files.renumber(folder, changes.renumbered)
        if changes.undated:
            self._files.date(changes.undated)
        if changes.sidecars.undated:
            self._catalog.annotations.date(changes.sidecars.undated)
        self._add_untried(place, known, changes)
        self._recognise(changes)
        self._add_unread(place, known, changes)
        # Photos that are left online on purpose are no trouble.
        met = [(os.fsencode(line.path), line.reason) for line in changes.unreadable]
        self._catalog.unreadable.looked(folder.id, place, deep, met)
        changes.leave_online(place)
        return changes

    def _add_untried(self, place: bytes, known: dict[bytes, FileRow], changes: Changes) -> None:
        """Photos that another model described, or other decoders refused, are to be tried by today's."""
        again = self._record.undescribed(place) | self._files.refused_before(
            place, model_versions(self._record.key)
        )
        if not again:
            return
        moved = {row.id: at for row, at in changes.moved}
        passed = {entry[0].path for entry in changes.fresh} | {row.place.path for row in changes.gone}
        for row in known.values():
            if row.id not in again or row.place.path in passed:
                continue
            # A row that has moved is put in its new place first, and is then no longer there to be replaced.
            changes.fresh.append((moved[row.id], None) if row.id in moved else (row.place, row))

    def _add_unread(self, place: bytes, known: dict[bytes, FileRow], changes: Changes) -> None:
        """Photos of an older library are to be read once for what people wrote into them."""
        unread = self._catalog.annotations.unread(place)
        if not unread:
            return
        concerned = {place.path for place, _ in changes.fresh} | {row.place.path for row in changes.gone}
        concerned |= {row.place.path for row, _ in changes.moved}
        concerned |= {place.path for place, *_ in changes.recognised}
        changes.fresh += [
            (row.place, row) for row in known.values() if row.id in unread and row.place.path not in concerned
        ]

    def _recognise(self, changes: Changes) -> None:
        """Take from what must be read the files whose content is known from where they were before."""
        # What is the same file still, but may have changed, tells nothing of itself.
        others = [place for place, row in changes.fresh if row is None or not _same_file(row.place, place)]
        found = self._files.identified(others)
        lacking = self._record.lacking(list(set(found.values())))
        fresh: list[tuple[Place, FileRow | None]] = []
        for place, row in changes.fresh:
            content_id = found.get(place.path)
            if content_id is None or content_id in lacking:
                fresh.append((place, row))
            else:
                changes.recognised.append((place, row, content_id))
        changes.fresh = fresh


def _same_file(was: Place, now: Place) -> bool:
    """Whether what lies at a path is the file that lay there, though perhaps written to."""
    return (was.inode, was.mtime_ns) == (now.inode, now.mtime_ns)


def _through_link(top: bytes, place: bytes) -> bool:
    """Whether a place, or a folder on the way to it from the watched one, is a link: what lies behind is elsewhere."""
    while len(place) > len(top):
        if os.path.islink(place):  # noqa: PTH114
            return True
        place = os.path.dirname(place)  # noqa: PTH120
    return False
