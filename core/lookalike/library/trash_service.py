"""Trash service: moving photos of one library to the system's trash, and back."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

from lookalike.catalog.catalog import Catalog
from lookalike.duplicates.checks import Checker
from lookalike.duplicates.clean_up_lock import CleanUpRunningError, alone
from lookalike.duplicates.journal import read_journals
from lookalike.duplicates.photo_trash import PhotoTrash, TrashPreview, TrashReport
from lookalike.duplicates.protected_folders import ProtectedFolders
from lookalike.duplicates.recovery import UndoReport, end_interrupted, is_interrupted, last_to_undo, undo
from lookalike.duplicates.trash import KNOWS_PLACES
from lookalike.errors import LookalikeError
from lookalike.pairs.graph import PairGraph
from lookalike.progress import Progress


class TrashService:
    """Photos that the user moves to the trash. Any thread may use it; one move at a time, and none beside a clean-up.

    Args:
        folder: where the journals are kept, apart from those of clean-ups.
        lock: the folder whose lock clean-ups take as well.
        catalog: the library's catalog.
        graph: its verified pairs.
    """

    can_restore = KNOWS_PLACES
    """Whether `restore` works on this system; elsewhere the window of the system's trash puts files back."""

    def __init__(self, folder: Path, lock: Path, catalog: Catalog, graph: PairGraph) -> None:
        self._folder = folder
        self._lock = lock
        self._catalog = catalog
        self._graph = graph

    def preview(self, content_ids: Sequence[int]) -> TrashPreview:
        """How many files moving some photos to the trash would remove, for the question to the user."""
        return self._trash().preview(content_ids)

    def move(self, content_ids: Sequence[int]) -> Generator[Progress, None, TrashReport]:
        """Move all files of some photos to the trash, with their raw and XMP files; what stays is told.

        Raises:
            LookalikeError: a clean-up runs, or the journal or the catalog cannot be written.
        """
        with alone(self._lock):
            return (yield from self._trash().run(content_ids))

    def restore(self, journal: Path) -> Generator[Progress, None, UndoReport]:
        """Put back what one move removed; what cannot be put back is told.

        Args:
            journal: as in the move's report.

        Raises:
            LookalikeError: a clean-up runs, the journal is gone, or it or the catalog cannot be written.
        """
        with alone(self._lock):
            record = next((record for record in read_journals(self._folder) if record.path == journal), None)
            if record is None:
                raise LookalikeError("There is nothing to put back.")
            return (yield from undo(self._catalog, self._folder, record))

    def restore_last(self) -> Generator[Progress, None, UndoReport]:
        """Put back what the last move removed that was not put back; what cannot be is told.

        Raises:
            LookalikeError: there is none, a clean-up runs, or the journal or the catalog cannot be written.
        """
        with alone(self._lock):
            record = last_to_undo(self._folder)
            if record is None:
                raise LookalikeError("There is nothing to put back.")
            return (yield from undo(self._catalog, self._folder, record))

    def end_interrupted(self) -> None:
        """End moves that were killed in the middle, so that no photo is parted from its raw file."""
        if is_interrupted(self._folder):
            try:
                with alone(self._lock):
                    end_interrupted(self._catalog, self._folder)
            except CleanUpRunningError:
                # Whoever runs it is not killed.
                return

    def _trash(self) -> PhotoTrash:
        protected = ProtectedFolders(map(Path, self._catalog.settings.protected_folders))
        return PhotoTrash(self._catalog, Checker(self._catalog, self._graph, protected), self._folder)
