"""Background describing: a job that describes photos with another model while folders are followed."""

from __future__ import annotations

import time
from collections.abc import Generator, Hashable
from typing import Protocol

from lookalike.progress import Progress, Skipped

RETRY_SECONDS = 60.0
"""How soon a job that waits for photos, or was interrupted, is tried again while folders are followed."""


class DescribingJob(Protocol):
    """Describes the photos of a library with another model."""

    def adopt(self) -> None:
        """Take in what another process has chosen."""
        ...

    def conditions(self) -> Hashable:
        """What it depends on whether there is something to do; None while there is nothing.

        As long as it is the same, a job that has stopped has no reason to be tried again soon.
        """
        ...

    def steps(self) -> Generator[Progress, None, None]:
        """Continue until nothing is left, or the rest has to wait."""
        ...


class BackgroundDescribing:
    """Continues a job a little at a time, whenever there is something to do.

    Args:
        job: describes photos.
    """

    def __init__(self, job: DescribingJob) -> None:
        self._job = job
        self._steps: Generator[Progress, None, None] | None = None
        self._tried: Hashable = None
        self._tried_at = 0.0
        self._reported: tuple[Skipped, ...] = ()

    def step(self) -> Progress | None:
        """Do a little; None when there is nothing to do."""
        if self._steps is None:
            self._job.adopt()
            conditions = self._job.conditions()
            if conditions is None:
                self._tried = None
                return None
            if conditions == self._tried and time.monotonic() - self._tried_at < RETRY_SECONDS:
                return None
            self._tried = conditions
            self._steps = self._job.steps()
        progress = next(self._steps, None)
        if progress is None:
            self._steps, self._tried_at = None, time.monotonic()
        elif progress.total == 0:
            if progress.skipped == self._reported:
                return None
            self._reported = progress.skipped
        return progress

    def close(self) -> None:
        """Stop; the next process continues where this one was."""
        if self._steps is not None:
            self._steps.close()
