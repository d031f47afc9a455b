"""Folder updater: compares one path of a watched folder with the disk and has the changes applied."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from functools import partial

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.folders import Folder
from lookalike.errors import Phrase
from lookalike.ingest.folder_diff import FolderDiff
from lookalike.ingest.indexer import Indexer
from lookalike.progress import Progress, ProgressMeter, Stage
from lookalike.watching.folder_locator import FolderLocation, FolderLocator
from lookalike.watching.follow_timing import FollowTiming
from lookalike.watching.reconcile import Reconciler
from lookalike.watching.volumes import mounts

OFFLINE = str(Phrase("This folder cannot be reached. What is known of its photos is kept."))

AfterBatch = Callable[[bytes], Iterator[Progress]]
"""Does other work after a batch of photos, given the path that is being worked on."""


class FolderUpdater:
    """Brings the catalog in line with what lies in a folder.

    Args:
        catalog: the library's catalog.
        record: descriptors of the model in use.
        indexer: applies changes.
        locator: tells where a folder lies, again and again while it is worked on.
        timing: how long a file takes to settle.

    Attributes:
        interrupted: ids of folders whose update was broken off; to be emptied by the caller.
        reconciler: makes the comparisons.
    """

    def __init__(
        self,
        catalog: Catalog,
        record: DescriptorRecord,
        indexer: Indexer,
        locator: FolderLocator,
        timing: FollowTiming,
    ) -> None:
        self._folders = catalog.folders
        self._indexer = indexer
        self._locator = locator
        self._timing = timing
        self.reconciler = Reconciler(catalog, record)
        self.interrupted: set[int] = set()

    def update(
        self,
        location: FolderLocation,
        path: bytes,
        deep: bool,
        settle: bool = False,
        limit: int | None = None,
        after_batch: AfterBatch | None = None,
    ) -> Generator[Progress, None, list[bytes]]:
        """Compare a path in a folder with the disk and apply what changed.

        Args:
            location: the folder.
            path: the folder itself, or a folder below it.
            deep: whether everything below the path is compared too.
            settle: whether files that may still be written to are left for later.
            limit: how many new photos are indexed at most, the latest first; the rest are left for later.
            after_batch: does other work after every batch.

        Returns:
            Paths of files to look at again soon.
        """
        folder = location.folder
        if folder.online:
            diff = self.reconciler.diff(location, path, deep)
            # The drive may have been unplugged during the comparison: what seems removed is then only missing.
            again = self._locator.locate(folder, mounts()) if diff.removed else location
            if again.missing_mounts != location.missing_mounts:
                diff = self.reconciler.diff(again, path, deep)
            if again.folder.path != folder.path:
                return []
            location, folder = again, again.folder
        if not folder.online:
            yield offline_message(folder)
            return []
        deferred = self._take_young(diff) if settle else []
        if limit is not None:
            deferred += _take_oldest(diff, limit)
        if not diff:
            return deferred
        with closing(self._indexer.apply(folder, diff, partial(self._is_reachable, location))) as work:
            for progress in work:
                yield progress
                if not self.is_watched(folder):
                    self.interrupted.add(folder.id)
                    break
                if after_batch is not None:
                    yield from after_batch(path)
        # Popped one by one, as other threads may add to them.
        while self._indexer.unsettled:
            deferred.append(self._indexer.unsettled.pop())
        return deferred

    def _is_reachable(self, location: FolderLocation) -> bool:
        """Whether a folder still lies where it was located; one that does not counts as interrupted."""
        now = self._locator.locate(location.folder, mounts())
        if (now.folder, now.missing_mounts, now.identity) == (
            location.folder,
            location.missing_mounts,
            location.identity,
        ):
            return True
        self.interrupted.add(location.folder.id)
        return False

    def is_watched(self, folder: Folder) -> bool:
        """Whether a folder is still watched at the same path, and not paused."""
        return any(
            (other.id, other.path) == (folder.id, folder.path) and not other.paused
            for other in self._folders.all()
        )

    def _take_young(self, diff: FolderDiff) -> list[bytes]:
        """Take out of a diff the files that changed so recently that they may still be written to."""
        now = time.time_ns()
        settled = now - int(self._timing.settle * 1e9)
        young = {stat.path for stat, _ in diff.added_or_changed if settled < stat.mtime_ns <= now}
        diff.added_or_changed = [entry for entry in diff.added_or_changed if entry[0].path not in young]
        return list(young)


def _take_oldest(diff: FolderDiff, limit: int) -> list[bytes]:
    """Take out of a diff all but the `limit` latest of its new or changed files."""
    if len(diff.added_or_changed) <= limit:
        return []
    diff.added_or_changed.sort(key=lambda entry: entry[0].mtime_ns)
    oldest = [stat.path for stat, _ in diff.added_or_changed[:-limit]]
    diff.added_or_changed = diff.added_or_changed[-limit:]
    return oldest


def offline_message(folder: Folder) -> Progress:
    """The last snapshot of a look at a folder that cannot be reached."""
    meter = ProgressMeter(Stage.LOOKING, folder=folder.id)
    meter.skip(str(folder.path), OFFLINE)
    return meter.end()
