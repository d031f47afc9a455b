"""Kind preparation: recognising screenshots, documents and receipts, from thumbnails and what is known of photos.

No photo is read for it. What was read in a photo since counts anew.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Generator

from PIL import Image

from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.catalog.catalog import Catalog
from lookalike.ingest.throttle import Throttle
from lookalike.library.background_job import BackgroundJob, rest
from lookalike.photos import THUMBNAIL_SIDE
from lookalike.progress import Progress, ProgressMeter, Stage
from lookalike.words.kind_look import Look, look_at
from lookalike.words.photo_kinds import VERSION, KindEvidence, kind_of

BATCH = 32
"""Photos that are looked at together: about a fifth of a second, so that a search waits no longer."""

LOOK_SECONDS = 10.0
"""How often it is looked for photos that came, or whose text was read, while folders are followed."""


class KindPreparation:
    """The kinds of one library's photos. Any thread may use it.

    Args:
        catalog: the library's catalog.
        thumbnails: keeps the photos' thumbnails.
        throttle: how hard to work.
        searching: whether a search is under way.
    """

    def __init__(
        self,
        catalog: Catalog,
        thumbnails: ThumbnailCache,
        throttle: Throttle,
        searching: Callable[[], bool],
    ) -> None:
        self._catalog = catalog
        self._thumbnails = thumbnails
        self._throttle = throttle
        self._searching = searching

    def make(self, cancelled: Callable[[], bool] = lambda: False) -> Generator[Progress, None, None]:
        """Recognise the kinds of all photos of which they are not known, those added last first.

        Pauses for searches. May be closed at any yield; the next call continues from there.

        Args:
            cancelled: once it returns true the work ends, at the latest after the current batch.
        """
        kinds = self._catalog.photo_kinds
        todo = kinds.lacking(VERSION, BATCH)
        if not todo:
            return
        meter = ProgressMeter(Stage.RECOGNISING, kinds.count_lacking(VERSION))
        yield meter.snapshot()
        while todo and not cancelled():
            began = time.monotonic()
            kinds.put(self._recognised(todo), VERSION)
            meter.advance(len(todo))
            yield meter.snapshot()
            yield from rest(meter, self._throttle, self._searching, time.monotonic() - began, cancelled)
            todo = kinds.lacking(VERSION, BATCH)
        yield meter.end()

    def _recognised(self, content_ids: list[int]) -> dict[int, str]:
        rows = self._catalog.contents.get(content_ids)
        texts = self._catalog.photo_texts.with_shares(content_ids)
        found = {}
        for number in content_ids:
            # One that is gone meanwhile is of no kind.
            if number in rows:
                row = rows[number]
                text, share = texts.get(number, (None, 0.0))
                found[number] = kind_of(
                    KindEvidence(
                        row.width, row.height, row.format, row.camera or "", self._look(row.hash), text, share
                    )
                )
        return found

    def _look(self, content: str) -> Look | None:
        kept = self._thumbnails.get(content, THUMBNAIL_SIDE)
        return None if kept is None else look_at(Image.open(io.BytesIO(kept)))


class BackgroundKinds(BackgroundJob):
    """Recognises kinds in the background.

    Args:
        kinds: the library's kinds.
    """

    def __init__(self, kinds: KindPreparation) -> None:
        super().__init__(kinds.make, LOOK_SECONDS)
