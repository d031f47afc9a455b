"""Work that threads of their own do whenever there is some."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Chore:
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
        then: Callable[[], None],
        lock: threading.RLock,
    ) -> None:
        self._name = name
        self._due = due
        self._work = work
        self._then = then
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
        self._busy = True
        thread = threading.Thread(target=self._run, name=self._name)
        thread.start()
        # Only now: what has not begun cannot be waited for.
        self._thread = thread

    def join(self) -> None:
        """Wait until it is no longer under way."""
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            done = self._work()
            with self._lock:
                if done and self._due():
                    continue
                if done:
                    self._then()
                self._busy = False
                return
