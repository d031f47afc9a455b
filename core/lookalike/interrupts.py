"""Interrupts: Ctrl-C and the system's request to end, from a program's first moment to its last.

While a program imports its modules there is nothing to finish, and an exception may land where nobody catches it, so
it leaves at once. While it works, an interrupt is an exception, so that what is open gets closed. In its last moments
it leaves at once again. A program imports this before all else, so it imports as little as can be.
"""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

EXIT_INTERRUPTED = 128 + signal.SIGINT
EXIT_TERMINATED = 128 + signal.SIGTERM

STOPPED = "Stopped. What was finished is kept."


class TerminatedError(KeyboardInterrupt):
    """The system asks the program to end (SIGTERM); what lets Ctrl-C through lets this through."""


def leave_at_once() -> None:
    """From now on, end the process at an interrupt, with one line on the error stream."""
    _take(_leave)


def raise_in_main_thread() -> None:
    """From now on, raise `KeyboardInterrupt` or `TerminatedError` at an interrupt."""
    _take(_raise)


def _take(handler: Callable[[int, FrameType | None], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        # What the caller ignores (`nohup`, a shell's background) stays ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _leave(number: int, _: FrameType | None) -> None:
    try:
        os.write(2, f"{STOPPED}\n".encode())
    finally:
        os._exit(128 + number)


def _raise(number: int, _: FrameType | None) -> None:
    raise TerminatedError if number == signal.SIGTERM else KeyboardInterrupt
