"""Caption preparation: having a multimodal model say what photos show, in the background or when asked for."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from lookalike.catalog.catalog import Catalog
from lookalike.errors import LookalikeError
from lookalike.ingest.throttle import Throttle
from lookalike.judges.caption_judge import Caption, CaptionJudge
from lookalike.judges.protocol import JudgePhoto
from lookalike.library.background_job import BackgroundJob, rest
from lookalike.log import log_failure
from lookalike.progress import Progress, ProgressMeter, Stage

logger = logging.getLogger(__name__)

WAIT_SECONDS = 0.05

QUIET_SECONDS = 60.0
"""How long there must have been nothing else to do until writing begins in the background."""

RETRY_SECONDS = 300.0
"""How soon it is looked for photos without a caption, and for a model, while folders are followed."""


@dataclass(frozen=True)
class CaptionStatus:
    """How many captions there are.

    Attributes:
        ahead: whether the user lets them be written in the background.
        photos: how many photos the library has.
        written: how many of them have a caption, of whatever model.
    """

    ahead: bool
    photos: int
    written: int


class CaptionPreparation:
    """The captions of one library's photos. Any thread may use it.

    Args:
        catalog: the library's catalog.
        caption_judge: ``caption_judge(name)`` opens a judge that writes captions; the chosen one for None.
        load: ``load(content_id, hash)`` makes a photo for the judge.
        throttle: how hard to work.
        searching: whether a search is under way.
    """

    def __init__(
        self,
        catalog: Catalog,
        caption_judge: Callable[[str | None], CaptionJudge],
        load: Callable[[int, str], JudgePhoto],
        throttle: Throttle,
        searching: Callable[[], bool],
    ) -> None:
        self._catalog = catalog
        self._caption_judge = caption_judge
        self._load = load
        self._throttle = throttle
        self._searching = searching

    @property
    def ahead(self) -> bool:
        """Whether captions may be written in the background."""
        return self._catalog.settings.captions_ahead

    def choose(self, ahead: bool) -> None:
        """Say whether captions may be written in the background."""
        self._catalog.settings.captions_ahead = ahead

    def status(self) -> CaptionStatus:
        """How many captions there are."""
        return CaptionStatus(self.ahead, self._catalog.contents.count(), self._catalog.captions.count())

    def caption_of(self, content_id: int) -> str:
        """What a model has said of a photo; empty where it has said nothing yet."""
        return self._catalog.captions.get([content_id]).get(content_id, "")

    def clear(self) -> None:
        """Forget all captions."""
        self._catalog.captions.clear()

    def make(
        self, judge: str | None = None, cancelled: Callable[[], bool] = lambda: False
    ) -> Generator[Progress, None, None]:
        """Write captions of all photos that have none of this model, newest first.

        A search interrupts it: what the model was at is begun anew afterwards. May be closed at any yield; the next
        call continues from there.

        Args:
            judge: the model's name; None for the judge in use.
            cancelled: once it returns true the work ends.

        Raises:
            LookalikeError: there is no such model, it writes no captions, or it broke down.
        """
        model = self._caption_judge(judge)
        written = self._catalog.captions.written(model.caption_key)
        todo = [number for number in self._catalog.contents.visible() if number not in written]
        if not todo:
            return
        total = self._catalog.contents.count()
        meter = ProgressMeter(Stage.CAPTIONING, total, done=max(total - len(todo), 0))
        yield meter.snapshot()
        while todo and not cancelled():
            done = yield from self._some(model, todo, meter, cancelled)
            todo = todo[done:]
            while self._searching() and not cancelled():
                yield replace(meter.snapshot(), eta=None)
                time.sleep(WAIT_SECONDS)
            meter.skip_pause()
        yield meter.end()

    def _some(
        self, model: CaptionJudge, todo: list[int], meter: ProgressMeter, cancelled: Callable[[], bool]
    ) -> Generator[Progress, None, int]:
        """Write captions until all are written, or a search or the user wants the model; returns of how many photos."""
        stopped = threading.Event()

        def is_over() -> bool:
            return stopped.is_set() or cancelled() or self._searching()

        hashes = self._catalog.contents.visible_among(todo)
        places = {hashes[number]: place for place, number in enumerate(todo) if number in hashes}
        captions = model.captions(
            (self._load(number, hashes[number]) for number in todo if number in hashes), is_over
        )
        done = 0
        # The model takes seconds for a photo, in which what else is followed goes on.
        with ThreadPoolExecutor(1, thread_name_prefix="captions") as pool:
            try:
                while True:
                    began = time.monotonic()
                    coming = pool.submit(_next, captions)
                    while not coming.done():
                        yield meter.snapshot()
                        wait([coming], WAIT_SECONDS)
                    caption = coming.result()
                    if caption is None:
                        return len(todo) if not is_over() else done
                    place = places[caption.content]
                    self._keep(todo[place], caption, model.caption_key, meter)
                    done = place + 1
                    yield meter.snapshot()
                    yield from rest(meter, self._throttle, _never, time.monotonic() - began, is_over)
            finally:
                stopped.set()

    def _keep(self, number: int, caption: Caption, key: str, meter: ProgressMeter) -> None:
        if caption.text is None:
            paths = self._catalog.files.paths([number]).get(number, [])
            meter.skip(str(paths[0]) if paths else "", caption.reason)
        else:
            self._catalog.captions.put(number, caption.text, key)
            meter.advance()


def _never() -> bool:
    """A search ends the work, which `is_over` says, and does not pause it."""
    return False


def _next(captions: Iterator[Caption]) -> Caption | None:
    return next(captions, None)


class BackgroundCaptions(BackgroundJob):
    """Writes captions in the background, if the user allows it.

    Args:
        captions: the library's captions.
        quiet_seconds: see `QUIET_SECONDS`.
    """

    def __init__(self, captions: CaptionPreparation, quiet_seconds: float = QUIET_SECONDS) -> None:
        super().__init__(captions.make, RETRY_SECONDS, quiet_seconds)
        self._captions = captions

    def allowed(self) -> bool:
        """Whether the user wants it."""
        return self._captions.ahead

    def on_failed(self, error: LookalikeError) -> None:
        """Try again later: no model is in use that writes captions, or it broke down."""
        log_failure(logger, "Writing captions", error)
