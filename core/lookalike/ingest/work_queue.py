"""Work queue: photos in the order in which they are described, those the user is viewing first, then the newest."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Generic, TypeVar

from lookalike.catalog.file_stat import FileStat
from lookalike.path_bytes import covers

T = TypeVar("T")


class WorkPriority:
    """What the user looks at. Any thread may say so at any time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._paths: tuple[bytes, ...] = ()
        self.version = 0

    def prioritise(self, paths: Sequence[Path]) -> None:
        """Have files, or everything in folders, described before all else, in this order."""
        with self._lock:
            self._paths = tuple(os.fsencode(path) for path in paths)
            self.version += 1

    def rank(self, path: bytes) -> int:
        """The priority of a file, 0 for the highest."""
        for number, preferred in enumerate(self._paths):
            if covers(preferred, path):
                return number
        return len(self._paths)


class WorkQueue(Generic[T]):
    """Tasks, handed out one by one.

    Args:
        tasks: places, each with what else its work needs.
        priority: what comes first; it may change between any two tasks.
    """

    def __init__(self, tasks: Sequence[tuple[FileStat, T]], priority: WorkPriority) -> None:
        # Taken from the end: the newest last.
        self._tasks = sorted(tasks, key=lambda task: task[0].mtime_ns)
        self._priority = priority
        self._version = 0

    def take(self, count: int) -> list[tuple[FileStat, T]]:
        """The next tasks, `count` at most."""
        version = self._priority.version
        if version != self._version:
            self._tasks.sort(key=self._key)
            self._version = version
        return [self._tasks.pop() for _ in range(min(count, len(self._tasks)))]

    def _key(self, task: tuple[FileStat, T]) -> tuple[int, int]:
        return -self._priority.rank(task[0].path), task[0].mtime_ns
