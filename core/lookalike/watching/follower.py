"""Keeps the library in line with its folders: a first scan, what changed meanwhile, and what changes now."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.database import CatalogDamagedError, CatalogError
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.folders import Folder
from lookalike.ingest.folder_diff import FolderDiff
from lookalike.ingest.indexer import Indexer
from lookalike.log import log_failure
from lookalike.path_bytes import covers, parent
from lookalike.progress import Progress, ProgressMeter, Stage
from lookalike.watching.folder_locator import FolderLocation, FolderLocator
from lookalike.watching.follow_timing import FollowTiming
from lookalike.watching.observer import FolderWatch
from lookalike.watching.reconcile import Reconciler
from lookalike.watching.volumes import mounts

logger = logging.getLogger(__name__)

BETWEEN_PHOTOS = 200
"""New photos of one place that are taken in at a time while another is worked on: some seconds of work."""

OFFLINE = "This folder cannot be reached. What is known of its photos is kept."


class Follower:
    """Finds out what changed in watched folders and has it applied.

    Args:
        catalog: the library's catalog.
        record: descriptors of the model in use.
        indexer: applies changes.
        timing: how often it looks; None for the defaults.
    """

    def __init__(
        self,
        catalog: Catalog,
        record: DescriptorRecord,
        indexer: Indexer,
        timing: FollowTiming | None = None,
    ) -> None:
        self._catalog = catalog
        self._folders = catalog.folders
        self._indexer = indexer
        self._locator = FolderLocator(catalog)
        self._timing = timing or FollowTiming()
        self._reconciler = Reconciler(catalog, record)
        # Folders whose look was given up since the last `_take_in`.
        self._cut_off: set[int] = set()

    def scan(self, folders: Sequence[Folder] | None = None) -> Generator[Progress, None, None]:
        """Compare folders (all when None) with the disk and apply what changed; opens no unchanged photo.

        A folder that is paused is left alone.
        """
        known = {folder.id: folder for folder in self._folders.all()}
        for wanted in list(known.values()) if folders is None else folders:
            folder = known.get(wanted.id)
            if folder is None or folder.paused:
                continue
            yield ProgressMeter(Stage.LOOKING, folder=folder.id).snapshot()
            location = self._locator.locate(folder, mounts())
            self._cut_off.discard(folder.id)
            yield from self._look(location, os.fsencode(location.folder.path), deep=True)
            if folder.id in self._cut_off and self._wanted(location.folder):
                # Its drive was pulled meanwhile, and may be back.
                location = self._locator.locate(location.folder, mounts())
                yield from self._look(location, os.fsencode(location.folder.path), deep=True)
            if location.missing_mounts:
                meter = ProgressMeter(Stage.LOOKING, folder=folder.id)
                meter.skipped.extend(self._locator.missing_drives(location.folder, mounts()))
                yield meter.end()

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
            Progress while there is something to do; in between, every half second, a "watching" snapshot. While
            following stands still after a failure, "waiting" snapshots instead, in which the last line says why.

        Raises:
            LookalikeError: the catalog is damaged, or the model at fault.
        """
        idle, failed = ProgressMeter(Stage.WATCHING, total=0), ProgressMeter(Stage.WAITING, total=0)
        told, pause = "", 0.0
        with FolderWatch(self._timing) as watch:
            standing = _Standing()
            while not stopped():
                try:
                    yield from self._round(watch, standing, idle, meanwhile)
                except CatalogDamagedError:
                    raise
                except (CatalogError, OSError) as error:
                    # The disk is full, or another program holds the catalog: that passes, and the user may be away.
                    if str(error) != told:
                        told = str(error)
                        log_failure(logger, "Following the folders", error)
                        failed.skip("", f"{told} Until then no changes are taken in.")
                    pause = min(max(2 * pause, self._timing.retry), self._timing.retry_limit)
                    standing.forget()
                    again = time.monotonic() + pause
                    while time.monotonic() < again and not stopped():
                        yield failed.snapshot()
                        time.sleep(min(pause, self._timing.tick))
                else:
                    told, pause = "", 0.0

    def _round(
        self,
        watch: FolderWatch,
        standing: _Standing,
        idle: ProgressMeter,
        meanwhile: Callable[[], Progress | None],
    ) -> Iterator[Progress]:
        """Take in what was said of the folders and what happened in them, and do a little of other work."""
        for place, deep in standing.put_off.items():
            watch.mark(place, deep)
        standing.put_off.clear()
        yield from self._take_in(watch, standing)
        self._tell_away(standing, idle)
        working = meanwhile()
        yield working or idle.snapshot()
        for place, deep in watch.wait(0.0 if working else self._timing.tick):
            yield from self._look_again(watch, standing, place, deep)
        self._note(watch, standing)
        if watch.overflows > standing.overflows:
            standing.overflows = watch.overflows
            idle.skip("", "The system dropped word of some changes, so the folders were looked through.")

    def _tell_away(self, standing: _Standing, idle: ProgressMeter) -> None:
        """Tell once of volumes that are missing below the folders."""
        away = {
            (number, point)
            for number, location in standing.location.items()
            for point in location.missing_mounts
        }
        if away - standing.away:
            for number in sorted({number for number, _ in away - standing.away}):
                idle.skipped.extend(self._locator.missing_drives(standing.location[number].folder, mounts()))
        standing.away = away

    def _note(self, watch: FolderWatch, standing: _Standing) -> None:
        """Have the catalog say how the folders' changes are noticed."""
        for number, location in standing.location.items():
            note = watch.note(os.fsencode(location.folder.path))
            if standing.notes.get(number) != note:
                self._folders.set_note(location.folder, note)
                standing.notes[number] = note

    def _take_in(self, watch: FolderWatch, standing: _Standing) -> Iterator[Progress]:
        """Bring what is watched in line with the list of folders, and look through what is new in it."""
        folders = self._folders.all()
        excludes = self._catalog.settings.excludes
        due = time.monotonic() - standing.looked >= self._timing.locate
        # What was changed and changed back while a folder was looked through shows in how that look went.
        new_rules = excludes != standing.excludes or bool(self._reconciler.rules_used - {excludes})
        if not due and set(folders) == standing.folders and not new_rules and not self._cut_off:
            return
        cut_off, self._cut_off = self._cut_off, set()
        self._reconciler.rules_used.clear()
        standing.looked, standing.excludes, standing.folders = time.monotonic(), excludes, set()
        mounted = mounts()
        before, standing.location = standing.location, {}
        new = []
        for folder in folders:
            location = self._locator.locate(folder, mounted)
            standing.folders.add(location.folder)
            if not location.folder.online:
                if folder.id not in standing.offline:
                    standing.offline.add(folder.id)
                    yield self._offline(location.folder)
                continue
            standing.offline.discard(folder.id)
            if folder.paused:
                continue
            standing.location[folder.id] = location
            top, old = os.fsencode(location.folder.path), before.get(folder.id)
            moved = old is not None and old.folder.path != location.folder.path
            if old is None or moved or new_rules or folder.id in cut_off:
                new.append(location)
            elif old.identity != location.identity:
                # Another directory has its place, of which nobody tells yet.
                watch.remove(top)
            elif (old.nested, old.missing_mounts) != (location.nested, location.missing_mounts):
                watch.renew(top)
                new.append(location)
        tops = {os.fsencode(location.folder.path) for location in standing.location.values()}
        for top in watch.tops() - tops:
            watch.remove(top)
        for location in standing.location.values():
            top = os.fsencode(location.folder.path)
            if top not in watch.tops():
                watch.add(top, network=location.mount is not None and location.mount.network)
                if location not in new:
                    # Nobody told of its changes until now.
                    new.append(location)
        self._note(watch, standing)
        # All are watched before the first is looked through: what happens meanwhile is told of.
        for location in sorted(
            new, key=lambda one: self._indexer.priority.rank(os.fsencode(one.folder.path))
        ):
            yield ProgressMeter(Stage.LOOKING, folder=location.folder.id).snapshot()
            between = partial(self._look_between, watch, standing)
            yield from self._look(location, os.fsencode(location.folder.path), deep=True, between=between)

    def _look_again(
        self, watch: FolderWatch, standing: _Standing, place: bytes, deep: bool, limit: int | None = None
    ) -> Iterator[Progress]:
        """Look at a place that was told of.

        Args:
            watch: tells of places.
            standing: what is known of the folders.
            place: a watched folder, or one below it.
            deep: whether all below the place is to be looked at.
            limit: new photos that are taken in now, and the others soon; None for all, and then what is told of
                other places meanwhile is looked at in between.
        """
        for number, location in list(standing.location.items()):
            top = os.fsencode(location.folder.path)
            if not covers(top, place):
                continue
            if limit is not None and not self._wanted(location.folder):
                # It may go on before it is asked for again.
                self._cut_off.add(number)
                continue
            location = self._locator.locate(location.folder, mounts())
            if (
                not location.folder.online
                or os.fsencode(location.folder.path) != top
                or top not in watch.tops()
            ):
                # It is looked for with the others, at once.
                del standing.location[number]
                standing.looked = float("-inf")
                watch.remove(top)
                continue
            between = None if limit is not None else partial(self._look_between, watch, standing)
            late = yield from self._look(location, place, deep, settle=True, limit=limit, between=between)
            for folder in {parent(path) for path in late}:
                watch.mark(folder)

    def _look_between(self, watch: FolderWatch, standing: _Standing, place: bytes) -> Iterator[Progress]:
        """While a place is worked on, which may take hours, look at what is told of others."""
        for other, deep in watch.wait(0.0):
            if covers(other, place) or covers(place, other):
                standing.put_off[other] = standing.put_off.get(other, False) or deep
            else:
                yield from self._look_again(watch, standing, other, deep, BETWEEN_PHOTOS)

    def _look(
        self,
        location: FolderLocation,
        place: bytes,
        deep: bool,
        settle: bool = False,
        limit: int | None = None,
        between: Callable[[bytes], Iterator[Progress]] | None = None,
    ) -> Generator[Progress, None, list[bytes]]:
        """Compare a place in a folder with the disk and apply what changed.

        Args:
            location: the folder and its place.
            place: the folder itself, or a folder below it.
            deep: whether all below the place belongs to the comparison.
            settle: whether files that may still be written to are left for later.
            limit: new photos that are taken in at most, the latest; the others are left for later.
            between: does other work after every batch, given the place.

        Returns:
            Paths that are to be looked at again soon.
        """
        folder = location.folder
        if folder.online:
            diff = self._reconciler.diff(location, place, deep)
            # The drive may have been pulled while it was looked at: what seems gone is then only away.
            again = self._locator.locate(folder, mounts()) if diff.removed else location
            if again.missing_mounts != location.missing_mounts:
                diff = self._reconciler.diff(again, place, deep)
            if again.folder.path != folder.path:
                return []
            folder = again.folder
        if not folder.online:
            yield self._offline(folder)
            return []
        late = self._take_young(diff) if settle else []
        if limit is not None and len(diff.added_or_changed) > limit:
            diff.added_or_changed.sort(key=lambda entry: entry[0].mtime_ns)
            late += [stat.path for stat, _ in diff.added_or_changed[:-limit]]
            diff.added_or_changed = diff.added_or_changed[-limit:]
        if not diff:
            return late

        def reachable() -> bool:
            now = self._locator.locate(folder, mounts())
            if (now.folder, now.missing_mounts, now.identity) == (
                folder,
                again.missing_mounts,
                again.identity,
            ):
                return True
            self._cut_off.add(folder.id)
            return False

        with closing(self._indexer.apply(folder, diff, reachable)) as work:
            for progress in work:
                yield progress
                if not self._wanted(folder):
                    self._cut_off.add(folder.id)
                    break
                if between is not None:
                    yield from between(place)
        # Other threads may add to them.
        while self._indexer.unsettled:
            late.append(self._indexer.unsettled.pop())
        return late

    def _offline(self, folder: Folder) -> Progress:
        meter = ProgressMeter(Stage.LOOKING, folder=folder.id)
        meter.skip(str(folder.path), OFFLINE)
        return meter.end()

    def _wanted(self, folder: Folder) -> bool:
        """Whether a folder is still to be worked on where it was."""
        return any(
            (other.id, other.path) == (folder.id, folder.path) and not other.paused
            for other in self._folders.all()
        )

    def _take_young(self, diff: FolderDiff) -> list[bytes]:
        now = time.time_ns()
        settled = now - int(self._timing.settle * 1e9)
        young = {stat.path for stat, _ in diff.added_or_changed if settled < stat.mtime_ns <= now}
        diff.added_or_changed = [entry for entry in diff.added_or_changed if entry[0].path not in young]
        return list(young)


class _Standing:
    """What `follow` knows of the folders: those it watches, and what it last read about all."""

    def __init__(self) -> None:
        self.location: dict[int, FolderLocation] = {}
        self.notes: dict[int, str] = {}
        self.offline: set[int] = set()
        self.folders: set[Folder] = set()
        self.excludes: tuple[str, ...] | None = None
        self.looked = float("-inf")
        self.overflows = 0
        self.away: set[tuple[int, bytes]] = set()
        # Places that were told of while they, or what they lie in, were worked on.
        self.put_off: dict[bytes, bool] = {}

    def forget(self) -> None:
        """Have all folders taken in and looked through anew."""
        self.location, self.looked = {}, float("-inf")
