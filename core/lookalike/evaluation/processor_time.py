"""Processor time of this program together with its child processes, which run the networks."""

from __future__ import annotations

import contextlib
import time

import psutil


def processor_seconds() -> float:
    """Processor seconds that this process and those that it has started have used so far, ended ones included.

    What child processes used is known to a hundredth of a second only.
    """
    process = psutil.Process()
    ended = process.cpu_times()
    total = (
        time.process_time() + getattr(ended, "children_user", 0.0) + getattr(ended, "children_system", 0.0)
    )
    for child in process.children(recursive=True):
        # One that ends meanwhile is counted by its parent from then on.
        with contextlib.suppress(psutil.NoSuchProcess):
            used = child.cpu_times()
            total += used.user + used.system
    return total
