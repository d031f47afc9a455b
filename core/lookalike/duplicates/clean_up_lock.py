"""Clean-up lock: one clean-up of a library at a time, in all processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from lookalike.errors import LookalikeError, Phrase, os_errors


class CleanUpRunningError(LookalikeError):
    """Another clean-up of the library is running."""

    def __init__(self) -> None:
        super().__init__("Another clean-up of this library is running.", "Wait until it has ended.")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the lock of the clean-ups in a folder.

    Raises:
        CleanUpRunningError: another one is running.
        LookalikeError: the folder cannot be written.
    """
    with os_errors(
        Phrase("{folder} cannot be written", folder=folder), "Check the permissions of the library's folder."
    ):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "lock", thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            raise CleanUpRunningError from error
    try:
        yield
    finally:
        lock.release()
