"""The judge's end of the worker process: starting, asking, calling off, starting again after a crash."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from ctypes import c_longlong
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import LookalikeError
from lookalike.judges.mllm.child import serve
from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.messages import Answer, Ask, Cancelled, Ready, Refused, Reply, Settings
from lookalike.judges.mllm.tokens import VisualTokens
from lookalike.worker import Worker, WorkerDied

Material = NDArray[np.uint8] | VisualTokens

POLL_SECONDS = 0.02
CLOSING_SECONDS = 2.0
DEATHS_ALLOWED = 1
EVERYTHING = (1 << 63) - 1


class Session:
    """Asks one worker process, any number of threads and queries taking turns.

    A question that was called off is left behind: its reply is fetched, and dropped, before the next one is
    put, so that calling off returns at once even while the image encoder, which cannot be stopped, still runs.

    Args:
        name: the model's name, for messages.
        settings: what the worker loads.
        check: called before a worker starts; raises `LookalikeError` if it must not.
    """

    def __init__(self, name: str, settings: Settings, check: Callable[[], None]) -> None:
        self._name = name
        self._settings = settings
        self._check = check
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._called_off = c_longlong(0)
        self._serial = 0
        self._open: int | None = None
        self._query = 0
        self._encodes = 0
        self._encodes_before = 0
        self._deaths: list[str] = []
        self._parallel = 1

    @property
    def parallel(self) -> int:
        """How many candidates to ask about at once; 1 until a worker has told otherwise."""
        return self._parallel

    @property
    def pid(self) -> int | None:
        """The worker's process id; None while there is no worker."""
        worker = self._worker
        return None if worker is None else worker.pid

    @property
    def deaths(self) -> int:
        """How many workers ended by themselves."""
        return len(self._deaths)

    @property
    def encodes(self) -> int:
        """Photos put through the image encoder, as far as replies have told."""
        return self._encodes_before + self._encodes

    def check(self) -> None:
        """Raise `JudgeError` if the model is switched off."""
        if len(self._deaths) > DEATHS_ALLOWED:
            raise JudgeError(
                f"{self._name} broke down twice and is switched off until Lookalike starts again "
                f"({self._deaths[-1].rstrip('.')}).",
                f"Choose another model or copy its files again; {Path(self._settings.log)} tells more.",
            )

    def ask(
        self,
        query: int,
        query_pixels: NDArray[np.uint8],
        candidates: Sequence[Material],
        cancelled: Callable[[], bool],
        meanwhile: Callable[[], None],
    ) -> Answer | Refused | None:
        """Judge one query with one or several candidates; None once `cancelled()` is true.

        Args:
            query: number of the query, from 1; each comparison has its own.
            query_pixels: the query photo as the encoder takes it; sent only when the worker lacks it.
            candidates: the candidate photos as the encoder takes them, or their tokens.
            cancelled: polled while waiting.
            meanwhile: called once the worker has something to do.

        Raises:
            JudgeError: the model cannot be loaded, or its worker ended a second time.
        """
        while True:
            while not self._lock.acquire(timeout=POLL_SECONDS):
                if cancelled():
                    return None
            try:
                self.check()
                return self._ask(query, query_pixels, candidates, cancelled, meanwhile)
            except WorkerDied as death:
                self._bury(death)
            finally:
                self._lock.release()

    def _ask(
        self,
        query: int,
        query_pixels: NDArray[np.uint8],
        candidates: Sequence[Material],
        cancelled: Callable[[], bool],
        meanwhile: Callable[[], None],
    ) -> Answer | Refused | None:
        worker = self._start()
        while self._open is not None:
            reply = self._wait(worker, cancelled)
            if reply is None:
                return None
            if reply.serial == 0 and isinstance(reply, Refused):
                self._drop()
                remedy = reply.remedy or f"Copy or download its files again; {self._settings.log} tells more."
                raise JudgeError(f"{self._name}: {reply.message}", remedy)
            if isinstance(reply, Ready):
                self._parallel = reply.parallel
        self._serial += 1
        known = self._query == query
        self._open = self._serial
        worker.send(Ask(self._serial, query, None if known else query_pixels, tuple(candidates)))
        meanwhile()
        reply = self._wait(worker, cancelled)
        if reply is None or isinstance(reply, Cancelled):
            return None
        assert isinstance(reply, Answer | Refused)
        return reply

    def _start(self) -> Worker:
        if self._worker is None:
            self._check()
            context = multiprocessing.get_context("spawn")
            self._called_off = context.RawValue(c_longlong, 0)
            try:
                self._worker = Worker(
                    serve, (self._settings, self._called_off), name=f"the process of {self._name}"
                )
            except OSError as error:
                raise JudgeError(
                    f"{self._name} cannot be started: {error.strerror or error}.", "Close other programs."
                ) from error
            self._open, self._query, self._serial = 0, 0, 0
        return self._worker

    def _wait(self, worker: Worker, cancelled: Callable[[], bool]) -> Reply | None:
        while not worker.ready(POLL_SECONDS):
            if cancelled():
                self._called_off.value = self._serial
                return None
        reply: Reply = worker.receive()
        self._open, self._query, self._encodes = None, reply.query, reply.encodes
        return reply

    def _bury(self, death: LookalikeError) -> None:
        self._deaths.append(death.message)
        self._drop()
        self.check()

    def _drop(self) -> None:
        worker, self._worker = self._worker, None
        self._open, self._query = None, 0
        self._encodes_before += self._encodes
        self._encodes = 0
        if worker is not None:
            worker.close(CLOSING_SECONDS)

    def close(self) -> None:
        """End the worker; a question that another thread has put is called off, and its comparison ends early."""
        self._called_off.value = EVERYTHING
        with self._lock:
            self._drop()
