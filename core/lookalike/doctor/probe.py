"""Probes: what a native library says of itself, asked in a process that may break down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lookalike.worker import Worker, WorkerDiedError

PATIENCE = 60.0
"""Seconds after which a library that has not answered does not answer."""


class ProbeError(Exception):
    """There is no answer; the text says why, in a sentence."""


def probe(main: Callable[..., None], name: str) -> Any:
    """What `main` sends from a process of its own.

    Args:
        main: a module-level function ``main(pipe)`` that sends one message: the answer, or an exception.
        name: what to call it in messages.

    Raises:
        ProbeError: it broke down, hung, or could not load what it is about.
    """
    named = f"{name[:1].upper()}{name[1:]}"
    worker = Worker(main, name=named)
    try:
        if not worker.ready(PATIENCE):
            worker.kill()
            raise ProbeError(f"{named} does not answer.")
        answer = worker.receive()
    except WorkerDiedError as error:
        raise ProbeError(error.message) from error
    finally:
        worker.close()
    if isinstance(answer, Exception):
        raise ProbeError(
            f"{(str(answer).splitlines() or [type(answer).__name__])[0].rstrip('.')}."
        ) from answer
    return answer
