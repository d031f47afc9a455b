"""How long work tells where it stands: core jobs are generators that yield `Progress`."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Skipped:
    """One thing a job passed over, and why, in words for the user."""

    path: str
    reason: str


@dataclass(frozen=True)
class Progress:
    """A snapshot of a running job.

    Attributes:
        stage: what is being done, as a short present participle ("looking", "indexing").
        done: units finished, skipped ones included.
        total: units in all, or None while they are still being counted.
        rate: units per second lately; 0.0 before there is a figure.
        eta: seconds left, or None while unknown.
        skipped: everything passed over so far.
        unit: what is counted.
    """

    stage: str
    done: int
    total: int | None
    rate: float
    eta: float | None
    skipped: tuple[Skipped, ...] = ()
    unit: str = "photos"


@dataclass
class ProgressMeter:
    """Turns counts into `Progress` with a rate over a sliding window.

    Attributes:
        stage: the stage named in every snapshot.
        total: units in all, or None.
        unit: what is counted.
        window: seconds of the past that the rate is taken from.
    """

    stage: str
    total: int | None = None
    unit: str = "photos"
    window: float = 10.0
    done: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    _marks: deque[tuple[float, int]] = field(default_factory=deque)

    def advance(self, count: int = 1) -> None:
        """Count `count` more units as finished."""
        self.done += count

    def skip(self, path: str, reason: str) -> None:
        """Count one unit as finished and remember why nothing came of it."""
        self.skipped.append(Skipped(path, reason))
        self.done += 1

    def snapshot(self) -> Progress:
        """The state now, with rate (units/s) and ETA (s) from the last `window` seconds."""
        now = time.monotonic()
        self._marks.append((now, self.done))
        while len(self._marks) > 2 and now - self._marks[0][0] > self.window:
            self._marks.popleft()
        then, before = self._marks[0]
        rate = (self.done - before) / (now - then) if now > then else 0.0
        eta = (self.total - self.done) / rate if self.total is not None and rate > 0 else None
        return Progress(self.stage, self.done, self.total, rate, eta, tuple(self.skipped), self.unit)
