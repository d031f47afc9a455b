"""The text worker: a text reader in a child process, which takes its memory with it and can crash alone."""

from __future__ import annotations

import logging
from contextlib import suppress
from multiprocessing.connection import Connection

import numpy as np
import psutil
from numpy.typing import NDArray

from lookalike import log
from lookalike.errors import LookalikeError, Phrase
from lookalike.words.text_reader import ReadText, TextReader
from lookalike.worker import Worker, WorkerDiedError

logger = logging.getLogger(__name__)

MOST_MEMORY = 1_500_000_000
"""Bytes that a child may have taken when it gets another photo; OpenVINO keeps what it made for each length of line."""


class TextWorker:
    """A child process that reads text, one photo at a time. To be used by one thread.

    The child starts with the first photo. If it dies over a photo, the next one gets a new child.
    """

    def __init__(self) -> None:
        self._worker: Worker | None = None

    def submit(self, pixels: NDArray[np.uint8]) -> None:
        """Hand over a photo without waiting for its text; see `TextReader.read`."""
        if self._worker is not None and _memory(self._worker) > MOST_MEMORY:
            self._drop()
        if self._worker is not None:
            try:
                self._worker.send(pixels)
            except WorkerDiedError:
                self._drop()
            else:
                return
        self._worker = Worker(_serve, name=Phrase("The process that reads text"))
        # Where this one dies too, `collect` tells.
        with suppress(WorkerDiedError):
            self._worker.send(pixels)

    def ready(self, timeout: float) -> bool:
        """Whether the text, or the end of the child, arrives within `timeout` seconds."""
        return self._worker is None or self._worker.ready(timeout)

    def collect(self) -> ReadText:
        """Wait for the text of the photo.

        Raises:
            ModelError: the package or one of its files is missing or damaged.
            LookalikeError: the networks failed at this photo.
            WorkerDiedError: the child died over it.
        """
        assert self._worker is not None, "no photo was submitted"
        try:
            answer: ReadText | LookalikeError = self._worker.receive()
        except WorkerDiedError:
            self._drop()
            raise
        if isinstance(answer, LookalikeError):
            raise answer
        return answer

    def close(self) -> None:
        """End the child, whatever it does; the next photo starts a new one."""
        # It may be long at a photo whose text nobody waits for any more, and has nothing to save.
        self._drop()

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.kill()
            self._worker = None


def _memory(worker: Worker) -> int:
    """The bytes that a child takes; 0 where it has died."""
    try:
        return int(psutil.Process(worker.pid).memory_info().rss)
    except psutil.Error:
        return 0


def _serve(pipe: Connection) -> None:
    log.configure()
    reader = None
    while True:
        pixels = pipe.recv()
        answer: ReadText | LookalikeError
        try:
            if reader is None:
                reader = TextReader()
            answer = reader.read(pixels)
        except LookalikeError as error:
            answer = error
        except Exception as error:
            logger.exception("reading text failed")
            answer = LookalikeError("Its text cannot be read ({reason}).", reason=type(error).__name__)
        pipe.send(answer)
