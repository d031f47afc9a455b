"""Library session: an open library as the window sees it, opened and followed off the GUI thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, QTimer, Signal

from lookalike.catalog.filters import Filters
from lookalike.progress import Stage
from lookalike_desktop.qt.failures import Failure, report_failure
from lookalike_desktop.qt.jobs import Job, Tasks
from lookalike_desktop.qt.stored_text import translate_stored
from lookalike_desktop.session.activity import Activity, follow_folders

if TYPE_CHECKING:
    from lookalike.catalog.folders import Folder
    from lookalike.catalog.photo_columns import PhotoColumns
    from lookalike.library import Library
    from lookalike.watching.follow_timing import FollowTiming

REFRESH_MS = 1500
"""The list of photos is read again at most this often while it grows, milliseconds."""


class LibrarySession(QObject):
    """One library, opened in the background, kept in line with its folders until closed.

    Args:
        folder: where the library lies; None for the default one.
        timing: how often folders are looked at; None for the usual times.
        parent: the Qt parent.

    Attributes:
        tasks: runs calls of the library, one after the other; their failures come out as `failed`.
        filters: what the photos shown have to meet.
    """

    opened = Signal()
    """The library is open."""
    failed = Signal(Failure)
    """The library cannot be opened, or a call failed."""
    folders_changed = Signal(list)
    """All watched folders, a list of `Folder`."""
    photos_changed = Signal(object)
    """The photos to show, as `PhotoColumns`, newest first."""
    activity = Signal(Activity)
    """What following the folders is doing."""
    paused_changed = Signal(bool)
    """Whether following rests now."""

    def __init__(
        self,
        folder: Path | None = None,
        timing: FollowTiming | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._folder = folder
        self._timing = timing
        self._library: Library | None = None
        self.tasks = Tasks(1, "library", self.failed.emit, self)
        self._job: Job | None = None
        self.filters = Filters()
        # Changes of the folders that wait for the job following them to end.
        self._queued: list[Callable[[], None]] = []
        self._closed = False
        self._changes = 0
        self._waiting_for = ""
        self._reading = False
        self._stale = False
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.read_photos)

    @property
    def library(self) -> Library | None:
        """The library, once it is open."""
        return self._library

    @property
    def paused(self) -> bool:
        """Whether following rests."""
        return self._job is not None and self._job.paused

    def open(self, folders: Sequence[Path] = ()) -> None:
        """Open the library in the background, add folders, and begin to follow them."""
        language = QLocale().uiLanguages()[0]

        def work() -> list[Failure]:
            from lookalike.errors import LookalikeError
            from lookalike.library import Library

            library = Library(self._folder, timing=self._timing)
            library.speak(language)
            # Known to the session at once, so that `close` finds it even if `_on_opened` is never called.
            self._library = library
            failures = []
            for path in folders:
                try:
                    library.folders.add(path)
                except LookalikeError as error:
                    failures.append(report_failure(error, "Adding a folder"))
            return failures

        self.tasks.run(work, self._on_opened)

    def _on_opened(self, failures: list[Failure]) -> None:
        self.opened.emit()
        for failure in failures:
            self.failed.emit(failure)
        self.read_photos()
        self._read_folders()
        self.follow()

    # Folders

    def add_folder(self, path: Path) -> None:
        """Add a folder and index it first."""
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
        """Pause one folder, or watch it again; following notices by itself."""
        library = self._library
        if library is not None:
            self.tasks.run(lambda: library.folders.pause(folder, paused), lambda _: self._read_folders())

    def try_again(self) -> None:
        """Read the files again that were skipped."""
        library = self._library
        if library is not None:

            def forget() -> None:
                library.folders.try_again()

            self._between_jobs(forget)

    def prioritise(self, paths: Sequence[Path]) -> None:
        """Describe what the user looks at before the rest."""
        if self._library is not None:
            self._library.folders.prioritise(paths)

    def _between_jobs(self, work: Callable[[], None]) -> None:
        """Change the folders while nothing follows the old ones, then follow the new ones."""

        def change() -> None:
            self.tasks.run(work, lambda _: self._changed(), self._change_failed)

        if self._job is None:
            change()
        else:
            self._queued.append(change)
            self._job.cancel()

    def _changed(self) -> None:
        self._read_folders()
        self.read_photos()
        self.follow()

    def _change_failed(self, failure: Failure) -> None:
        self.failed.emit(failure)
        self.follow()

    # Following

    def follow(self) -> None:
        """Scan all folders, then apply changes as they happen."""
        if self._closed or self._job is not None or self._library is None:
            return
        library = self._library
        self._job = Job(lambda cancelled: follow_folders(library, cancelled), "follow", self)
        self._job.progressed.connect(self._on_activity)
        self._job.failed.connect(self.failed)
        self._job.finished.connect(self._on_job_finished)
        self._job.start()
        self.paused_changed.emit(False)

    def pause(self, paused: bool) -> None:
        """Pause following, or go on."""
        if self._job is None:
            # It ended with an error: going on means starting it again.
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
        waiting, self._queued = self._queued, []
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
        if activity.progress.stage is Stage.WAITING:
            reason = activity.progress.skipped[-1].reason
            if reason != self._waiting_for:
                self.failed.emit(Failure(translate_stored(reason)))
            self._waiting_for = reason
        elif activity.progress.stage is Stage.WATCHING:
            # Only now has the reason passed: other stages are seen between two attempts as well.
            self._waiting_for = ""
        self.activity.emit(activity)

    # Reading

    def filter(self, filters: Filters) -> None:
        """Show only the photos that meet these from now on."""
        self.filters = filters
        self.read_photos()

    def _read_folders(self) -> None:
        if self._library is not None:
            self.tasks.run(self._library.folders.all, self.folders_changed.emit)

    def read_photos(self) -> None:
        """Read which photos there are to show; `photos_changed` follows."""
        if self._library is None or self._reading:
            return
        self._reading, self._stale = True, False
        started = time.monotonic()

        def done(photos: PhotoColumns) -> None:
            self._reading = False
            # A huge list is read less often, so that reading never takes more than a tenth of the time.
            self._refresh.setInterval(max(REFRESH_MS, int((time.monotonic() - started) * 10_000)))
            if self.filters != filters:
                # The user chose others meanwhile, and does not wait for the next refresh.
                self.read_photos()
                return
            if self._stale:
                self._refresh.start()
            self.photos_changed.emit(photos)

        def failed(failure: Failure) -> None:
            self._reading = False
            if self.filters != filters:
                self.read_photos()
            self.failed.emit(failure)

        library, filters = self._library, self.filters
        self.tasks.run(lambda: library.photos.columns(filters), done, failed)
        self._read_folders()

    # The end

    def close(self) -> None:
        """Stop the job, wait for every thread, and close the library."""
        self._closed = True
        self._refresh.stop()
        self._queued.clear()
        if self._job is not None:
            self._job.cancel()
            self._job.wait()
        self.tasks.close()
        library, self._library = self._library, None
        if library is not None:
            library.close()
