"""Activity: what following the folders is doing, as the window shows it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lookalike.progress import Progress, Skipped, Stage

if TYPE_CHECKING:
    from lookalike.library import Library

IN_BACKGROUND = frozenset(
    {
        Stage.DESCRIBING,
        Stage.EXTRACTING,
        Stage.LABELLING,
        Stage.JOINING,
        Stage.COMPARING,
        Stage.FINDING_THINGS,
        Stage.LOOKING_CLOSER,
        Stage.RECOGNISING,
        Stage.READING_TEXT,
        Stage.CAPTIONING,
    }
)
"""Stages that go on, for all photos, while nothing is to be done for the folders."""


@dataclass(frozen=True)
class Activity:
    """A snapshot of following.

    Attributes:
        folder: id of the folder it is about; None for all.
        progress: the core's snapshot.
        changes: grows with everything that may have changed the library.
        skipped: everything skipped since following began.
    """

    folder: int | None
    progress: Progress
    changes: int
    skipped: tuple[Skipped, ...]


def follow_folders(library: Library, cancelled: Callable[[], bool]) -> Generator[Activity, None, None]:
    """Follow a library's folders, counting what may have changed the library."""
    changes = 0
    skipped: dict[tuple[str, str], Skipped] = {}
    for progress in library.follow(cancelled):
        if progress.stage is Stage.WAITING:
            yield Activity(None, progress, changes, tuple(skipped.values()))
            continue
        # Only another description, and what is done for folders, may change what a search finds.
        changes += progress.stage is Stage.DESCRIBING or progress.stage not in IN_BACKGROUND | {
            Stage.WATCHING
        }
        skipped.update({(line.path, line.reason): line for line in progress.skipped})
        yield Activity(progress.folder, replace(progress, skipped=()), changes, tuple(skipped.values()))
