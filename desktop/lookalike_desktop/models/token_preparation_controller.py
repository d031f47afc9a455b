"""Token preparation: has photos prepared for a multimodal model while the computer is idle."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import psutil
from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QWidget

from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.jobs import Job
from lookalike_desktop.session.library_session import LibrarySession

if TYPE_CHECKING:
    from lookalike.progress import Progress

IDLE_SECONDS = 60.0
"""Without input in the window and without a search for this long, the user counts as away."""
BUSY_PERCENT = 40.0
"""Per cent of all cores; while other programs use more, nothing is started. What runs already has a low priority."""
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
    """The state of the preparation."""

    USELESS = "useless"
    """No multimodal model is in use."""
    FORBIDDEN = "forbidden"
    """The user has not allowed it."""
    HELD = "held"
    """The user has paused it."""
    WAITING = "waiting"
    """The user works, or the computer is busy."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class PreparationProgress:
    """What to show.

    Attributes:
        state: the state.
        progress: how far it is; None before it has started.
        problem: what went wrong, one line; empty unless the state is `State.FAILED`.
    """

    state: State
    progress: Progress | None = None
    problem: str = ""


class TokenPreparationController(QObject):
    """Runs `Library.tokens.make` while the computer is idle; `compress` alone if the user has not allowed more.

    Args:
        session: the open library.
        window: whose input counts.

    Attributes:
        idle_seconds: without input or a search for this long, the user counts as away.
        load: per cent of all cores in use since it was last called.
    """

    changed = Signal(PreparationProgress)
    """There is something new to show."""

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
        self._problem = ""
        self._progress: Progress | None = None
        self._job: Job | None = None
        self._ending: list[Job] = []
        self._emitted: PreparationProgress | None = None
        self._tick = QTimer(self, interval=TICK_MS)
        self._tick.timeout.connect(self.update_state)
        session.opened.connect(self.read)
        session.photos_changed.connect(self._on_photos)

    @property
    def state(self) -> State:
        """The state of the preparation."""
        if not self._useful:
            return State.USELESS
        if not self._allowed:
            return State.FORBIDDEN
        if self._problem:
            return State.FAILED
        if self._done:
            return State.DONE
        if self._held:
            return State.HELD
        return State.RUNNING if self._job is not None and not self._job.paused else State.WAITING

    def read(self) -> None:
        """Read which judge is in use and what the user allows, and start again."""
        library = self._session.library
        if library is None:
            return

        choices = self._choices

        def read_choices() -> tuple[bool, bool]:
            return library.judges.stores_tokens(), library.tokens.ahead

        def apply(found: tuple[bool, bool]) -> None:
            self._useful, allowed = found
            if choices == self._choices:
                # Otherwise the user has chosen since, and this may be the choice before.
                self._allowed = allowed
            self._restart()
            if not self._tick.isActive():
                self._tick.start()

        self._session.tasks.run(read_choices, apply)

    def allow(self, allowed: bool) -> None:
        """Allow or forbid preparing photos; the library remembers it."""
        library = self._session.library
        if library is None:
            return
        self._allowed = allowed
        self._choices += 1
        self._restart()
        self._session.tasks.run(lambda: library.tokens.choose(ahead=allowed))

    def hold(self, held: bool) -> None:
        """Pause, or go on."""
        self._held = held
        self.update_state()

    def update_state(self) -> None:
        """Start, pause or go on, as things are now."""
        self._watch_window()
        now = time.monotonic()
        library = self._session.library
        if library is None or library.tokens.searching:
            self._busy_at = now
            # A search leaves new tokens behind; compressing them needs no permission.
            self._done = self._done and self._allowed
        idle = now - self._busy_at >= self.idle_seconds
        load = self.load()
        wanted = self._useful and not self._held and not self._done and not self._problem
        if self._job is None:
            if wanted and idle and load < BUSY_PERCENT:
                self._begin()
        elif wanted and idle:
            self._job.resume()
        else:
            self._job.pause()
        self._emit_changed()

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
        """Notice input."""
        if event.type() in INPUTS:
            self._busy_at = time.monotonic()
            if self._job is not None and not self._job.paused:
                self._job.pause()
                self._emit_changed()
        return False

    def _watch_window(self) -> None:
        window = self._window.windowHandle()
        if window is not None and window is not self._watched:
            window.installEventFilter(self)
            self._watched = window

    def _begin(self) -> None:
        library, allowed = self._session.library, self._allowed
        assert library is not None

        def make(cancelled: Callable[[], bool]) -> Generator[Progress, None, None]:
            tokens = library.tokens
            return tokens.make(cancelled=cancelled) if allowed else tokens.compress(cancelled=cancelled)

        job = Job(make, "prepare", self)
        job.progressed.connect(lambda progress: self._on_progress(job, progress))
        job.failed.connect(lambda failure: self._on_failed(job, failure))
        job.finished.connect(lambda: self._on_finished(job))
        self._job = job
        job.start()

    def _restart(self) -> None:
        """Forget how it went; the next `update_state` starts again if it may."""
        job, self._job = self._job, None
        if job is not None:
            job.cancel()
            self._ending.append(job)
        self._done, self._problem, self._progress = False, "", None
        self.update_state()

    def _on_photos(self, _: object) -> None:
        self._done = False

    def _on_progress(self, job: Job, progress: Progress) -> None:
        if job is self._job:
            self._progress = progress
            self._emit_changed()

    def _on_failed(self, job: Job, failure: Failure) -> None:
        if job is self._job:
            self._problem = failure.message
            if failure.details:
                self._session.failed.emit(failure)

    def _on_finished(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self._done = not self._problem
            self._emit_changed()
        else:
            self._ending.remove(job)
        job.deleteLater()

    def _emit_changed(self) -> None:
        now = PreparationProgress(self.state, self._progress, self._problem)
        if now != self._emitted:
            self._emitted = now
            self.changed.emit(now)
