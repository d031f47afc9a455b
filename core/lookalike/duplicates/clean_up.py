"""Clean-up: removes duplicates by a plan, with every check made anew, a journal, and the catalog following at once."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.file_stat import stamp_of
from lookalike.duplicates.catalog_updates import record_unit
from lookalike.duplicates.checks import CheckedFile, Checker, RefusedError, hash_of
from lookalike.duplicates.journal import Action, CleanUpJournal, Step, Unit
from lookalike.duplicates.plan import CleanUpPlan, PlannedFile, PlannedGroup
from lookalike.duplicates.shot_files import sidecars_going_with
from lookalike.duplicates.sidecar_merge import DescribedFile, merged_sidecar
from lookalike.duplicates.steps import Steps
from lookalike.errors import LookalikeError, Phrase
from lookalike.progress import Progress, ProgressMeter, Skipped, Stage

BACKUPS = "sidecars"
"""Folder beside the journals: XMP files as they were before they were written."""


@dataclass(frozen=True)
class CleanUpOptions:
    """How duplicates are removed.

    Attributes:
        dry_run: whether everything is checked and nothing changed.
        link: whether exact copies become hard links to what is kept, in the place of going to the trash.
        merge_metadata: whether rating, keywords, title and place of what goes are written into the XMP file of what is
            kept.
    """

    dry_run: bool = False
    link: bool = False
    merge_metadata: bool = False


@dataclass
class CleanUpReport:
    """What a clean-up did, or would do.

    Attributes:
        removed: the files that were moved to the trash, with their raw and XMP files.
        linked: the files that became hard links.
        written: the XMP files that were written.
        bytes: what that frees, once the trash is emptied.
        refused: the files that stay though the plan removes them, and why.
    """

    removed: list[Path] = field(default_factory=list)
    linked: list[Path] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    bytes: int = 0
    refused: list[Skipped] = field(default_factory=list)


class CleanUp:
    """Removes what a plan says.

    Args:
        catalog: the library's catalog.
        checker: checks each file.
        folder: where journals are kept.
        options: how duplicates are removed.
    """

    def __init__(self, catalog: Catalog, checker: Checker, folder: Path, options: CleanUpOptions) -> None:
        self._catalog = catalog
        self._checker = checker
        self._folder = folder
        self._options = options
        self._steps = Steps(folder / BACKUPS)
        self._report = CleanUpReport()
        # What went for an exact copy of it, and where that copy lies; and what stays for photos that were not the same.
        self._replaced: dict[bytes, PlannedFile] = {}
        self._gone: set[bytes] = set()
        self._kept_for_others: set[bytes] = set()
        self._names_gone: dict[tuple[int, int], int] = {}
        self._units = 0

    def run(self, plan: CleanUpPlan) -> Generator[Progress, None, CleanUpReport]:
        """Go through the plan; may be closed at any yield.

        Raises:
            LookalikeError: the journal or the catalog cannot be written.
        """
        total = sum(len(group.remove) for group in plan.groups)
        meter = ProgressMeter(Stage.CLEANING_UP, total=total)
        yield meter.snapshot()
        if self._options.dry_run:
            yield from self._groups(plan, None, meter)
            yield meter.end()
            return self._report
        with closing(CleanUpJournal.begin(self._folder, total)) as journal:
            try:
                yield from self._groups(plan, journal, meter)
            finally:
                # Between two photos nothing is half done: whoever stops here has stopped in good order.
                journal.end()
        yield meter.end()
        return self._report

    def _groups(
        self, plan: CleanUpPlan, journal: CleanUpJournal | None, meter: ProgressMeter
    ) -> Generator[Progress, None, None]:
        for group in plan.groups:
            try:
                kept = self._checker.checked(self._effective_keep(group))
            except RefusedError as error:
                for file in group.remove:
                    reason = Phrase(
                        "{path}, which is to stay, is not as it was: {problem}",
                        path=group.keep.path,
                        problem=error,
                    )
                    self._refuse(file.path, str(reason), meter)
                yield meter.snapshot()
                continue
            for file in group.remove:
                if os.fsencode(file.path) in self._gone:
                    meter.advance()
                    continue
                try:
                    self._remove(file, kept, group, journal)
                    meter.advance()
                except LookalikeError as error:
                    self._refuse(file.path, str(error), meter)
                except OSError as error:
                    self._refuse(file.path, error.strerror or str(error), meter)
                yield meter.snapshot()

    def _refuse(self, path: Path, reason: str, meter: ProgressMeter) -> None:
        self._report.refused.append(Skipped(str(path), reason))
        meter.skip(str(path), reason)

    def _effective_keep(self, group: PlannedGroup) -> PlannedFile:
        """What stays in the place of a group's kept photo: itself, or the exact copy for which it has gone."""
        keep = group.keep
        while (other := self._replaced.get(os.fsencode(keep.path))) is not None:
            keep = other
        if os.fsencode(keep.path) in self._gone:
            raise RefusedError("this plan has removed it")
        return keep

    def _remove(
        self, planned: PlannedFile, kept: CheckedFile, group: PlannedGroup, journal: CleanUpJournal | None
    ) -> None:
        path = os.fsencode(planned.path)
        if path == kept.path:
            raise RefusedError("it is what is kept")
        if path in self._kept_for_others:
            raise RefusedError("this plan keeps it for others that it removes")
        file = self._checker.checked(planned)
        self._checker.demand_removable(file, kept, group.kind)
        exact = file.content_id == kept.content_id
        if self._options.link:
            if not exact:
                raise RefusedError("only an exact copy can become a hard link")
            if file.inode[0] != kept.inode[0]:
                raise RefusedError(
                    "it lies on another drive than what is kept, so no hard link can lead there"
                )
            steps = [file_step(Action.LINK, file)]
        else:
            steps = self._steps_to_remove(file, kept)
        self._checker.demand_unchanged(kept)
        unit = Unit(self._units, kept.path, file.content.hash, tuple(steps))
        if journal is not None:
            do_unit(self._catalog, self._steps, unit, journal)
        self._units += 1
        self._note(unit, file)
        self._gone.update(step.path for step in steps if step.action is Action.TRASH)
        if exact:
            self._replaced[path] = PlannedFile(Path(os.fsdecode(kept.path)))
        else:
            self._kept_for_others.add(kept.path)

    def _steps_to_remove(self, file: CheckedFile, kept: CheckedFile) -> list[Step]:
        """The steps for a photo: its words first, so that they are safe, then itself, and what goes along."""
        raws = self._checker.raw_files(file, kept)
        steps = []
        if self._options.merge_metadata:
            merged = merged_sidecar(self._described(kept), self._described(file))
            if merged is not None:
                sidecar, before, after = merged
                self._demand_unprotected_writing(sidecar)
                if not self._options.dry_run:
                    self._steps.keep_written(before, after)
                old = "" if before is None else hash_of(before)
                steps.append(Step(Action.WRITE, sidecar, -1, 0, (0, 0), hash_of(after), old))
        photos = [file, *raws]
        steps += [file_step(Action.TRASH, photo) for photo in photos]
        sidecars = sidecars_going_with(file.path, {photo.path for photo in photos})
        keeps = {step.path for step in steps if step.action is Action.WRITE}
        steps += [sidecar_step(sidecar) for sidecar in sidecars if sidecar not in keeps]
        return steps

    def _demand_unprotected_writing(self, sidecar: bytes) -> None:
        if os.path.islink(sidecar):  # noqa: PTH114
            raise RefusedError("the XMP file of what is kept is a link, and is not written into")

    def _described(self, file: CheckedFile) -> DescribedFile:
        number, annotations = file.content_id, self._catalog.annotations
        embedded, stars = annotations.embedded([number]), annotations.user_ratings([number])
        return DescribedFile(file.path, file.content, embedded[number], stars[number])

    def _note(self, unit: Unit, file: CheckedFile) -> None:
        for step in unit.steps:
            path = Path(os.fsdecode(step.path))
            if step.action is Action.WRITE:
                self._report.written.append(path)
                continue
            (self._report.linked if step.action is Action.LINK else self._report.removed).append(path)
            size = file.content.bytes if step.path == file.path else step.size
            self._report.bytes += self._freed(step, size, file)

    def _freed(self, step: Step, size: int, file: CheckedFile) -> int:
        """What a step frees: a file's bytes, once the last of its names has gone."""
        gone = self._names_gone[step.inode] = self._names_gone.get(step.inode, 0) + 1
        names = file.status.st_nlink if step.path == file.path else 1
        return size if gone >= names else 0


def do_unit(catalog: Catalog, steps: Steps, unit: Unit, journal: CleanUpJournal) -> None:
    """Do all steps of a unit, with the journal before and after each, and the catalog following.

    Raises:
        LookalikeError: one of them could not be done; those before it are done and can be undone.
    """
    journal.begin_unit(unit)
    try:
        for at, step in enumerate(unit.steps):
            journal.end_step(unit, at, steps.do(unit, step))
    except LookalikeError:
        journal.cancel(unit)
        # What was done of it counts, and a later undo takes it back.
        record_unit(catalog, unit)
        raise
    record_unit(catalog, unit)


def file_step(action: Action, file: CheckedFile) -> Step:
    """The step that does something to a photo or a raw file."""
    size, mtime_ns = stamp_of(file.status)
    return Step(action, file.path, size, mtime_ns, file.inode, file.content.hash)


def sidecar_step(path: bytes) -> Step:
    """The step that moves an XMP file to the trash.

    Raises:
        OSError: it is not there.
    """
    status = os.lstat(path)
    size, mtime_ns = stamp_of(status)
    return Step(Action.TRASH, path, size, mtime_ns, (status.st_dev, status.st_ino))
