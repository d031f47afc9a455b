"""Work that threads of their own do whenever there is some."""

from __future__ import annotations

import threading
from collections.abc import Callable


class BackgroundTask:
    """Work that a thread does while it is due, and that ends with it; what becomes due meanwhile is done as well.

    Args:
        name: of the thread.
        due: whether there is something to do; asked while the lock is held.
        work: does it, without the lock; False to leave what may still be due until it is woken again.
        then: called, while the lock is held, when nothing is due any more.
        lock: held by whoever makes it due or wakes it.
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
        """Whether it is under way."""
        return self._busy

    def wake(self) -> None:
        """Begin if there is something to do and it is not under way; the lock is held."""
        if self._busy or not self._due():
            return
        # It has let go of the lock for good.
        self.join()
        thread = threading.Thread(target=self._run, name=self._name)
        thread.start()
        # Only now: it may not have begun, and what has not cannot be waited for. Its end waits for the lock.
        self._busy, self._thread = True, thread

    def join(self) -> None:
        """Wait until it is no longer under way."""
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
