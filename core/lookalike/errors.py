"""Errors that a user is shown: one clear line, and what can be done about it."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager

DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""What a system calls a disk, a quota or a file that takes no more."""


class Phrase:
    """Words that are translated: a whole message, or the part of one that is not a name or a number.

    Nothing is filled in where no values are given, so that a text which is put together beforehand may hold braces.

    Args:
        template: the words, in English: ``"The process of {model}"``.
        values: what the names in braces stand for; numbers and phrases as they are, of an error its message, and of
            anything else its text.
    """

    def __init__(self, template: str, /, **values: object) -> None:
        self.template = template
        self.values = {name: _as_value(value) for name, value in values.items()}

    def render(self, translate: Callable[[str], str]) -> str:
        """The words in another language.

        Args:
            translate: gives a template in that language, or as it is where there is no translation.
        """
        template = translate(self.template) if self.template else ""
        if not self.values:
            return template
        return template.format(
            **{
                name: _inserted(value.render(translate), template, name)
                if isinstance(value, Phrase)
                else value
                for name, value in self.values.items()
            }
        )

    def __str__(self) -> str:
        return self.render(str)


Value = int | float | str | Phrase
"""What a name in braces may stand for."""


def _as_value(value: object) -> Value:
    if isinstance(value, LookalikeError):
        return value.message_phrase
    return value if isinstance(value, Value) else str(value)


def _inserted(text: str, template: str, name: str) -> str:
    """A sentence as a part of another one: its full stop stays only where it ends that one too."""
    return text if template.endswith(f"{{{name}}}") else text.removesuffix(".")


class LookalikeError(Exception):
    """A known failure, worded for the person at the screen.

    A message that names something is a template and its values, so that the window can look the template up in the
    user's language and fill it in there. Nothing is filled in where no values are given, so that a message which is
    put together beforehand may hold braces.

    Args:
        message: what happened, in one line, naming the file, folder or model concerned: ``"{path} is not a folder."``
        remedy: what the user can do about it; empty when there is nothing to do. It must hold in the window and in
            a terminal alike, so it names no command.
        values: what the names in braces stand for; see `Phrase`.
    """

    def __init__(self, message: str, remedy: str = "", /, **values: object) -> None:
        self.template = message
        self.remedy_template = remedy
        self.values = {name: _as_value(value) for name, value in values.items()}
        super().__init__(self.message)

    @property
    def message_phrase(self) -> Phrase:
        """What happened, for the message of another error."""
        return Phrase(self.template, **self.values)

    @property
    def remedy_phrase(self) -> Phrase:
        """What the user can do about it, for another error."""
        return Phrase(self.remedy_template, **self.values)

    @property
    def message(self) -> str:
        """What happened, in English."""
        return str(self.message_phrase)

    @property
    def remedy(self) -> str:
        """What the user can do about it, in English; empty when there is nothing to do."""
        return str(self.remedy_phrase)

    def render(self, translate: Callable[[str], str]) -> str:
        """Message and remedy in one line, in another language; see `Phrase.render`."""
        parts = (phrase.render(translate) for phrase in (self.message_phrase, self.remedy_phrase))
        return " ".join(filter(None, parts))

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()

    def __reduce__(self) -> tuple[Callable[..., LookalikeError], tuple[object, ...]]:
        # The default would pickle the joined text only; errors cross process borders with all their parts.
        return _rebuild, (type(self), self.template, self.remedy_template, self.values)


def _rebuild(
    kind: type[LookalikeError], message: str, remedy: str, values: dict[str, Value]
) -> LookalikeError:
    return kind(message, remedy, **values)


@contextmanager
def os_errors(
    what: Phrase, remedy: str, kind: type[LookalikeError] = LookalikeError, /, **values: object
) -> Iterator[None]:
    """Turn a failure of the file system into one line for the user.

    Args:
        what: what cannot be done, with the folder concerned and without a full stop; the reason follows it.
        remedy: what the user can do; of a full disk it is always to free some space.
        kind: the exception to raise.
        values: what names in braces in the remedy stand for.

    Raises:
        LookalikeError: of that kind, in the place of an OSError.
    """
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL:
            told = LookalikeError("{what}: the disk is full.", "Free some space and try again.", what=what)
        else:
            told = LookalikeError(
                "{what}: {reason}.", remedy, what=what, reason=error.strerror or error, **values
            )
        raise kind(told.template, told.remedy_template, **told.values) from error
