"""Runs the core's work off the GUI thread: generators as jobs, single calls as tasks.

Plain Python threads are used, not Qt's: the core is Python all the way down, and every thread can be named,
listed and joined.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from lookalike.errors import LookalikeError

EMIT_MS = 60
"""A job tells of its values at most this often, milliseconds; the last one is always told."""

T = TypeVar("T")


def one_line(error: BaseException) -> str:
    """What the user is told of an error: the core's own line, or its kind and text for anything else."""
    if isinstance(error, LookalikeError):
        return str(error)
    return f"{type(error).__name__}: {error}"


class Job(QObject):
    """One generator, run in a thread of its own.

    Values arrive in the GUI thread as `progressed`, the latest one at most every `EMIT_MS`; those in between are
    dropped. Pause, resume and cancel act between yields.

    Args:
        make: ``make(cancelled)`` gives the generator, in the job's thread; it may ask ``cancelled()``.
        name: the thread's name.
        parent: the Qt parent.
    """

    progressed = Signal(object)
    succeeded = Signal(object)
    """What the generator returned; told where it ended by itself."""
    failed = Signal(str)
    finished = Signal()
    """The last word, however the job ended."""
    _announced = Signal()
    _ended = Signal()

    def __init__(
        self,
        make: Callable[[Callable[[], bool]], Iterator[Any]],
        name: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._make = make
        self._lock = threading.Lock()
        self._latest: list[Any] = []
        self._waiting = False
        self._error = ""
        self._result: Any = None
        self._ended_by_itself = False
        self._done = False
        self._cancelled = threading.Event()
        self._running = threading.Event()
        self._running.set()
        self._thread = threading.Thread(target=self._run, name=name)
        self._throttle = QTimer(self, singleShot=True, interval=EMIT_MS)
        self._throttle.timeout.connect(self._deliver)
        self._announced.connect(self._on_announced, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    @property
    def done(self) -> bool:
        """Whether `finished` has been told."""
        return self._done

    @property
    def paused(self) -> bool:
        """Whether the job rests at its next yield."""
        return not self._running.is_set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def pause(self) -> None:
        """Rest at the next yield."""
        self._running.clear()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._running.set()

    def cancel(self) -> None:
        """End at the next yield; `finished` follows."""
        self._cancelled.set()
        self._running.set()

    def wait(self) -> None:
        """Block until the thread has ended; for shutdown only, after `cancel`."""
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            values = self._make(self._cancelled.is_set)
            try:
                while not self._cancelled.is_set():
                    self._tell(next(values))
                    self._running.wait()
            except StopIteration as end:
                self._result, self._ended_by_itself = end.value, True
            finally:
                close = getattr(values, "close", None)
                if close is not None:
                    close()
        except Exception as error:
            self._error = one_line(error)
        self._ended.emit()

    def _tell(self, value: Any) -> None:
        with self._lock:
            self._latest = [value]
            if self._waiting:
                return
            self._waiting = True
        self._announced.emit()

    def _on_announced(self) -> None:
        if not self._throttle.isActive():
            self._deliver()

    def _deliver(self) -> None:
        with self._lock:
            values, self._latest = self._latest, []
            self._waiting = False
        if values:
            self._throttle.start()
            self.progressed.emit(values[0])

    def _on_ended(self) -> None:
        self._thread.join()
        self._deliver()
        self._throttle.stop()
        self._done = True
        if self._error and not self._cancelled.is_set():
            self.failed.emit(self._error)
        elif self._ended_by_itself:
            self.succeeded.emit(self._result)
        self.finished.emit()


class Tasks(QObject):
    """Single calls off the GUI thread, their outcome handed to a function in the GUI thread.

    Args:
        threads: how many run at a time; with one, calls follow one another in the order given.
        name: the threads' name.
        parent: the Qt parent.
    """

    _done = Signal(object)

    def __init__(self, threads: int, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._closed = False
        self._done.connect(self._hand_over, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        failed: Callable[[str], None] = lambda line: None,
    ) -> None:
        """Call `work` in the background; then `then(result)` or `failed(line)` here. Nothing after `close`."""
        if not self._closed:
            self._pool.submit(self._work, work, then, failed)

    def _work(self, work: Callable[[], T], then: Callable[[T], None], failed: Callable[[str], None]) -> None:
        try:
            result = work()
        except Exception as error:
            line = one_line(error)
            self._done.emit(lambda: failed(line))
        else:
            self._done.emit(lambda: then(result))

    def _hand_over(self, outcome: Callable[[], None]) -> None:
        if not self._closed:
            outcome()

    def close(self) -> None:
        """Drop what has not begun, wait for what has, and hand nothing over any more."""
        self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)
