"""Recovery of clean-ups: ending one that a kill interrupted, and undoing the last one."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from lookalike.catalog.catalog import Catalog
from lookalike.duplicates.catalog_updates import record_unit
from lookalike.duplicates.clean_up import BACKUPS
from lookalike.duplicates.journal import Action, CleanUpJournal, CleanUpRecord, Unit, read_journals
from lookalike.duplicates.steps import Steps
from lookalike.duplicates.trash import GoneFromTrashError
from lookalike.errors import LookalikeError, Phrase
from lookalike.progress import Progress, ProgressMeter, Skipped, Stage


@dataclass
class UndoReport:
    """What undoing a clean-up did.

    Attributes:
        restored: the files that are as they were before.
        failed: the files that are not, and why.
    """

    restored: list[Path] = field(default_factory=list)
    failed: list[Skipped] = field(default_factory=list)


def is_interrupted(folder: Path) -> bool:
    """Whether there is a clean-up that did not come to its end."""
    return any(not record.finished for record in read_journals(folder))


def end_interrupted(catalog: Catalog, folder: Path) -> list[str]:
    """End the clean-ups that a kill interrupted: what was begun is finished, what was not begun is left.

    Returns:
        A line for the user for each of them.
    """
    lines = []
    for record in read_journals(folder):
        if record.finished:
            continue
        with closing(CleanUpJournal(record.path)) as journal:
            for unit in record.units:
                if unit.open:
                    _end_unit(unit, journal, Steps(folder / BACKUPS))
                # The kill may have come between the last step and the catalog.
                record_unit(catalog, unit)
            journal.end()
        removed = sum(bool(unit.done) for unit in record.units)
        told = Phrase(
            "A clean-up of {time} was interrupted after {count} of {total} duplicates. "
            "Apply its plan again to go on, or undo it.",
            time=record.started[:16].replace("T", " "),
            count=removed,
            total=record.total,
        )
        lines.append(str(told))
    return lines


def _end_unit(unit: Unit, journal: CleanUpJournal, steps: Steps) -> None:
    """Finish a unit of which something was done; one of which nothing was done is given up."""
    for at, step in enumerate(unit.steps):
        if at in unit.done:
            continue
        done, place = steps.was_done(unit, step)
        if not done:
            # The photo itself is not touched without being checked anew: only what goes along with it follows.
            if not any(unit.steps[other].action is not Action.WRITE for other in unit.done):
                journal.cancel(unit)
                return
            try:
                place = steps.do(unit, step)
            except LookalikeError:
                journal.cancel(unit)
                return
        journal.end_step(unit, at, place)


def last_to_undo(folder: Path) -> CleanUpRecord | None:
    """The last clean-up that changed something and was not undone."""
    for record in reversed(read_journals(folder)):
        if not record.undone and any(unit.done.keys() - unit.undone for unit in record.units):
            return record
    return None


def undo(catalog: Catalog, folder: Path, record: CleanUpRecord) -> Generator[Progress, None, UndoReport]:
    """Undo a clean-up, the last step first; may be closed at any yield, and a later call goes on.

    Raises:
        LookalikeError: the journal or the catalog cannot be written.
    """
    report, steps = UndoReport(), Steps(folder / BACKUPS)
    meter = ProgressMeter(Stage.RESTORING, total=len(record.units))
    yield meter.snapshot()
    with closing(CleanUpJournal(record.path)) as journal:
        for unit in reversed(record.units):
            for at in sorted(unit.done.keys() - unit.undone, reverse=True):
                step = unit.steps[at]
                path = Path(os.fsdecode(step.path))
                try:
                    steps.undo(unit, step, unit.done[at])
                except LookalikeError as error:
                    if isinstance(error, GoneFromTrashError):
                        # No later attempt will find it, and none is to be kept from what was done before.
                        journal.undo_step(unit, at)
                    report.failed.append(Skipped(str(path), str(error)))
                    meter.note(str(path), str(error))
                    continue
                journal.undo_step(unit, at)
                report.restored.append(path)
            record_unit(catalog, unit)
            meter.advance()
            yield meter.snapshot()
        if not any(unit.done.keys() - unit.undone for unit in record.units):
            journal.end_undo()
    yield meter.end()
    return report
