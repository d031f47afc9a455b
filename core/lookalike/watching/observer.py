"""Folder watch: collects live events into a set of folders that must be compared with the catalog.

Events say only *where* something happened. What happened is found by comparing that folder with the catalog, so
lost, doubled or reordered events cannot leave the library wrong. Where the system reports no events, or not all of
them, folders are looked through at intervals instead, and their notes say so.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from dataclasses import dataclass
from types import TracebackType

from lookalike.errors import Phrase
from lookalike.path_bytes import child_prefix
from lookalike.watching.events import EventSource
from lookalike.watching.excludes import IGNORE_FILE, NO_MEDIA_FILE
from lookalike.watching.follow_timing import FollowTiming

MARKED_LIMIT = 4096
"""When more folders than this are marked, the watched folders are compared as a whole instead."""


@dataclass
class _Watched:
    """A watched folder.

    Attributes:
        polled: whether it is looked through at intervals.
        note: why, in words for the user; empty otherwise.
        polled_at: when that was last done, by the monotonic clock.
    """

    polled: bool
    note: str
    polled_at: float


class FolderWatch:
    """Watches folders and collects those that must be compared again.

    Args:
        timing: how often to poll, and how long to wait for a burst of events to end; None for the defaults.

    Attributes:
        overflows: how often the system dropped events; each time the watched folder was marked.
    """

    def __init__(self, timing: FollowTiming | None = None) -> None:
        self._timing = timing or FollowTiming()
        self._watched: dict[bytes, _Watched] = {}
        self._dirty: dict[bytes, bool] = {}
        self._first = self._last = 0.0
        self._changed = threading.Condition()
        self._source: EventSource | None = None
        self._source_error: OSError | None = None
        self._ended: set[bytes] = set()
        self.overflows = 0

    def __enter__(self) -> FolderWatch:
        try:
            self._source = self._open_source()
        except OSError as error:
            self._source_error = error
        return self

    def _open_source(self) -> EventSource:
        if sys.platform == "linux":
            from lookalike.watching.inotify import Inotify

            return Inotify(self)
        from lookalike.watching.watchdog_events import WatchdogEvents

        return WatchdogEvents(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._source is not None:
            self._source.close()

    # What is watched

    def add(self, top: bytes, network: bool = False) -> None:
        """Watch a folder and everything below it. A folder that is not there does not become one of `tops`.

        Args:
            top: the folder.
            network: whether other machines change it without this one noticing; it is then polled as well.
        """
        note = ""
        if network:
            note = f"{Phrase('It lies on a network drive.')} {self._often()}"
        watched = self._watched[top] = _Watched(network, note, time.monotonic())
        try:
            if self._source is None:
                raise self._source_error or OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
            self._source.watch(top)
        except (FileNotFoundError, NotADirectoryError):
            del self._watched[top]
        except OSError as error:
            watched.polled, watched.note = True, self._polling_note(error)

    def remove(self, top: bytes) -> None:
        """Stop watching a folder."""
        if self._watched.pop(top, None) is not None and self._source is not None:
            self._source.unwatch(top)

    def tops(self) -> set[bytes]:
        """The watched folders."""
        return set(self._watched)

    def note(self, top: bytes) -> str:
        """How a folder's changes are noticed, in words for the user; empty in the ordinary case, by live events."""
        return self._watched[top].note if top in self._watched else ""

    def _polling_note(self, error: OSError) -> str:
        reason = Phrase("The system cannot report its changes ({reason}).", reason=error.strerror or error)
        if error.errno == errno.ENOSPC:
            reason = Phrase("The system's limit of watched folders is reached (fs.inotify.max_user_watches).")
        elif error.errno == errno.EMFILE:
            reason = Phrase("The system's limit of watchers is reached (fs.inotify.max_user_instances).")
        return f"{reason} {self._often()}"

    def _often(self) -> Phrase:
        minutes = self._timing.rescan / 60
        return Phrase(
            "It is looked through every {count} minutes."
            if minutes >= 1
            else "It is looked through every {count} seconds.",
            count=f"{minutes if minutes >= 1 else self._timing.rescan:.0f}",
        )

    def renew(self, top: bytes) -> None:
        """Watch the directory that lies at a folder's path now; where there is none, leave it to the next `add`."""
        if self._source is None or top not in self._watched or self._watched[top].polled:
            return
        self._source.unwatch(top)
        try:
            self._source.watch(top)
        except (FileNotFoundError, NotADirectoryError):
            del self._watched[top]
        except OSError as error:
            self.failed(top, error)

    # Reports of the event source

    def changed(self, folder: bytes, deep: bool) -> None:
        """Something happened in a folder; `deep`: or anywhere below it."""
        self.mark(folder, deep)

    def changed_file(self, folder: bytes, name: bytes) -> None:
        """Something happened to a file of this name in a folder."""
        self.mark(folder, name in (IGNORE_FILE, NO_MEDIA_FILE))

    def lost(self, top: bytes) -> None:
        """The system dropped events from a watched folder, so all of it is marked."""
        self.overflows += 1
        self.mark(top, True)

    def ended(self, top: bytes) -> None:
        """A watched folder was moved, deleted or unmounted; another may have taken its place."""
        with self._changed:
            self._ended.add(top)
        self.mark(top, True)

    def failed(self, top: bytes, error: OSError) -> None:
        """A folder can no longer be watched, so it is marked now and polled from here on."""
        watched = self._watched.get(top)
        if watched is not None:
            watched.polled, watched.note = True, self._polling_note(error)
            self.mark(top, True)

    # What must be compared again

    def mark(self, folder: bytes, deep: bool = False) -> None:
        """Mark a folder to be compared again; `deep`: with everything below it."""
        with self._changed:
            now = time.monotonic()
            if not self._dirty:
                self._first = now
            self._last = now
            self._dirty[folder] = self._dirty.get(folder, False) or deep
            if len(self._dirty) > MARKED_LIMIT:
                self._dirty = dict.fromkeys(self._watched, True)
            self._changed.notify_all()

    def wait(self, timeout: float) -> list[tuple[bytes, bool]]:
        """Take the marked folders, once a burst of events has ended.

        Args:
            timeout: how long to wait for them, in seconds.

        Returns:
            The folders, each with whether everything below it was marked too; empty after the timeout.
        """
        for top, watched in self._watched.items():
            if watched.polled and time.monotonic() - watched.polled_at > self._timing.rescan:
                watched.polled_at = time.monotonic()
                self.mark(top, deep=True)
        with self._changed:
            ended, self._ended = self._ended, set()
        for top in ended:
            self.renew(top)
            # Nobody reported what happened there before the new watch.
            self.mark(top, True)
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                now = time.monotonic()
                settled = self._last + self._timing.quiet
                if self._dirty:
                    settled = min(settled, self._first + self._timing.patience)
                    if now >= settled:
                        dirty, self._dirty = self._dirty, {}
                        return _without_covered(dirty)
                if now >= deadline:
                    return []
                self._changed.wait(min(deadline, settled if self._dirty else deadline) - now)


def _without_covered(dirty: dict[bytes, bool]) -> list[tuple[bytes, bool]]:
    """The folders, without those below a deep one."""
    kept: list[tuple[bytes, bool]] = []
    covers: list[bytes] = []
    # By parts, not by bytes: a folder comes right before what is in it.
    for folder, deep in sorted(dirty.items(), key=lambda item: item[0].split(os.fsencode(os.sep))):
        while covers and not folder.startswith(covers[-1]):
            covers.pop()
        if covers:
            continue
        kept.append((folder, deep))
        if deep:
            covers.append(child_prefix(folder))
    return kept
