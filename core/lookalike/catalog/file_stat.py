"""Turns the system's word on a file into what the catalog keeps of it.

The catalog's numbers have 64 bits and a sign. File systems give numbers beyond them: file numbers that use all 64
bits (user-space file systems) or 128 (Windows), and times of last change after the year 2262. Of those only the lower
64 bits are kept. They are compared and never reckoned with, so that is as good, as long as it is done everywhere.
"""

from __future__ import annotations

import os

from lookalike.catalog.files import Place
from lookalike.photos import is_online_only

_BEYOND = 1 << 64
_HALF = 1 << 63


def signed(number: int) -> int:
    """The lower 64 bits of a number, read with a sign; a number that fits is kept as it is."""
    return (number + _HALF) % _BEYOND - _HALF


def stamp_of(status: os.stat_result) -> tuple[int, int]:
    """What a change of a file's bytes changes, as `Place.stamp`."""
    return status.st_size, signed(status.st_mtime_ns)


def place_of(path: bytes, status: os.stat_result, ctimes: bool) -> Place:
    """The place of a file.

    Args:
        path: where it lies.
        status: what the system says of it.
        ctimes: whether the file system keeps ctimes.
    """
    size, mtime_ns = stamp_of(status)
    return Place(
        path,
        size,
        mtime_ns,
        signed(status.st_ino),
        signed(status.st_dev),
        signed(status.st_ctime_ns) if ctimes else None,
        status.st_nlink > 1,
        is_online_only(status),
    )
