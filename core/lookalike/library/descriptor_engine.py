"""Descriptor models at work: one answers searches, another may be taking its place."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.catalog.catalog import Catalog
from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.registry import open_describer
from lookalike.descriptors.service import DescriberService
from lookalike.index import FaissIndex
from lookalike.ingest.decode_quarantine import DecodeQuarantine
from lookalike.ingest.indexer import Indexer
from lookalike.ingest.photo_reader import PhotoReader
from lookalike.ingest.throttle import Throttle
from lookalike.search.vector_search import VectorSearch
from lookalike.watching.follower import Follower
from lookalike.watching.watched import WatchedFolders


def index_folder(library: Path, key: str) -> Path:
    """Where the index of a descriptor model lies in a library."""
    return library / "index" / hashlib.blake2b(key.encode(), digest_size=6).hexdigest()


class DescriptorEngine:
    """One descriptor model in one library: it describes photos, records them, and finds them.

    Args:
        library: the library's folder.
        catalog: its catalog.
        thumbnails: takes a thumbnail of every photo that is decoded.
        spec: the descriptor back end.
        watched: says what is described first, and how hard to work.

    Raises:
        LookalikeError: the model cannot be used.
    """

    def __init__(
        self,
        library: Path,
        catalog: Catalog,
        thumbnails: ThumbnailCache,
        spec: DescriberSpec,
        watched: WatchedFolders,
    ) -> None:
        self.spec = spec
        self.describer = open_describer(spec)
        self.record = catalog.descriptors(self.describer.key, self.describer.dimension)
        self.index = FaissIndex.open(
            index_folder(library, self.describer.key),
            self.describer.key,
            self.describer.dimension,
            self.record,
        )
        self.service = DescriberService(spec)
        self.vector_search = VectorSearch(catalog, self.describer, self.service, self.record, self.index)
        reader = PhotoReader(
            catalog, thumbnails, self.describer, self.record, DecodeQuarantine(library / "decoding")
        )
        self.indexer = Indexer(
            catalog,
            reader,
            self.describer,
            self.service,
            self.record,
            self.index,
            watched.priority,
            Throttle(watched.pace),
        )
        self.follower = Follower(catalog, self.record, self.indexer)

    def close(self) -> None:
        """End its process and write its index."""
        with ExitStack() as closing:
            closing.callback(self.index.close)
            closing.callback(self.service.close)


class DescriptorEngines:
    """The engine in use. Another may take its place while searches and scans still run on it.

    Args:
        first: the engine to begin with.
    """

    def __init__(self, first: DescriptorEngine) -> None:
        self._lock = threading.Lock()
        self._current = first
        self._users: dict[DescriptorEngine, int] = {first: 0}

    @property
    def current(self) -> DescriptorEngine:
        """The engine in use."""
        return self._current

    @contextmanager
    def use(self) -> Iterator[DescriptorEngine]:
        """The engine in use, kept open until the end of the block even if another takes its place."""
        with self._lock:
            engine = self._current
            self._users[engine] += 1
        try:
            yield engine
        finally:
            with self._lock:
                self._users[engine] -= 1
                unused = self._let_go()
            for old in unused:
                old.close()

    def take_over(self, engine: DescriptorEngine) -> None:
        """Have another engine answer from now on; the one before is closed once nobody uses it any more."""
        with self._lock:
            self._users[engine] = 0
            self._current = engine
            unused = self._let_go()
        for old in unused:
            old.close()

    def _let_go(self) -> list[DescriptorEngine]:
        unused = [
            engine for engine, users in self._users.items() if not users and engine is not self._current
        ]
        for engine in unused:
            del self._users[engine]
        return unused

    def close(self) -> None:
        """Close every engine there is."""
        with self._lock:
            engines, self._users = list(self._users), {}
        for engine in engines:
            engine.close()
