"""File stat: a file's path, size, times and inode as the catalog stores them.

The catalog's integers are signed and have 64 bits. File systems return larger ones: inode numbers that use all 64 bits
(user-space file systems) or 128 (Windows), and mtimes after the year 2262. Only the lower 64 bits of these are kept.
They are compared but never calculated with, so that is just as good, provided it is done everywhere.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from lookalike.catalog.birth_time import birth_time_ns
from lookalike.photos import is_online_only


@dataclass(frozen=True)
class FileStat:
    """Where a file lies on disk and what tells that it is unchanged.

    Attributes:
        path: absolute path, in the operating system's own bytes.
        size: bytes; -1 as it comes from the catalog where it was racy.
        mtime_ns: time of last change, nanoseconds.
        inode: file number on its volume; 0 where the volume has none.
        device: the volume's number.
        ctime_ns: time of the last change of the bytes, the name or the rights, nanoseconds, which no program can set;
            None while unknown, and where the file system has no such time.
        linked: whether the file has other names too (hard links); not kept in the catalog.
        online_only: whether its bytes lie in the cloud; not kept in the catalog.
        racy: whether it was read so soon after its last change that another one might have left no trace.
    """

    path: bytes
    size: int
    mtime_ns: int
    inode: int
    device: int
    ctime_ns: int | None = None
    linked: bool = False
    online_only: bool = False
    racy: bool = False

    @property
    def stamp(self) -> tuple[int, int]:
        """What changes with the bytes: size and mtime."""
        return self.size, self.mtime_ns

    @property
    def stored_size(self) -> int:
        """The size as the catalog keeps it: -1, which no file has, for a racy one, so that it is read again."""
        return -1 if self.racy else self.size

    @property
    def identity(self) -> tuple[int, int, int, int]:
        """What stays the same when a file is moved or renamed on its volume."""
        return self.device, self.inode, self.size, self.mtime_ns

    def proves(self, path: bytes | None, ctime_ns: int | None) -> bool:
        """Whether a file with this identity still holds the bytes that were last read.

        Adding or removing a name changes the ctime just as changing the bytes does. So if the ctime differs, the file
        must at least have been renamed and have no other name. Nor may it be a different file: systems reuse the inode
        number of a deleted file, and a copy may have the same size, and the same mtime too if that is in whole seconds.
        A file created after the recorded ctime is a different one. If the birth time is unknown, an mtime in whole
        seconds proves nothing. Files that are not proven are hashed.

        Args:
            path: the path at that time; None if unknown.
            ctime_ns: the ctime at that time; None if unknown.
        """
        if ctime_ns is not None and ctime_ns == self.ctime_ns:
            return True
        if ctime_ns is not None and (self.linked or path == self.path):
            return False
        born = None if ctime_ns is None else birth_time_ns(self.path)
        if born is None or ctime_ns is None:
            return self.mtime_ns % 1_000_000_000 != 0
        return born <= ctime_ns


_BEYOND = 1 << 64
_HALF = 1 << 63


def signed(number: int) -> int:
    """The lower 64 bits of a number, read with a sign; a number that fits is kept as it is."""
    return (number + _HALF) % _BEYOND - _HALF


def stamp_of(status: os.stat_result) -> tuple[int, int]:
    """Size and mtime, which change with the bytes; see `FileStat.stamp`."""
    return status.st_size, signed(status.st_mtime_ns)


def file_stat_of(path: bytes, status: os.stat_result, ctimes: bool) -> FileStat:
    """Build a `FileStat`.

    Args:
        path: the file's path.
        status: its status from the operating system.
        ctimes: whether the file system keeps ctimes.
    """
    size, mtime_ns = stamp_of(status)
    return FileStat(
        path,
        size,
        mtime_ns,
        signed(status.st_ino),
        signed(status.st_dev),
        signed(status.st_ctime_ns) if ctimes else None,
        status.st_nlink > 1,
        is_online_only(status),
    )
