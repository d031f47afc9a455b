"""Inotify: changes in folder trees as Linux reports them, inotify(7).

There is one watch per folder, which reports changes to the folder's entries. Only *where* something happened is passed
on, so that a burst of events costs one line in a table.

watchdog, which other systems use, is not used here: after a queue overflow it renews its watches without telling its
handlers that events were lost, and it watches every folder of a tree, hidden ones and caches included, out of the
user's limited number of watches.
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

# Not IN_MODIFY, which reports every block of a file that is being written. Closing the file is reported, and until
# then its modification time is too recent for it to be read.
_ENTRIES = _ATTRIB | _CLOSE_WRITE | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
_MASK = _ENTRIES | _DELETE_SELF | _MOVE_SELF | _ONLYDIR | _DONT_FOLLOW | _EXCL_UNLINK

_HEADER = struct.Struct("iIII")
_BUFFER_BYTES = 1 << 18


class Inotify:
    """An event source that uses inotify.

    Args:
        sink: takes the reports, in a thread that this object starts.

    Raises:
        OSError: the system's limit of event queues is reached.
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
        """Watch a folder and everything below it.

        Raises:
            OSError: the limit of watches is reached (ENOSPC), or the folder cannot be watched. No part of it is
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
        """Stop the thread and drop all watches."""
        os.write(self._end_write, b".")
        self._thread.join()
        for descriptor in (self._queue, self._end_read, self._end_write):
            os.close(descriptor)

    def _add_tree(self, top: bytes) -> None:
        for folder in _folders(top):
            number = self._libc.inotify_add_watch(self._queue, folder, _MASK)
            if number >= 0:
                # The kernel knows inodes, not paths: a renamed folder keeps its number.
                self._numbers.pop(self._paths.get(number, b""), None)
                self._paths[number], self._numbers[folder] = folder, number
                continue
            error = _last_error()
            if error.errno == errno.ENOSPC or folder == top:
                raise error
            # A folder below that is gone again, or may not be read, is passed over.

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
            offset = 0
            while offset < len(data):
                number, mask, _, length = _HEADER.unpack_from(data, offset)
                offset += _HEADER.size
                self._on_event(number, mask, data[offset : offset + length].rstrip(b"\0"))
                offset += length

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
        path = join(folder, name)
        if mask & _MOVED_FROM:
            with self._lock:
                self._drop_tree(path)
        elif mask & _DELETE:
            # It was empty: the deletion of its entries was reported before.
            with self._lock:
                self._drop(path)
        if mask & (_MOVED_TO | _CREATE | _ATTRIB):
            self._watch_below(path)
        # Deep, to find files that came into a new folder before its watch did.
        self._sink.changed(path, True)

    def _watch_below(self, path: bytes) -> None:
        """Watch a folder that appeared below a watched one; report the watched one as failed at the limit."""
        with self._lock:
            top = next((top for top in self._tops if path.startswith(child_prefix(top))), None)
            if top is None:
                return
            try:
                self._add_tree(path)
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
        # The dropped events may have been about new folders, so watches may be missing too.
        for top in list(self._tops):
            self._watch_below(join(top, b"."))
            self._sink.lost(top)


def _folders(top: bytes) -> Iterator[bytes]:
    """A folder and all folders below it that are not left out; links are not followed."""
    pending = [os.path.normpath(top)]
    while pending:
        folder = pending.pop()
        yield folder
        try:
            with os.scandir(folder) as entries:
                pending.extend(
                    entry.path
                    for entry in entries
                    if not is_left_out(folder, entry.name) and entry.is_dir(follow_symlinks=False)
                )
        except OSError:
            continue


def _last_error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
