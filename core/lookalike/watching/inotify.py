"""Linux's own events of changes in folder trees, inotify(7).

One watch a folder; a watch on a folder tells of its entries. What is told on is only *where* something happened, so
a burst of events costs a line in a table, and the kernel's word that it dropped some is passed on instead of lost.
"""

from __future__ import annotations

import ctypes
import errno
import os
import select
import struct
import threading
from collections.abc import Iterator

from lookalike.path_bytes import child_prefix, join
from lookalike.watching.events import EventSink
from lookalike.watching.excludes import is_left_out

_ATTRIB = 0x4
_CLOSE_WRITE = 0x8
_MOVED_FROM = 0x40
_MOVED_TO = 0x80
_CREATE = 0x100
_DELETE = 0x200
_DELETE_SELF = 0x400
_MOVE_SELF = 0x800
_UNMOUNT = 0x2000
_OVERFLOW = 0x4000
_IGNORED = 0x8000
_ONLYDIR = 0x1000000
_DONT_FOLLOW = 0x2000000
_EXCL_UNLINK = 0x4000000
_ISDIR = 0x40000000

# Not IN_MODIFY: a file being written would tell of every block. Its closing is told of, and until then its time of
# last change is too young for it to be read.
_ENTRIES = _ATTRIB | _CLOSE_WRITE | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
_MASK = _ENTRIES | _DELETE_SELF | _MOVE_SELF | _ONLYDIR | _DONT_FOLLOW | _EXCL_UNLINK

_HEADER = struct.Struct("iIII")
_BUFFER_BYTES = 1 << 18


class Inotify:
    """Watches folder trees.

    Args:
        sink: is told where something happened, from a thread of this object's own.

    Raises:
        OSError: the system gives out no more event queues.
    """

    def __init__(self, sink: EventSink) -> None:
        self._sink = sink
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._queue = self._libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if self._queue < 0:
            raise _last_error()
        self._lock = threading.Lock()
        self._tops: list[bytes] = []
        self._paths: dict[int, bytes] = {}
        self._numbers: dict[bytes, int] = {}
        self._end_read, self._end_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name="inotify")
        self._thread.start()

    def watch(self, top: bytes) -> None:
        """Watch a folder with all below it.

        Raises:
            OSError: the limit of watches is reached (ENOSPC), or the folder cannot be watched. Nothing of it is
                watched then.
        """
        with self._lock:
            self._tops.append(top)
            try:
                self._add_tree(top)
            except OSError:
                self._drop_tree(top)
                self._tops.remove(top)
                raise

    def unwatch(self, top: bytes) -> None:
        """Stop watching a folder."""
        with self._lock:
            if top in self._tops:
                self._tops.remove(top)
                self._drop_tree(top)

    def close(self) -> None:
        """End the thread and all watches."""
        os.write(self._end_write, b".")
        self._thread.join()
        for descriptor in (self._queue, self._end_read, self._end_write):
            os.close(descriptor)

    def _add_tree(self, top: bytes) -> None:
        for folder in _folders(top):
            number = self._libc.inotify_add_watch(self._queue, folder, _MASK)
            if number >= 0:
                # The kernel knows folders, not paths: after a rename the number is the old one.
                self._numbers.pop(self._paths.get(number, b""), None)
                self._paths[number], self._numbers[folder] = folder, number
                continue
            error = _last_error()
            if error.errno == errno.ENOSPC or folder == top:
                raise error
            # A folder that is gone again, or may not be read, has nothing to tell.

    def _drop_tree(self, top: bytes) -> None:
        start = child_prefix(top)
        for folder in [path for path in self._numbers if path == top or path.startswith(start)]:
            self._drop(folder)

    def _drop(self, folder: bytes) -> None:
        number = self._numbers.pop(folder, None)
        if number is not None:
            del self._paths[number]
            self._libc.inotify_rm_watch(self._queue, number)

    def _run(self) -> None:
        poller = select.poll()
        poller.register(self._queue, select.POLLIN)
        poller.register(self._end_read, select.POLLIN)
        while True:
            if any(descriptor == self._end_read for descriptor, _ in poller.poll()):
                return
            try:
                data = os.read(self._queue, _BUFFER_BYTES)
            except BlockingIOError:
                continue
            at = 0
            while at < len(data):
                number, mask, _, length = _HEADER.unpack_from(data, at)
                at += _HEADER.size
                self._on_event(number, mask, data[at : at + length].rstrip(b"\0"))
                at += length

    def _on_event(self, number: int, mask: int, name: bytes) -> None:
        if mask & _OVERFLOW:
            self._on_overflow()
            return
        with self._lock:
            folder = self._paths.get(number)
            if folder is None:
                return
            if mask & _IGNORED:
                del self._paths[number]
                self._numbers.pop(folder, None)
                return
        if mask & (_DELETE_SELF | _MOVE_SELF | _UNMOUNT):
            if folder in self._tops:
                self._sink.ended(folder)
            else:
                self._sink.changed(folder, True)
            return
        if not mask & _ISDIR:
            self._sink.changed_file(folder, name)
            return
        if is_left_out(folder, name):
            return
        place = join(folder, name)
        if mask & _MOVED_FROM:
            with self._lock:
                self._drop_tree(place)
        elif mask & _DELETE:
            # It was empty: what lay in it has been told of before.
            with self._lock:
                self._drop(place)
        if mask & (_MOVED_TO | _CREATE | _ATTRIB):
            self._begin(place)
        # Files that came into a new folder before its watch was there are found by looking through it now.
        self._sink.changed(place, True)

    def _begin(self, place: bytes) -> None:
        with self._lock:
            top = next((top for top in self._tops if place.startswith(child_prefix(top))), None)
            if top is None:
                return
            try:
                self._add_tree(place)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    return
                self._drop_tree(top)
                self._tops.remove(top)
                failure = error
            else:
                return
        self._sink.failed(top, failure)

    def _on_overflow(self) -> None:
        # New folders may be among what was dropped, so their watches are missing too.
        for top in list(self._tops):
            self._begin(join(top, b"."))
            self._sink.lost(top)


def _folders(top: bytes) -> Iterator[bytes]:
    """A folder and all below it that are not left out, links not followed."""
    waiting = [os.path.normpath(top)]
    while waiting:
        folder = waiting.pop()
        yield folder
        try:
            with os.scandir(folder) as entries:
                waiting.extend(
                    entry.path
                    for entry in entries
                    if not is_left_out(folder, entry.name) and entry.is_dir(follow_symlinks=False)
                )
        except OSError:
            continue


def _last_error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
