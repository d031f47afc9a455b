"""Events: the protocols between what reports changes in folders and what takes the reports."""

from __future__ import annotations

from typing import Protocol


class EventSink(Protocol):
    """Takes reports of changes; called from other threads."""

    def changed(self, folder: bytes, deep: bool) -> None:
        """Something happened in a folder; `deep`: or anywhere below it."""
        ...

    def changed_file(self, folder: bytes, name: bytes) -> None:
        """Something happened to a file of this name in a folder."""
        ...

    def lost(self, top: bytes) -> None:
        """The system dropped events from a watched folder."""
        ...

    def ended(self, top: bytes) -> None:
        """A watched folder was moved, deleted or unmounted; another may have taken its place."""
        ...

    def failed(self, top: bytes, error: OSError) -> None:
        """A watched folder can no longer be watched."""
        ...


class EventSource(Protocol):
    """Reports changes in folder trees to a sink."""

    def watch(self, top: bytes) -> None:
        """Watch a folder and everything below it.

        Raises:
            OSError: it cannot be watched.
        """
        ...

    def unwatch(self, top: bytes) -> None:
        """Stop watching a folder."""
        ...

    def close(self) -> None:
        """Stop all threads."""
        ...
