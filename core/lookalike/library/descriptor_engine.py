"""Descriptor engine: a descriptor model at work in one library, and its replacement by another one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.descriptors.protocol import Describer, DescriberSpec, DescriptionService
from lookalike.descriptors.registry import open_describer
from lookalike.descriptors.service import DescriberService
from lookalike.index import VectorIndex, index_folder, open_index
from lookalike.index.inverted import FeatureIndex
from lookalike.ingest.decode_quarantine import DecodeQuarantine
from lookalike.ingest.index_updater import IndexUpdater
from lookalike.ingest.indexer import Indexer
from lookalike.ingest.photo_reader import PhotoReader
from lookalike.ingest.throttle import Throttle
from lookalike.ingest.work_queue import WorkPriority
from lookalike.local_features.feature_cache import FeatureCache
from lookalike.search.vector_search import VectorSearch
from lookalike.watching.follow_timing import FollowTiming
from lookalike.watching.follower import Follower
from lookalike.watching.watched import WatchedFolders


class DescriptorEngine:
    """One descriptor model in one library: describes photos, records their descriptors, and finds them.

    The describer, its service, its record and the index are passed in, so that the program and the tests' small
    library share this wiring. The engine owns the service and the index and closes them.

    Args:
        catalog: the library's catalog.
        thumbnails: gets a thumbnail of every photo that is decoded.
        features: gets the local features of every photo that is decoded.
        inverted: has the photos' details vote; whatever the model, so the engine does not close it.
        quarantine: knows which photos may crash the decoders.
        describer: the descriptor model, for what needs no weights.
        service: the process that runs the model.
        record: the model's descriptors in the catalog.
        index: the index over these descriptors.
        priority: what is described first.
        throttle: how hard to work; None for full speed.
        timing: how often folders are checked.
        spec: the descriptor back end; None for one that is not part of the program.
        details_later: leave the local features of new photos to the preparation of details.
    """

    def __init__(
        self,
        catalog: Catalog,
        thumbnails: ThumbnailCache,
        features: FeatureCache,
        inverted: FeatureIndex,
        quarantine: DecodeQuarantine,
        describer: Describer,
        service: DescriptionService,
        record: DescriptorRecord,
        index: VectorIndex,
        priority: WorkPriority,
        throttle: Throttle | None = None,
        timing: FollowTiming | None = None,
        spec: DescriberSpec | None = None,
        details_later: bool = False,
    ) -> None:
        self.spec = spec
        self.describer = describer
        self.service = service
        self.record = record
        self.index = index
        self.vector_search = VectorSearch(catalog, describer, service, record, index, features, inverted)
        self.reader = PhotoReader(catalog, thumbnails, features, describer, record, quarantine, details_later)
        self.indexer = Indexer(catalog, self.reader, describer, service, record, priority, throttle)
        self.follower = Follower(catalog, record, self.indexer, timing)
        self._updater = IndexUpdater(record, index)
        self._unsubscribe = catalog.subscribe(self._updater.update)

    def close(self) -> None:
        """Stop the model's process and write the index."""
        with ExitStack() as closing:
            closing.callback(self.index.close)
            closing.callback(self.service.close)
            closing.callback(self._updater.close)
            closing.callback(self._unsubscribe)


def open_engine(
    library: Path,
    catalog: Catalog,
    thumbnails: ThumbnailCache,
    features: FeatureCache,
    inverted: FeatureIndex,
    spec: DescriberSpec,
    watched: WatchedFolders,
    timing: FollowTiming | None = None,
    details_later: bool = False,
) -> DescriptorEngine:
    """Open the engine of a descriptor back end.

    Args:
        library: the library's folder.
        catalog: its catalog.
        thumbnails: gets a thumbnail of every photo that is decoded.
        features: gets the local features of every photo that is decoded.
        inverted: has the photos' details vote.
        spec: the descriptor back end.
        watched: the user's choices about what is described first and how hard to work.
        timing: how often folders are checked.
        details_later: leave the local features of new photos to the preparation of details.

    Raises:
        LookalikeError: the model cannot be used.
    """
    describer = open_describer(spec)
    record = catalog.descriptors(describer.key, describer.dimension)
    index = open_index(index_folder(library, describer.key), describer.key, describer.dimension, record)
    return DescriptorEngine(
        catalog,
        thumbnails,
        features,
        inverted,
        DecodeQuarantine(library / "decoding"),
        describer,
        DescriberService(spec),
        record,
        index,
        watched.priority,
        Throttle(watched.pace),
        timing,
        spec,
        details_later,
    )


class DescriptorEngines:
    """The engine in use. Another may take its place while searches and scans still run on the first.

    Args:
        first: the engine to start with.
    """

    def __init__(self, first: DescriptorEngine) -> None:
        self._lock = threading.Lock()
        self._current = first
        self._users: dict[DescriptorEngine, int] = {first: 0}
        self._retired = False

    @property
    def current(self) -> DescriptorEngine:
        """The engine in use."""
        return self._current

    @contextmanager
    def use(self) -> Iterator[DescriptorEngine]:
        """Use the engine; it stays open until the end of the block even if another takes its place."""
        with self._lock:
            engine = self._current
            self._users[engine] += 1
        try:
            yield engine
        finally:
            with self._lock:
                self._users[engine] -= 1
                unused = self._take_unused()
            for old in unused:
                old.close()

    def take_over(self, engine: DescriptorEngine) -> None:
        """Put another engine to use; the previous one is closed once nobody uses it any more."""
        with self._lock:
            self._users[engine] = 0
            self._current = engine
            unused = self._take_unused()
        for old in unused:
            old.close()

    def retire(self) -> None:
        """Close the engine in use, once nobody uses it any more; nobody may ask for it from now on."""
        with self._lock:
            self._retired = True
            unused = self._take_unused()
        for old in unused:
            old.close()

    def _take_unused(self) -> list[DescriptorEngine]:
        unused = [
            engine
            for engine, users in self._users.items()
            if not users and (self._retired or engine is not self._current)
        ]
        for engine in unused:
            del self._users[engine]
        return unused

    def close(self) -> None:
        """Close all engines."""
        with self._lock:
            engines, self._users = list(self._users), {}
        for engine in engines:
            engine.close()
