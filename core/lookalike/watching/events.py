"""What tells of changes in folders, and what it is told to."""

from __future__ import annotations

from typing import Protocol


class EventSink(Protocol):
    """Takes word of changes; called from other threads."""

    def changed(self, folder: bytes, deep: bool) -> None:
        """Something happened in a folder; `deep`: or anywhere below it."""
        ...

    def changed_file(self, folder: bytes, name: bytes) -> None:
        """Something happened to a file of this name in a folder."""
        ...

    def lost(self, top: bytes) -> None:
        """The system dropped word of changes in a watched folder."""
        ...

    def ended(self, top: bytes) -> None:
        """A watched folder was moved, deleted or unmounted; another may be at its place."""
        ...

    def failed(self, top: bytes, error: OSError) -> None:
        """A watched folder is watched no longer."""
        ...


class EventSource(Protocol):
    """Tells a sink of changes in folder trees."""

    def watch(self, top: bytes) -> None:
        """Watch a folder with all below it.

        Raises:
            OSError: it cannot be watched.
        """
        ...

    def unwatch(self, top: bytes) -> None:
        """Stop watching a folder."""
        ...

    def close(self) -> None:
        """End all threads."""
        ...
