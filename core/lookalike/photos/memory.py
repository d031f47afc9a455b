"""Memory budget that all decoding threads share."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

MEMORY_LIMIT = 1 << 30
"""The most bytes that all running decodes may take together, and so the most that one may take."""

RESULT_BYTES_PER_PIXEL = 8
"""Memory for a pixel of the result: the pixel itself, and a copy while colours and orientation are converted."""


class MemoryBudget:
    """Lets decodes run at the same time as long as their estimated needs fit the budget together.

    Args:
        limit: bytes; no single decode may need more, and callers check that first.
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
            ValueError: `need` exceeds the whole budget.
        """
        if need > self.limit:
            raise ValueError(f"{need} bytes are more than the budget of {self.limit}")
        # The turn is held while waiting, so that small photos do not overtake a large one forever.
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
"""The budget that all decodes of this process share."""
