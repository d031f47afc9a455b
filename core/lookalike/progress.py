"""Progress of long work.

The one convention: a job is a generator that yields `Progress` and *returns* its result. It may be paused between any
two yields and closed at any of them; what is finished by then is kept. Whoever runs a job from another one writes
``result = yield from job()``. Where a job that never ends by itself (following folders) does smaller ones, the last
snapshot of each says so by `Progress.ended`; nothing is to be concluded from counts.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Stage(StrEnum):
    """What a job is doing. The values are words of the command line's output."""

    LOOKING = "looking"
    """Comparing a folder with the catalog."""
    INDEXING = "indexing"
    """Reading, describing and recording new photos."""
    DESCRIBING = "describing"
    """Describing known photos with another model."""
    WATCHING = "watching"
    """Waiting for changes."""
    WAITING = "waiting"
    """Standing still after a failure, or while something more urgent runs."""
    PREPARING = "preparing"
    """Making visual tokens."""
    COMPRESSING = "compressing"
    """Making visual tokens smaller."""
    SEARCHING = "searching"
    """Running the queries of an evaluation."""
    CHECKING = "checking"
    """Comparing what is stored with what it should be."""
    READING = "reading"
    """Copying a model's files."""
    CONNECTING = "connecting"
    DOWNLOADING = "downloading"
    TRYING = "trying"
    """Trying a new model on generated pictures."""


@dataclass(frozen=True)
class Skipped:
    """One thing that a job skipped, and why, in words for the user."""

    path: str
    reason: str


@dataclass(frozen=True)
class Progress:
    """A snapshot of a running job.

    Attributes:
        stage: what is being done.
        done: units finished, skipped ones included.
        total: units in all, or None while they are still being counted.
        rate: units per second lately; 0.0 before there is a figure.
        eta: seconds left, or None while unknown.
        skipped: everything passed over so far.
        unit: what is counted.
        folder: number of the watched folder it is about, or None.
        ended: whether this is the last snapshot of this piece of work.
    """

    stage: Stage
    done: int
    total: int | None
    rate: float
    eta: float | None
    skipped: tuple[Skipped, ...] = ()
    unit: str = "photos"
    folder: int | None = None
    ended: bool = False


FIRST_SECONDS = 1.0
"""No rate and no time left are told before there is this much of the past to take them from."""


@dataclass
class ProgressMeter:
    """Turns counts into `Progress` with a rate over a sliding window.

    Attributes:
        stage: the stage named in every snapshot.
        total: units in all, or None.
        unit: what is counted.
        window: seconds of the past that the rate is taken from.
        folder: number of the watched folder it is about, or None.
        load: work in all, in any measure that grows with the time a unit takes (bytes, say); None where every
            unit is taken to be the same work. The time left is that of the work left.
        clock: tells the time, in seconds.
    """

    stage: Stage
    total: int | None = None
    unit: str = "photos"
    window: float = 10.0
    done: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    folder: int | None = None
    load: float | None = None
    clock: Callable[[], float] = time.monotonic
    _worked: float = 0.0
    _told: float = 0.0
    _marks: deque[tuple[float, int, float]] = field(default_factory=deque)

    def advance(self, count: int = 1, load: float = 0.0) -> None:
        """Count `count` more units as finished, and `load` of the work."""
        self.done += count
        self._worked += load

    def skip(self, path: str, reason: str, load: float = 0.0) -> None:
        """Count one unit as finished and remember why nothing came of it."""
        self.note(path, reason)
        self.advance(1, load)

    def note(self, path: str, reason: str) -> None:
        """Remember that something was passed over that is none of the units."""
        self.skipped.append(Skipped(path, reason))

    def skip_pause(self) -> None:
        """Leave the time since the last snapshot out of the count: the job stood still."""
        if self._marks:
            rest = self.clock() - self._told
            self._marks = deque((then + rest, done, worked) for then, done, worked in self._marks)

    def end(self) -> Progress:
        """The last snapshot: this piece of work is over, whether or not all of it was done."""
        return self.snapshot(ended=True)

    def snapshot(self, ended: bool = False) -> Progress:
        """The state now, with rate (units/s) and ETA (s) from the last `window` seconds."""
        now = self._told = self.clock()
        if not self._marks or now - self._marks[-1][0] >= self.window / 100:
            self._marks.append((now, self.done, self._worked))
        # The oldest mark that is kept is the last one outside the window: the window is covered whole.
        while len(self._marks) > 2 and now - self._marks[1][0] >= self.window:
            self._marks.popleft()
        then, before, worked = self._marks[0]
        passed = now - then
        rate = (self.done - before) / passed if passed >= FIRST_SECONDS else 0.0
        eta = None
        if self.total is not None and rate > 0:
            left, speed = float(self.total - self.done), rate
            if self.load is not None and self._worked > worked:
                left, speed = self.load - self._worked, (self._worked - worked) / passed
            eta = max(left, 0.0) / speed
        return Progress(
            self.stage, self.done, self.total, rate, eta, tuple(self.skipped), self.unit, self.folder, ended
        )
