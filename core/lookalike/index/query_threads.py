"""Query threads: share the work of one query among the processors that happen to be free."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import psutil

MAX_THREADS = min(4, psutil.cpu_count(logical=False) or 1)

Result = TypeVar("Result")


class _SharedTasks(Generic[Result]):
    """Tasks that several threads work through, and their results."""

    def __init__(self, tasks: Sequence[Callable[[], Result]]) -> None:
        self.results: dict[int, Result] = {}
        self.failures: list[BaseException] = []
        self._upcoming = iter(enumerate(tasks))
        self._left = len(tasks)
        self._changing = threading.Lock()
        self._finished = threading.Event()

    def run(self) -> None:
        """Run tasks until none is left to begin."""
        while True:
            with self._changing:
                place, task = next(self._upcoming, (0, None))
            if task is None:
                return
            try:
                if not self.failures:
                    self.results[place] = task()
            except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked
                self.failures.append(error)
            with self._changing:
                self._left -= 1
                if not self._left:
                    self._finished.set()

    def wait(self) -> None:
        """Wait for the tasks that other threads run."""
        self._finished.wait()


class _HelperPool:
    """Threads that help with whatever is shared.

    They stay alive: a thread that is started for a query finds its memory, the caches and OpenMP cold, and gains
    nothing (docs/benchmarks.md, The vector index).
    """

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._calls: queue.SimpleQueue[_SharedTasks[Any] | None] = queue.SimpleQueue()

    def share(self, work: _SharedTasks[Any], count: int) -> None:
        """Have up to `count` threads help, as soon as they are free."""
        with self._changing:
            calls = self._calls
            while len(self._threads) < MAX_THREADS - 1:
                thread = threading.Thread(target=_help, args=(calls,), name="query helper", daemon=True)
                thread.start()
                self._threads.append(thread)
        for _ in range(min(count, MAX_THREADS - 1)):
            calls.put(work)

    def stop(self) -> None:
        """End the threads."""
        with self._changing:
            threads, self._threads = self._threads, []
            # Threads started later must not take the messages that end these.
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
    """Run small tasks on this thread and on others.

    Whoever is free takes the next task, so a thread that the system keeps waiting delays one task. OpenMP deals out
    fixed shares, and on a busy machine waits for the slowest thread (docs/benchmarks.md, The vector index).

    Args:
        tasks: each releases the interpreter's lock most of the time.

    Returns:
        The tasks' results, in their order.

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
    """End the threads that stay between queries; the next query that is shared starts others."""
    _helpers.stop()
