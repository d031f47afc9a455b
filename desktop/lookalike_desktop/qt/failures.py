"""Failures: what went wrong, as the window shows it and the log keeps it."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from dataclasses import dataclass
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QObject, Signal

from lookalike.errors import LookalikeError
from lookalike.log import log_failure
from lookalike_desktop.qt.stored_text import translate_stored

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """Something that did not work.

    Attributes:
        message: one line for the user, in the user's language.
        details: the traceback of an error that nobody expected; empty for a known one.
    """

    message: str
    details: str = ""


def describe_failure(error: BaseException) -> Failure:
    """An error as the window shows it. Any thread may call it."""
    if isinstance(error, LookalikeError):
        return Failure(error.render(_translate_core))
    text = " ".join(str(error).split())
    kind = type(error).__name__
    return Failure(
        QCoreApplication.translate("Failure", "Something unexpected went wrong: {0}").format(
            f"{kind}: {text}" if text else kind
        ),
        "".join(traceback.format_exception(error)),
    )


def report_failure(error: BaseException, doing: str) -> Failure:
    """Log an error, and describe it.

    Args:
        error: what was raised.
        doing: the work that it ended, for the log.
    """
    log_failure(logger, doing, error)
    return describe_failure(error)


def _translate_core(template: str) -> str:
    # What is no template was put together from some: the reason of a verdict, lines of the token store.
    translated: str = QCoreApplication.translate("core", template)
    return translated if translated != template or "{" in template else translate_stored(template)


class ExceptionHook(QObject):
    """Takes in exceptions that nothing catches: in Qt's slots, and in threads of their own.

    Args:
        parent: the Qt parent.
    """

    failed = Signal(Failure)
    """An exception was not caught; received in the GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before = (sys.excepthook, threading.excepthook)

    def install(self) -> None:
        """Take the place of Python's hooks, which print to a terminal that may not be there."""
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def uninstall(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = self._before

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
        else:
            self.failed.emit(report_failure(error, "A reaction of the window"))

    def _on_thread_exception(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            name = arguments.thread.name if arguments.thread is not None else "?"
            self.failed.emit(report_failure(arguments.exc_value, f"Thread {name}"))
