"""Wording: small pieces of English for messages to the user."""

from __future__ import annotations


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: "1 photo", "1,234 photos".

    Args:
        count: how many.
        one: the words after 1, starting with the noun: "photo", "photo waits".
        many: the words after any other count; by default `one` with an "s".
    """
    return f"1 {one}" if count == 1 else f"{count:,} {many or one + 's'}"
