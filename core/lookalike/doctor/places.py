"""Places: where Lookalike keeps its files, and whether there is room."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from lookalike import app_paths
from lookalike.doctor.finding import Finding, State
from lookalike.errors import LookalikeError

LEAST_FREE = 2 * 10**9
"""Bytes under which a library of some 100,000 photos, or a model, no longer fits."""


def places(library: Path | None) -> Iterator[Finding]:
    """The folders of the library, of the models and of the logs.

    Args:
        library: the library's folder; None for the default one.
    """
    try:
        named = {
            "library": library or app_paths.default_library(),
            "model files": app_paths.models(),
            "logs": app_paths.logs(),
        }
    except LookalikeError as error:
        yield Finding("library", State.PROBLEM, error.message, error.remedy)
        return
    for topic, folder in named.items():
        yield _place(topic, folder)


def _place(topic: str, folder: Path) -> Finding:
    # Folders are made when they are first needed: until then the one that they will be made in counts.
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(there).free
    facts = {"folder": str(folder), "exists": there == folder, "free_bytes": free}
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return Finding(
            topic,
            State.PROBLEM,
            f"{there} cannot be written.",
            "Change its permissions, or name another folder in LOOKALIKE_HOME.",
            facts,
        )
    text = f"{folder}{'' if there == folder else ' (not made yet)'}, {free / 1e9:.1f} GB free"
    if free < LEAST_FREE:
        return Finding(topic, State.NOTE, text, "Make room on that disk.", facts)
    return Finding(topic, State.GOOD, text, facts=facts)
