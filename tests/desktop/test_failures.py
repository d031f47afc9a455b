"""What the user sees when something goes wrong: a line for what is known, details for what is not."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lookalike import log
from lookalike.errors import LookalikeError
from lookalike_desktop.library.library_dialogs import AboutLibrary
from lookalike_desktop.qt.failures import ExceptionHook, Failure
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.widgets.failure_dialog import FailureDialog
from lookalike_desktop.widgets.messages import Notice
from lookalike_desktop.window import Window
from tests.desktop.conftest import PATIENCE

OpenWindow = Callable[..., Window]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What is opened with the system's programs instead."""
    paths: list[Path] = []

    def take(url: QUrl) -> bool:
        paths.append(Path(url.toLocalFile()))
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", take)
    return paths


@pytest.fixture
def hook() -> Iterator[ExceptionHook]:
    hook = ExceptionHook()
    hook.install()
    yield hook
    hook.uninstall()


def dialogs() -> list[FailureDialog]:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, FailureDialog)]


def divide(_: object = None) -> None:
    raise ZeroDivisionError("by nothing")


def test_a_known_failure_has_no_details(qtbot: QtBot) -> None:
    notice = Notice()
    qtbot.addWidget(notice)
    notice.show_failure(Failure("The drive is gone."))
    assert notice.text == "The drive is gone."
    assert notice.details_button.isHidden()


def test_details_can_be_read_and_copied_and_lead_to_the_log(
    qtbot: QtBot, opened: list[Path], own_home: Path
) -> None:
    notice = Notice()
    qtbot.addWidget(notice)
    notice.show_failure(Failure("Something went wrong.", "Traceback: line 1"))
    assert not notice.details_button.isHidden()
    notice.details_button.click()
    (dialog,) = dialogs()
    assert dialog.details.toPlainText() == "Traceback: line 1"
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == "Something went wrong.\n\nTraceback: line 1"
    dialog.log_button.click()
    log.log_file().parent.mkdir()
    dialog.log_button.click()
    log.log_file().touch()
    dialog.log_button.click()
    assert opened == [own_home, own_home / "logs", own_home / "logs" / "lookalike.log"]
    dialog.close()
    QGuiApplication.clipboard().clear()
    # The next line replaces the failure.
    notice.show_text("All is well.")
    assert notice.details_button.isHidden()


@pytest.mark.slow
def test_an_unexpected_failure_of_a_task_is_a_banner_with_details(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    window = open_window(indexed)
    window.session.tasks.run(divide)
    qtbot.waitUntil(lambda: "ZeroDivisionError" in window.notice.text, timeout=PATIENCE)
    assert not window.notice.details_button.isHidden()
    assert "in divide" in caplog.text


def test_an_unexpected_failure_of_a_search_is_a_banner_with_details(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(indexed)
    library = window.session.library
    assert library is not None
    monkeypatch.setattr(type(library.search), "settings", property(divide))
    qtbot.waitUntil(lambda: bool(window.library_page.model.ids), timeout=PATIENCE)
    menu = window.navigator.build_menu(window.library_page.model.ids[0])
    next(action for action in menu.actions() if action.text() == "Find the same thing").trigger()
    qtbot.waitUntil(lambda: "ZeroDivisionError" in window.results_page.message, timeout=PATIENCE)
    assert not window.notice.details_button.isHidden()


def test_an_exception_that_nothing_catches_is_logged_and_shown(
    qtbot: QtBot, hook: ExceptionHook, caplog: pytest.LogCaptureFixture
) -> None:
    notice = Notice()
    qtbot.addWidget(notice)
    hook.failed.connect(notice.show_failure)
    # Qt calls the hook when a slot raises; a slot that raises would fail the test itself.
    try:
        divide()
    except ZeroDivisionError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert "ZeroDivisionError: by nothing" in notice.text
    notice.details_button.click()
    (dialog,) = dialogs()
    assert "in divide" in dialog.details.toPlainText()
    dialog.close()
    assert "in divide" in caplog.text


def test_an_exception_in_a_thread_is_shown_too(qtbot: QtBot, hook: ExceptionHook) -> None:
    failures: list[Failure] = []
    hook.failed.connect(failures.append)
    thread = threading.Thread(target=divide, name="worker")
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(failures) == 1, timeout=PATIENCE)
    assert "in divide" in failures[0].details


def test_ctrl_c_is_no_failure_and_the_hooks_are_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda *arguments: passed.append(arguments[0]))
    before = sys.excepthook
    hook = ExceptionHook()
    failures: list[Failure] = []
    hook.failed.connect(failures.append)
    hook.install()
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    hook.uninstall()
    assert sys.excepthook is before
    assert passed == [KeyboardInterrupt]
    assert failures == []


def test_a_thumbnail_that_fails_unexpectedly_is_logged(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def load(number: int, _: int) -> bytes:
        if number == 1:
            raise LookalikeError("The drive is gone.")
        raise ZeroDivisionError

    store = Thumbnails(load, threads=1)
    with caplog.at_level(logging.INFO):
        for number in (1, 2):
            store.image(number)
        qtbot.waitUntil(lambda: store.missing(1) and store.missing(2), timeout=PATIENCE)
    store.close()
    (record,) = caplog.records
    assert record.getMessage() == "The thumbnail of photo 2 failed"
    assert record.exc_info is not None


def test_the_dialog_about_the_library_leads_to_the_log(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, opened: list[Path]
) -> None:
    window = open_window(indexed)
    window.folders_panel.about_wanted.emit()

    def about() -> list[AboutLibrary]:
        return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, AboutLibrary)]

    qtbot.waitUntil(lambda: bool(about()), timeout=PATIENCE)
    about()[0].log_button.click()
    assert len(opened) == 1
    about()[0].close()
