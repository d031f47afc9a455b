"""Writable folder: which process writes an index folder, and the files it has written that do not count yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from lookalike.index.files import IndexFile, new_name, sweep
from lookalike.index.lock import WriterLock


class WritableFolder:
    """A folder that one process at a time writes.

    Trouble with files is reported in `repairs`, never raised.

    Args:
        path: made, if absent, when this becomes its writer.

    Attributes:
        repairs: what went wrong and was put right, one line each.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.repairs: list[str] = []
        self._lock: WriterLock | None = None
        self._unpublished: set[str] = set()

    @property
    def writable(self) -> bool:
        """Whether this process writes the folder."""
        return self._lock is not None

    def become_writer(self) -> bool:
        """Try to become the writer; True if this process was not and now is."""
        if self.still_writer():
            return False
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = WriterLock.acquire(self.path)
        except OSError as error:
            self.report_unwritable(error)
        return self.writable

    def release(self) -> None:
        """Let another process become the writer."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def still_writer(self) -> bool:
        """Whether this process writes the folder. If it was deleted, the one that lies there now may be another's."""
        if self._lock is not None and not self._lock.guards(self.path):
            self.release()
        return self.writable

    def store(self, kind: str, write: Callable[[str], IndexFile]) -> IndexFile | None:
        """Write a file that sweeps spare until it counts; None where it cannot be written.

        Args:
            kind: one of `KINDS`.
            write: writes the file under a name.
        """
        if self._lock is None:
            return None
        name = new_name(kind)
        # Before there is a file to sweep: another thread may be publishing.
        self._unpublished.add(name)
        try:
            return write(name)
        except OSError as error:
            self._unpublished.discard(name)
            self.report_unwritable(error)
            return None

    def discard(self, file: IndexFile | None) -> None:
        """Give up a stored file that was never published; the next sweep deletes it."""
        if file is not None:
            self._unpublished.discard(file.name)

    def sweep(self, files: Iterable[IndexFile]) -> None:
        """Delete all files but those that count and those that are still to."""
        files = list(files)
        self._unpublished -= {file.name for file in files}
        sweep(self.path, files, lambda: set(self._unpublished))

    def report(self, line: str) -> None:
        """Add a line to the repairs, unless it is there."""
        if line not in self.repairs:
            self.repairs.append(line)

    def report_unwritable(self, error: OSError) -> None:
        """Say that a file could not be written."""
        self.report(
            f"The search index in {self.path} could not be written ({error.strerror}); "
            "what is missing there is kept in memory and made again at the next start."
        )
