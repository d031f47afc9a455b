"""Storage controller: reads what is stored, frees it, and changes limits, off the GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from lookalike_desktop.activity.storage_page import StoragePage
from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.formatting import format_size
from lookalike_desktop.qt.jobs import Tasks
from lookalike_desktop.session.library_session import LibrarySession

if TYPE_CHECKING:
    from lookalike.library import Library
    from lookalike.library.storage import StorageUse


class StorageController(QObject):
    """Connects the page with the core.

    Args:
        session: the open library.
        page: what is stored.
        parent: the Qt parent.
    """

    failed = Signal(Failure)
    """What the user wanted could not be done."""
    reported = Signal(str)
    """What was done, in a line."""

    def __init__(self, session: LibrarySession, page: StoragePage, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._page = page
        # Freeing takes seconds, for which nothing else is to wait.
        self._tasks = Tasks(1, "storage", self._on_failed, self)
        page.shown.connect(self.read)
        page.free_wanted.connect(self.free)
        page.limit_wanted.connect(self.set_limit)

    def read(self) -> None:
        """Read what is stored, and show it."""
        library = self._session.library
        if library is not None:
            self._tasks.run(lambda: _used(library), lambda found: self._page.show_usage(*found))

    def free(self, part: str) -> None:
        """Delete a part that can be made again."""
        library = self._session.library
        if library is None:
            return

        def work() -> int:
            from lookalike.library.storage import StoragePart

            return library.storage.clear(StoragePart(part))

        def freed(size: int) -> None:
            self._page.show_busy("")
            self.reported.emit(self.tr("{0} are free again.").format(format_size(size)))
            self.read()

        self._page.show_busy(part)
        self._tasks.run(work, freed)

    def set_limit(self, part: str, limit: float) -> None:
        """Change what a part may take."""
        library = self._session.library
        if library is None:
            return

        def work() -> None:
            from lookalike.library.storage import StoragePart

            library.storage.set_limit(StoragePart(part), int(limit))

        self._tasks.run(work, lambda _: self.read())

    def _on_failed(self, failure: Failure) -> None:
        self._page.show_busy("")
        self.failed.emit(failure)
        self.read()

    def close(self) -> None:
        """Wait for what has begun."""
        self._tasks.close()


def _used(library: Library) -> tuple[tuple[StorageUse, ...], int, str]:
    return library.storage.usage(), library.storage.free_bytes(), str(library.folder)
