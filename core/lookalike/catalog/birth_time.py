"""Birth time: when a file was created, from Linux's ``statx``, which Python's `os.stat` does not expose."""

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
    """When the file at a path was created on its volume, in nanoseconds.

    No program can set this time, and a file keeps it when it is moved or renamed.

    Returns:
        None if unknown, as on macOS, which moves the birth time back together with the mtime; its file systems never
        reuse an inode number.
    """
    statx = _statx()
    if statx is None:
        return None
    found = _Statx()
    failed = statx(_AT_FDCWD, path, _AT_SYMLINK_NOFOLLOW, _STATX_BTIME, ctypes.byref(found))
    if failed or not found.mask & _STATX_BTIME:
        return None
    return int(found.birth.seconds * 1_000_000_000 + found.birth.nanoseconds)


@functools.cache
def _statx() -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    function: Any = getattr(ctypes.CDLL(None), "statx", None)
    if function is None:
        return None
    function.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p)
    function.restype = ctypes.c_int
    statx: Callable[..., int] = function
    return statx
