"""Turns the system's word on a file into what the catalog keeps of it.

The catalog's numbers have 64 bits and a sign. File systems give numbers beyond them: file numbers that use all 64
bits (user-space file systems) or 128 (Windows), and times of last change after the year 2262. Of those only the lower
64 bits are kept. They are compared and never reckoned with, so that is as good, as long as it is done everywhere.
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
        """What a change of the bytes changes: size and time of last change."""
        return self.size, self.mtime_ns

    @property
    def stored_size(self) -> int:
        """The size as the catalog keeps it: -1, which no file has, for a racy one, so that it is read again."""
        return -1 if self.racy else self.size

    @property
    def identity(self) -> tuple[int, int, int, int]:
        """What a file keeps when it is moved or renamed on its volume."""
        return self.device, self.inode, self.size, self.mtime_ns

    def proves(self, path: bytes | None, ctime_ns: int | None) -> bool:
        """Whether a file of this identity holds the same bytes as when it was last read.

        A name that comes or goes sets the ctime as a change of the bytes does. So where it is another, a file must at
        least have been renamed, and have no other name under which it stayed. Nor may it be another file: systems
        give the number of one that is deleted to the next that is made, which a copy may have size and time of last
        change from too, if that is told in whole seconds. A file made later than the ctime was taken is another. Where
        nobody knows when it was made, a time in whole seconds proves nothing. What is not proven is hashed.

        Args:
            path: where it lay then; None while unknown.
            ctime_ns: its ctime then; None while unknown.
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
    """What a change of a file's bytes changes, as `Place.stamp`."""
    return status.st_size, signed(status.st_mtime_ns)


def file_stat_of(path: bytes, status: os.stat_result, ctimes: bool) -> FileStat:
    """The place of a file.

    Args:
        path: where it lies.
        status: what the system says of it.
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
