"""The judge's end of the worker process: starting, asking, calling off, starting again after a crash."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import LookalikeError
from lookalike.judges.mllm.circuit_breaker import CircuitBreaker
from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.messages import (
    LEFT,
    Answer,
    CancelledReply,
    Encoded,
    EncodeRequest,
    Material,
    Ready,
    Refused,
    Reply,
    Scored,
    ScoreRequest,
    Settings,
    Shared,
    Unscored,
    Wording,
    WorkerStage,
)
from lookalike.judges.mllm.request_handler import serve
from lookalike.worker import Worker, WorkerDiedError

POLL_SECONDS = 0.02
CLOSING_SECONDS = 2.0
ANSWER_SECONDS = 300.0
"""A question takes seconds; a worker that is silent for so long hangs, or the machine is no use for this model."""
LOADING_SECONDS = 900.0
EVERYTHING = (1 << 63) - 1


BROKE_DOWN = "The model broke down on this photo."


@dataclass(frozen=True)
class SessionQuery:
    """What candidates are compared with.

    Attributes:
        number: from 1; each comparison has its own.
        pixels: the query photo as the encoder takes it; sent only when the worker lacks it.
        wording: what is asked.
    """

    number: int
    pixels: NDArray[np.uint8]
    wording: Wording


class _SeveralDiedError(Exception):
    """The worker ended over several candidates, and nobody knows which of them it was."""


class WorkerHungError(WorkerDiedError):
    """The worker was ended because it did not answer."""


class JudgeSession:
    """Asks one worker process, any number of threads and queries taking turns.

    A question that was called off is left behind: its reply is fetched, and dropped, before the next one is
    put, so that calling off returns at once even while the image encoder, which cannot be stopped, still runs.

    A worker that dies is started again and asked again, about one candidate at a time if it was several. A photo
    that it dies on twice, or hangs on once, is refused from then on. A model that breaks down on several photos,
    while loading, or on the first photo and on a plain grey one too, is switched off.

    Args:
        name: the model's name, for messages.
        settings: what the worker loads.
        check: called before a worker starts; raises `LookalikeError` if it must not.
        answer_seconds: silence after which a worker counts as hung.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        check: Callable[[], None],
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._name = name
        self._settings = settings
        self._check = check
        self._answer_seconds = answer_seconds
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._shared = Shared()
        self._sending: _Sending | None = None
        self._closing = False
        self._serial = 0
        self._open: int | None = None
        self._query = 0
        self._encodes = 0
        self._encodes_before = 0
        self._answered = False
        self._breaker = CircuitBreaker(name, settings.log)
        self._parallel = 1
        self._alone = False

    @property
    def parallel(self) -> int:
        """How many candidates to ask about at once; 1 until a worker has told otherwise."""
        return 1 if self._alone else self._parallel

    @property
    def pid(self) -> int | None:
        """The worker's process id; None while there is no worker."""
        worker = self._worker
        return None if worker is None or worker.exitcode is not None else worker.pid

    @property
    def deaths(self) -> int:
        """How many workers ended by themselves while they were needed, or hung."""
        return len(self._breaker.deaths)

    @property
    def encodes(self) -> int:
        """Photos put through the image encoder, as far as replies have told."""
        return self._encodes_before + self._encodes

    def check(self) -> None:
        """Raise `JudgeError` if the model is switched off."""
        self._breaker.check()

    def ask(
        self,
        query: SessionQuery,
        candidates: Sequence[Material],
        cancelled: Callable[[], bool],
        meanwhile: Callable[[], None],
    ) -> Answer | Refused | None:
        """Judge one query with one or several candidates; None once `cancelled()` is true.

        Args:
            query: what they are compared with.
            candidates: the candidate photos as the encoder takes them, or their tokens.
            cancelled: polled while waiting.
            meanwhile: called once the worker has something to do.

        Raises:
            JudgeError: the model cannot be loaded, or is switched off.
        """
        if len(candidates) > 1 and not self._alone and not self._breaker.photos:
            try:
                return self._ask(query, candidates, cancelled, meanwhile)
            except _SeveralDiedError:
                self._alone = True
        results: list[Scored | Unscored] = []
        last = Answer(self._serial, self._query, self._encodes, ())
        for candidate in candidates:
            if self._breaker.over(candidate):
                results.append(Unscored(BROKE_DOWN))
                continue
            reply = self._ask(query, [candidate], cancelled, meanwhile)
            if not isinstance(reply, Answer):
                return reply
            results += reply.results
            last = reply
        return replace(last, results=tuple(results))

    def _ask(
        self,
        query: SessionQuery,
        candidates: Sequence[Material],
        cancelled: Callable[[], bool],
        meanwhile: Callable[[], None],
    ) -> Answer | Refused | None:
        def question(serial: int) -> ScoreRequest:
            pixels = None if self._query == query.number else query.pixels
            return ScoreRequest(serial, query.number, pixels, tuple(candidates), query.wording)

        photos: dict[WorkerStage, Material] = {WorkerStage.QUERY: query.pixels}
        if len(candidates) == 1:
            photos[WorkerStage.CANDIDATE] = candidates[0]
        reply = self._put(question, photos, cancelled, meanwhile)
        if isinstance(reply, Unscored):
            return Answer(self._serial, self._query, self._encodes, (reply,))
        assert reply is None or isinstance(reply, Answer | Refused)
        return reply

    def encode(
        self, pixels: NDArray[np.uint8], cancelled: Callable[[], bool], meanwhile: Callable[[], None]
    ) -> Encoded | Unscored | Refused | None:
        """Make the tokens of one photo; None once `cancelled()` is true.

        Args:
            pixels: the photo as the encoder takes it.
            cancelled: polled while waiting.
            meanwhile: called once the worker has something to do.

        Raises:
            JudgeError: the model cannot be loaded, or is switched off.
        """
        reply = self._put(
            lambda serial: EncodeRequest(serial, pixels),
            {WorkerStage.CANDIDATE: pixels},
            cancelled,
            meanwhile,
        )
        assert reply is None or isinstance(reply, Encoded | Unscored | Refused)
        return reply

    def _put(
        self,
        question: Callable[[int], ScoreRequest | EncodeRequest],
        photos: Mapping[WorkerStage, Material],
        cancelled: Callable[[], bool],
        meanwhile: Callable[[], None],
    ) -> Reply | Unscored | None:
        while True:
            while not self._lock.acquire(timeout=POLL_SECONDS):
                if cancelled():
                    return None
            try:
                self.check()
                if self._breaker.photos and not self._answered:
                    self._probe(photos, cancelled)
                return self._refusal(photos) or self._reply(question, cancelled, meanwhile)
            except WorkerDiedError as death:
                self._bury(death, photos)
            finally:
                self._lock.release()

    def _reply(
        self,
        question: Callable[[int], ScoreRequest | EncodeRequest],
        cancelled: Callable[[], bool],
        meanwhile: Callable[[], None],
    ) -> Reply | None:
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
        self._open = self._serial
        self._sending = _Sending(worker, question(self._serial))
        meanwhile()
        reply = self._wait(worker, cancelled)
        return None if isinstance(reply, CancelledReply) else reply

    def _probe(self, photos: Mapping[WorkerStage, Material], cancelled: Callable[[], bool]) -> None:
        """See whether a model that has answered nothing yet takes any photo at all; raises if it does not."""
        grey = np.full_like(next(p for p in photos.values() if isinstance(p, np.ndarray)), 128)
        try:
            self._reply(lambda serial: EncodeRequest(serial, grey), cancelled, lambda: None)
        except WorkerDiedError as death:
            self._drop()
            self._breaker.useless(death.message)

    def _start(self) -> Worker:
        if self._worker is not None and self._worker.exitcode == LEFT and self._open is None:
            self._drop()
        if self._worker is None:
            self._check()
            context = multiprocessing.get_context("spawn")
            self._shared = context.RawValue(Shared)
            self._shared.stage = WorkerStage.LOADING
            try:
                self._worker = Worker(
                    serve, (self._settings, self._shared), name=f"the process of {self._name}"
                )
            except OSError as error:
                raise JudgeError(
                    f"{self._name} cannot be started: {error.strerror or error}.", "Close other programs."
                ) from error
            self._open, self._query, self._serial = 0, 0, 0
        return self._worker

    def _wait(self, worker: Worker, cancelled: Callable[[], bool]) -> Reply | None:
        patience = LOADING_SECONDS if self._open == 0 else self._answer_seconds
        deadline = time.monotonic() + patience
        while not worker.ready(POLL_SECONDS):
            if cancelled() or self._closing:
                self._shared.called_off = self._serial
                return None
            if time.monotonic() > deadline:
                worker.kill()
                raise WorkerHungError(f"The process of {self._name} did not answer for {patience:.0f} s.")
        reply: Reply = worker.receive()
        self._open, self._query, self._encodes = None, reply.query, reply.encodes
        self._answered = self._answered or isinstance(reply, Answer | Encoded)
        return reply

    def _refusal(self, photos: Mapping[WorkerStage, Material]) -> Refused | Unscored | None:
        """The answer for a photo that the model broke down on before; None for others."""
        for stage, photo in photos.items():
            if self._breaker.over(photo):
                if stage == WorkerStage.QUERY:
                    return Refused(self._serial, self._query, self._encodes, BROKE_DOWN)
                return Unscored(BROKE_DOWN)
        return None

    def _bury(self, death: LookalikeError, photos: Mapping[WorkerStage, Material]) -> None:
        # One that had left before the question reached it is no loss.
        left = self._worker is not None and self._worker.exitcode == LEFT
        stage = WorkerStage(self._shared.stage)
        self._drop()
        if left:
            return
        hung = isinstance(death, WorkerHungError)
        if stage == WorkerStage.CANDIDATE and stage not in photos:
            self._breaker.died(death.message)
            raise _SeveralDiedError
        if stage == WorkerStage.LOADING:
            self._breaker.died_loading(death.message, hung=hung)
        else:
            self._breaker.died(death.message, photos.get(stage), hung=hung)

    def _drop(self) -> None:
        worker, self._worker = self._worker, None
        sending, self._sending = self._sending, None
        self._open, self._query = None, 0
        self._encodes_before += self._encodes
        self._encodes = 0
        if worker is not None:
            if sending is not None and sending.is_alive():
                worker.kill()
            else:
                worker.close(CLOSING_SECONDS)
        if sending is not None:
            sending.join()

    def close(self) -> None:
        """End the worker; a question that another thread has put is called off, and its comparison ends early."""
        self._closing = True
        self._shared.called_off = EVERYTHING
        with self._lock:
            self._drop()
            self._closing = False


class _Sending(threading.Thread):
    """Sends one message. A frozen process does not empty its pipe, and nobody is to wait for that."""

    def __init__(self, worker: Worker, message: object) -> None:
        super().__init__(name="asking a model", daemon=True)
        self._to = worker
        self._message = message
        self.start()

    def run(self) -> None:
        try:
            self._to.send(self._message)
        except WorkerDiedError:
            # Whoever waits for the reply finds the same.
            return
