"""An open library as the window sees it: opened, scanned and followed off the GUI thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from lookalike.catalog.filters import Filters
from lookalike_desktop.qt.jobs import Job, Tasks

if TYPE_CHECKING:
    from lookalike.catalog.folders import Folder
    from lookalike.library import Library
    from lookalike.progress import Progress, Skipped

REFRESH_MS = 1500
"""The list of photos is read again at most this often while it grows, milliseconds."""


@dataclass(frozen=True)
class Activity:
    """What the library's standing job is doing.

    Attributes:
        folder: id of the folder it is about; None for all.
        progress: the core's own words.
        changes: counts up with everything that may have changed the library.
        skipped: everything passed over since the job began.
    """

    folder: int | None
    progress: Progress
    changes: int
    skipped: tuple[Skipped, ...]


class LibrarySession(QObject):
    """One library, opened in the background, kept in line with its folders until closed.

    Args:
        folder: where the library lies; None for the default one.
        parent: the Qt parent.
    """

    opened = Signal()
    failed = Signal(str)
    """One line for the user: the library cannot be opened, or a call failed."""
    folders_changed = Signal(list)
    photos_changed = Signal(list)
    activity = Signal(object)
    paused_changed = Signal(bool)

    def __init__(self, folder: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._library: Library | None = None
        self.tasks = Tasks(1, "library", self)
        self._job: Job | None = None
        self.filters = Filters()
        self._stopping: list[Callable[[], None]] = []
        self._closed = False
        self._changes = 0
        self._trouble = ""
        self._reading = False
        self._stale = False
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self._read_photos)

    @property
    def library(self) -> Library | None:
        """The library, once it is open."""
        return self._library

    @property
    def paused(self) -> bool:
        """Whether the standing job rests."""
        return self._job is not None and self._job.paused

    def open(self, folders: Sequence[Path] = ()) -> None:
        """Open the library in the background, add folders, and begin to follow them."""

        def work() -> tuple[Library, list[str]]:
            from lookalike.errors import LookalikeError
            from lookalike.library import Library

            library = Library(self._folder)
            # Known to the session at once, so that closing finds it even if nobody hears of the opening.
            self._library = library
            troubles = []
            for path in folders:
                try:
                    library.folders.add(path)
                except LookalikeError as error:
                    troubles.append(str(error))
            return library, troubles

        self.tasks.run(work, self._on_opened, self.failed.emit)

    def _on_opened(self, outcome: tuple[Library, list[str]]) -> None:
        self.opened.emit()
        for line in outcome[1]:
            self.failed.emit(line)
        self._read_photos()
        self._read_folders()
        self.follow()

    # Folders

    def add_folder(self, path: Path) -> None:
        """Add a folder and look into it first."""
        library = self._library
        if library is not None:

            def add() -> None:
                library.folders.prioritise([library.folders.add(path).path])

            self._between_jobs(add)

    def remove_folder(self, folder: Folder) -> None:
        """Stop watching a folder."""
        library = self._library
        if library is not None:
            self._between_jobs(lambda: library.folders.remove(folder))

    def pause_folder(self, folder: Folder, paused: bool) -> None:
        """Have one folder left alone, or watched again; the standing job takes it in by itself."""
        library = self._library
        if library is not None:
            self.tasks.run(
                lambda: library.folders.pause(folder, paused),
                lambda _: self._read_folders(),
                self.failed.emit,
            )

    def prefer(self, paths: Sequence[Path]) -> None:
        """Have what the user looks at described first."""
        if self._library is not None:
            self._library.folders.prioritise(paths)

    def _between_jobs(self, work: Callable[[], None]) -> None:
        """Change the folders while no job holds on to the old ones, then begin again."""

        def change() -> None:
            self.tasks.run(work, lambda _: self._changed(), self._change_failed)

        if self._job is None:
            change()
        else:
            self._stopping.append(change)
            self._job.cancel()

    def _changed(self) -> None:
        self._read_folders()
        self._read_photos()
        self.follow()

    def _change_failed(self, line: str) -> None:
        self.failed.emit(line)
        self.follow()

    # The standing job

    def follow(self) -> None:
        """Scan all folders, then apply changes as they happen."""
        if self._closed or self._job is not None or self._library is None:
            return
        library = self._library
        self._job = Job(lambda cancelled: _read_state(library, cancelled), "follow", self)
        self._job.progressed.connect(self._on_activity)
        self._job.failed.connect(self.failed)
        self._job.finished.connect(self._on_job_finished)
        self._job.start()
        self.paused_changed.emit(False)

    def pause(self, paused: bool) -> None:
        """Have the standing job rest, or go on."""
        if self._job is None:
            # It ended with an error: going on means beginning again.
            if not paused:
                self.follow()
        elif paused:
            self._job.pause()
            self.paused_changed.emit(True)
        else:
            self._job.resume()
            self.paused_changed.emit(False)

    def _on_job_finished(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        waiting, self._stopping = self._stopping, []
        if not waiting and not self._closed:
            self.paused_changed.emit(True)
        for change in waiting:
            change()

    def _on_activity(self, activity: Activity) -> None:
        if activity.changes != self._changes:
            self._changes = activity.changes
            self._stale = True
            if not self._refresh.isActive():
                self._refresh.start()
        if activity.progress.stage == "waiting":
            trouble = activity.progress.skipped[-1].reason
            if trouble != self._trouble:
                self.failed.emit(trouble)
            self._trouble = trouble
        elif activity.progress.stage == "watching":
            # What it looks at between two attempts does not mean that the trouble has passed.
            self._trouble = ""
        self.activity.emit(activity)

    # Reading

    def filter(self, filters: Filters) -> None:
        """Show only the photos that meet these from now on."""
        self.filters = filters
        self._read_photos()

    def _read_folders(self) -> None:
        if self._library is not None:
            self.tasks.run(self._library.folders.all, self.folders_changed.emit, self.failed.emit)

    def _read_photos(self) -> None:
        if self._library is None or self._reading:
            return
        self._reading, self._stale = True, False
        started = time.monotonic()

        def done(ids: list[int]) -> None:
            self._reading = False
            # A huge list is read less often, so that reading never takes more than a tenth of the time.
            self._refresh.setInterval(max(REFRESH_MS, int((time.monotonic() - started) * 10_000)))
            if self.filters != filters:
                # Chosen by the user meanwhile, who is not to wait for the next refresh.
                self._read_photos()
                return
            if self._stale:
                self._refresh.start()
            self.photos_changed.emit(ids)

        def failed(line: str) -> None:
            self._reading = False
            if self.filters != filters:
                self._read_photos()
            self.failed.emit(line)

        library, filters = self._library, self.filters
        self.tasks.run(lambda: library.photos.ids(filters), done, failed)
        self._read_folders()

    # The end

    def close(self) -> None:
        """Stop the job, wait for every thread, and close the library."""
        self._closed = True
        self._refresh.stop()
        self._stopping.clear()
        if self._job is not None:
            self._job.cancel()
            self._job.wait()
        self.tasks.close()
        library, self._library = self._library, None
        if library is not None:
            library.close()


def _read_state(library: Library, cancelled: Callable[[], bool]) -> Iterator[Activity]:
    """Follow the folders, counting what may have changed the library."""
    changes = 0
    skipped: dict[tuple[str, str], Skipped] = {}
    for progress in library.follow(cancelled):
        if progress.stage == "waiting":
            yield Activity(None, progress, changes, tuple(skipped.values()))
            continue
        changes += progress.stage != "watching"
        skipped.update({(line.path, line.reason): line for line in progress.skipped})
        yield Activity(progress.folder, replace(progress, skipped=()), changes, tuple(skipped.values()))
