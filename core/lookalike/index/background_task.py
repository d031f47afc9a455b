"""Background task: work that a thread does whenever there is some."""

from __future__ import annotations

import threading
from collections.abc import Callable


class BackgroundTask:
    """Work that a thread does while it is due; the thread ends with it. What becomes due meanwhile is done as well.

    Args:
        name: of the thread.
        due: whether there is something to do; asked while the lock is held.
        work: does it, without the lock; False leaves what may still be due until the next `wake`.
        on_idle: called, while the lock is held, when nothing is due any more.
        lock: held by whoever makes work due or calls `wake`.
    """

    def __init__(
        self,
        name: str,
        due: Callable[[], bool],
        work: Callable[[], bool],
        on_idle: Callable[[], None],
        lock: threading.RLock,
    ) -> None:
        self._name = name
        self._due = due
        self._work = work
        self._on_idle = on_idle
        self._lock = lock
        self._thread: threading.Thread | None = None
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether the work is under way."""
        return self._busy

    def wake(self) -> None:
        """Start the thread if there is work and it is not running; the lock is held."""
        if self._busy or not self._due():
            return
        # It has released the lock for good.
        self.join()
        thread = threading.Thread(target=self._run, name=self._name)
        thread.start()
        # Only now: a thread that could not be started cannot be joined. Its end waits for the lock.
        self._busy, self._thread = True, thread

    def join(self) -> None:
        """Wait until the work is no longer under way."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            while self._goes_on(self._work()):
                pass
        except BaseException:
            with self._lock:
                self._busy = False
            raise

    def _goes_on(self, done: bool) -> bool:
        with self._lock:
            if done and self._due():
                return True
            if done:
                self._on_idle()
            self._busy = False
            return False
