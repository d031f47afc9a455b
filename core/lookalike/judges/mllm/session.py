"""The judge's session with its worker process: asking, and trying again after a crash."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import LookalikeError, Phrase
from lookalike.judges.mllm.circuit_breaker import CircuitBreaker
from lookalike.judges.mllm.connection import POLL_SECONDS, WorkerConnection, WorkerHungError
from lookalike.judges.mllm.device import Device
from lookalike.judges.mllm.messages import (
    Answer,
    Captioned,
    CaptionRequest,
    Encoded,
    EncodeRequest,
    Material,
    Refused,
    Reply,
    Request,
    Scored,
    ScoreRequest,
    Unscored,
    Wording,
    WorkerSettings,
    WorkerStage,
)
from lookalike.worker import WorkerDiedError

ANSWER_SECONDS = 300.0
"""A question takes seconds. A worker silent for so long hangs, or this computer is too slow for the model."""

BROKE_DOWN = "The model broke down on this photo."


@dataclass(frozen=True)
class SessionQuery:
    """What candidates are compared with.

    Attributes:
        number: from 1; each comparison has its own.
        photo: the query photo as the encoder takes it, or its tokens; sent only when the worker lacks it.
        wording: what is asked.
    """

    number: int
    photo: Material
    wording: Wording


class _SeveralDiedError(Exception):
    """The worker died over several candidates, and nobody knows which of them it was."""


class JudgeSession:
    """Puts questions to one worker process; any number of threads and queries take turns.

    A worker that dies is started again and asked again, about one candidate at a time if it was several. A photo
    that it dies on twice, or hangs on once, is refused from then on. A model that breaks down on several photos,
    while loading, or on the first photo and on a plain grey one too, is switched off. For a death while a graphics
    processor is at work that one is blamed, and nobody else: from then on workers do without it.

    Args:
        name: the model's name, for messages.
        settings: what the worker loads.
        check: called before a worker starts; raises `LookalikeError` if it must not.
        answer_seconds: silence after which a worker counts as hung.
        loaded: called with the device whenever a worker has loaded the model.
    """

    def __init__(
        self,
        name: str,
        settings: WorkerSettings,
        check: Callable[[], None],
        answer_seconds: float = ANSWER_SECONDS,
        loaded: Callable[[Device], None] = lambda device: None,
    ) -> None:
        self._connection = WorkerConnection(name, settings, check, answer_seconds, loaded)
        self._breaker = CircuitBreaker(name, settings.log)
        self._lock = threading.Lock()
        self._alone = False

    @property
    def parallel(self) -> int:
        """How many candidates to ask about at once."""
        return 1 if self._alone else self._connection.parallel

    @property
    def pid(self) -> int | None:
        """The worker's process id; None while there is no worker."""
        return self._connection.pid

    @property
    def gpu_failure(self) -> str:
        """How the GPU failed, in a few words, since when the workers do without it; empty while it has not."""
        return self._connection.gpu_failure

    @property
    def work_seconds(self) -> float | None:
        """How long the worker has computed; see `WorkerConnection.work_seconds`."""
        return self._connection.work_seconds

    @property
    def deaths(self) -> int:
        """How many workers died while they were needed, or hung."""
        return len(self._breaker.deaths)

    @property
    def encodes(self) -> int:
        """Photos put through the image encoder, as far as replies have told."""
        return self._connection.total_encodes

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
        last = self._answer(())
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
            photo = None if self._connection.query == query.number else query.photo
            return ScoreRequest(serial, query.number, photo, tuple(candidates), query.wording)

        photos: dict[WorkerStage, Material] = {WorkerStage.QUERY: query.photo}
        if len(candidates) == 1:
            photos[WorkerStage.CANDIDATE] = candidates[0]
        reply = self._put(question, photos, cancelled, meanwhile)
        if isinstance(reply, Unscored):
            return self._answer((reply,))
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

    def caption(
        self,
        pixels: NDArray[np.uint8],
        wording: Wording,
        limit: int,
        cancelled: Callable[[], bool],
        meanwhile: Callable[[], None],
    ) -> Captioned | Unscored | Refused | None:
        """Have the model say what a photo shows; None once `cancelled()` is true.

        Args:
            pixels: the photo as the encoder takes it.
            wording: what is asked.
            limit: tokens of the answer at most.
            cancelled: polled while waiting.
            meanwhile: called once the worker has something to do.

        Raises:
            JudgeError: the model cannot be loaded, or is switched off.
        """
        reply = self._put(
            lambda serial: CaptionRequest(serial, pixels, wording, limit),
            {WorkerStage.CANDIDATE: pixels},
            cancelled,
            meanwhile,
        )
        assert reply is None or isinstance(reply, Captioned | Unscored | Refused)
        return reply

    def _answer(self, results: tuple[Scored | Unscored, ...]) -> Answer:
        connection = self._connection
        return Answer(connection.serial, connection.query, connection.encodes, results)

    def _put(
        self,
        question: Callable[[int], Request],
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
                if self._breaker.photos and not self._connection.answered:
                    self._probe(photos, cancelled)
                return self._refusal(photos) or self._connection.ask(question, cancelled, meanwhile)
            except WorkerDiedError as death:
                self._record_death(death, photos)
            finally:
                self._lock.release()

    def _probe(self, photos: Mapping[WorkerStage, Material], cancelled: Callable[[], bool]) -> None:
        """Check that a model that has answered nothing yet takes any photo at all; raises if it does not.

        Where only tokens are at hand, that is left to the next question with a photo.
        """
        pixels = next((photo for photo in photos.values() if isinstance(photo, np.ndarray)), None)
        if pixels is None:
            return
        grey = np.full_like(pixels, 128)
        try:
            self._connection.ask(lambda serial: EncodeRequest(serial, grey), cancelled, lambda: None)
        except WorkerDiedError as death:
            self._connection.end()
            self._breaker.switch_off(death.message_phrase)

    def _refusal(self, photos: Mapping[WorkerStage, Material]) -> Refused | Unscored | None:
        """The answer for a photo that the model broke down on before; None for others."""
        for stage, photo in photos.items():
            if self._breaker.over(photo):
                if stage == WorkerStage.QUERY:
                    return Refused(
                        self._connection.serial,
                        self._connection.query,
                        self._connection.encodes,
                        Phrase(BROKE_DOWN),
                        Phrase(""),
                    )
                return Unscored(BROKE_DOWN)
        return None

    def _record_death(self, death: LookalikeError, photos: Mapping[WorkerStage, Material]) -> None:
        connection = self._connection
        left, stage, on_gpu = connection.left, connection.stage, connection.on_gpu
        connection.end()
        # One that had left before the question reached it is no loss.
        if left:
            return
        if on_gpu:
            # A driver takes the process down with it. Whatever it was, the processor tells whether it was the photo.
            connection.leave_gpu(death.message)
            return
        hung = isinstance(death, WorkerHungError)
        if stage == WorkerStage.CANDIDATE and stage not in photos:
            self._breaker.died(death.message_phrase)
            raise _SeveralDiedError
        if stage == WorkerStage.LOADING:
            self._breaker.died_loading(death.message_phrase, hung=hung)
        else:
            self._breaker.died(death.message_phrase, photos.get(stage), hung=hung)

    def close(self) -> None:
        """End the worker; a question of another thread is cancelled, and its comparison ends early."""
        self._connection.interrupt()
        with self._lock:
            self._connection.close()
