"""Search run: the search whose results are shown; a new one ends the last."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from lookalike.catalog.filters import Filters
from lookalike.search.ranking import Ranking
from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.jobs import Job
from lookalike_desktop.search.queries import SearchRequest

if TYPE_CHECKING:
    from lookalike.library import Library


class SearchRun(QObject):
    """The search whose results are on the screen.

    Args:
        parent: the Qt parent.
    """

    ranking = Signal(Ranking)
    """A better ranking."""
    failed = Signal(Failure)
    """Why the search ended early."""
    finished = Signal()
    """The search is over; not emitted for one that was cancelled."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._current: Job | None = None
        self._ending: list[Job] = []

    @property
    def running(self) -> bool:
        """Whether the search is still under way."""
        return self._current is not None

    def start(self, library: Library, request: SearchRequest, filters: Filters) -> None:
        """Search; the search before is cancelled and emits nothing any more."""
        self.cancel()

        def make(cancelled: Callable[[], bool]) -> Generator[Ranking, None, None]:
            # Imported here since the window can be shown before the judges' modules are.
            from lookalike.judges.registry import NO_JUDGE

            settings = replace(library.search.settings, filters=filters)
            judge = None if request.judged else NO_JUDGE
            return library.search.rankings(request.make(), settings, judge, cancelled)

        job = Job(make, "search", self)
        job.progressed.connect(lambda value: self._on_ranking(job, value))
        job.failed.connect(lambda failure: self._on_failed(job, failure))
        job.finished.connect(lambda: self._on_finished(job))
        self._current = job
        job.start()

    def cancel(self) -> None:
        """End the search; the results so far stand."""
        job, self._current = self._current, None
        if job is not None:
            job.cancel()
            self._ending.append(job)

    def close(self) -> None:
        """Cancel, and wait for every thread."""
        self.cancel()
        for job in self._ending:
            job.wait()

    def _on_ranking(self, job: Job, ranking: Ranking) -> None:
        if job is self._current:
            self.ranking.emit(ranking)

    def _on_failed(self, job: Job, failure: Failure) -> None:
        if job is self._current:
            self.failed.emit(failure)

    def _on_finished(self, job: Job) -> None:
        if job is self._current:
            self._current = None
            self.finished.emit()
        else:
            self._ending.remove(job)
        job.deleteLater()
