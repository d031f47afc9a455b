"""Shares the work of one query among the processors that happen to be free."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import psutil

MAX_THREADS = min(4, psutil.cpu_count(logical=False) or 1)

Result = TypeVar("Result")


class _SharedTasks(Generic[Result]):
    """Tasks, and what those that are done have given."""

    def __init__(self, tasks: Sequence[Callable[[], Result]]) -> None:
        self.results: dict[int, Result] = {}
        self.failures: list[BaseException] = []
        self._upcoming = iter(enumerate(tasks))
        self._left = len(tasks)
        self._changing = threading.Lock()
        self._finished = threading.Event()

    def run(self) -> None:
        """Do tasks until none is left that nobody does."""
        while True:
            with self._changing:
                place, task = next(self._upcoming, (0, None))
            if task is None:
                return
            try:
                if not self.failures:
                    self.results[place] = task()
            except BaseException as error:
                self.failures.append(error)
            with self._changing:
                self._left -= 1
                if not self._left:
                    self._finished.set()

    def wait(self) -> None:
        """Wait for those that others do."""
        self._finished.wait()


class _HelperPool:
    """Threads that take part in whatever work there is.

    They stay: a thread that is started for a query finds its memory, the caches and OpenMP cold. What takes one thread
    2.1 to 2.4 ms took two 1.6 to 1.7 ms when the other was there, and 2.0 to 3.1 ms when it was started for it.
    """

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._calls: queue.SimpleQueue[_SharedTasks[Any] | None] = queue.SimpleQueue()

    def share(self, work: _SharedTasks[Any], count: int) -> None:
        """Have some of them take part in work, as soon as they are free."""
        with self._changing:
            calls = self._calls
            while len(self._threads) < MAX_THREADS - 1:
                thread = threading.Thread(target=_help, args=(calls,), name="query helper", daemon=True)
                thread.start()
                self._threads.append(thread)
        for _ in range(min(count, MAX_THREADS - 1)):
            calls.put(work)

    def stop(self) -> None:
        """End them."""
        with self._changing:
            threads, self._threads = self._threads, []
            # Those who come next must not take the word that is for these.
            calls, self._calls = self._calls, queue.SimpleQueue()
        for _ in threads:
            calls.put(None)
        for thread in threads:
            thread.join()


def _help(calls: queue.SimpleQueue[_SharedTasks[Any] | None]) -> None:
    while (work := calls.get()) is not None:
        work.run()
        del work


_helpers = _HelperPool()


def run_shared(tasks: Sequence[Callable[[], Result]]) -> list[Result]:
    """Do small tasks on this thread and on others.

    Whoever is free takes the next task, so a thread that the system lets wait costs its one task and not its share.
    OpenMP deals out shares: on a busy machine the whole team then waits for its last member, ten times longer than
    one thread needs for everything.

    Args:
        tasks: each without the interpreter's lock for most of its time.

    Returns:
        What each task gave, in their order.

    Raises:
        Exception: the first that a task raised.
    """
    if len(tasks) == 1:
        return [tasks[0]()]
    work = _SharedTasks(tasks)
    if tasks:
        _helpers.share(work, len(tasks) - 1)
        work.run()
        work.wait()
    if work.failures:
        raise work.failures[0]
    return [work.results[place] for place in range(len(tasks))]


def stop_query_threads() -> None:
    """End the threads that stay between queries; the next one that is shared starts others."""
    _helpers.stop()
