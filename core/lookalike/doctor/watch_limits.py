"""The system's limits on watching folders (Linux, inotify)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from lookalike.doctor.finding import Finding, State

LIMITS = Path("/proc/sys/fs/inotify")
FEW_WATCHES, FEW_INSTANCES = 65_536, 64
"""A watch is needed for each folder within the watched ones; other programs, such as editors, want their own."""
NEARLY = 0.8


def watch_limits(limits: Path = LIMITS, processes: Path = Path("/proc")) -> Iterator[Finding]:
    """How many folders can be watched, and how many are by now.

    Args:
        limits: the system's folder with the limits.
        processes: its folder of processes.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        watches = int((limits / "max_user_watches").read_text())
        instances = int((limits / "max_user_instances").read_text())
    except (OSError, ValueError):
        yield Finding(
            "watching",
            State.NOTE,
            "This system has no inotify; folders are looked through at intervals.",
            "Nothing needs to be done; changes are noticed later.",
        )
        return
    used_watches, used_instances = in_use(processes)
    facts = {
        "max_user_watches": watches,
        "max_user_instances": instances,
        "watches_in_use": used_watches,
        "instances_in_use": used_instances,
    }
    text = (
        f"{used_watches:,} of {watches:,} folders are watched, "
        f"by {used_instances:,} of {instances:,} watchers, as far as can be seen"
    )
    few = watches < FEW_WATCHES or used_watches > NEARLY * watches
    if few or instances < FEW_INSTANCES or used_instances > NEARLY * instances:
        more = "fs.inotify.max_user_watches=524288" if few else "fs.inotify.max_user_instances=512"
        remedy = f"For more: `sudo sysctl {more}`. Beyond the limit folders are looked through at intervals."
        yield Finding("watching", State.NOTE, text, remedy, facts)
        return
    yield Finding("watching", State.GOOD, text, facts=facts)


def in_use(processes: Path) -> tuple[int, int]:
    """Watches and watchers of all processes that this user may look into."""
    watches = instances = 0
    for told in processes.glob("[0-9]*/fdinfo/*"):
        try:
            text = told.read_text()
        except (OSError, UnicodeDecodeError):
            # Another user's, or closed meanwhile.
            continue
        # A watcher without watches looks like any other file; it does not matter.
        count = len(re.findall(r"^inotify wd:", text, re.MULTILINE))
        watches, instances = watches + count, instances + (count > 0)
    return watches, instances
