"""Live events of watched folders, as folders that need another look.

Events say only *where* something happened. What happened is found by comparing that folder with the catalog, so
lost, doubled or reordered events cannot leave the library wrong. Where the system has no events to give, or gives
not all of them, folders are looked through from time to time instead, and that is said.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from dataclasses import dataclass
from types import TracebackType

from lookalike.path_bytes import child_prefix
from lookalike.watching.events import EventSource
from lookalike.watching.excludes import IGNORE_FILE
from lookalike.watching.follow_timing import FollowTiming

PLACES_LIMIT = 4096
"""When more places than this need another look, the watched folders are looked through whole."""


@dataclass
class _Watched:
    """A watched folder.

    Attributes:
        polled: whether it is looked through from time to time.
        note: why, in words for the user; empty otherwise.
        looked: when that was last done, by the monotonic clock.
    """

    polled: bool
    note: str
    looked: float


class FolderWatch:
    """Watches folders and collects what needs another look.

    Args:
        timing: how often it looks; None for the defaults.

    Attributes:
        overflows: how often the system dropped events; the folders were marked for a look each time.
    """

    def __init__(self, timing: FollowTiming | None = None) -> None:
        self._timing = timing or FollowTiming()
        self._watched: dict[bytes, _Watched] = {}
        self._dirty: dict[bytes, bool] = {}
        self._first = self._last = 0.0
        self._changed = threading.Condition()
        self._source: EventSource | None = None
        self._no_source: OSError | None = None
        self._ended: set[bytes] = set()
        self.overflows = 0

    def __enter__(self) -> FolderWatch:
        try:
            self._source = self._open_source()
        except OSError as error:
            self._no_source = error
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
        """Watch a folder, with all below it. One that is not there is not among `tops` then.

        Args:
            top: the folder.
            network: whether others change it unnoticed by this system: it is compared from time to time as well.
        """
        note = ""
        if network:
            note = f"It lies on a network drive and is looked through every {self._every()}."
        watched = self._watched[top] = _Watched(network, note, time.monotonic())
        try:
            if self._source is None:
                raise self._no_source or OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
            self._source.watch(top)
        except (FileNotFoundError, NotADirectoryError):
            del self._watched[top]
        except OSError as error:
            watched.polled, watched.note = True, self._words(error)

    def remove(self, top: bytes) -> None:
        """Stop watching a folder."""
        if self._watched.pop(top, None) is not None and self._source is not None:
            self._source.unwatch(top)

    def tops(self) -> set[bytes]:
        """The watched folders."""
        return set(self._watched)

    def note(self, top: bytes) -> str:
        """How a folder's changes are noticed where that is out of the ordinary; empty otherwise."""
        return self._watched[top].note if top in self._watched else ""

    def _every(self) -> str:
        minutes = self._timing.rescan / 60
        return f"{minutes:.0f} minutes" if minutes >= 1 else f"{self._timing.rescan:.0f} seconds"

    def _words(self, error: OSError) -> str:
        reason = f"The system cannot report its changes ({error.strerror or error})"
        if error.errno == errno.ENOSPC:
            reason = "The system's limit of watched folders is reached (fs.inotify.max_user_watches)"
        elif error.errno == errno.EMFILE:
            reason = "The system's limit of watchers is reached (fs.inotify.max_user_instances)"
        return f"{reason}; it is looked through every {self._every()} instead."

    def renew(self, top: bytes) -> None:
        """Watch what lies at a folder's place now; what is not there is left to the next `add`."""
        if self._source is None or top not in self._watched or self._watched[top].polled:
            return
        self._source.unwatch(top)
        try:
            self._source.watch(top)
        except (FileNotFoundError, NotADirectoryError):
            del self._watched[top]
        except OSError as error:
            self.failed(top, error)

    # What the source tells

    def changed(self, folder: bytes, deep: bool) -> None:
        """Something happened in a folder; `deep`: or anywhere below it."""
        self.mark(folder, deep)

    def changed_file(self, folder: bytes, name: bytes) -> None:
        """Something happened to a file of this name in a folder."""
        self.mark(folder, name == IGNORE_FILE)

    def lost(self, top: bytes) -> None:
        """The system dropped word of changes in a watched folder: look it through."""
        self.overflows += 1
        self.mark(top, True)

    def ended(self, top: bytes) -> None:
        """A watched folder was moved, deleted or unmounted; another may be at its place."""
        with self._changed:
            self._ended.add(top)
        self.mark(top, True)

    def failed(self, top: bytes, error: OSError) -> None:
        """A folder is watched no longer: look it through, now and from time to time."""
        watched = self._watched.get(top)
        if watched is not None:
            watched.polled, watched.note = True, self._words(error)
            self.mark(top, True)

    # What needs another look

    def mark(self, folder: bytes, deep: bool = False) -> None:
        """Have a folder looked at again; `deep` with all below it."""
        with self._changed:
            now = time.monotonic()
            if not self._dirty:
                self._first = now
            self._last = now
            self._dirty[folder] = self._dirty.get(folder, False) or deep
            if len(self._dirty) > PLACES_LIMIT:
                self._dirty = dict.fromkeys(self._watched, True)
            self._changed.notify_all()

    def wait(self, timeout: float) -> list[tuple[bytes, bool]]:
        """Folders that need another look, each with whether that goes for all below; empty after `timeout` s."""
        for top, watched in self._watched.items():
            if watched.polled and time.monotonic() - watched.looked > self._timing.rescan:
                watched.looked = time.monotonic()
                self.mark(top, deep=True)
        with self._changed:
            ended, self._ended = self._ended, set()
        for top in ended:
            self.renew(top)
            # What happened there before the new watch was told to nobody.
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
    """Leave out folders that lie below one looked at with all below it."""
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
