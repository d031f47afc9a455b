"""SQL that several tables share: lists cut to size, placeholders, and what lies under a path."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def path_range(prefix: bytes) -> tuple[bytes, bytes]:
    """The half-open range of paths under a folder (its separator up to the next byte value)."""
    start = prefix.rstrip(os.fsencode(os.sep)) + os.fsencode(os.sep)
    return start, start[:-1] + bytes([start[-1] + 1])


def paths_under(folder: bytes, deep: bool) -> tuple[str, tuple[bytes | int, ...]]:
    """What is true of the paths in a folder, in SQL, and its parameters.

    Args:
        folder: the folder.
        deep: whether what lies in the folders below it is in it too.
    """
    start, end = path_range(folder)
    if deep:
        return "path >= ? AND path < ?", (start, end)
    # The rest of such a path has no separator. SQLite goes through paths alone, and only these become rows.
    separator = os.fsencode(os.sep)
    return "path >= ? AND path < ? AND instr(substr(path, ?), ?) = 0", (start, end, len(start) + 1, separator)


CHUNK = 500
"""Parameters per statement, well under SQLite's limit."""


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Cut a sequence into lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def placeholders(count: int) -> str:
    """`count` question marks for an SQL list."""
    return ", ".join("?" * count)
