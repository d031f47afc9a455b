"""Background jobs: work on a library that is done a little at a time, while nothing else is to be done."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace

from lookalike.errors import LookalikeError
from lookalike.ingest.throttle import Throttle
from lookalike.progress import Progress, ProgressMeter

WAIT_SECONDS = 0.05
"""How often a job that rests looks whether it may go on."""


class BackgroundJob:
    """Does a job a little at a time, and begins it anew some time after it has ended.

    Args:
        make: begins the job; what it has finished is kept when it is closed.
        again_seconds: how long after its end it is begun anew, as there may be more to do.
        quiet_seconds: how long nothing else has to be to be done before it is begun for the first time.
    """

    def __init__(
        self,
        make: Callable[[], Generator[Progress, None, object]],
        again_seconds: float,
        quiet_seconds: float = 0.0,
    ) -> None:
        self._make = make
        self._again_seconds = again_seconds
        self._next_look = time.monotonic() + quiet_seconds
        self._steps: Generator[Progress, None, object] | None = None

    def allowed(self) -> bool:
        """Whether the user wants it done, and it can be."""
        return True

    def on_failed(self, error: LookalikeError) -> None:
        """Take in that the job has failed; by default that ends what is followed.

        Raises:
            LookalikeError: the failure.
        """
        raise error

    def step(self) -> Progress | None:
        """Do a little; None when there is nothing to do."""
        if not self.allowed():
            self.close()
            return None
        if self._steps is None:
            if time.monotonic() < self._next_look:
                return None
            self._steps = self._make()
        try:
            progress = next(self._steps, None)
        except LookalikeError as error:
            self.on_failed(error)
            progress = None
        if progress is None:
            self._steps, self._next_look = None, time.monotonic() + self._again_seconds
        return progress

    def close(self) -> None:
        """Stop; the next process continues where this one was."""
        steps, self._steps = self._steps, None
        if steps is not None:
            steps.close()


def gently(
    work: Generator[Progress, None, None],
    throttle: Throttle,
    searching: Callable[[], bool],
    cancelled: Callable[[], bool],
) -> Iterator[Progress]:
    """Do some work, resting after each step as the throttle says, and while a search is under way.

    Args:
        work: the work; it is closed at the end.
        throttle: says how long to rest.
        searching: whether a search is under way.
        cancelled: once true, the work ends.
    """
    began = time.monotonic()
    with closing(work):
        for progress in work:
            yield progress
            rest_until = time.monotonic() + throttle.rest(time.monotonic() - began)
            while (searching() or time.monotonic() < rest_until) and not cancelled():
                yield replace(progress, eta=None, ended=False)
                time.sleep(WAIT_SECONDS)
            if cancelled():
                return
            began = time.monotonic()


def rest(
    meter: ProgressMeter,
    throttle: Throttle,
    searching: Callable[[], bool],
    worked: float,
    cancelled: Callable[[], bool],
) -> Iterator[Progress]:
    """Rest as the throttle says, and while a search is under way.

    Args:
        meter: the job's; the rest does not count for its rate.
        throttle: says how long.
        searching: whether a search is under way.
        worked: seconds of work since the last rest.
        cancelled: once true, the rest ends.
    """
    rest_until = time.monotonic() + throttle.rest(worked)
    while (searching() or time.monotonic() < rest_until) and not cancelled():
        yield replace(meter.snapshot(), eta=None)
        time.sleep(WAIT_SECONDS)
    meter.skip_pause()
