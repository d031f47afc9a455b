"""Photo trash: moves photos that the user chose to the system's trash, with a journal from which they come back.

Unlike a clean-up of duplicates, nothing stays in their place: all files of a photo go, wherever copies of it lie, and
with each its raw file and its XMP files. So it is only done where the user has been told how many files that are
(`TrashPreview`). What is done to each file is the same as in a clean-up: it is read once more, the journal stands on
the disk before, and the catalog follows at once.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from lookalike.catalog.catalog import Catalog
from lookalike.duplicates.checks import CheckedFile, Checker
from lookalike.duplicates.clean_up import BACKUPS, do_unit, file_step, sidecar_step
from lookalike.duplicates.journal import Action, CleanUpJournal, Step, Unit
from lookalike.duplicates.plan import PlannedFile
from lookalike.duplicates.shot_files import sidecars_going_with
from lookalike.duplicates.steps import Steps
from lookalike.errors import LookalikeError
from lookalike.progress import Progress, ProgressMeter, Skipped, Stage


@dataclass(frozen=True)
class TrashPreview:
    """What moving some photos to the trash would mean; nothing is read for it but the catalog.

    Attributes:
        photos: how many photos go.
        files: how many files that are, copies and raw files among them, XMP files not.
        bytes: what they take.
        away: how many of their files lie on drives that are away, and stay.
    """

    photos: int
    files: int
    bytes: int
    away: int


@dataclass
class TrashReport:
    """What moving photos to the trash did.

    Attributes:
        journal: by which it can be undone.
        photos: how many photos no longer lie in any folder.
        removed: the files in the trash, with raw and XMP files.
        refused: the files that stay, and why.
    """

    journal: Path
    photos: int = 0
    removed: list[Path] = field(default_factory=list)
    refused: list[Skipped] = field(default_factory=list)


class PhotoTrash:
    """Moves photos to the trash.

    Args:
        catalog: the library's catalog.
        checker: checks each file just before it goes.
        folder: where journals are kept.
    """

    def __init__(self, catalog: Catalog, checker: Checker, folder: Path) -> None:
        self._catalog = catalog
        self._checker = checker
        self._folder = folder
        self._steps = Steps(folder / BACKUPS)

    def preview(self, content_ids: Sequence[int]) -> TrashPreview:
        """What moving some photos to the trash would mean."""
        companions = self._catalog.contents.companions(content_ids)
        everything = [*content_ids, *(number for numbers in companions.values() for number in numbers)]
        sizes = self._catalog.contents.get(everything)
        files = total = away = 0
        for number, places in self._catalog.files.places(everything).items():
            there = sum(place.online for place in places)
            away += len(places) - there
            files += there
            total += there * sizes[number].bytes
        return TrashPreview(len(content_ids), files, total, away)

    def run(self, content_ids: Sequence[int]) -> Generator[Progress, None, TrashReport]:
        """Move the photos to the trash, one after the other; may be closed at any yield.

        Raises:
            LookalikeError: the journal or the catalog cannot be written.
        """
        meter = ProgressMeter(Stage.CLEANING_UP, total=len(content_ids))
        with closing(CleanUpJournal.begin(self._folder, len(content_ids))) as journal:
            report = TrashReport(journal.path)
            units = 0
            yield meter.snapshot()
            try:
                for content_id in content_ids:
                    for path in self._catalog.files.paths([content_id])[content_id]:
                        try:
                            unit = self._unit(path, units)
                            units += 1
                            do_unit(self._catalog, self._steps, unit, journal)
                        except (LookalikeError, OSError) as error:
                            reason = getattr(error, "strerror", None) or str(error)
                            report.refused.append(Skipped(str(path), reason))
                            meter.note(str(path), reason)
                        else:
                            report.removed += [Path(os.fsdecode(step.path)) for step in unit.steps]
                    report.photos += not self._catalog.files.paths([content_id])[content_id]
                    meter.advance()
                    yield meter.snapshot()
            finally:
                # Between two photos nothing is half done: whoever stops here has stopped in good order.
                journal.end()
        yield meter.end()
        return report

    def _unit(self, path: Path, number: int) -> Unit:
        file = self._checker.checked(PlannedFile(path))
        self._checker.demand_unprotected(file)
        photos: list[CheckedFile] = [file, *self._checker.raws_beside(file)]
        steps: list[Step] = [file_step(Action.TRASH, photo) for photo in photos]
        steps += map(sidecar_step, sidecars_going_with(file.path, {photo.path for photo in photos}))
        return Unit(number, b"", file.content.hash, tuple(steps))
