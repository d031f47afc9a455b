"""Progress of long-running jobs.

All jobs follow one convention: a job is a generator that yields `Progress` and *returns* its result. It may be paused
between any two yields and closed at any of them; whatever is finished by then is kept. One job runs another with
``result = yield from job()``. A job that never ends by itself (following folders) runs smaller jobs, and the last
snapshot of each has `Progress.ended` set; never infer the end from the counts.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Stage(StrEnum):
    """What a job is doing. The values appear in the command line's output."""

    LOOKING = "looking"
    """Comparing a folder with the catalog."""
    INDEXING = "indexing"
    """Reading, describing and recording new photos."""
    DESCRIBING = "describing"
    """Describing known photos with another model."""
    WATCHING = "watching"
    """Waiting for changes."""
    WAITING = "waiting"
    """Paused after a failure, or while something more urgent runs."""
    EXTRACTING = "extracting details"
    """Extracting the local features of photos that have none yet."""
    JOINING = "finding pairs"
    """Finding the photos that each new photo is worth comparing with."""
    COMPARING = "comparing pairs"
    """Telling what two photos are to each other."""
    FINDING_THINGS = "finding things"
    """Grouping the photos that show the same thing."""
    LOOKING_CLOSER = "looking closer"
    """Comparing the parts of photos that may show the same thing."""
    LABELLING = "labelling"
    """Labelling photos that have no labels yet, so that words find them."""
    RECOGNISING = "recognising screenshots and documents"
    """Telling screenshots, documents and receipts from photographs."""
    READING_TEXT = "reading text"
    """Reading the text in photos, so that words find them."""
    CAPTIONING = "writing captions"
    """Having a multimodal model say what photos show."""
    PREPARING = "preparing"
    """Making visual tokens."""
    COMPRESSING = "compressing"
    """Making visual tokens smaller."""
    SEARCHING = "searching"
    """Running the queries of an evaluation."""
    CLEANING_UP = "cleaning up"
    """Removing duplicates."""
    RESTORING = "restoring"
    """Undoing a clean-up."""
    CHECKING = "checking"
    """Verifying stored data."""
    READING = "reading"
    """Copying a model's files."""
    CONNECTING = "connecting"
    DOWNLOADING = "downloading"
    TRYING = "trying"
    """Trying a new model on generated pictures."""


@dataclass(frozen=True)
class Skipped:
    """An item that a job skipped, and the reason, worded for the user."""

    path: str
    reason: str


@dataclass(frozen=True)
class Progress:
    """A snapshot of a running job.

    Attributes:
        stage: what the job is doing.
        done: units finished, including those skipped.
        total: units in all, or None while they are still being counted.
        rate: recent units per second; 0.0 until it can be estimated.
        eta: seconds left, or None while unknown.
        skipped: everything skipped so far.
        unit: what is counted.
        folder: id of the watched folder that is being worked on, or None.
        ended: whether this is the job's last snapshot.
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


MIN_RATE_SECONDS = 1.0
"""No rate and no time left are reported until they can be measured over this many seconds."""


def collect_skipped(
    work: Generator[Progress, None, T], skipped: list[Skipped]
) -> Generator[Progress, None, T]:
    """Pass a job on and collect what its pieces of work skipped.

    Args:
        work: the job. A piece of it that is broken off, because its folder is removed or paused meanwhile, never says
            that it has ended; what it skipped until then counts all the same.
        skipped: takes the lines.
    """
    open_piece: Progress | None = None
    while True:
        try:
            progress = next(work)
        except StopIteration as end:
            if open_piece is not None:
                skipped.extend(open_piece.skipped)
            result: T = end.value
            return result
        if open_piece is not None and (progress.stage, progress.folder) != (
            open_piece.stage,
            open_piece.folder,
        ):
            skipped.extend(open_piece.skipped)
        open_piece = None if progress.ended else progress
        if progress.ended:
            skipped.extend(progress.skipped)
        yield progress


@dataclass
class ProgressMeter:
    """Turns counts into `Progress` snapshots, with the rate over a sliding window.

    Attributes:
        stage: the stage of every snapshot.
        total: units in all, or None.
        unit: what is counted.
        window: length of the sliding window, in seconds.
        done: units finished so far, including those skipped.
        skipped: what was skipped so far.
        folder: id of the watched folder that is being worked on, or None.
        load: total work, in any measure proportional to time (bytes, say); None if all units take equally long.
            The time left is estimated from the work left.
        clock: returns the time in seconds.
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
    _load_done: float = 0.0
    _last_snapshot: float = 0.0
    # (time, units done, load done), oldest first
    _samples: deque[tuple[float, int, float]] = field(default_factory=deque)

    def advance(self, count: int = 1, load: float = 0.0) -> None:
        """Count `count` more units, and `load` of the work, as finished."""
        self.done += count
        self._load_done += load

    def skip(self, path: str, reason: str, load: float = 0.0) -> None:
        """Count one unit as finished, and record why it was skipped."""
        self.note(path, reason)
        self.advance(1, load)

    def note(self, path: str, reason: str) -> None:
        """Record that something was skipped which is not one of the units."""
        self.skipped.append(Skipped(path, reason))

    def skip_pause(self) -> None:
        """Exclude the time since the last snapshot from the rate: the job was paused."""
        if self._samples:
            paused = self.clock() - self._last_snapshot
            self._samples = deque((time + paused, done, load) for time, done, load in self._samples)

    def end(self) -> Progress:
        """The last snapshot: the job is over, whether or not everything was done."""
        return self.snapshot(ended=True)

    def snapshot(self, ended: bool = False) -> Progress:
        """The current state, with rate (units/s) and ETA (s) from the last `window` seconds."""
        now = self._last_snapshot = self.clock()
        if not self._samples or now - self._samples[-1][0] >= self.window / 100:
            self._samples.append((now, self.done, self._load_done))
        # Keep one sample from before the window, so that the window is covered in full.
        while len(self._samples) > 2 and now - self._samples[1][0] >= self.window:
            self._samples.popleft()
        start, done_before, load_before = self._samples[0]
        elapsed = now - start
        rate = (self.done - done_before) / elapsed if elapsed >= MIN_RATE_SECONDS else 0.0
        eta = None
        if self.total is not None and rate > 0:
            left, speed = float(self.total - self.done), rate
            if self.load is not None and self._load_done > load_before:
                left, speed = self.load - self._load_done, (self._load_done - load_before) / elapsed
            eta = max(left, 0.0) / speed
        return Progress(
            self.stage, self.done, self.total, rate, eta, tuple(self.skipped), self.unit, self.folder, ended
        )
