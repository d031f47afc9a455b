"""Trash controller: moves photos to the system's trash after one question, and puts them back."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from lookalike_desktop.navigator import Navigator
from lookalike_desktop.qt.formatting import format_count
from lookalike_desktop.qt.jobs import Job
from lookalike_desktop.qt.stored_text import translate_stored
from lookalike_desktop.qt.undo import UndoStack
from lookalike_desktop.session.library_session import LibrarySession

if TYPE_CHECKING:
    from pathlib import Path

    from lookalike.duplicates.photo_trash import TrashPreview, TrashReport
    from lookalike.duplicates.recovery import UndoReport
    from lookalike.library import Library
    from lookalike.progress import Progress, Skipped

TOLD = 5
"""Files that stay are named up to this many."""

MANY = 20
"""From so many photos on, the user is told how far it is."""


class TrashController(QObject):
    """One move at a time.

    Args:
        session: the open library.
        navigator: knows which photos are meant, and shows others once they are gone.
        undo_stack: remembers what was moved.
        window: the parent of the question.
    """

    reported = Signal(str)
    """What came of it, one line for the user. Failures are emitted by the session."""
    moved = Signal(str)
    """The same after a move that can be taken back."""
    gone = Signal(list)
    """The content ids (int) of photos that are in the trash now."""

    def __init__(
        self, session: LibrarySession, navigator: Navigator, undo_stack: UndoStack, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session = session
        self._navigator = navigator
        self._undo_stack = undo_stack
        self._window = window
        self._job: Job | None = None
        session.opened.connect(self._end_interrupted)

    @property
    def busy(self) -> bool:
        """Whether photos are being moved."""
        return self._job is not None

    def _end_interrupted(self) -> None:
        library = self._session.library
        if library is not None:
            self._session.tasks.run(library.trash.end_interrupted)

    def ask(self) -> None:
        """Say how many files it is about, and move the photos to the trash if the user wants that."""
        library, ids = self._session.library, self._navigator.current_photos
        if library is not None and ids and not self.busy:
            self._session.tasks.run(lambda: library.trash.preview(ids), lambda found: self._ask(ids, found))

    def _ask(self, ids: Sequence[int], preview: TrashPreview) -> None:
        if preview.photos == 1:
            question = self.tr("Move this photo to the trash?")
        else:
            question = self.tr("Move {0} photos to the trash?").format(format_count(preview.photos))
        box = QMessageBox(QMessageBox.Icon.NoIcon, question, question, parent=self._window)
        box.setInformativeText(" ".join(self._consequences(preview)))
        button = box.addButton(self.tr("Move to the trash"), QMessageBox.ButtonRole.AcceptRole)
        button.setEnabled(preview.files > 0)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(button if preview.files else cancel)
        box.setEscapeButton(cancel)
        box.finished.connect(lambda _: self.move(ids) if box.clickedButton() is button else None)
        box.finished.connect(box.deleteLater)
        box.open()

    def _consequences(self, preview: TrashPreview) -> list[str]:
        lines = []
        if preview.files > preview.photos:
            words = self.tr("With all copies and raw files, these are {0} files.")
            lines.append(words.format(format_count(preview.files)))
        if preview.away:
            words = self.tr("{0} files lie on drives that are away, and stay.")
            lines.append(words.format(format_count(preview.away)))
        library = self._session.library
        if library is not None and library.trash.can_restore:
            lines.append(self.tr("Undo puts them back."))
        else:
            lines.append(self.tr("The window of the system's trash puts them back."))
        return lines

    def move(self, ids: Sequence[int], journals: list[Path] | None = None) -> None:
        """Move photos to the trash, without a question.

        Args:
            ids: their content ids.
            journals: where this is done again: the journals of the moves before, which gets that of this one.
        """
        self._begin(
            lambda library: library.trash.move(ids),
            lambda report: self._on_moved(list(ids), journals, report),
        )

    def _on_moved(self, ids: list[int], journals: list[Path] | None, report: TrashReport) -> None:
        library = self._session.library
        if report.photos == 1:
            text = self.tr("One photo is in the trash.")
        else:
            text = self.tr("{0} photos are in the trash.").format(format_count(report.photos))
        text = "  ".join([text, *self._stay(report.refused)])
        if report.removed:
            self._navigator.step_over(ids)
            self.gone.emit(ids)
        if report.removed and library is not None and library.trash.can_restore:
            self._record(ids, journals, report.journal)
            self.moved.emit(text)
        else:
            self.reported.emit(text)
        self._session.read_photos()

    def _record(self, ids: list[int], journals: list[Path] | None, journal: Path) -> None:
        if journals is not None:
            journals.append(journal)
            return
        moves = [journal]
        self._undo_stack.record(
            self.tr("moving to the trash"), lambda: self.restore(moves[-1]), lambda: self.move(ids, moves)
        )

    def restore(self, journal: Path) -> None:
        """Put back what one move removed."""

        def tell(report: UndoReport) -> None:
            count = len(report.restored)
            words = self.tr("One file was put back.") if count == 1 else self.tr("{0} files were put back.")
            self.reported.emit("  ".join([words.format(format_count(count)), *self._stay(report.failed)]))
            self._session.read_photos()

        self._begin(lambda library: library.trash.restore(journal), tell)

    def _stay(self, refused: Sequence[Skipped]) -> list[str]:
        lines = [
            f"{line.path}: {translate_stored(line.reason).removesuffix('.')}." for line in refused[:TOLD]
        ]
        if len(refused) > TOLD:
            lines.append(self.tr("and {0} more").format(format_count(len(refused) - TOLD)))
        return lines

    def _begin(
        self, make: Callable[[Library], Generator[Any, None, Any]], then: Callable[[Any], None]
    ) -> None:
        library = self._session.library
        if library is None:
            return
        if self._job is not None:
            self.reported.emit(self.tr("Photos are being moved. Try again when that has ended."))
            return
        self._job = Job(lambda _: make(library), "trash", self)
        self._job.progressed.connect(self._tell_progress)
        self._job.succeeded.connect(then)
        self._job.failed.connect(self._session.failed)
        self._job.finished.connect(self._on_finished)
        self._job.start()

    def _tell_progress(self, progress: Progress) -> None:
        if progress.total is not None and progress.total >= MANY and not progress.ended:
            words = self.tr("Moving {0} of {1} photos…")
            self.reported.emit(words.format(format_count(progress.done), format_count(progress.total)))

    def _on_finished(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None

    def close(self) -> None:
        """Stop after the photo that is being moved, and wait for it."""
        if self._job is not None:
            self._job.cancel()
            self._job.wait()
