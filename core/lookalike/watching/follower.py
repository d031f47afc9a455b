"""Follower: keeps the library in line with its folders, by scanning them and by following live events."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.database import CatalogDamagedError, CatalogError
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.folders import Folder
from lookalike.errors import Phrase
from lookalike.ingest.indexer import Indexer
from lookalike.log import log_failure
from lookalike.path_bytes import covers, parent
from lookalike.progress import Progress, ProgressMeter, Stage
from lookalike.watching.folder_locator import FolderLocation, FolderLocator
from lookalike.watching.folder_updater import FolderUpdater, offline_message
from lookalike.watching.follow_state import FollowState
from lookalike.watching.follow_timing import FollowTiming
from lookalike.watching.observer import FolderWatch
from lookalike.watching.volumes import mounts

logger = logging.getLogger(__name__)

INTERLEAVED_PHOTOS = 200
"""New photos of one folder that are indexed at a time while another folder is worked on: some seconds of work."""


class Follower:
    """Finds out what changed in watched folders and has it applied.

    Args:
        catalog: the library's catalog.
        record: descriptors of the model in use.
        indexer: applies changes.
        timing: how often to look; None for the defaults.
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
        self._updater = FolderUpdater(catalog, record, indexer, self._locator, self._timing)

    def scan(self, folders: Sequence[Folder] | None = None) -> Generator[Progress, None, None]:
        """Compare folders (all when None) with the disk and apply what changed; opens no unchanged photo.

        Paused folders are left alone.
        """
        known = {folder.id: folder for folder in self._folders.all()}
        for requested in list(known.values()) if folders is None else folders:
            folder = known.get(requested.id)
            if folder is None or folder.paused:
                continue
            yield ProgressMeter(Stage.LOOKING, folder=folder.id).snapshot()
            location = self._locator.locate(folder, mounts())
            self._updater.interrupted.discard(folder.id)
            yield from self._updater.update(location, os.fsencode(location.folder.path), deep=True)
            if folder.id in self._updater.interrupted and self._updater.is_watched(location.folder):
                # Its drive was unplugged meanwhile, and may be back.
                location = self._locator.locate(location.folder, mounts())
                yield from self._updater.update(location, os.fsencode(location.folder.path), deep=True)
            if location.missing_mounts:
                meter = ProgressMeter(Stage.LOOKING, folder=folder.id)
                meter.skipped.extend(self._locator.missing_drives(location.folder, mounts()))
                yield meter.end()

    def follow(
        self, stopped: Callable[[], bool], meanwhile: Callable[[], Progress | None] = lambda: None
    ) -> Generator[Progress, None, None]:
        """Scan all folders, and then apply changes as they happen until `stopped()` is true.

        Folders that are added, removed, paused or resumed meanwhile, here or in another process, are picked up, and
        so are drives that come and go.

        Args:
            stopped: asked between changes.
            meanwhile: does a little other work between changes and returns its progress; None when there is none.

        Yields:
            Progress while there is something to do; in between, every half second, a "watching" snapshot. While
            following stands still after a failure, "waiting" snapshots instead, whose last line says why.

        Raises:
            LookalikeError: the catalog is damaged, or the model failed.
        """
        idle, failed = ProgressMeter(Stage.WATCHING, total=0), ProgressMeter(Stage.WAITING, total=0)
        reported, pause = "", 0.0
        with FolderWatch(self._timing) as watch:
            state = FollowState()
            while not stopped():
                try:
                    yield from self._round(watch, state, idle, meanwhile)
                except CatalogDamagedError:
                    raise
                except (CatalogError, OSError) as error:
                    # The disk is full, or another program holds the catalog: that passes, and the user may be away.
                    if str(error) != reported:
                        reported = str(error)
                        log_failure(logger, "Following the folders", error)
                        failed.skip("", f"{reported} {Phrase('Until then no changes are taken in.')}")
                    pause = min(max(2 * pause, self._timing.retry), self._timing.retry_limit)
                    state.forget()
                    retry_at = time.monotonic() + pause
                    while time.monotonic() < retry_at and not stopped():
                        yield failed.snapshot()
                        time.sleep(min(pause, self._timing.tick))
                else:
                    reported, pause = "", 0.0

    def _round(
        self,
        watch: FolderWatch,
        state: FollowState,
        idle: ProgressMeter,
        meanwhile: Callable[[], Progress | None],
    ) -> Iterator[Progress]:
        """Pick up changes to the list of folders and changes in them, and do a little other work."""
        for path, deep in state.postponed.items():
            watch.mark(path, deep)
        state.postponed.clear()
        yield from self._refresh(watch, state)
        self._report_missing_drives(state, idle)
        working = meanwhile()
        yield working or idle.snapshot()
        for path, deep in watch.wait(0.0 if working else self._timing.tick):
            yield from self._reconcile_marked(watch, state, path, deep)
        self._record_notes(watch, state)
        if watch.overflows > state.overflows:
            state.overflows = watch.overflows
            idle.skip("", str(Phrase("The system missed some changes, so the folders were looked through.")))

    def _report_missing_drives(self, state: FollowState, idle: ProgressMeter) -> None:
        """Report once each volume that is missing below the folders."""
        missing = {
            (folder_id, point)
            for folder_id, location in state.locations.items()
            for point in location.missing_mounts
        }
        for folder_id in sorted({folder_id for folder_id, _ in missing - state.missing_mounts}):
            folder = state.locations[folder_id].folder
            idle.skipped.extend(self._locator.missing_drives(folder, mounts()))
        state.missing_mounts = missing

    def _record_notes(self, watch: FolderWatch, state: FollowState) -> None:
        """Record in the catalog how the changes of each folder are noticed."""
        for folder_id, location in state.locations.items():
            note = watch.note(os.fsencode(location.folder.path))
            if state.notes.get(folder_id) != note:
                self._folders.set_note(location.folder, note)
                state.notes[folder_id] = note

    def _refresh(self, watch: FolderWatch, state: FollowState) -> Iterator[Progress]:
        """Bring the watches in line with the list of folders, and look through the folders that need it."""
        folders = self._folders.all()
        excludes = self._catalog.settings.excludes
        due = time.monotonic() - state.located_at >= self._timing.locate
        # Patterns that changed and changed back during a comparison show in what that comparison used.
        new_rules = excludes != state.excludes or bool(self._updater.reconciler.rules_used - {excludes})
        if not due and set(folders) == state.folders and not new_rules and not self._updater.interrupted:
            return
        self._updater.reconciler.rules_used.clear()
        state.located_at, state.excludes = time.monotonic(), excludes
        changed = yield from self._locate_all(watch, state, folders, new_rules)
        # All folders are watched before the first is looked through, so that no change in between is missed.
        changed += self._sync_watches(watch, state, changed)
        self._record_notes(watch, state)
        for location in sorted(
            changed, key=lambda location: self._indexer.priority.rank(os.fsencode(location.folder.path))
        ):
            yield ProgressMeter(Stage.LOOKING, folder=location.folder.id).snapshot()
            after_batch = partial(self._reconcile_others, watch, state)
            path = os.fsencode(location.folder.path)
            yield from self._updater.update(location, path, deep=True, after_batch=after_batch)

    def _locate_all(
        self, watch: FolderWatch, state: FollowState, folders: Sequence[Folder], new_rules: bool
    ) -> Generator[Progress, None, list[FolderLocation]]:
        """Find out where the folders lie now.

        Returns:
            The folders that must be looked through.
        """
        interrupted, self._updater.interrupted = self._updater.interrupted, set()
        before, state.locations, state.folders = state.locations, {}, set()
        mounted = mounts()
        changed = []
        for folder in folders:
            location = self._locator.locate(folder, mounted)
            state.folders.add(location.folder)
            if not location.folder.online:
                if folder.id not in state.offline:
                    state.offline.add(folder.id)
                    yield offline_message(location.folder)
                continue
            state.offline.discard(folder.id)
            if folder.paused:
                continue
            state.locations[folder.id] = location
            top, old = os.fsencode(location.folder.path), before.get(folder.id)
            moved = old is not None and old.folder.path != location.folder.path
            if old is None or moved or new_rules or folder.id in interrupted:
                changed.append(location)
            elif old.identity != location.identity:
                # Another directory has taken its place; `_sync_watches` watches that one.
                watch.remove(top)
            elif (old.nested, old.missing_mounts) != (location.nested, location.missing_mounts):
                watch.renew(top)
                changed.append(location)
        return changed

    def _sync_watches(
        self, watch: FolderWatch, state: FollowState, changed: Sequence[FolderLocation]
    ) -> list[FolderLocation]:
        """Watch the located folders and no others.

        Returns:
            Folders that are watched only from now on and are not among those to be looked through yet.
        """
        for top in watch.tops() - {
            os.fsencode(location.folder.path) for location in state.locations.values()
        }:
            watch.remove(top)
        added = []
        for location in state.locations.values():
            top = os.fsencode(location.folder.path)
            if top not in watch.tops():
                watch.add(top, network=location.mount is not None and location.mount.network)
                if location not in changed:
                    added.append(location)
        return added

    def _reconcile_marked(
        self, watch: FolderWatch, state: FollowState, path: bytes, deep: bool, limit: int | None = None
    ) -> Iterator[Progress]:
        """Reconcile a path in which something happened.

        Args:
            watch: reports such paths.
            state: what is known of the folders.
            path: a watched folder, or one below it.
            deep: whether everything below the path is compared too.
            limit: how many new photos are indexed now, the rest soon; None for all of them, and then changes in
                other folders are handled in between.
        """
        for folder_id, location in list(state.locations.items()):
            top = os.fsencode(location.folder.path)
            if not covers(top, path):
                continue
            if limit is not None and not self._updater.is_watched(location.folder):
                # It may be resumed before the list of folders is next read.
                self._updater.interrupted.add(folder_id)
                continue
            location = self._locator.locate(location.folder, mounts())
            if (
                not location.folder.online
                or os.fsencode(location.folder.path) != top
                or top not in watch.tops()
            ):
                # The next round looks for it together with the others.
                del state.locations[folder_id]
                state.located_at = float("-inf")
                watch.remove(top)
                continue
            after_batch = None if limit is not None else partial(self._reconcile_others, watch, state)
            deferred = yield from self._updater.update(
                location, path, deep, settle=True, limit=limit, after_batch=after_batch
            )
            for folder in {parent(file) for file in deferred}:
                watch.mark(folder)

    def _reconcile_others(self, watch: FolderWatch, state: FollowState, path: bytes) -> Iterator[Progress]:
        """Handle changes elsewhere while a path is worked on, which may take hours."""
        for other, deep in watch.wait(0.0):
            if covers(other, path) or covers(path, other):
                state.postponed[other] = state.postponed.get(other, False) or deep
            else:
                yield from self._reconcile_marked(watch, state, other, deep, INTERLEAVED_PHOTOS)
