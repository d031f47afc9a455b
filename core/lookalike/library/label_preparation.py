"""Label preparation: labelling photos that were described before there were labels, from their stored descriptors.

No photo is read again. New photos have their labels as soon as they are described.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator

from lookalike.ingest.throttle import Throttle
from lookalike.library.background_job import rest
from lookalike.progress import Progress, ProgressMeter, Stage
from lookalike.words.labelling import Labeller

BATCH = 500
"""Photos that are labelled together: about a tenth of a second, so that a search waits no longer."""


class LabelPreparation:
    """The labels of one library. Any thread may use it.

    Args:
        labeller: labels photos.
        throttle: how hard to work.
        searching: whether a search is under way.
    """

    def __init__(self, labeller: Labeller, throttle: Throttle, searching: Callable[[], bool]) -> None:
        self._labeller = labeller
        self._throttle = throttle
        self._searching = searching

    def lacking(self) -> int:
        """How many photos could have labels and have none."""
        return self._labeller.lacking()

    def make(self, cancelled: Callable[[], bool] = lambda: False) -> Generator[Progress, None, None]:
        """Label all photos that could have labels and have none, newest first.

        Pauses for searches. May be closed at any yield; the next call continues from there.

        Args:
            cancelled: once it returns true the work ends, at the latest after the current batch.

        Raises:
            ModelError: the classifier's file is missing or damaged.
        """
        lacking = self.lacking()
        if not lacking:
            return
        meter = ProgressMeter(Stage.LABELLING, lacking)
        yield meter.snapshot()
        began = time.monotonic()
        while not cancelled() and (done := self._labeller.label_some(BATCH)):
            meter.advance(done)
            yield meter.snapshot()
            yield from rest(meter, self._throttle, self._searching, time.monotonic() - began, cancelled)
            began = time.monotonic()
        yield meter.end()


class BackgroundLabels:
    """Labels photos a little at a time, while folders are followed and nothing else is to be done.

    Args:
        labels: the library's labels.
    """

    def __init__(self, labels: LabelPreparation) -> None:
        self._labels = labels
        self._steps: Generator[Progress, None, None] | None = None
        self._done = False

    def step(self) -> Progress | None:
        """Do a little; None when there is nothing to do."""
        if self._done:
            # What is described from now on is labelled at once.
            return None
        if self._steps is None:
            self._steps = self._labels.make()
        progress = next(self._steps, None)
        self._done = progress is None
        return progress

    def close(self) -> None:
        """Stop; the next process continues where this one was."""
        if self._steps is not None:
            self._steps.close()
