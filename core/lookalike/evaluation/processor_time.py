"""Processor time of this program together with its child processes, which run the networks."""

from __future__ import annotations

import contextlib

import psutil


def processor_seconds() -> float:
    """Processor seconds that this process and those that it has started have used so far, ended ones included."""
    process = psutil.Process()
    own = process.cpu_times()
    total = own.user + own.system + getattr(own, "children_user", 0.0) + getattr(own, "children_system", 0.0)
    for child in process.children(recursive=True):
        # One that ends meanwhile is counted by its parent from then on.
        with contextlib.suppress(psutil.NoSuchProcess):
            used = child.cpu_times()
            total += used.user + used.system
    return float(total)
