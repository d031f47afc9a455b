"""Live events of watched folders, as folders that need another look.

Events say only *where* something happened. What happened is found by comparing that folder with the catalog, so
lost, doubled or reordered events cannot leave the library wrong.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import cast

from watchdog.events import (
    EVENT_TYPE_CLOSED_NO_WRITE,
    EVENT_TYPE_OPENED,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

QUIET_SECONDS = 0.5
"""A burst of events is acted on once nothing has come for this long ..."""

PATIENCE_SECONDS = 5.0
"""... or once its first event is this old."""

RESCAN_SECONDS = 300.0
"""How often a folder is compared where the system cannot tell of changes."""


class FolderWatch(FileSystemEventHandler):
    """Watches folders and collects what needs another look.

    Args:
        folders: the folders to watch, with all below them.

    Attributes:
        problems: one line for each folder whose changes the system cannot report; such a folder is compared
            every `RESCAN_SECONDS` instead.
    """

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = list(folders)
        self._observer = Observer()
        self._dirty: dict[bytes, bool] = {}
        self._first = self._last = 0.0
        self._changed = threading.Condition()
        self._polled: list[Path] = []
        self._polled_at = time.monotonic()
        self.problems: list[str] = []

    def __enter__(self) -> FolderWatch:
        for folder in self._folders:
            try:
                self._observer.schedule(self, str(folder), recursive=True)
            except OSError as error:
                self._poll(folder, error)
        try:
            self._observer.start()
        except OSError as error:
            # Started emitters keep their thread even when a later one fails: end those, poll everything.
            self._observer.unschedule_all()
            for folder in self._folders:
                self._poll(folder, error)
        return self

    def _poll(self, folder: Path, error: OSError) -> None:
        self._polled.append(folder)
        self.problems.append(
            f"The system cannot report changes in {folder} ({error.strerror or error}); "
            f"it is looked through every {RESCAN_SECONDS / 60:.0f} minutes instead."
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note where something happened; called by watchdog in its own thread."""
        if event.event_type in (EVENT_TYPE_OPENED, EVENT_TYPE_CLOSED_NO_WRITE):
            return
        if event.is_directory and event.event_type == "modified":
            return
        for path in filter(None, (event.src_path, event.dest_path)):
            place = os.fsencode(cast("str | bytes", path))
            self.mark(os.path.dirname(place))  # noqa: PTH120
            if event.is_directory:
                self.mark(place, deep=True)

    def mark(self, folder: bytes, deep: bool = False) -> None:
        """Have a folder looked at again; `deep` with all below it."""
        with self._changed:
            now = time.monotonic()
            if not self._dirty:
                self._first = now
            self._last = now
            self._dirty[folder] = self._dirty.get(folder, False) or deep
            self._changed.notify_all()

    def wait(self, timeout: float) -> list[tuple[bytes, bool]]:
        """Folders that need another look, each with whether that goes for all below; empty after `timeout` s."""
        if self._polled and time.monotonic() - self._polled_at > RESCAN_SECONDS:
            self._polled_at = time.monotonic()
            for folder in self._polled:
                self.mark(os.fsencode(folder), deep=True)
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                now = time.monotonic()
                settled = self._last + QUIET_SECONDS
                if self._dirty:
                    settled = min(settled, self._first + PATIENCE_SECONDS)
                    if now >= settled:
                        dirty, self._dirty = self._dirty, {}
                        return _without_covered(dirty)
                if now >= deadline:
                    return []
                self._changed.wait(min(deadline, settled if self._dirty else deadline) - now)


def _without_covered(dirty: dict[bytes, bool]) -> list[tuple[bytes, bool]]:
    """Leave out folders that lie below one looked at with all below it."""
    kept: list[tuple[bytes, bool]] = []
    cover: bytes | None = None
    for folder, deep in sorted(dirty.items()):
        if cover is not None and folder.startswith(cover):
            continue
        kept.append((folder, deep))
        if deep:
            cover = os.path.join(folder, b"")  # noqa: PTH118
    return kept
