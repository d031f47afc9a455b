"""The worker process: holds one model and answers the judge's questions."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import Phrase
from lookalike.judges.mllm.bindings import Log, set_environment, supports_gpu
from lookalike.judges.mllm.context import DecodingAbortedError
from lookalike.judges.mllm.engine import MllmEngine
from lookalike.judges.mllm.errors import DeviceError, JudgeError
from lookalike.judges.mllm.messages import (
    LEFT,
    Answer,
    CancelledReply,
    Captioned,
    CaptionRequest,
    Encoded,
    EncodeRequest,
    GpuFailed,
    Ready,
    Refused,
    Reply,
    Request,
    Scored,
    ScoreRequest,
    Shared,
    Unscored,
    WorkerSettings,
    WorkerStage,
)
from lookalike.judges.token_store.reduction import reduced
from lookalike.judges.token_store.visual_tokens import VisualTokens


def serve(pipe: Connection, settings: WorkerSettings, shared: Shared) -> None:
    """Load the model and answer until the pipe closes or nothing is asked for a while.

    Args:
        pipe: carries each `Request` in and `Reply` out.
        settings: what to load.
        shared: memory that the owner sees too.
    """
    shared.stage = WorkerStage.LOADING
    # Before a driver is called, so that it is known what a worker that dies there died of.
    shared.on_gpu = not settings.avoid_gpu
    set_environment(gpu=shared.on_gpu)
    log = Log(Path(settings.log))
    current = 0

    def aborted() -> bool:
        return shared.called_off >= current

    try:
        log.attach()
        # Serial 0 is loading, which is never cancelled: it ends with the process.
        current = 1
        shared.on_gpu = shared.on_gpu and supports_gpu()
        engine = MllmEngine(settings, aborted)
    except JudgeError as error:
        if shared.on_gpu and isinstance(error, DeviceError):
            pipe.send(GpuFailed(0, 0, 0, error.message))
        else:
            pipe.send(Refused(0, 0, 0, error.message_phrase, error.remedy_phrase))
        return
    except (ImportError, RuntimeError, OSError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        message = Phrase("llama-cpp-python cannot be loaded: {reason}.", reason=reason)
        remedy = Phrase("Set it up again (packaging/bootstrap.py mllm).")
        pipe.send(Refused(0, 0, 0, message, remedy))
        return
    log.only_warnings()
    with engine:
        handler = _RequestHandler(engine, settings.reduction, shared)
        shared.stage = WorkerStage.IDLE
        shared.on_gpu = engine.device.gpu
        pipe.send(Ready(0, 0, 0, engine.parallel, engine.device))
        while pipe.poll(settings.idle_seconds):
            question: Request = pipe.recv()
            current = question.serial
            reply = handler.reply(question)
            shared.stage = WorkerStage.IDLE
            shared.processor_seconds = time.process_time()
            pipe.send(reply)
            if isinstance(reply, GpuFailed):
                return
    sys.exit(LEFT)


@dataclass(frozen=True)
class _Candidate:
    """A candidate's tokens, whether they are new and can be stored, and the seconds they took to make."""

    place: int
    tokens: VisualTokens
    new: bool
    seconds: float


class _RequestHandler:
    def __init__(self, engine: MllmEngine, reduction: str, shared: Shared) -> None:
        self._engine = engine
        self._reduction = reduction
        self._shared = shared
        self._query = 0

    def reply(self, question: Request) -> Reply:
        try:
            if isinstance(question, EncodeRequest):
                return self._encoded(question)
            return (
                self._captioned(question) if isinstance(question, CaptionRequest) else self._answer(question)
            )
        except DecodingAbortedError:
            return CancelledReply(question.serial, self._query, self._engine.vision.encodes)
        except JudgeError as error:
            encodes = self._engine.vision.encodes
            if self._failed_on_gpu(error):
                return GpuFailed(question.serial, 0, encodes, error.message)
            return Refused(question.serial, self._query, encodes, error.message_phrase, error.remedy_phrase)

    def _failed_on_gpu(self, error: JudgeError) -> bool:
        return self._engine.device.gpu and isinstance(error, DeviceError)

    def _encoded(self, question: EncodeRequest) -> Encoded:
        self._shared.stage = WorkerStage.CANDIDATE
        made = self._candidate(0, question.pixels)
        tokens = made.tokens if made.new else None
        return Encoded(question.serial, self._query, self._engine.vision.encodes, tokens, made.seconds)

    def _captioned(self, ask: CaptionRequest) -> Captioned:
        engine = self._engine
        self._shared.stage = WorkerStage.CANDIDATE
        # The query makes room for it.
        self._query = 0
        wording = ask.wording
        said = engine.caption(engine.encode(ask.pixels), wording.instructions, wording.question, ask.limit)
        return Captioned(ask.serial, self._query, engine.vision.encodes, said)

    def _answer(self, ask: ScoreRequest) -> Answer:
        engine = self._engine
        photo = ask.query_photo
        if photo is not None:
            self._query = 0
            self._shared.stage = WorkerStage.QUERY
            engine.set_wording(ask.wording.instructions, ask.wording.question)
            engine.set_query(photo if isinstance(photo, VisualTokens) else engine.encode(photo))
            self._query = ask.query
        self._shared.stage = WorkerStage.CANDIDATE
        results: dict[int, Scored | Unscored] = {}
        ready: list[_Candidate] = []
        for place, candidate in enumerate(ask.candidates):
            try:
                ready.append(self._candidate(place, candidate))
            except JudgeError as error:
                if self._failed_on_gpu(error):
                    raise
                results[place] = Unscored(error.message)
        for one, result in zip(ready, self._score(ready, ask.wording.both_orders), strict=True):
            results[one.place] = result
        ordered = tuple(results[place] for place in range(len(ask.candidates)))
        return Answer(ask.serial, self._query, engine.vision.encodes, ordered)

    def _candidate(self, place: int, candidate: NDArray[np.uint8] | VisualTokens) -> _Candidate:
        if isinstance(candidate, VisualTokens):
            return _Candidate(place, candidate, False, 0.0)
        # Scored from float16 even when fresh, so that a score does not depend on what was stored.
        started = time.perf_counter()
        fresh = reduced(self._engine.encode(candidate), self._reduction)
        seconds = time.perf_counter() - started
        halved = fresh.halved()
        return _Candidate(place, halved if halved.finite else fresh, halved.finite, seconds)

    def _score(self, ready: list[_Candidate], both_orders: bool) -> list[Scored | Unscored]:
        try:
            logits = self._engine.scores([one.tokens for one in ready], both_orders=both_orders)
        except JudgeError as error:
            if self._failed_on_gpu(error):
                raise
            if len(ready) == 1:
                return [Unscored(error.message)]
            return [result for one in ready for result in self._score([one], both_orders)]
        return [
            Scored(logit, one.tokens if one.new else None, one.seconds)
            for logit, one in zip(logits, ready, strict=True)
        ]
