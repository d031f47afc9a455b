"""Wording: English for counts, in sentences for people."""

from __future__ import annotations


def counted(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun: "1 photo", "1,234 photos".

    Args:
        count: how many.
        noun: the noun in the singular.
        plural: the noun in the plural; empty where it only takes an s.
    """
    return f"1 {noun}" if count == 1 else f"{count:,} {plural or noun + 's'}"
