"""Shares the work of one query among the processors that happen to be free."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

import psutil

MOST_THREADS = min(4, psutil.cpu_count(logical=False) or 1)

Result = TypeVar("Result")


def shared(tasks: Sequence[Callable[[], Result]]) -> list[Result]:
    """Do small tasks on this thread and on others, and return what they give, in no order.

    Whoever is free takes the next task, so a thread that the system lets wait costs its one task and not its share.
    OpenMP deals out shares: on a busy machine the whole team then waits for its last member, ten times longer than
    one thread needs for everything.

    Args:
        tasks: each without the interpreter's lock for most of its time.

    Raises:
        Exception: the first that a task raised.
    """
    upcoming = iter(tasks)
    taking = threading.Lock()
    results: list[Result] = []
    failures: list[BaseException] = []

    def work() -> None:
        while not failures:
            with taking:
                task = next(upcoming, None)
            if task is None:
                return
            try:
                results.append(task())
            except BaseException as error:
                failures.append(error)

    others = [threading.Thread(target=work, name="query") for _ in range(min(MOST_THREADS, len(tasks)) - 1)]
    for thread in others:
        thread.start()
    work()
    for thread in others:
        thread.join()
    if failures:
        raise failures[0]
    return results
