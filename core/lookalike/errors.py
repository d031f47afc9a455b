"""The errors a user is told about: one clear line and what can be done."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""What a system calls a disk, a quota or a file that takes no more."""


class LookalikeError(Exception):
    """A known failure, worded for the person at the screen.

    Args:
        message: what happened, in one line, naming the file, folder or model concerned.
        remedy: what the user can do about it; empty when there is nothing to do.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()

    def __reduce__(self) -> tuple[type[LookalikeError], tuple[str, str]]:
        # The default would pickle the joined text only; errors cross process borders with both parts.
        return type(self), (self.message, self.remedy)


@contextmanager
def os_errors(what: str, remedy: str, kind: type[LookalikeError] = LookalikeError) -> Iterator[None]:
    """Turn a failure of the file system into one line for the user.

    Args:
        what: what cannot be done, with the folder concerned and without a full stop; the reason follows it.
        remedy: what the user can do; of a full disk it is always to free some space.
        kind: the exception to raise.

    Raises:
        LookalikeError: of that kind, in the place of an OSError.
    """
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL:
            raise kind(f"{what}: the disk is full.", "Free some space and try again.") from error
        raise kind(f"{what}: {error.strerror or error}.", remedy) from error
