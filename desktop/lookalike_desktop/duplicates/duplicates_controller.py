"""Duplicates controller: reads the groups, remembers decisions, and cleans up off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QMessageBox, QWidget

from lookalike.progress import Stage
from lookalike_desktop.duplicates.duplicates_page import DuplicatesPage
from lookalike_desktop.duplicates.review import plan_of
from lookalike_desktop.qt.formatting import format_count, format_size
from lookalike_desktop.qt.jobs import Job
from lookalike_desktop.qt.stored_text import translate_stored
from lookalike_desktop.qt.undo import UndoStack
from lookalike_desktop.session.activity import Activity
from lookalike_desktop.session.library_session import LibrarySession

if TYPE_CHECKING:
    from lookalike.catalog.duplicate_decisions import Decision
    from lookalike.duplicates.clean_up import CleanUpOptions, CleanUpReport
    from lookalike.duplicates.groups import DuplicateGroup
    from lookalike.duplicates.keep_rules import KeepRule
    from lookalike.duplicates.plan import CleanUpPlan
    from lookalike.duplicates.recovery import UndoReport
    from lookalike.library import Library

TOLD = 8
"""Photos that stay are named in the question up to this many."""


class DuplicatesController(QObject):
    """Connects the page with the core. One clean-up runs at a time.

    Args:
        session: the open library.
        page: the groups.
        undo_stack: remembers decisions and clean-ups.
        window: the parent of dialogs.
    """

    reported = Signal(str)
    """What came of it, one line for the user. Failures are emitted by the session."""

    def __init__(
        self, session: LibrarySession, page: DuplicatesPage, undo_stack: UndoStack, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session = session
        self._page = page
        self._undo_stack = undo_stack
        self._window = window
        self._job: Job | None = None
        self._reading = False
        self._stale = False
        page.clean_up_wanted.connect(self.ask_clean_up)
        page.undo_wanted.connect(self.undo_last)
        page.rules_wanted.connect(self.ask_what_to_keep)
        page.cancel_wanted.connect(self.cancel)
        page.distinct_wanted.connect(self.decide_distinct)
        page.keep_all_wanted.connect(self.decide_to_keep_all)
        session.opened.connect(self._end_interrupted)
        session.photos_changed.connect(lambda _: self._on_photos_changed())
        session.activity.connect(self._on_activity)

    @property
    def busy(self) -> bool:
        """Whether a clean-up is checked, done or undone."""
        return self._job is not None

    def read(self) -> None:
        """Read the groups, and show them."""
        library = self._session.library
        if library is None:
            return
        if self._reading:
            self._stale = True
            return
        self._reading, self._stale = True, False

        def work() -> tuple[list[DuplicateGroup], bool]:
            return library.duplicates.groups(), library.duplicates.can_undo()

        def show(found: tuple[list[DuplicateGroup], bool]) -> None:
            self._reading = False
            self._page.show_groups(library, found[0])
            self._page.show_undo(found[1])
            if self._stale:
                self.read()

        def failed(failure: object) -> None:
            self._reading = False
            self._session.failed.emit(failure)

        self._session.tasks.run(work, show, failed)

    def _on_activity(self, activity: Activity) -> None:
        if activity.progress.stage is Stage.COMPARING and activity.progress.ended:
            self._on_photos_changed()

    def _on_photos_changed(self) -> None:
        if self._page.isVisible() and not self.busy:
            self.read()

    def _end_interrupted(self) -> None:
        library = self._session.library
        if library is None:
            return

        def tell(lines: list[str]) -> None:
            for line in lines:
                self.reported.emit(translate_stored(line))

        self._session.tasks.run(library.duplicates.end_interrupted, tell)

    def decide_distinct(self, group: DuplicateGroup) -> None:
        """Remember that the photos of a group are no duplicates; it disappears from the list."""
        # Imported here since the window can be shown before the catalog's modules are; likewise below.
        from lookalike.catalog.duplicate_decisions import Decision

        self._decide(group.hashes, Decision.NOT_DUPLICATES)

    def decide_to_keep_all(self, group: DuplicateGroup) -> None:
        """Remember that all photos of a group are kept; it disappears from the list."""
        from lookalike.catalog.duplicate_decisions import Decision

        self._decide(group.hashes, Decision.KEEP_BOTH)

    def _decide(self, hashes: Sequence[str], decision: Decision) -> None:
        library = self._session.library
        if library is None:
            return

        def decide(then: Callable[[None], None]) -> None:
            self._session.tasks.run(lambda: library.duplicates.decide(hashes, decision), then)

        def forget() -> None:
            self._session.tasks.run(lambda: library.duplicates.forget_decision(hashes), lambda _: self.read())

        def decided(_: None) -> None:
            self.read()
            text = self.tr("the decision on duplicates")
            self._undo_stack.record(text, forget, lambda: decide(lambda _: self.read()))

        decide(decided)

    # What is kept

    def ask_what_to_keep(self) -> None:
        """Show the rules for keeping and the protected folders, and change them as the user wants."""
        library = self._session.library
        if library is None:
            return

        def work() -> tuple[Sequence[KeepRule], list[Path]]:
            return library.duplicates.rules, library.duplicates.protected_folders()

        self._session.tasks.run(work, lambda known: self._show_what_to_keep(*known))

    def _show_what_to_keep(self, rules: Sequence[KeepRule], folders: list[Path]) -> None:
        from lookalike_desktop.duplicates.keeping_dialog import KeepingDialog

        dialog = KeepingDialog(rules, folders, self._window)
        dialog.accepted.connect(lambda: self.keep_by(dialog.rule_list.rules, dialog.folder_list.folders))
        dialog.open()

    def keep_by(self, rules: Sequence[KeepRule], folders: Sequence[Path]) -> None:
        """Have these rules decide, protect these folders and no others, and show what follows from it."""
        library = self._session.library
        if library is None:
            return

        def work() -> None:
            library.duplicates.set_rules(rules)
            library.duplicates.protect_only(folders)

        self._session.tasks.run(work, lambda _: self.read())

    # Cleaning up

    def ask_clean_up(self) -> None:
        """Check what the accepted groups ask for, say what would be done, and do it if the user wants that."""
        from lookalike.duplicates.clean_up import CleanUpOptions

        plan = plan_of(self._page.reviews)
        if plan.groups:
            self._begin(
                lambda library: library.duplicates.clean_up(plan, CleanUpOptions(dry_run=True)),
                lambda report: self._ask(plan, report),
            )

    def _ask(self, plan: CleanUpPlan, report: CleanUpReport) -> None:
        from lookalike.duplicates.clean_up import CleanUpOptions

        question = self.tr("Move {0} files to the trash?").format(format_count(len(report.removed)))
        box = QMessageBox(QMessageBox.Icon.NoIcon, question, question, parent=self._window)
        words = self.tr("Emptying the trash then frees {0}. Until then, they can be put back.").format(
            format_size(report.bytes)
        )
        box.setInformativeText("\n\n".join([words, *self._refused_text(report)]))
        merge = QCheckBox(
            self.tr("Keep their stars, keywords and place, in the XMP file of the photo that stays")
        )
        box.setCheckBox(merge)
        button = box.addButton(self.tr("Move to the trash"), QMessageBox.ButtonRole.AcceptRole)
        button.setEnabled(bool(report.removed))
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(button if report.removed else cancel)
        box.setEscapeButton(cancel)

        def answered(_: int) -> None:
            if box.clickedButton() is button:
                self.clean_up(plan, CleanUpOptions(merge_metadata=merge.isChecked()))

        box.finished.connect(answered)
        box.finished.connect(box.deleteLater)
        box.open()

    def _refused_text(self, report: CleanUpReport) -> list[str]:
        if not report.refused:
            return []
        lines = [f"{line.path}: {translate_stored(line.reason)}" for line in report.refused[:TOLD]]
        if len(report.refused) > TOLD:
            lines.append(self.tr("and {0} more").format(format_count(len(report.refused) - TOLD)))
        return [self.tr("These stay:") + "\n" + "\n".join(lines)]

    def clean_up(self, plan: CleanUpPlan, options: CleanUpOptions) -> None:
        """Carry out a plan."""

        def cleaned(report: CleanUpReport) -> None:
            self._tell_cleaned(report)
            if report.removed:
                again = partial(self._clean_up, plan, options, self._tell_cleaned)
                self._undo_stack.record(self.tr("the clean-up"), self.undo, again)

        self._clean_up(plan, options, cleaned)

    def _clean_up(
        self, plan: CleanUpPlan, options: CleanUpOptions, then: Callable[[CleanUpReport], None]
    ) -> None:
        self._begin(lambda library: library.duplicates.clean_up(plan, options), then)

    def undo_last(self) -> None:
        """Undo the last clean-up, be it one of an earlier day."""
        if self._undo_stack.undoText() == self.tr("the clean-up"):
            self._undo_stack.undo()
        else:
            self.undo()

    def undo(self) -> None:
        """Undo the last clean-up."""
        self._begin(lambda library: library.duplicates.undo(), self._tell_undone)

    def cancel(self) -> None:
        """End what is running after the photo that it is at."""
        if self._job is not None:
            self._job.cancel()

    def _begin(
        self, make: Callable[[Library], Generator[Any, None, Any]], then: Callable[[Any], None]
    ) -> None:
        library = self._session.library
        if library is None or self._job is not None:
            return
        self._job = Job(lambda _: make(library), "duplicates", self)
        self._job.progressed.connect(self._page.show_progress)
        self._job.succeeded.connect(then)
        self._job.failed.connect(self._session.failed)
        self._job.finished.connect(self._on_finished)
        self._page.show_busy(True)
        self._job.start()

    def _on_finished(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self._page.show_busy(False)
        self.read()

    def _tell_cleaned(self, report: CleanUpReport) -> None:
        text = self.tr("{0} files are in the trash; emptying it frees {1}.").format(
            format_count(len(report.removed)), format_size(report.bytes)
        )
        self.reported.emit("  ".join([text, *self._refused_text(report)]))

    def _tell_undone(self, report: UndoReport) -> None:
        text = self.tr("{0} files are as before.").format(format_count(len(report.restored)))
        reasons = [translate_stored(line.reason) for line in report.failed[:TOLD]]
        self.reported.emit("  ".join([text, *reasons]))

    def close(self) -> None:
        """End the running job and wait for it."""
        if self._job is not None:
            self._job.cancel()
            self._job.wait()
        self._page.compare.close_loaders()
