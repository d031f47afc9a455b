"""Standard streams of the command line: they print any file name, may be closed or full, and never end it noisily."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys

from lookalike.errors import DISK_FULL

_ANY_NAME = "lookalike-any-name"


class OutputError(Exception):
    """The standard output takes nothing: its reader has left, or its disk is full.

    Args:
        cause: what the system said.

    Attributes:
        reader_left: whether it is a pipe whose reader has ended, which is nothing wrong (`lookalike … | head`).
        reason: what else it is, in a few words.
    """

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        # Windows calls a pipe without a reader an invalid argument.
        self.reader_left = isinstance(cause, BrokenPipeError) or (
            os.name == "nt" and cause.errno == errno.EINVAL
        )
        self.reason = "the disk is full" if cause.errno in DISK_FULL else cause.strerror or str(cause)


class OutputStream(io.TextIOWrapper):
    """The standard output, whose failures are told from those of all other files."""

    def write(self, text: str, /) -> int:
        """Write a text.

        Raises:
            OutputError: it takes nothing.
        """
        try:
            return super().write(text)
        except OSError as error:
            raise OutputError(error) from error

    def flush(self) -> None:
        """Hand on what was written.

        Raises:
            OutputError: it takes nothing.
        """
        try:
            super().flush()
        except OSError as error:
            raise OutputError(error) from error


def open_all() -> None:
    """Make the standard streams usable, whatever they are.

    A closed one is replaced by nothing, so that no file of ours gets its number and what others print. File names
    are printed as they are: undecodable bytes as bytes, unencodable letters as escapes.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free, which is this one.
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if number == 0 else "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    codecs.register_error(_ANY_NAME, _any_name)
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors=_ANY_NAME)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # The stream that it was is left without the file, or it would close it.
        before = sys.stdout
        encoding, line_buffering, write_through = before.encoding, before.line_buffering, before.write_through
        sys.stdout = OutputStream(
            before.detach(),
            encoding,
            _ANY_NAME,
            line_buffering=line_buffering,
            write_through=write_through,
        )


def _any_name(error: UnicodeError) -> tuple[str | bytes, int]:
    try:
        return codecs.lookup_error("surrogateescape")(error)
    except UnicodeError:
        return codecs.lookup_error("backslashreplace")(error)


def release_all() -> None:
    """Drop what the streams do not take, as Python would complain of it when it ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, OutputError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
