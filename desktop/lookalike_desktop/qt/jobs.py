"""Background work of the window: generators of the core as jobs, single calls as tasks.

Plain Python threads are used, not Qt's: the core is Python all the way down, and every thread can be named,
listed and joined.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from lookalike_desktop.qt.failures import Failure, report_failure

EMIT_MS = 60
"""A job emits its values at most this often, milliseconds; the last one is always emitted."""

T = TypeVar("T")


class Job(QObject):
    """One generator, run in a thread of its own.

    Values arrive in the GUI thread as `progressed`, the latest one at most every `EMIT_MS`; those in between are
    dropped. Pause, resume and cancel take effect between yields.

    Args:
        make: ``make(cancelled)`` gives the generator, in the job's thread; it may ask ``cancelled()``.
        name: the thread's name, which also stands in the log.
        parent: the Qt parent.
    """

    progressed = Signal(object)
    """The latest value that the generator yielded."""
    succeeded = Signal(object)
    """What the generator returned; emitted only if it ended by itself."""
    failed = Signal(Failure)
    """Why the generator ended with an error; not emitted once the job was cancelled."""
    finished = Signal()
    """Always the last signal, however the job ended."""
    _announced = Signal()
    _ended = Signal()

    def __init__(
        self,
        make: Callable[[Callable[[], bool]], Generator[Any, None, Any]],
        name: str,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._make = make
        self._name = name
        self._lock = threading.Lock()
        self._latest: list[Any] = []
        self._waiting = False
        self._failure: Failure | None = None
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
        """Whether `finished` has been emitted."""
        return self._done

    @property
    def paused(self) -> bool:
        """Whether the job rests at its next yield."""
        return not self._running.is_set()

    def start(self) -> None:
        """Start the thread."""
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
                    self._publish(next(values))
                    self._running.wait()
            except StopIteration as end:
                self._result, self._ended_by_itself = end.value, True
            finally:
                values.close()
        except Exception as error:  # noqa: BLE001
            self._failure = report_failure(error, f"The job {self._name}")
        self._ended.emit()

    def _publish(self, value: Any) -> None:
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
        if self._failure is not None and not self._cancelled.is_set():
            self.failed.emit(self._failure)
        elif self._ended_by_itself:
            self.succeeded.emit(self._result)
        self.finished.emit()


class Tasks(QObject):
    """Single calls off the GUI thread, their outcome handed to a function in the GUI thread.

    Args:
        threads: how many run at a time; with one, calls follow one another in the order given.
        name: the threads' name, which also stands in the log.
        failed: called with the failure of every call that brings no function of its own for it.
        parent: the Qt parent.
    """

    _done = Signal(object)

    def __init__(
        self, threads: int, name: str, failed: Callable[[Failure], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._name = name
        self._failed = failed
        self._closed = False
        self._done.connect(self._hand_over, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], T],
        then: Callable[[T], None] | None = None,
        failed: Callable[[Failure], None] | None = None,
    ) -> None:
        """Call `work` in the background. Nothing is called any more after `close`.

        Args:
            work: the call.
            then: called with its result in the GUI thread.
            failed: called with its failure in the GUI thread; by default what the tasks were made with.
        """
        if not self._closed:
            self._pool.submit(self._work, work, then, failed or self._failed)

    def _work(
        self, work: Callable[[], T], then: Callable[[T], None] | None, failed: Callable[[Failure], None]
    ) -> None:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001
            failure = report_failure(error, f"A task of {self._name}")
            self._done.emit(lambda: failed(failure))
        else:
            if then is not None:
                self._done.emit(lambda: then(result))

    def _hand_over(self, outcome: Callable[[], None]) -> None:
        if not self._closed:
            outcome()

    def close(self) -> None:
        """Drop what has not begun, wait for what has, and hand nothing over any more."""
        self._closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)
