"""Errors that a user is shown: one clear line, and what can be done about it."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager

DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""What a system calls a disk, a quota or a file that takes no more."""


class LookalikeError(Exception):
    """A known failure, worded for the person at the screen.

    A message that names something is a template and its values, so that the window can look the template up in the
    user's language and fill it in there. Nothing is filled in where no values are given, so that a message which is
    put together beforehand may hold braces.

    Args:
        message: what happened, in one line, naming the file, folder or model concerned: ``"{path} is not a folder."``
        remedy: what the user can do about it; empty when there is nothing to do. It must hold in the window and in
            a terminal alike, so it names no command.
        values: what the names in braces stand for; kept as text unless they are numbers.
    """

    def __init__(self, message: str, remedy: str = "", /, **values: object) -> None:
        self.template = message
        self.remedy_template = remedy
        self.values = {
            name: value if isinstance(value, int | float) else str(value) for name, value in values.items()
        }
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """What happened, in English."""
        return self._fill(self.template)

    @property
    def remedy(self) -> str:
        """What the user can do about it, in English; empty when there is nothing to do."""
        return self._fill(self.remedy_template)

    def render(self, translate: Callable[[str], str]) -> str:
        """Message and remedy in one line, in another language.

        Args:
            translate: gives a template in that language, or as it is where there is no translation.
        """
        parts = [self._fill(translate(part)) for part in (self.template, self.remedy_template) if part]
        return " ".join(parts)

    def _fill(self, template: str) -> str:
        return template.format(**self.values) if self.values else template

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()

    def __reduce__(self) -> tuple[Callable[..., LookalikeError], tuple[object, ...]]:
        # The default would pickle the joined text only; errors cross process borders with all their parts.
        return _rebuild, (type(self), self.template, self.remedy_template, self.values)


def _rebuild(
    kind: type[LookalikeError], message: str, remedy: str, values: dict[str, object]
) -> LookalikeError:
    return kind(message, remedy, **values)


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
