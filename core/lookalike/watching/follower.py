"""Keeps the library in line with its folders: a first scan, what changed meanwhile, and what changes now."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.files import Folder
from lookalike.progress import Progress, ProgressMeter
from lookalike.watching.indexer import Indexer
from lookalike.watching.observer import FolderWatch
from lookalike.watching.survey import Changes, survey

SETTLE_SECONDS = 1.0
"""A file changed more recently than this may still be written to, so it is looked at again."""

TICK_SECONDS = 0.5
"""How soon `follow` notices that it is to stop."""


class Follower:
    """Finds out what changed in watched folders and has it applied.

    Args:
        catalog: the library's catalog.
        record: descriptors of the model in use.
        indexer: applies changes.
    """

    def __init__(self, catalog: Catalog, record: DescriptorRecord, indexer: Indexer) -> None:
        self._catalog = catalog
        self._record = record
        self._indexer = indexer

    def scan(self, folders: Sequence[Folder] | None = None) -> Iterator[Progress]:
        """Compare folders (all when None) with the disk and apply what changed; opens no unchanged photo."""
        for folder in self._catalog.files.folders() if folders is None else folders:
            yield ProgressMeter("looking").snapshot()
            changes = self._changes(folder, os.fsencode(folder.path), deep=True)
            if changes is None:
                meter = ProgressMeter("looking")
                meter.skip(
                    str(folder.path), "This folder cannot be reached. What is known of its photos is kept."
                )
                yield meter.snapshot()
                continue
            yield from self._indexer.apply(folder, changes)

    def follow(self, stopped: Callable[[], bool]) -> Iterator[Progress]:
        """Apply changes as they happen until `stopped()` is true.

        Yields:
            Progress while there is something to do; in between, every half second, a "watching" snapshot.
        """
        folders = [folder for folder in self._catalog.files.folders() if folder.online]
        with FolderWatch(folder.path for folder in folders) as watch:
            idle = ProgressMeter("watching", total=0)
            for problem in watch.problems:
                idle.skip("", problem)
            # Whatever happened between the last scan and this moment.
            yield from self.scan(folders)
            while not stopped():
                yield idle.snapshot()
                for place, deep in watch.wait(TICK_SECONDS):
                    yield from self._look_again(watch, folders, place, deep)

    def _look_again(
        self, watch: FolderWatch, folders: Sequence[Folder], place: bytes, deep: bool
    ) -> Iterator[Progress]:
        for folder in folders:
            top = os.fsencode(folder.path)
            if place != top and not place.startswith(os.path.join(top, b"")):  # noqa: PTH118
                continue
            changes = self._changes(folder, place, deep)
            if changes is None:
                return
            settled = time.time_ns() - int(SETTLE_SECONDS * 1e9)
            young = [entry for entry in changes.fresh if settled < entry[0].mtime_ns <= time.time_ns()]
            if young:
                changes.fresh = [entry for entry in changes.fresh if entry not in young]
                watch.mark(place, deep)
            if changes.fresh or changes.moved or changes.gone or changes.sidecars:
                yield from self._indexer.apply(folder, changes)

    def _changes(self, folder: Folder, place: bytes, deep: bool) -> Changes | None:
        """What changed in a folder or a place below it; None while the folder cannot be reached."""
        known = self._catalog.files.known(place, deep)
        top = os.fsencode(folder.path)
        online = folder.path.is_dir()
        beside = self._catalog.annotations.known(place, deep)
        changes = survey(place, known, deep, beside) if online else Changes()
        if online and place == top and deep and known and not changes.fresh and not changes.unchanged:
            # An empty folder on another volume than its files were on is a mount point without its drive.
            online = folder.path.stat().st_dev in {row.place.device for row in known.values()}
        if online != folder.online:
            self._catalog.files.set_online(folder, online)
        if not online:
            return None
        again = self._record.undescribed(place) | self._catalog.files.refused_before(place)
        if again:
            fresh = {entry[0].path for entry in changes.fresh} | {row.place.path for row in changes.gone}
            for row in known.values():
                if row.id in again and row.place.path not in fresh:
                    changes.fresh.append((row.place, row))
        return changes
