"""One budget of memory for all decoding threads together."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

MEMORY_LIMIT = 1 << 30
"""Bytes that all decodes under way may take together, and so the most that a single one may take."""

RESULT_BYTES_PER_PIXEL = 8
"""What a pixel of the result takes: itself and the copy from which its colours or its orientation come."""


class MemoryBudget:
    """Lets decodes start while their estimated needs fit the budget together.

    Args:
        limit: bytes; a need beyond it is never admitted, callers refuse such work before asking.
    """

    def __init__(self, limit: int = MEMORY_LIMIT) -> None:
        self.limit = limit
        self._taken = 0
        self._turn = threading.Lock()
        self._change = threading.Condition()

    @contextmanager
    def take(self, need: int) -> Iterator[None]:
        """Hold `need` bytes of the budget, waiting until they are free.

        Raises:
            ValueError: `need` is beyond the whole budget.
        """
        if need > self.limit:
            raise ValueError(f"{need} bytes are more than the budget of {self.limit}")
        # The turn is held while waiting, so that a large photo is not overtaken by small ones for ever.
        with self._turn, self._change:
            while self._taken + need > self.limit:
                self._change.wait()
            self._taken += need
        try:
            yield
        finally:
            with self._change:
                self._taken -= need
                self._change.notify_all()


budget = MemoryBudget()
"""The budget that every decode of this process shares."""
