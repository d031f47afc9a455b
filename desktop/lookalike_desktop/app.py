"""Starts Qt and shows the window."""

from __future__ import annotations

import logging
import signal
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from lookalike import __version__, interrupts
from lookalike_desktop.qt.failures import ExceptionHook
from lookalike_desktop.qt.preferences import Preferences
from lookalike_desktop.qt.theme import apply_theme, icon
from lookalike_desktop.qt.translation import install_translations
from lookalike_desktop.shell.errand import Errand
from lookalike_desktop.shell.single_instance import SingleInstance
from lookalike_desktop.window import Window

logger = logging.getLogger(__name__)


def run(library: Path | None, errand: Errand, instance: SingleInstance) -> int:
    """Show the window of a library until it is closed.

    Args:
        library: where the library lies; None for the default one.
        errand: what to do first.
        instance: brings the errands of later starts.

    Returns:
        The process's exit status.
    """
    app = QApplication(["lookalike-app"])
    app.setApplicationName("Lookalike")
    app.setDesktopFileName("lookalike")
    install_translations(app, Preferences().language)
    apply_theme(app)
    app.setWindowIcon(icon("lookalike", side=64))
    logger.info("Lookalike %s starts", __version__)
    window = Window(library)
    hook = ExceptionHook(window)
    hook.failed.connect(window.notice.show_failure)
    hook.install()
    # Python sees a Ctrl-C in the terminal only when it runs: give it a turn now and then.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: window.program.quit())
    turn = QTimer(interval=300)
    turn.timeout.connect(lambda: None)
    turn.start()
    window.show()
    # The window is drawn first; the library loads its heavy modules afterwards.
    QTimer.singleShot(0, lambda: window.session.open(errand.folders))
    window.errands.do(replace(errand, folders=()))
    instance.serve(window.errands.take, window)
    status = app.exec()
    interrupts.leave_at_once()
    hook.uninstall()
    return status
