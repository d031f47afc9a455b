"""The worker process: holds one model and answers the judge's questions."""

from __future__ import annotations

from ctypes import c_longlong
from multiprocessing.connection import Connection
from pathlib import Path

from lookalike.judges.mllm.bindings import Log, set_environment
from lookalike.judges.mllm.engine import Aborted, Engine
from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.messages import Answer, Ask, Blame, Cancelled, Ready, Refused, Reply, Settings
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
        pipe.send(Refused(0, 0, 0, Blame.MODEL, error.message, error.remedy))
        return
    except (ImportError, RuntimeError, OSError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        message = f"llama-cpp-python cannot be loaded: {reason}."
        pipe.send(
            Refused(0, 0, 0, Blame.MODEL, message, "`python3 packaging/bootstrap.py mllm` builds it anew.")
        )
        return
    log.only_warnings()
    with engine:
        pipe.send(Ready(0, 0, 0))
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
            # With the query in place it is the candidate that the model stumbled over.
            blame = Blame.CANDIDATE if self._query == ask.query else Blame.QUERY
            return Refused(
                ask.serial, self._query, self._engine.vision.encodes, blame, error.message, error.remedy
            )

    def _answer(self, ask: Ask) -> Answer:
        engine = self._engine
        if ask.query_pixels is not None:
            self._query = 0
            engine.set_query(engine.encode(ask.query_pixels))
            self._query = ask.query
        made: VisualTokens | None = None
        if isinstance(ask.candidate, VisualTokens):
            tokens = ask.candidate
        else:
            # Scored from float16 even when fresh, so that a score does not depend on what was stored.
            fresh = engine.encode(ask.candidate)
            tokens = fresh.halved()
            if tokens.finite:
                made = tokens
            else:
                tokens = fresh
        logit = engine.score(tokens)
        return Answer(ask.serial, self._query, engine.vision.encodes, logit, made)
