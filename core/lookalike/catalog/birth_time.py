"""When a file was made, asked of Linux itself: Python has no name for it there."""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable
from typing import Any

_AT_FDCWD, _AT_SYMLINK_NOFOLLOW = -100, 0x100
_STATX_BTIME = 0x800


class _Timestamp(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_int64), ("nanoseconds", ctypes.c_uint32), ("reserved", ctypes.c_int32))


class _Statx(ctypes.Structure):
    """The kernel's ``struct statx`` (linux/stat.h), of 256 bytes on every machine."""

    _fields_ = (
        ("mask", ctypes.c_uint32),
        ("before", ctypes.c_uint8 * 76),
        ("birth", _Timestamp),
        ("after", ctypes.c_uint8 * 160),
    )


def birth_time_ns(path: bytes) -> int | None:
    """When the file at a path was made on its volume, nanoseconds.

    No program can set this time, and a file keeps it however it is moved and renamed.

    Returns:
        None where nobody knows. So on macOS, which moves the time back with the time of last change; its file
        systems give no file number twice.
    """
    statx = _statx()
    if statx is None:
        return None
    found = _Statx()
    failed = statx(_AT_FDCWD, path, _AT_SYMLINK_NOFOLLOW, _STATX_BTIME, ctypes.byref(found))
    if failed or not found.mask & _STATX_BTIME:
        return None
    return found.birth.seconds * 1_000_000_000 + found.birth.nanoseconds


@functools.cache
def _statx() -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    statx: Any = getattr(ctypes.CDLL(None), "statx", None)
    if statx is not None:
        statx.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p)
        statx.restype = ctypes.c_int
    return statx
