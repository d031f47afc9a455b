"""Worker: a child process that runs a native library, so that a crash there never takes the caller down.

The child is spawned (not forked: native libraries and threads do not survive a fork), ignores Ctrl-C (its owner
decides when it ends), runs at a lower priority, and exits when its pipe closes, which also happens when the owner is
killed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import psutil

from lookalike.errors import LookalikeError, Phrase

NICENESS = 5


class WorkerDiedError(LookalikeError):
    """The child process ended without answering."""


def _lower_priority() -> None:
    """Give way to the window and the user's other programs."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    else:
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)


def _child(main: Callable[..., None], pipe: Connection, args: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _lower_priority()
    # EOF or a broken pipe here means that the owner is gone, so there is nobody left to report to.
    with pipe, suppress(EOFError, BrokenPipeError, ConnectionResetError):
        main(pipe, *args)


@contextmanager
def _hold_back_interrupts() -> Iterator[None]:
    """Have a child start with Ctrl-C blocked.

    A terminal sends it to all processes alike, and until the child ignores it, it would end with a traceback.
    """
    if os.name != "posix":
        yield
        return
    # Started with the first child, it would let interrupts through again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Worker:
    """A spawned child process and the pipe to it.

    Args:
        main: a module-level function ``main(pipe, *args)``; it imports its heavy modules itself and serves
            messages until ``pipe.recv()`` raises EOFError.
        args: picklable arguments for `main`.
        name: what to call it in messages to the user, as they begin with it ("The descriptor process").
    """

    def __init__(self, main: Callable[..., None], args: tuple[Any, ...] = (), *, name: Phrase | str) -> None:
        self.name = name
        self._sending = threading.Lock()
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=_child, args=(main, theirs, args), name=str(name), daemon=True
        )
        with _hold_back_interrupts():
            self._process.start()
        theirs.close()

    @property
    def pid(self) -> int | None:
        """The child's process id."""
        return self._process.pid

    @property
    def exitcode(self) -> int | None:
        """The child's exit code; None while it runs."""
        return self._process.exitcode

    def send(self, message: object) -> None:
        """Send one picklable message.

        Raises:
            WorkerDiedError: the child has ended.
        """
        try:
            with self._sending:
                self._pipe.send(message)
        except (BrokenPipeError, ConnectionResetError, OSError) as error:
            raise self._died() from error

    def ready(self, timeout: float = 0.0) -> bool:
        """Whether a message, or the end of the child, arrives within `timeout` seconds."""
        try:
            return self._pipe.poll(timeout)
        except (BrokenPipeError, ConnectionResetError, OSError):
            return True

    def receive(self) -> Any:
        """Wait for the next message.

        Raises:
            WorkerDiedError: the child has ended.
        """
        try:
            return self._pipe.recv()
        except (EOFError, ConnectionResetError, OSError) as error:
            raise self._died() from error

    def close(self, grace: float = 5.0) -> None:
        """End the child: close the pipe, wait up to `grace` seconds, then kill."""
        self._pipe.close()
        self._process.join(grace)
        if self._process.is_alive():
            self.kill()

    def kill(self) -> None:
        """End the child at once; a `send` under way in another thread fails with `WorkerDiedError`."""
        self._process.kill()
        self._process.join()
        with self._sending:
            self._pipe.close()

    def _died(self) -> WorkerDiedError:
        self._process.join(5)
        code = self._process.exitcode
        if code is not None and code < 0:
            try:
                name = signal.Signals(-code).name
            except ValueError:
                return WorkerDiedError(
                    "{process} was ended by signal {number}.", process=self.name, number=-code
                )
            return WorkerDiedError("{process} was ended by {signal}.", process=self.name, signal=name)
        return WorkerDiedError("{process} ended with exit code {code}.", process=self.name, code=str(code))
