"""Plug-ins: what other packages add through entry points, Python's own way of finding them.

A package names a thing in its ``pyproject.toml``; once it is installed beside Lookalike, it is found. Nothing is
imported before it is needed, and a plug-in that cannot be loaded costs one line, not the program.
"""

from __future__ import annotations

import logging
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from lookalike.errors import LookalikeError
from lookalike.log import log_failure

logger = logging.getLogger(__name__)

JUDGES = "lookalike.judges"
"""Entry points that are a `JudgeKind`."""

DESCRIPTORS = "lookalike.descriptors"
"""Entry points that make a `Describer` when called; the name of the entry point is that of the model."""


def installed(group: str) -> dict[str, EntryPoint]:
    """The entry points of a group by name; of those that share one, the first."""
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=group):
        found.setdefault(entry.name, entry)
    return found


def load(entry: EntryPoint) -> Any:
    """Import what an entry point names.

    Raises:
        LookalikeError: that fails.
    """
    try:
        return entry.load()
    except Exception as error:
        # Anything can go wrong in other people's code.
        log_failure(logger, f"Loading the plug-in {entry.name}", error)
        raise LookalikeError(
            "The plug-in {name} ({value}) cannot be loaded: {why}.",
            "Install its package again, or remove it.",
            name=entry.name,
            value=entry.value,
            why=str(error).rstrip(".") or type(error).__name__,
        ) from error
