"""Keeps the library in line with its folders: a first scan, what changed meanwhile, and what changes now."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.files import FileRow, Folder, Place
from lookalike.descriptors.versions import model_versions
from lookalike.progress import Progress, ProgressMeter
from lookalike.watching.excludes import Excludes
from lookalike.watching.indexer import Indexer
from lookalike.watching.observer import RESCAN_SECONDS, FolderWatch
from lookalike.watching.reach import Reach, Reached
from lookalike.watching.sidecars import compare
from lookalike.watching.survey import Changes, survey
from lookalike.watching.volumes import mounts

SETTLE_SECONDS = 1.0
"""A file changed more recently than this may still be written to, so it is looked at again."""

TICK_SECONDS = 0.5
"""How soon `follow` notices that it is to stop, and what the user or another process changed about the folders."""

REACH_SECONDS = 10.0
"""How often drives that come and go are looked for."""

EXCLUDES = "excludes"
"""The setting that holds the library's own patterns, a line each."""

OFFLINE = "This folder cannot be reached. What is known of its photos is kept."


class Follower:
    """Finds out what changed in watched folders and has it applied.

    Args:
        catalog: the library's catalog.
        record: descriptors of the model in use.
        indexer: applies changes.
        rescan_seconds: how often folders are compared of whose changes the system does not tell.
        reach_seconds: how often drives that come and go are looked for; None for `REACH_SECONDS`.
    """

    def __init__(
        self,
        catalog: Catalog,
        record: DescriptorRecord,
        indexer: Indexer,
        rescan_seconds: float = RESCAN_SECONDS,
        reach_seconds: float | None = None,
    ) -> None:
        self._catalog = catalog
        self._files = catalog.files
        self._record = record
        self._indexer = indexer
        self._reach = Reach(catalog)
        self._rescan_seconds = rescan_seconds
        self._reach_seconds = REACH_SECONDS if reach_seconds is None else reach_seconds
        # Folders whose look was given up, and the library's patterns that looks went by, since the last `_take_in`.
        self._cut_off: set[int] = set()
        self._rules_used: set[str | None] = set()

    def scan(self, folders: Sequence[Folder] | None = None) -> Generator[Progress, None, None]:
        """Compare folders (all when None) with the disk and apply what changed; opens no unchanged photo.

        A folder that is paused is left alone.
        """
        known = {folder.id: folder for folder in self._files.folders()}
        for wanted in list(known.values()) if folders is None else folders:
            folder = known.get(wanted.id)
            if folder is None or folder.paused:
                continue
            yield ProgressMeter("looking", folder=folder.id).snapshot()
            reached = self._reach.look(folder, mounts())
            yield from self._look(reached, os.fsencode(reached.folder.path), deep=True)

    def follow(
        self, stopped: Callable[[], bool], meanwhile: Callable[[], Progress | None] = lambda: None
    ) -> Generator[Progress, None, None]:
        """Scan all folders, and then apply changes as they happen until `stopped()` is true.

        Folders that are added, removed, paused or go on meanwhile, here or in another process, are taken in, and
        so are drives that come and go.

        Args:
            stopped: asked between changes.
            meanwhile: does a little of other work between changes and says how far that is; None when there is none.

        Yields:
            Progress while there is something to do; in between, every half second, a "watching" snapshot.
        """
        idle = ProgressMeter("watching", total=0)
        with FolderWatch(self._rescan_seconds) as watch:
            standing = _Standing()
            overflows = 0
            while not stopped():
                yield from self._take_in(watch, standing)
                working = meanwhile()
                yield working or idle.snapshot()
                for place, deep in watch.wait(0.0 if working else TICK_SECONDS):
                    yield from self._look_again(watch, standing, place, deep)
                self._note(watch, standing)
                if watch.overflows > overflows:
                    overflows = watch.overflows
                    idle.skip(
                        "", "The system dropped word of some changes, so the folders were looked through."
                    )

    def _note(self, watch: FolderWatch, standing: _Standing) -> None:
        """Have the catalog say how the folders' changes are noticed."""
        for number, reached in standing.reached.items():
            note = watch.note(os.fsencode(reached.folder.path))
            if standing.notes.get(number) != note:
                standing.notes[number] = note
                self._files.set_note(reached.folder, note)

    def _take_in(self, watch: FolderWatch, standing: _Standing) -> Iterator[Progress]:
        """Bring what is watched in line with the list of folders, and look through what is new in it."""
        folders = self._files.folders()
        excludes = self._catalog.setting(EXCLUDES)
        due = time.monotonic() - standing.looked >= self._reach_seconds
        # What was changed and changed back while a folder was looked through shows in how that look went.
        new_rules = excludes != standing.excludes or bool(self._rules_used - {excludes})
        if not due and set(folders) == standing.folders and not new_rules and not self._cut_off:
            return
        cut_off, self._cut_off, self._rules_used = self._cut_off, set(), set()
        standing.looked, standing.excludes, standing.folders = time.monotonic(), excludes, set()
        mounted = mounts()
        before, standing.reached = standing.reached, {}
        new = []
        for folder in folders:
            reached = self._reach.look(folder, mounted)
            standing.folders.add(reached.folder)
            if not reached.folder.online:
                if folder.id not in standing.offline:
                    standing.offline.add(folder.id)
                    yield self._offline(reached.folder)
                continue
            standing.offline.discard(folder.id)
            if folder.paused:
                continue
            standing.reached[folder.id] = reached
            top, old = os.fsencode(reached.folder.path), before.get(folder.id)
            moved = old is not None and old.folder.path != reached.folder.path
            if old is None or moved or new_rules or folder.id in cut_off:
                new.append(reached)
            elif (old.nested, old.away) != (reached.nested, reached.away):
                watch.renew(top)
                new.append(reached)
        tops = {os.fsencode(reached.folder.path) for reached in standing.reached.values()}
        for top in watch.tops() - tops:
            watch.remove(top)
        for reached in standing.reached.values():
            top = os.fsencode(reached.folder.path)
            if top not in watch.tops():
                watch.add(top, network=reached.mount is not None and reached.mount.network)
                if reached not in new:
                    # It was away for a moment, in which nobody told of its changes.
                    new.append(reached)
        self._note(watch, standing)
        # All are watched before the first is looked through: what happens meanwhile is told of.
        for reached in sorted(
            new, key=lambda one: self._indexer.preference.rank(os.fsencode(one.folder.path))
        ):
            yield ProgressMeter("looking", folder=reached.folder.id).snapshot()
            yield from self._look(reached, os.fsencode(reached.folder.path), deep=True)

    def _look_again(
        self, watch: FolderWatch, standing: _Standing, place: bytes, deep: bool
    ) -> Iterator[Progress]:
        for number, reached in list(standing.reached.items()):
            top = os.fsencode(reached.folder.path)
            if place != top and not place.startswith(os.path.join(top, b"")):  # noqa: PTH118
                continue
            reached = self._reach.look(reached.folder, mounts())
            if (
                not reached.folder.online
                or os.fsencode(reached.folder.path) != top
                or top not in watch.tops()
            ):
                # It is looked for with the others, at once.
                del standing.reached[number]
                standing.looked = float("-inf")
                watch.remove(top)
                continue
            for late in (yield from self._look(reached, place, deep, settle=True)):
                watch.mark(os.path.dirname(late))  # noqa: PTH120

    def _look(
        self, reached: Reached, place: bytes, deep: bool, settle: bool = False
    ) -> Generator[Progress, None, list[bytes]]:
        """Compare a place in a folder with the disk and apply what changed.

        Args:
            reached: the folder.
            place: the folder itself, or a folder below it.
            deep: whether all below the place belongs to the comparison.
            settle: whether files that may still be written to are left for later.

        Returns:
            Paths that are to be looked at again soon.
        """
        folder = reached.folder
        if folder.online:
            changes = self._changes(reached, place, deep)
            # The drive may have been pulled while it was looked at: what seems gone is then only away.
            again = self._reach.look(folder, mounts()) if changes.gone else reached
            if again.away != reached.away:
                changes = self._changes(again, place, deep)
            if again.folder.path != folder.path:
                return []
            folder = again.folder
        if not folder.online:
            yield self._offline(folder)
            return []
        late = self._take_young(changes) if settle else []
        if not changes:
            return late
        with closing(self._indexer.apply(folder, changes)) as work:
            for progress in work:
                yield progress
                if not self._wanted(folder):
                    self._cut_off.add(folder.id)
                    break
        late += self._indexer.unsettled
        self._indexer.unsettled.clear()
        return late

    def _offline(self, folder: Folder) -> Progress:
        meter = ProgressMeter("looking", folder=folder.id)
        meter.skip(str(folder.path), OFFLINE)
        return meter.snapshot()

    def _wanted(self, folder: Folder) -> bool:
        """Whether a folder is still to be worked on where it was."""
        return any(
            (other.id, other.path) == (folder.id, folder.path) and not other.paused
            for other in self._files.folders()
        )

    def _take_young(self, changes: Changes) -> list[bytes]:
        now = time.time_ns()
        settled = now - int(SETTLE_SECONDS * 1e9)
        young = {place.path for place, _ in changes.fresh if settled < place.mtime_ns <= now}
        changes.fresh = [entry for entry in changes.fresh if entry[0].path not in young]
        return list(young)

    def _changes(self, reached: Reached, place: bytes, deep: bool) -> Changes:
        """What changed in a folder that can be reached, or in a place below it."""
        folder, top = reached.folder, os.fsencode(reached.folder.path)
        known = self._files.known(place, deep, folder)
        patterns = self._catalog.setting(EXCLUDES)
        self._rules_used.add(patterns)
        noted = Changes()
        rules = Excludes((patterns or "").splitlines()).rules(top, place, noted.unreadable)
        if rules is None:
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


class _Standing:
    """What `follow` knows of the folders: those it watches, and what it last read about all."""

    def __init__(self) -> None:
        self.reached: dict[int, Reached] = {}
        self.notes: dict[int, str] = {}
        self.offline: set[int] = set()
        self.folders: set[Folder] = set()
        self.excludes: str | None = None
        self.looked = float("-inf")
