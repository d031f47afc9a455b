"""Closer looks: pairs that may show the same thing are compared by their parts, and by the geometric judge."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator

from lookalike.caches.content_cache import ContentCache
from lookalike.catalog.catalog import Catalog
from lookalike.descriptors.protocol import EMBEDDED
from lookalike.ingest.throttle import Throttle
from lookalike.judges.registry import JudgeRegistry
from lookalike.library.background_job import BackgroundJob, gently
from lookalike.library.descriptor_engine import DescriptorEngine, DescriptorEngines
from lookalike.library.thing_service import ThingService
from lookalike.progress import Progress
from lookalike.search.query_photos import QueryPhotos
from lookalike.things.closer_look import CloserLook
from lookalike.things.regions import RegionReader

GEOMETRY = "geometry"
"""The judge that is asked."""

RETRY_SECONDS = 60.0
"""How soon it is looked for open pairs again while folders are followed."""


class CloserLooks:
    """Looks closer at the open pairs of one library. Any thread may use it.

    Args:
        catalog: the library's catalog.
        engines: the descriptor engine in use; nothing is done with one that was not measured for things.
        cache: keeps descriptors of regions.
        photos: reads photos.
        things: the library's things.
        judges: the library's judges.
        throttle: how hard to work.
        searching: whether a search is under way.
    """

    def __init__(
        self,
        catalog: Catalog,
        engines: DescriptorEngines,
        cache: ContentCache,
        photos: QueryPhotos,
        things: ThingService,
        judges: JudgeRegistry,
        throttle: Throttle,
        searching: Callable[[], bool],
    ) -> None:
        self._look = CloserLook(catalog, photos)
        self._engines = engines
        self._cache = cache
        self._photos = photos
        self._things = things
        self._judges = judges
        self._throttle = throttle
        self._searching = searching
        self._looking = threading.Lock()

    def make(self, cancelled: Callable[[], bool] = lambda: False) -> Generator[Progress, None, None]:
        """Look at all pairs of photos that may show the same thing; things are then to be found anew.

        Pauses for searches. May be closed at any yield; the next call continues from there. Where another thread is at
        it, nothing is done here.

        Args:
            cancelled: once it returns true the work ends, at the latest after the current batch.
        """
        if not self._looking.acquire(blocking=False):
            return
        try:
            with self._engines.use() as engine:
                yield from gently(self._work(engine), self._throttle, self._searching, cancelled)
        finally:
            self._looking.release()

    def _work(self, engine: DescriptorEngine) -> Generator[Progress, None, None]:
        judge = self._judges.get(GEOMETRY)
        if judge is None or engine.spec is None or engine.spec.kind != EMBEDDED:
            return
        reader = RegionReader(
            engine.describer, engine.service, engine.record, self._cache, self._photos.exact
        )
        yield from self._look.look(reader, judge, settled=not self._things.outdated)


class BackgroundLooks(BackgroundJob):
    """Looks closer in the background.

    Args:
        looks: the library's closer looks.
    """

    def __init__(self, looks: CloserLooks) -> None:
        super().__init__(looks.make, RETRY_SECONDS)
