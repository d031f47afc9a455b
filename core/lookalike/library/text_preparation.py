"""Text preparation: reading the text in the photos of a library, in the background or when asked for, newest first."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.catalog import Catalog
from lookalike.errors import LookalikeError
from lookalike.ingest.throttle import Throttle
from lookalike.library.background_job import BackgroundJob, rest
from lookalike.log import log_failure
from lookalike.models.errors import ModelError
from lookalike.progress import Progress, ProgressMeter, Stage
from lookalike.search.query_photos import QueryPhotos
from lookalike.words.text_reader import READ_SIDE, VERSION, ReadText, is_installed
from lookalike.words.text_worker import TextWorker
from lookalike.worker import WorkerDiedError

logger = logging.getLogger(__name__)

WAIT_SECONDS = 0.05

QUIET_SECONDS = 20.0
"""How long there must have been nothing else to do until reading begins in the background."""

RETRY_SECONDS = 300.0
"""How soon photos that could not be read are tried again while folders are followed."""

MOST_DEATHS = 3
"""Photos one after the other over which the reader dies; more of them would not do better."""


@dataclass(frozen=True)
class TextStatus:
    """How much of the text in photos is known.

    Attributes:
        installed: whether text can be read on this computer.
        ahead: whether the user lets it be read in the background.
        photos: how many photos the library has.
        read: how many of them were looked through for text.
        with_text: in how many of these there is some.
    """

    installed: bool
    ahead: bool
    photos: int
    read: int
    with_text: int


class TextPreparation:
    """The texts of one library's photos. Any thread may use it.

    Args:
        catalog: the library's catalog.
        photos: reads its photos.
        throttle: how hard to work.
        searching: whether a search is under way.
    """

    def __init__(
        self, catalog: Catalog, photos: QueryPhotos, throttle: Throttle, searching: Callable[[], bool]
    ) -> None:
        self._catalog = catalog
        self._photos = photos
        self._throttle = throttle
        self._searching = searching

    @property
    def ahead(self) -> bool:
        """Whether texts may be read in the background."""
        return self._catalog.settings.text_ahead

    def choose(self, ahead: bool) -> None:
        """Say whether texts may be read in the background."""
        self._catalog.settings.text_ahead = ahead

    def status(self) -> TextStatus:
        """How much was read."""
        read, with_text = self._catalog.photo_texts.counts(VERSION)
        return TextStatus(is_installed(), self.ahead, self._catalog.contents.count(), read, with_text)

    def text_of(self, content_id: int) -> str:
        """The text in a photo, a line each; empty where there is none, or it was not read yet."""
        return self._catalog.photo_texts.get([content_id]).get(content_id, "")

    def clear(self) -> None:
        """Forget all texts; they are read anew."""
        self._catalog.photo_texts.clear()

    def lacking(self) -> list[int]:
        """The photos whose text was not read yet, newest first."""
        read = self._catalog.photo_texts.read(VERSION)
        return [number for number in self._catalog.contents.visible() if number not in read]

    def make(self, cancelled: Callable[[], bool] = lambda: False) -> Generator[Progress, None, None]:
        """Read the text of all photos that were not read, newest first.

        Pauses for searches after the current photo. May be closed at any yield; the next call continues from there.

        Args:
            cancelled: once it returns true the work ends.

        Raises:
            LookalikeError: the extra is not installed or does not work.
        """
        if not is_installed():
            raise LookalikeError(
                "Text in photos cannot be read: the package rapidocr is missing.",
                "Install Lookalike with its extra “ocr”.",
            )
        todo = self.lacking()
        if not todo:
            return
        total = self._catalog.contents.count()
        meter = ProgressMeter(Stage.READING_TEXT, total, done=max(total - len(todo), 0))
        yield meter.snapshot()
        deaths = 0
        with closing(TextWorker()) as worker:
            for number in todo:
                began = time.monotonic()
                try:
                    pixels = self._pixels(number)
                except LookalikeError as error:
                    meter.skip(self._path(number), str(error))
                    continue
                if pixels is None:
                    continue
                worker.submit(pixels)
                while not cancelled() and not worker.ready(WAIT_SECONDS):
                    yield meter.snapshot()
                if cancelled():
                    break
                try:
                    found = worker.collect()
                    deaths = 0
                except ModelError:
                    raise
                except LookalikeError as error:
                    deaths += isinstance(error, WorkerDiedError)
                    if deaths >= MOST_DEATHS:
                        raise
                    # Not tried again: it would fail as often as it is met.
                    found = ReadText()
                    meter.note(self._path(number), str(error))
                self._catalog.photo_texts.put(number, found.text, found.share, VERSION)
                meter.advance()
                yield meter.snapshot()
                yield from rest(meter, self._throttle, self._searching, time.monotonic() - began, cancelled)
                if cancelled():
                    break
        yield meter.end()

    def _pixels(self, number: int) -> NDArray[np.uint8] | None:
        """A photo's pixels; None where it is gone meanwhile, or waits for its drive or folder.

        Raises:
            LookalikeError: none of its files can be read.
        """
        content = self._catalog.contents.visible_among([number]).get(number)
        if content is None or not self._catalog.files.readable([number]):
            return None
        image = self._photos.exact(number, content, READ_SIDE)
        if max(image.size) > READ_SIDE:
            image.thumbnail((READ_SIDE, READ_SIDE))
        return np.asarray(image)

    def _path(self, number: int) -> str:
        paths = self._catalog.files.paths([number]).get(number, [])
        return str(paths[0]) if paths else ""


class BackgroundTexts(BackgroundJob):
    """Reads texts in the background, if the user allows it.

    Args:
        texts: the library's texts.
        quiet_seconds: see `QUIET_SECONDS`.
    """

    def __init__(self, texts: TextPreparation, quiet_seconds: float = QUIET_SECONDS) -> None:
        super().__init__(texts.make, RETRY_SECONDS, quiet_seconds)
        self._texts = texts
        self._usable = is_installed()

    def allowed(self) -> bool:
        """Whether text can be read, and the user wants it."""
        return self._usable and self._texts.ahead

    def on_failed(self, error: LookalikeError) -> None:
        """Leave it: it would not do better the next time, and what else is followed must not end with it."""
        log_failure(logger, "Reading text in photos", error)
        self._usable = False
