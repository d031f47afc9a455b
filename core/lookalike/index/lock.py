"""Which of several processes may write an index folder."""

from __future__ import annotations

import os
import sys
import weakref
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

NAME = "writer.lock"


class WriterLock:
    """The right to write a folder. The system takes it back when the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        # A finalizer rather than a file object: an index that is dropped unclosed lets go silently.
        self._close = weakref.finalize(self, os.close, descriptor)

    @classmethod
    def take(cls, folder: Path) -> WriterLock | None:
        """The lock, or None when another holder has it or the folder cannot be written."""
        try:
            descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError:
            return None
        try:
            if sys.platform == "win32":
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        return cls(descriptor)

    def release(self) -> None:
        """Give the right back."""
        self._close()
