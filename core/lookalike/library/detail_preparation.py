"""Detail preparation: extracting the local features of photos that were indexed before there were any.

New photos have their details as soon as they are indexed. Photos of older libraries, and those whose details were lost
with the process, get them here in the background: first those that came up in searches most often, then the newest.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lookalike.catalog.catalog import Catalog
from lookalike.index.inverted import FeatureIndex
from lookalike.ingest.details_updater import DetailsUpdater
from lookalike.ingest.photo_reader import PhotoReader
from lookalike.ingest.throttle import Throttle
from lookalike.library.background_job import BackgroundJob, rest
from lookalike.local_features.feature_cache import FeatureCache
from lookalike.progress import Progress, ProgressMeter, Stage

MAX_THREADS = 4

BATCH = 8
"""Photos that are added together: about half a second of work, so that a search or a change waits no longer."""

RETRY_SECONDS = 300.0
"""How soon photos that could not be read are tried again while folders are followed."""


@dataclass(frozen=True)
class DetailStatus:
    """How many photos searches can find by their details.

    Attributes:
        photos: how many photos the library has.
        done: how many of them have details, those included that show none.
        lacking: how many have not yet; searches go by their descriptors alone.
        bytes: what the details of all photos take on disk.
    """

    photos: int
    done: int
    lacking: int
    bytes: int


class DetailPreparation:
    """The details of one library. Any thread may use it.

    Args:
        folder: where the inverted file lies.
        catalog: the library's catalog.
        features: local features of photos that were decoded.
        inverted: has their details vote.
        updater: adds to it.
        reader: gives the reader of photos that is in use.
        throttle: how hard to work.
        searching: whether a search is under way.
    """

    def __init__(
        self,
        folder: Path,
        catalog: Catalog,
        features: FeatureCache,
        inverted: FeatureIndex,
        updater: DetailsUpdater,
        reader: Callable[[], PhotoReader],
        throttle: Throttle,
        searching: Callable[[], bool],
    ) -> None:
        self._folder = folder
        self._catalog = catalog
        self._features = features
        self._inverted = inverted
        self._updater = updater
        self._reader = reader
        self._throttle = throttle
        self._searching = searching

    @property
    def key(self) -> str:
        """Names everything that votes depend on besides the photos: features, vocabulary and layout."""
        return self._inverted.key

    def status(self) -> DetailStatus:
        """How many photos have details."""
        visible = self._catalog.contents.visible()
        done = len(visible) - len(self._lacking(visible))
        taken = 0
        for file in self._folder.glob("*"):
            # Upkeep, of this process or another, deletes files meanwhile.
            with suppress(FileNotFoundError):
                taken += file.stat().st_size
        return DetailStatus(len(visible), done, len(visible) - done, taken)

    def flush(self) -> None:
        """Write details that are in memory only."""
        self._inverted.flush()

    def lacking(self) -> list[int]:
        """The ids of photos without details, in the order in which they get theirs."""
        visible = self._catalog.contents.visible()
        newest = self._lacking(visible)
        if not newest:
            return []
        hashes = self._catalog.contents.visible_among(newest)
        searched = self._catalog.pair_scores.judged()
        return sorted(newest, key=lambda number: -searched.get(hashes.get(number, ""), 0))

    def _lacking(self, visible: list[int]) -> list[int]:
        there = set(self._inverted.ids().tolist())
        return [number for number in visible if number not in there]

    def make(self, cancelled: Callable[[], bool] = lambda: False) -> Generator[Progress, None, set[int]]:
        """Extract the details of all photos that have none, and add them.

        Pauses for searches after the current batch. May be closed at any yield; the next call continues from there.

        Args:
            cancelled: once it returns true the work ends, at the latest after the current batch.

        Returns:
            The ids of photos that could not be read.
        """
        # The index may hold photos that were removed while nobody followed the catalog.
        self._drop_phantoms()
        todo = self.lacking()
        total = self._catalog.contents.count()
        meter = ProgressMeter(Stage.EXTRACTING, total, done=max(total - len(todo), 0))
        unread: set[int] = set()
        if not todo:
            return unread
        yield meter.snapshot()
        began = time.monotonic()
        batch: list[int] = []
        for number, problem in self._extracted(todo):
            if problem is None:
                batch.append(number)
                meter.advance()
            else:
                unread.add(number)
                paths = self._catalog.files.paths([number]).get(number, [])
                meter.skip(str(paths[0]) if paths else "", problem)
            if len(batch) >= BATCH:
                lost = self._updater.add(batch)
                batch = []
                if lost:
                    # Features cannot be kept now, as on a full disk; those of further photos would be lost as well.
                    break
                yield meter.snapshot()
                yield from rest(meter, self._throttle, self._searching, time.monotonic() - began, cancelled)
                began = time.monotonic()
            if cancelled():
                break
        self._updater.add(batch)
        self._inverted.flush()
        yield meter.end()
        return unread

    def _extracted(self, todo: list[int]) -> Iterator[tuple[int, str | None]]:
        """Each photo's id, and why its features cannot be had, in the order of `todo`.

        A photo that is gone meanwhile is left out, and one that must wait for its drive, or for its folder to be
        followed again.
        """
        threads = min(MAX_THREADS, os.cpu_count() or 1)
        coming = iter(todo)
        waiting: deque[Future[tuple[int, str | None] | None]] = deque()
        with ThreadPoolExecutor(threads, thread_name_prefix="details") as pool:
            try:
                while True:
                    while len(waiting) < threads + BATCH and (number := next(coming, None)) is not None:
                        waiting.append(pool.submit(self._extract, number))
                    if not waiting:
                        return
                    found = waiting.popleft().result()
                    if found is not None:
                        yield found
            finally:
                for future in waiting:
                    future.cancel()

    def _extract(self, number: int) -> tuple[int, str | None] | None:
        content = self._catalog.contents.visible_among([number]).get(number)
        if content is None:
            return None
        if self._features.get(content) is not None:
            return number, None
        if not self._catalog.files.readable([number]):
            return None
        return number, self._reader().extract_again(number, content)

    def _drop_phantoms(self) -> None:
        there = self._inverted.ids()
        gone = np.setdiff1d(there, np.array(self._catalog.contents.visible(), np.int64))
        if len(gone):
            self._inverted.remove(gone)


class BackgroundDetails(BackgroundJob):
    """Prepares details in the background.

    Args:
        details: the library's details.
    """

    def __init__(self, details: DetailPreparation) -> None:
        super().__init__(details.make, RETRY_SECONDS)
