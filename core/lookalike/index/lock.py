"""Writer lock: which of several processes may write an index folder.

Not by filelock: an index must notice when its folder was deleted and made again, for which it compares the
locked file with the one in the folder, and filelock gives no access to the former.
"""

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
HELD_ERRORS = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}
"""What the system says when another process holds the lock; Windows says EACCES or EDEADLK."""


class WriterLock:
    """The right to write a folder. The system releases it when the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        # A finalizer, not a file object, which would warn when an index is dropped without being closed.
        self._close = weakref.finalize(self, os.close, descriptor)
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, folder: Path) -> WriterLock | None:
        """Take the lock; None when another process holds it.

        Raises:
            OSError: the folder cannot be written, or its file system has no locks.
        """
        descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if sys.platform == "win32":
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if error.errno in HELD_ERRORS:
                return None
            raise
        return cls(descriptor)

    def guards(self, folder: Path) -> bool:
        """Whether the locked file is still the one in the folder, which may have been deleted and made again."""
        try:
            return os.path.samestat(os.fstat(self._descriptor), (folder / NAME).stat())
        except OSError:
            return False

    def release(self) -> None:
        """Release the lock."""
        self._close()
