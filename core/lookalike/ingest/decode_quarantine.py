"""Decode quarantine: photos that were being decoded when the process died are later decoded in a separate process.

Decoders are native code, and a file made or broken in a way that nobody thought of may bring them down, with the whole
program, at every start anew. So what is being decoded is marked by an empty file, which is what a crash leaves behind.
It may be innocent: the program may have been killed, or another photo's decoder have crashed beside it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from lookalike.errors import LookalikeError, Phrase
from lookalike.photos import FileBytes, Photo, PhotoError, decode
from lookalike.photos.errors import printable
from lookalike.worker import Worker, WorkerDiedError

CLOCK_SECONDS = 5
"""The time at which a process began is told a little differently once the system's clock was set."""


class DecodeQuarantine:
    """Marks what is being decoded, and knows what was when another process of this library died.

    Any thread may use it.

    Args:
        folder: where the marks lie, in a folder for each process.
    """

    def __init__(self, folder: Path) -> None:
        self._own = folder / _name(psutil.Process())
        self._left: dict[str, Path] = {}
        self._one = threading.Lock()
        with suppress(OSError):
            self._own.mkdir(parents=True, exist_ok=True)
            for process in folder.iterdir():
                if process != self._own and not _lives(process.name):
                    self._left.update((mark.name, mark) for mark in process.iterdir())
                    with suppress(OSError):
                        process.rmdir()

    @contextmanager
    def mark(self, content: str) -> Iterator[None]:
        """Mark a content, by its hash, for the time in which it is decoded."""
        mark = self._own / content
        # A mark that cannot be made, on a full disk, is none.
        with suppress(OSError):
            mark.touch()
        try:
            yield
        finally:
            with suppress(OSError):
                mark.unlink()

    def __contains__(self, content: str) -> bool:
        return content in self._left

    def decode(self, file: FileBytes, longest_side: int) -> Photo:
        """Like `lookalike.photos.decode`, in another process. One that decodes well is no suspect any more.

        Raises:
            PhotoError: it cannot be decoded, or the process died of it.
        """
        with self._one:
            worker = Worker(_serve, name=Phrase("The decoder"))
            try:
                worker.send((file, longest_side))
                answer = worker.receive()
            except WorkerDiedError as died:
                # The mark stays: the same bytes may lie elsewhere too.
                raise PhotoError(
                    "{name} crashes the program that decodes it. {how}",
                    name=printable(file.name),
                    how=died,
                ) from died
            finally:
                worker.close()
        with suppress(KeyError, OSError):
            self._left.pop(file.content).unlink()
        if isinstance(answer, LookalikeError):
            raise answer
        photo: Photo = answer
        return photo


def _name(process: psutil.Process) -> str:
    return f"{process.pid}-{process.create_time():.0f}"


def _lives(name: str) -> bool:
    """Whether the process of this name is still there, and no other has its number."""
    try:
        number, began = name.split("-")
        return bool(abs(psutil.Process(int(number)).create_time() - int(began)) < CLOCK_SECONDS)
    except (ValueError, psutil.Error):
        return False


def _serve(pipe: Connection) -> None:
    file, longest_side = pipe.recv()
    try:
        answer: Photo | LookalikeError = decode(file, longest_side)
    except LookalikeError as error:
        answer = error
    pipe.send(answer)
