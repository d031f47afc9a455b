"""Has photos prepared for a multimodal model while nobody works: decides when, and runs the core's job."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import psutil
from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QWidget

from lookalike_desktop.library.session import LibrarySession
from lookalike_desktop.qt.jobs import Job

if TYPE_CHECKING:
    from lookalike.progress import Progress

IDLE_SECONDS = 60.0
"""Without input in the window and without a search for so long, nobody works."""
BUSY_PERCENT = 40.0
"""Of all cores; while other programs take more, nothing is begun. What runs has a low priority and gives way."""
TICK_MS = 1000
INPUTS = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.KeyPress,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletMove,
        QEvent.Type.DragMove,
        QEvent.Type.Drop,
    }
)


class State(Enum):
    """What the preparing is at."""

    USELESS = "useless"
    """No multimodal model is in use."""
    FORBIDDEN = "forbidden"
    """The user has not allowed it."""
    HELD = "held"
    """The user has it rest."""
    WAITING = "waiting"
    """Somebody works."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class PreparationProgress:
    """What to show: the state, how far it is if it has begun, and what went wrong, in one line."""

    state: State
    progress: Progress | None = None
    trouble: str = ""


class TokenPreparationController(QObject):
    """Runs `Library.tokens.make` while nobody works, or only its compressing if the user has not allowed more.

    Args:
        session: the open library.
        window: whose input counts.

    Attributes:
        idle_seconds: without input or a search for so long, nobody works.
        load: per cent of all cores in use since it was last called.
    """

    changed = Signal(object)

    def __init__(self, session: LibrarySession, window: QWidget) -> None:
        super().__init__(window)
        self.idle_seconds = IDLE_SECONDS
        self.load: Callable[[], float] = psutil.cpu_percent
        self._session = session
        self._window = window
        self._watched: QWindow | None = None
        self._busy_at = time.monotonic()
        self._useful = self._allowed = self._held = self._done = False
        self._choices = 0
        self._trouble = ""
        self._progress: Progress | None = None
        self._job: Job | None = None
        self._ending: list[Job] = []
        self._told: PreparationProgress | None = None
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self.look)
        session.opened.connect(self.read)
        session.photos_changed.connect(self._on_photos)

    @property
    def state(self) -> State:
        """What the preparing is at."""
        if not self._useful:
            return State.USELESS
        if not self._allowed:
            return State.FORBIDDEN
        if self._trouble:
            return State.FAILED
        if self._done:
            return State.DONE
        if self._held:
            return State.HELD
        return State.RUNNING if self._job is not None and not self._job.paused else State.WAITING

    def read(self) -> None:
        """Find out which judge is in use and what the user allows; begins anew with another judge."""
        library = self._session.library
        if library is None:
            return

        choices = self._choices

        def found() -> tuple[bool, bool]:
            return library.judges.stores_tokens(), library.tokens.ahead

        def take(answer: tuple[bool, bool]) -> None:
            self._useful, allowed = answer
            if choices == self._choices:
                # Otherwise the user has chosen since, and this answer may be the one from before.
                self._allowed = allowed
            self._restart()
            if not self._tick.isActive():
                self._tick.start()

        self._session.tasks.run(found, take)

    def allow(self, allowed: bool) -> None:
        """Let photos be prepared, or not any more; remembered in the library."""
        library = self._session.library
        if library is None:
            return
        self._allowed = allowed
        self._choices += 1
        self._restart()
        self._session.tasks.run(lambda: library.tokens.choose(ahead=allowed), lambda _: None)

    def hold(self, held: bool) -> None:
        """Have it rest, or go on."""
        self._held = held
        self.look()

    def look(self) -> None:
        """Begin, pause or go on as things are now."""
        self._watch_window()
        now = time.monotonic()
        library = self._session.library
        if library is None or library.tokens.searching:
            self._busy_at = now
            # A search leaves new tokens behind; making them smaller needs no leave.
            self._done = self._done and self._allowed
        idle = now - self._busy_at >= self.idle_seconds
        load = self.load()
        wanted = self._useful and not self._held and not self._done and not self._trouble
        if self._job is None:
            if wanted and idle and load < BUSY_PERCENT:
                self._begin()
        elif wanted and idle:
            self._job.resume()
        else:
            self._job.pause()
        self._tell()

    def close(self) -> None:
        """End the job and wait for it."""
        self._tick.stop()
        self._useful = False
        if self._job is not None:
            self._job.cancel()
            self._ending.append(self._job)
            self._job = None
        for job in self._ending:
            job.wait()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take note of input."""
        if event.type() in INPUTS:
            self._busy_at = time.monotonic()
            if self._job is not None and not self._job.paused:
                self._job.pause()
                self._tell()
        return False

    def _watch_window(self) -> None:
        window = self._window.windowHandle()
        if window is not None and window is not self._watched:
            window.installEventFilter(self)
            self._watched = window

    def _begin(self) -> None:
        library, allowed = self._session.library, self._allowed
        assert library is not None

        def make(cancelled: Callable[[], bool]) -> Iterator[Progress]:
            tokens = library.tokens
            return tokens.make(cancelled=cancelled) if allowed else tokens.compress(cancelled=cancelled)

        job = Job(make, "prepare", self)
        job.progressed.connect(lambda progress: self._on_progress(job, progress))
        job.failed.connect(lambda line: self._on_failed(job, line))
        job.finished.connect(lambda: self._on_finished(job))
        self._job = job
        job.start()

    def _restart(self) -> None:
        """Forget how it went; the next look begins again if it may."""
        job, self._job = self._job, None
        if job is not None:
            job.cancel()
            self._ending.append(job)
        self._done, self._trouble, self._progress = False, "", None
        self.look()

    def _on_photos(self, _: object) -> None:
        self._done = False

    def _on_progress(self, job: Job, progress: Progress) -> None:
        if job is self._job:
            self._progress = progress
            self._tell()

    def _on_failed(self, job: Job, line: str) -> None:
        if job is self._job:
            self._trouble = line

    def _on_finished(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self._done = not self._trouble
            self._tell()
        else:
            self._ending.remove(job)
        job.deleteLater()

    def _tell(self) -> None:
        now = PreparationProgress(self.state, self._progress, self._trouble)
        if now != self._told:
            self._told = now
            self.changed.emit(now)
