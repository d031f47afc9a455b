"""Watchdog events: changes in folder trees on systems other than Linux, through the library of that name."""

from __future__ import annotations

import os
from typing import cast

from watchdog.events import (
    EVENT_TYPE_CLOSED_NO_WRITE,
    EVENT_TYPE_OPENED,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch

from lookalike.watching.events import EventSink


class WatchdogEvents(FileSystemEventHandler):
    """An event source that uses watchdog.

    Args:
        sink: takes the reports, in watchdog's threads.
    """

    def __init__(self, sink: EventSink) -> None:
        self._sink = sink
        self._observer = Observer()
        self._observer.start()
        self._watches: dict[bytes, ObservedWatch] = {}

    def watch(self, top: bytes) -> None:
        """Watch a folder and everything below it.

        Raises:
            OSError: it cannot be watched.
        """
        self._watches[top] = self._observer.schedule(self, os.fsdecode(top), recursive=True)

    def unwatch(self, top: bytes) -> None:
        """Stop watching a folder."""
        watch = self._watches.pop(top, None)
        if watch is not None:
            self._observer.unschedule(watch)

    def close(self) -> None:
        """Stop watchdog's threads."""
        self._observer.stop()
        self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Report where something happened; called by watchdog in its own threads."""
        if event.event_type in (EVENT_TYPE_OPENED, EVENT_TYPE_CLOSED_NO_WRITE):
            return
        if event.is_directory and event.event_type == "modified":
            return
        for path in filter(None, (event.src_path, event.dest_path)):
            encoded = os.fsencode(cast("str | bytes", path))
            folder, name = os.path.split(encoded)
            self._sink.changed_file(folder, name)
            if event.is_directory:
                self._sink.changed(encoded, True)
