"""Another process that follows a library, as a window does while a command line scans and searches."""

from __future__ import annotations

import traceback
from multiprocessing.connection import Connection
from pathlib import Path

from lookalike.watching.follow_timing import FollowTiming
from lookalike.worker import Worker
from tests.builders.small_library import SmallLibrary

QUIET = 0.02
SETTLE = 0.05


def open_library(folder: Path) -> SmallLibrary:
    """A library that looks for what comes and goes all the time, and is never looked through without a reason."""
    return SmallLibrary(
        folder, timing=FollowTiming(locate=0.1, rescan=3600, quiet=QUIET, tick=QUIET, settle=SETTLE)
    )


def serve(pipe: Connection) -> None:
    library: SmallLibrary | None = None
    while True:
        deed, folder = pipe.recv()
        if deed == "follow":
            library = open_library(folder)
            library.follow()
        assert library is not None
        trouble = ["".join(traceback.format_exception(error)) for error in library.trouble]
        if deed == "rest":
            library.close()
            library = None
        pipe.send(trouble)


class Beside:
    """The other process; it follows one library at a time."""

    def __init__(self) -> None:
        self._worker: Worker | None = None
        self.following = False

    def _ask(self, deed: str, folder: Path | None = None) -> None:
        if self._worker is None:
            self._worker = Worker(serve, name="the other process")
        self._worker.send((deed, folder))
        trouble = self._worker.receive()
        assert not trouble, trouble

    def follow(self, folder: Path) -> None:
        self._ask("follow", folder)
        self.following = True

    def check(self) -> None:
        """Fail if following has."""
        self._ask("say")

    def rest(self) -> None:
        if self.following:
            self.following = False
            self._ask("rest")

    def end(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker, self.following = None, False


BESIDE = Beside()
"""One for all plays of a process; `end` it after the last."""
