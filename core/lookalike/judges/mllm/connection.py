"""The connection to a model's worker process: starting it, one question at a time, cancelling, ending it."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from lookalike.errors import Phrase
from lookalike.judges.mllm.device import Device
from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.messages import (
    LEFT,
    Answer,
    CancelledReply,
    Captioned,
    Encoded,
    GpuFailed,
    Ready,
    Refused,
    Reply,
    Request,
    Shared,
    WorkerSettings,
    WorkerStage,
)
from lookalike.judges.mllm.request_handler import serve
from lookalike.worker import Worker, WorkerDiedError

POLL_SECONDS = 0.02
CLOSING_SECONDS = 2.0
LOADING_SECONDS = 900.0
EVERYTHING = (1 << 63) - 1


class WorkerHungError(WorkerDiedError):
    """The worker was ended because it did not answer."""


class WorkerConnection:
    """One worker process, started with the first question, and again with the next one after it ended.

    A cancelled question is left behind: its reply is fetched, and dropped, before the next question is put. So
    cancelling returns at once even while the image encoder, which cannot be stopped, is still running.

    Only one thread may use it at a time; any thread may call `interrupt` and read `pid`.

    Args:
        name: the model's name, for messages.
        settings: what the worker loads.
        check: called before a worker starts; raises `LookalikeError` if it must not.
        answer_seconds: silence after which a worker counts as hung.
        loaded: called with the device whenever a worker has loaded the model.

    Attributes:
        gpu_failure: how the GPU failed, in a few words, since when the workers do without it; empty while it has not.
        serial: number of the last question put to this worker.
        query: number of the query that the worker holds; 0 for none.
        encodes: photos that this worker has put through the image encoder, as far as its replies say.
        parallel: candidates that the worker scores side by side; 1 until one has said otherwise.
        answered: whether any worker has ever answered a question.
    """

    def __init__(
        self,
        name: str,
        settings: WorkerSettings,
        check: Callable[[], None],
        answer_seconds: float,
        loaded: Callable[[Device], None],
    ) -> None:
        self._name = name
        self._settings = settings
        self._check = check
        self._answer_seconds = answer_seconds
        self._loaded = loaded
        self._worker: Worker | None = None
        self._shared = Shared()
        self._sender: _Sender | None = None
        self._closing = False
        # Serial of the question whose reply is outstanding, 0 being the loading; None where there is none.
        self._outstanding: int | None = None
        self._encodes_before = 0
        self.gpu_failure = ""
        self.serial = 0
        self.query = 0
        self.encodes = 0
        self.parallel = 1
        self.answered = False

    @property
    def pid(self) -> int | None:
        """The worker's process id; None while there is no worker."""
        worker = self._worker
        return None if worker is None or worker.exitcode is not None else worker.pid

    @property
    def left(self) -> bool:
        """Whether the worker ended because nothing was asked for a while."""
        return self._worker is not None and self._worker.exitcode == LEFT

    @property
    def stage(self) -> WorkerStage:
        """What the worker is at, or was at when it died."""
        return WorkerStage(self._shared.stage)

    @property
    def on_gpu(self) -> bool:
        """Whether the worker has a GPU at work, or had when it died; also while it loads the model there."""
        return bool(self._shared.on_gpu)

    @property
    def work_seconds(self) -> float | None:
        """How long this worker has computed up to its last reply, as on a machine with nothing else to do.

        Processor time, shared out among its threads; None on a GPU, where it says little.
        """
        if self._shared.on_gpu:
            return None
        return self._shared.processor_seconds / self._settings.threads

    @property
    def total_encodes(self) -> int:
        """Photos put through the image encoder by all workers so far."""
        return self._encodes_before + self.encodes

    def ask(
        self,
        question: Callable[[int], Request],
        cancelled: Callable[[], bool],
        meanwhile: Callable[[], None],
    ) -> Reply | None:
        """Put a question and wait for its reply; starts the worker where there is none.

        Args:
            question: makes the message from its serial number.
            cancelled: polled while waiting.
            meanwhile: called once the worker has something to do.

        Returns:
            The reply; None once `cancelled()` is true.

        Raises:
            JudgeError: the model cannot be loaded.
            WorkerDiedError: the worker died, or was ended because it hung.
        """
        while True:
            reply = self._ask(question, cancelled, meanwhile)
            if not isinstance(reply, GpuFailed):
                return None if isinstance(reply, CancelledReply) else reply
            self.leave_gpu(reply.message)

    def leave_gpu(self, why: str) -> None:
        """End the worker; those that follow keep away from the GPU.

        Args:
            why: how it failed, in a sentence.
        """
        self.end()
        self.gpu_failure = why.rstrip(".")
        self._settings = replace(
            self._settings, avoid_gpu=f"the graphics processor failed: {self.gpu_failure}"
        )

    def _ask(
        self,
        question: Callable[[int], Request],
        cancelled: Callable[[], bool],
        meanwhile: Callable[[], None],
    ) -> Reply | None:
        worker = self._start()
        while self._outstanding is not None:
            reply = self._wait(worker, cancelled)
            if reply is None or isinstance(reply, GpuFailed):
                return reply
            if reply.serial == 0 and isinstance(reply, Refused):
                self.end()
                raise JudgeError(
                    "{name}: {problem}",
                    "{remedy}" if reply.remedy.template else "Import or download it again; {log} says more.",
                    name=self._name,
                    problem=reply.message,
                    remedy=reply.remedy,
                    log=self._settings.log,
                )
            if isinstance(reply, Ready):
                self.parallel = reply.parallel
                self._loaded(reply.device)
        self.serial += 1
        self._outstanding = self.serial
        self._sender = _Sender(worker, question(self.serial))
        meanwhile()
        return self._wait(worker, cancelled)

    def interrupt(self) -> None:
        """Cancel the question that another thread is waiting for, and all that follow until `close`."""
        self._closing = True
        self._shared.called_off = EVERYTHING

    def end(self) -> None:
        """End the worker, if there is one; the next question starts another."""
        worker, self._worker = self._worker, None
        sender, self._sender = self._sender, None
        self._outstanding, self.query = None, 0
        self._encodes_before += self.encodes
        self.encodes = 0
        if worker is not None:
            if sender is not None and sender.is_alive():
                worker.kill()
            else:
                worker.close(CLOSING_SECONDS)
        if sender is not None:
            sender.join()

    def close(self) -> None:
        """As `end`, and take questions again after an `interrupt`."""
        self.end()
        self._closing = False

    def _start(self) -> Worker:
        if self.left and self._outstanding is None:
            self.end()
        if self._worker is None:
            self._check()
            context = multiprocessing.get_context("spawn")
            self._shared = context.RawValue(Shared)
            self._shared.stage = WorkerStage.LOADING
            try:
                name = Phrase("The process of {name}", name=self._name)
                self._worker = Worker(serve, (self._settings, self._shared), name=name)
            except OSError as error:
                raise JudgeError(
                    "{name} cannot be started: {reason}.",
                    "Close other programs.",
                    name=self._name,
                    reason=error.strerror or error,
                ) from error
            self._outstanding, self.query, self.serial = 0, 0, 0
        return self._worker

    def _wait(self, worker: Worker, cancelled: Callable[[], bool]) -> Reply | None:
        patience = LOADING_SECONDS if self._outstanding == 0 else self._answer_seconds
        deadline = time.monotonic() + patience
        while not worker.ready(POLL_SECONDS):
            if cancelled() or self._closing:
                self._shared.called_off = self.serial
                return None
            if time.monotonic() > deadline:
                worker.kill()
                raise WorkerHungError(
                    "{process} did not answer for {seconds} s.",
                    process=worker.name,
                    seconds=f"{patience:.0f}",
                )
        reply: Reply = worker.receive()
        self._outstanding, self.query, self.encodes = None, reply.query, reply.encodes
        self.answered = self.answered or isinstance(reply, Answer | Encoded | Captioned)
        return reply


class _Sender(threading.Thread):
    """Sends one message. A frozen process does not empty its pipe, and nobody may have to wait for that."""

    def __init__(self, worker: Worker, message: object) -> None:
        super().__init__(name="asking a model", daemon=True)
        self._to = worker
        self._message = message
        self.start()

    def run(self) -> None:
        try:
            self._to.send(self._message)
        except WorkerDiedError:
            # Whoever waits for the reply finds out as well.
            return
