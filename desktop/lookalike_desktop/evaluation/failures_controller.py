"""Failures controller: opens a saved evaluation, and has its worst queries shown."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from lookalike_desktop.evaluation.failures_page import FailuresPage
from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.jobs import Job
from lookalike_desktop.session.library_session import LibrarySession

if TYPE_CHECKING:
    from lookalike.evaluation.failures import FailureReport, ShownPhoto
    from lookalike.progress import Progress

EXPLAINING = "geometry"
"""The judge that explains: it draws matching points, and needs no model."""


class FailuresController(QObject):
    """What can be done with saved evaluations.

    Args:
        session: the open library, which lends its judge.
        page: the page.
        window: the parent.
    """

    opened = Signal()
    """A run is being read; the page is to be shown."""
    failed = Signal(Failure)

    def __init__(self, session: LibrarySession, page: FailuresPage, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._page = page
        self._window = window
        self._jobs: list[Job] = []
        page.open_wanted.connect(self.choose)

    def choose(self) -> None:
        """Ask for a saved run, and show it."""
        chosen, _ = QFileDialog.getOpenFileName(
            self._window, self.tr("Open a saved evaluation"), "", self.tr("Saved runs (*.jsonl)")
        )
        if chosen:
            self.open(Path(chosen))

    def open(self, run: Path) -> None:
        """Show the worst queries of a saved run, in place of another that is being read."""
        for old in self._jobs:
            old.cancel()
        self._page.show_status(self.tr("Reading {0}…").format(run.name))
        self.opened.emit()
        job = Job(lambda cancelled: self._work(run), "failures", self)
        self._jobs.append(job)
        job.progressed.connect(lambda progress: self._on_progress(job, progress))
        job.succeeded.connect(lambda found: self._on_found(job, found))
        job.failed.connect(self._on_failed)
        job.finished.connect(lambda: self._forget(job))
        job.start()

    def _work(self, run: Path) -> Generator[Progress, None, tuple[FailureReport, dict[ShownPhoto, QImage]]]:
        # What evaluates is imported when it is needed, in the job's thread: the window starts sooner.
        from lookalike.evaluation.failures import failure_report
        from lookalike_desktop.evaluation.pictures import pictures_of

        library = self._session.library
        judge = None if library is None else library.judges.get(EXPLAINING)
        report = yield from failure_report(run, judge)
        return report, pictures_of(report)

    def _on_progress(self, job: Job, progress: Progress) -> None:
        if job is self._jobs[-1]:
            words = self.tr("Looking at query {0} of {1}")
            self._page.show_status(words.format(progress.done, progress.total))

    def _on_found(self, job: Job, found: tuple[FailureReport, dict[ShownPhoto, QImage]]) -> None:
        # One that was cancelled may have ended just before.
        if job is self._jobs[-1]:
            self._page.show_report(*found)

    def _on_failed(self, failure: Failure) -> None:
        self._page.show_status(failure.message)
        self.failed.emit(failure)

    def _forget(self, job: Job) -> None:
        self._jobs.remove(job)
        job.deleteLater()

    def close(self) -> None:
        """End the reading, if any."""
        for job in self._jobs:
            job.cancel()
            job.wait()
