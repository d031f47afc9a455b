"""Prefetching: reads the next photos while the model works on the ones before."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Prefetcher(Generic[Item]):
    """Hands out an iterator's items; `prefetch` fetches as many as were taken last ahead of time.

    Args:
        items: what is handed out.
    """

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items
        self._fetched: list[Item] = []
        self._count = 1

    def prefetch(self) -> None:
        """Fetch the items that the next `take` will want."""
        missing = self._count - len(self._fetched)
        self._fetched += itertools.islice(self._items, max(0, missing))

    def take(self, count: int) -> list[Item]:
        """The next `count` items, fewer at the end."""
        self._count = count
        self.prefetch()
        taken, self._fetched = self._fetched[:count], self._fetched[count:]
        return taken
