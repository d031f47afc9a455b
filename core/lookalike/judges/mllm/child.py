"""The worker process: holds one model and answers the judge's questions."""

from __future__ import annotations

from ctypes import c_longlong
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.mllm.bindings import Log, set_environment
from lookalike.judges.mllm.engine import Aborted, Engine
from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.messages import (
    Answer,
    Ask,
    Cancelled,
    Ready,
    Refused,
    Reply,
    Scored,
    Settings,
    Unscored,
)
from lookalike.judges.mllm.tokens import VisualTokens


def serve(pipe: Connection, settings: Settings, called_off: c_longlong) -> None:
    """Load the model and answer until the pipe closes.

    Args:
        pipe: carries `Ask` in and `Reply` out.
        settings: what to load.
        called_off: shared memory; questions up to this serial number are no longer wanted.
    """
    set_environment()
    log = Log(Path(settings.log))
    current = 0

    def aborted() -> bool:
        return called_off.value >= current

    try:
        log.attach()
        # Serial 0 is loading, which is never called off: it ends with the process.
        current = 1
        engine = Engine(settings, aborted)
    except JudgeError as error:
        pipe.send(Refused(0, 0, 0, error.message, error.remedy))
        return
    except (ImportError, RuntimeError, OSError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        message = f"llama-cpp-python cannot be loaded: {reason}."
        pipe.send(Refused(0, 0, 0, message, "`python3 packaging/bootstrap.py mllm` builds it anew."))
        return
    log.only_warnings()
    with engine:
        pipe.send(Ready(0, 0, 0, engine.parallel))
        desk = _Desk(engine)
        while True:
            ask: Ask = pipe.recv()
            current = ask.serial
            pipe.send(desk.reply(ask))


class _Desk:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._query = 0

    def reply(self, ask: Ask) -> Reply:
        try:
            return self._answer(ask)
        except Aborted:
            return Cancelled(ask.serial, self._query, self._engine.vision.encodes)
        except JudgeError as error:
            encodes = self._engine.vision.encodes
            return Refused(ask.serial, self._query, encodes, error.message, error.remedy)

    def _answer(self, ask: Ask) -> Answer:
        engine = self._engine
        if ask.query_pixels is not None:
            self._query = 0
            engine.set_query(engine.encode(ask.query_pixels))
            self._query = ask.query
        results: dict[int, Scored | Unscored] = {}
        ready: list[tuple[int, VisualTokens, bool]] = []
        for place, candidate in enumerate(ask.candidates):
            try:
                ready.append((place, *self._tokens(candidate)))
            except JudgeError as error:
                results[place] = Unscored(error.message)
        for place, result in zip([place for place, _, _ in ready], self._score(ready), strict=True):
            results[place] = result
        ordered = tuple(results[place] for place in range(len(ask.candidates)))
        return Answer(ask.serial, self._query, engine.vision.encodes, ordered)

    def _tokens(self, candidate: NDArray[np.uint8] | VisualTokens) -> tuple[VisualTokens, bool]:
        """The candidate's tokens, and whether they are new and can be kept."""
        if isinstance(candidate, VisualTokens):
            return candidate, False
        # Scored from float16 even when fresh, so that a score does not depend on what was stored.
        fresh = self._engine.encode(candidate)
        halved = fresh.halved()
        return (halved, True) if halved.finite else (fresh, False)

    def _score(self, ready: list[tuple[int, VisualTokens, bool]]) -> list[Scored | Unscored]:
        try:
            logits = self._engine.scores([tokens for _, tokens, _ in ready])
        except JudgeError as error:
            if len(ready) == 1:
                return [Unscored(error.message)]
            return [result for one in ready for result in self._score([one])]
        return [
            Scored(logit, tokens if new else None)
            for logit, (_, tokens, new) in zip(logits, ready, strict=True)
        ]
