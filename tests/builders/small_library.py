"""A library with the real catalog, index, indexer and follower, and a describer that costs nothing.

For tests of what happens to files: descriptors are not what they are about, so photos are described by their mean
colours, in this process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.caches.content_cache import ContentCache
from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.catalog.catalog import Catalog
from lookalike.descriptors.protocol import DescriptionService
from lookalike.errors import LookalikeError
from lookalike.index import open_index
from lookalike.index.inverted import InvertedFile
from lookalike.ingest.decode_quarantine import DecodeQuarantine
from lookalike.ingest.details_updater import DetailsUpdater
from lookalike.ingest.work_queue import WorkPriority
from lookalike.library.descriptor_engine import DescriptorEngine
from lookalike.local_features.feature_cache import FeatureCache
from lookalike.progress import Progress
from lookalike.watching.follow_timing import FollowTiming


class ColourDescriber:
    """Describes a photo by the mean colours of its quarters."""

    key = "mean colours of quarters"
    dimension = 12
    batch_size = 16
    decode_size = 16
    reads_words = False

    def prepare(self, image: Image.Image) -> NDArray[np.uint8]:
        return np.asarray(image.resize((2, 2), Image.Resampling.BOX), np.uint8)

    def describe(self, batch: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        vectors = np.stack([pixels.reshape(-1).astype(np.float32) + 1 for pixels in batch])
        rows: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return rows

    def describe_words(self, words: Sequence[str]) -> NDArray[np.float32]:
        raise LookalikeError("Quarters know no words.", "Search with a photo.")


class InlineService:
    """Describes at once, in the caller's thread."""

    def __init__(self, describer: ColourDescriber) -> None:
        self._describer = describer

    def describe(
        self, batch: Sequence[NDArray[np.uint8]], urgent: bool = False
    ) -> Future[NDArray[np.float32]]:
        future: Future[NDArray[np.float32]] = Future()
        future.set_result(self._describer.describe(batch))
        return future

    def describe_words(self, words: Sequence[str]) -> Future[NDArray[np.float32]]:
        future: Future[NDArray[np.float32]] = Future()
        try:
            future.set_result(self._describer.describe_words(words))
        except LookalikeError as error:
            future.set_exception(error)
        return future

    def close(self) -> None:
        """Nothing runs between calls."""


class SmallLibrary:
    """See the module.

    Args:
        folder: where its files lie.
        service: describes; in this process when None.
        timing: how often the follower looks; None for the defaults.
    """

    def __init__(
        self, folder: Path, service: DescriptionService | None = None, timing: FollowTiming | None = None
    ) -> None:
        self.catalog = Catalog(folder / "catalog.sqlite")
        self.files = self.catalog.files
        self.folders = self.catalog.folders
        self.thumbnails = ThumbnailCache(folder / "thumbnails.sqlite")
        self.cache = ContentCache(folder / "cache.sqlite")
        self.features = FeatureCache(self.cache)
        self.inverted = InvertedFile.open(folder / "details")
        self.details_updater = DetailsUpdater(self.catalog.contents, self.features, self.inverted)
        self.catalog.subscribe(self.details_updater.update)
        self.describer = ColourDescriber()
        self.record = self.catalog.descriptors(self.describer.key, self.describer.dimension)
        self.index = open_index(folder / "index", self.describer.key, self.describer.dimension, self.record)
        self.priority = WorkPriority()
        self.engine = DescriptorEngine(
            self.catalog,
            self.thumbnails,
            self.features,
            self.inverted,
            DecodeQuarantine(folder / "decoding"),
            self.describer,
            service or InlineService(self.describer),
            self.record,
            self.index,
            self.priority,
            timing=timing,
        )
        self.reader = self.engine.reader
        self.indexer = self.engine.indexer
        self.follower = self.engine.follower
        self._behind = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.trouble: list[BaseException] = []
        self.last: Progress | None = None
        self.heard: Callable[[Progress], object] = lambda progress: None

    @property
    def following(self) -> bool:
        return self._thread is not None

    def look(self) -> None:
        """Take in what another process has written."""
        if self.catalog.changed_elsewhere():
            self._behind = True
        if self._behind:
            self._behind = not self.index.try_sync()

    def scan(self) -> list[Progress]:
        return list(self.follower.scan())

    def follow(self) -> None:
        """Follow in a thread until `rest`."""

        def work() -> None:
            try:
                for progress in self.follower.follow(self._stop.is_set):
                    self.last = progress
                    self.heard(progress)
            except BaseException as error:
                self.trouble.append(error)

        self._stop.clear()
        self.last = None
        self._thread = threading.Thread(target=work, name="follow")
        self._thread.start()

    def rest(self) -> None:
        if self._thread is not None:
            self._stop.set()
            self._thread.join()
            self._thread = None

    def remove_folder(self, path: Path) -> None:
        (folder,) = [folder for folder in self.folders.all() if folder.path == path]
        self.catalog.remove_folder(folder)

    def close(self) -> None:
        self.rest()
        self.index.close()
        self.details_updater.close()
        self.inverted.close()
        self.cache.close()
        self.thumbnails.close()
        self.catalog.close()
