"""Logging: one rotating file in the user's log folder, written by the command line and the window.

Modules log to ``logging.getLogger(__name__)``. The programs call `configure` when they start; a library that only
imports Lookalike keeps its own configuration. The worker process of descriptor models writes to it too; what native
libraries print goes to files of their own beside it.
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

from lookalike import app_paths
from lookalike.errors import LookalikeError

FILE_NAME = "lookalike.log"

MAX_BYTES = 1_000_000
"""Size at which a new file is begun."""

BACKUPS = 3
"""Older files that are kept."""

FORMAT = "%(asctime)s %(levelname)s %(name)s [%(process)d %(threadName)s] %(message)s"

OWN_LOGGERS = ("lookalike", "lookalike_desktop")
"""Logged from INFO on (DEBUG if verbose); other packages from WARNING on."""


class LogFile(RotatingFileHandler):
    """The log file, shared by all processes of the user's; writing to it never fails the program.

    Nothing is created before the first record. Records that cannot be written (the home is read-only, the disk is
    full) are lost.

    Args:
        path: where it lies.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            maxBytes=MAX_BYTES,
            backupCount=BACKUPS,
            encoding="utf-8",
            errors="backslashreplace",
            delay=True,
        )
        self.path = path

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, to the file that has the name now: another process may have begun a new one."""
        try:
            if self.stream is not None and not self._is_current(self.stream):
                stream, self.stream = self.stream, None
                stream.close()
            if self.stream is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
        except (OSError, ValueError):
            # A full disk may have left a stream behind that is closed.
            self.stream = None
            return
        super().emit(record)

    def _is_current(self, stream: TextIO) -> bool:
        try:
            return os.path.samestat(os.fstat(stream.fileno()), self.path.stat())
        except FileNotFoundError:
            return False

    def doRollover(self) -> None:
        """Begin a new file; where another process holds the old one (Windows), go on in that."""
        if self.stream is not None and not self._is_current(self.stream):
            # Another process has just done so.
            self.stream.close()
            self.stream = self._open()
            return
        try:
            super().doRollover()
        except OSError:
            if self.stream is None or self.stream.closed:
                self.stream = self._open()

    def handleError(self, record: logging.LogRecord) -> None:
        """Lose the record."""

    def close(self) -> None:
        """Close the file; what cannot be written any more is lost."""
        with suppress(OSError, ValueError):
            super().close()


def log_file() -> Path:
    """Where the log lies; it may not exist yet."""
    return app_paths.logs() / FILE_NAME


def configure(verbose: bool = False) -> None:
    """Have records written to the log file, and warnings of the `warnings` module too.

    May be called again: there is never more than one handler of a kind.

    Args:
        verbose: log details as well, and repeat everything on the error stream.
    """
    release()
    root = logging.getLogger()
    handlers: list[logging.Handler] = []
    try:
        handlers.append(LogFile(log_file()))
    except LookalikeError:
        # There is no place for files of our own; whoever needs one is told. The program goes on without a log.
        handlers.append(_Nowhere())
    if verbose:
        handlers.append(_Echo(sys.stderr))
    for handler in handlers:
        handler.setFormatter(logging.Formatter(FORMAT))
        root.addHandler(handler)
    for name in OWN_LOGGERS:
        logging.getLogger(name).setLevel(logging.DEBUG if verbose else logging.INFO)
    # A warning of a package is of no use to whoever reads the terminal.
    logging.captureWarnings(True)


def is_verbose() -> bool:
    """Whether details are logged."""
    return logging.getLogger(OWN_LOGGERS[0]).isEnabledFor(logging.DEBUG)


def release() -> None:
    """Undo `configure`."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, LogFile | _Echo | _Nowhere):
            root.removeHandler(handler)
            handler.close()
    for name in OWN_LOGGERS:
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.captureWarnings(False)


def unexpected(error: BaseException) -> LookalikeError:
    """One line for an error that nobody foresaw, with the place of the log. Log the error first."""
    kind = type(error).__name__
    message = "Something went wrong that Lookalike did not expect ({kind})."
    with suppress(LookalikeError):
        if os.path.isfile(log_file()):  # noqa: PTH113
            return LookalikeError(message, "The log tells more: {log}", kind=kind, log=log_file())
    return LookalikeError(message, "Start it with --verbose to see more.", kind=kind)


class _Nowhere(logging.NullHandler):
    """Takes the place of the log file where there can be none, as Python would print warnings otherwise."""


class _Echo(logging.StreamHandler[TextIO]):
    """Repeats records on the error stream."""


def log_failure(logger: logging.Logger, doing: str, error: BaseException) -> None:
    """Log an error that ended a piece of work.

    A known failure is one line, with its traceback at DEBUG; anything else has its traceback at ERROR.

    Args:
        logger: of the module that caught it.
        doing: the work, in a word or two.
        error: what was raised.
    """
    if isinstance(error, LookalikeError):
        # Bytes of a file's name that are no text would be refused by most streams.
        message = str(error).encode("utf-8", "backslashreplace").decode("utf-8")
        logger.warning("%s: %s", doing, message)
        logger.debug("%s failed here:", doing, exc_info=error)
    else:
        logger.error("%s failed", doing, exc_info=error)
