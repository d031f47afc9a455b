"""The examination: all that is looked at, in the order of the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lookalike.doctor.finding import Finding
from lookalike.doctor.model_runner import model_runner
from lookalike.doctor.network import network
from lookalike.doctor.places import places
from lookalike.doctor.software import software
from lookalike.doctor.watch_limits import watch_limits


def examine(library: Path | None = None) -> Iterator[Finding]:
    """Look at everything; a few seconds, most of them for starting processes that load the native libraries.

    Nothing is changed, and the library is not opened, so it can be in use or damaged.

    Args:
        library: the library's folder; None for the default one.

    Returns:
        The findings as they are made.
    """
    yield from software()
    yield from network()
    yield from model_runner()
    yield from places(library)
    yield from watch_limits()
