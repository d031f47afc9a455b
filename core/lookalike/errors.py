"""The errors a user is told about: one clear line and what can be done."""

from __future__ import annotations


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
