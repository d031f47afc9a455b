"""Racy timestamps: when a file's size and times prove that it is unchanged, and when it changed too recently for that.

The time of last change (mtime) can be set by any program, and some set it back. The time of the last change of the
inode (ctime) is the kernel's own. It changes with the bytes, and with name and rights too, so another ctime asks for
the bytes to be hashed and no more. It is taken where the file system is known to keep it (see `Mount.ctimes`).
"""

from __future__ import annotations

from lookalike.catalog.file_stat import FileStat

TICK_NS = 100_000_000
COARSE_TICK_NS = 2_000_000_000
"""Two changes of a file within the clock tick of its file system leave the same time of last change. Times in whole
seconds come from file systems that know no finer ones (FAT counts every second one)."""

CTIME_TICK_NS = 20_000_000
"""The same for the ctime, which goes by the kernel's own clock: its ticks are ten milliseconds at most."""


def is_racy(stat: FileStat, now_ns: int) -> bool:
    """Whether a file was changed so recently that another change may leave the same size and times."""
    ages = [(now_ns - stat.mtime_ns, stat.mtime_ns, TICK_NS)]
    if stat.ctime_ns is not None:
        ages.append((now_ns - stat.ctime_ns, stat.ctime_ns, CTIME_TICK_NS))
    return any(0 <= age < (tick if time % 1_000_000_000 else COARSE_TICK_NS) for age, time, tick in ages)


def is_same_ctime(known: int | None, found: int | None) -> bool:
    """Whether two ctimes tell of no change; one that is unknown tells of none."""
    return known is None or found is None or known == found
