"""Running the core's jobs in tests."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from lookalike.progress import Progress

T = TypeVar("T")


def result_of(job: Generator[Progress, None, T]) -> T:
    """Run a job to its end; returns what it returns."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            result: T = end.value
            return result
