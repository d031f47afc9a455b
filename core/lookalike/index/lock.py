"""Which of several processes may write an index folder."""

from __future__ import annotations

import errno
import os
import sys
import weakref
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

NAME = "writer.lock"
HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}
"""What a system says of a lock that another holder has; Windows says EACCES or EDEADLK."""


class WriterLock:
    """The right to write a folder. The system takes it back when the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        # A finalizer rather than a file object: an index that is dropped unclosed lets go silently.
        self._close = weakref.finalize(self, os.close, descriptor)
        self._descriptor = descriptor

    @classmethod
    def take(cls, folder: Path) -> WriterLock | None:
        """The lock, or None when another holder has it.

        Raises:
            OSError: the folder cannot be written, or its file system knows no locks.
        """
        descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if sys.platform == "win32":
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if error.errno in HELD:
                return None
            raise
        return cls(descriptor)

    def guards(self, folder: Path) -> bool:
        """Whether it is still this folder that is locked, and not one that was deleted."""
        try:
            return os.path.samestat(os.fstat(self._descriptor), (folder / NAME).stat())
        except OSError:
            return False

    def release(self) -> None:
        """Give the right back."""
        self._close()
