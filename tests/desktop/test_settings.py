"""The page of settings: what is chosen holds at once, in the library, in the window and the next time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCloseEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QSystemTrayIcon
from pytestqt.qtbot import QtBot

from lookalike.duplicates.keep_rules import DEFAULT_RULES
from lookalike.library import Library
from lookalike_desktop.shell.settings_page import SettingsPage
from lookalike_desktop.shell.settings_state import SettingsState, read_settings
from lookalike_desktop.window import Window
from tests.desktop.conftest import PATIENCE

OpenWindow = Callable[..., Window]


@pytest.fixture
def shown(qtbot: QtBot, open_window: OpenWindow, tmp_path: Path) -> Window:
    """A window with the settings of an empty library on the screen."""
    window = open_window(tmp_path / "library")
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    page = window.program.settings_page
    qtbot.waitUntil(lambda: page.judge.count() == 2, timeout=PATIENCE)
    assert window.pages.currentWidget() is page
    return window


def library_of(window: Window) -> Library:
    library = window.session.library
    assert library is not None
    return library


def pick(page: SettingsPage, name: str, value: object) -> None:
    """Choose a line of one of the page's choices as a user does."""
    chooser = getattr(page, name)
    row = chooser.findData(value)
    assert row >= 0
    chooser.setCurrentIndex(row)
    chooser.activated.emit(row)


def test_what_is_chosen_holds_in_the_library(qtbot: QtBot, shown: Window) -> None:
    page, library = shown.program.settings_page, library_of(shown)
    pick(page, "judge", "none")
    pick(page, "budget", "fine")
    pick(page, "pace", "fast")
    page.both_orders.click()
    page.ahead.click()
    page.together.click()
    page.captions_ahead.click()
    before = page.text_ahead.isChecked()
    page.text_ahead.click()
    page.top.setValue(50)
    page.limit.setValue(500)
    qtbot.waitUntil(lambda: read_settings(library).token_limit == 500_000_000, timeout=PATIENCE)
    state = read_settings(library)
    assert (state.judge, state.budget, state.pace) == ("none", "fine", "fast")
    assert (state.both_orders, state.tokens_ahead, state.top) == (True, True, 50)
    assert (state.together, state.captions_ahead, state.text_ahead) == (False, True, not before)
    qtbot.waitUntil(lambda: shown.search_bar.judge.currentData() == "none", timeout=PATIENCE)
    page.top.setValue(-1)
    qtbot.waitUntil(lambda: read_settings(library).top is None, timeout=PATIENCE)
    shown.search_bar.judge_chosen.emit("geometry")
    qtbot.waitUntil(lambda: page.judge.currentData() == "geometry", timeout=PATIENCE)


def test_a_choice_is_not_undone_on_the_page_by_an_older_reading(
    qtbot: QtBot, shown: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, library = shown.program.settings_page, library_of(shown)
    told: list[int | None] = []
    show_state = page.show_state

    def note(state: SettingsState) -> None:
        told.append(state.top)
        show_state(state)

    monkeypatch.setattr(page, "show_state", note)
    # The first choice holds, and is being read, when the second one is made.
    shown.program.settings.judging_changed.connect(
        lambda: page.chosen.emit("top", 30), Qt.ConnectionType.SingleShotConnection
    )
    page.chosen.emit("top", 20)
    qtbot.waitUntil(lambda: told[-1:] == [30], timeout=PATIENCE)
    # Tasks follow one another: once this one is over, every reading asked for before it has arrived.
    over: list[bool] = []
    shown.session.tasks.run(lambda: True, over.append)
    qtbot.waitUntil(lambda: over == [True], timeout=PATIENCE)
    assert library.search.settings.top == 30
    assert told == [30]


def test_rules_are_put_in_order_by_the_keyboard(qtbot: QtBot, shown: Window) -> None:
    page, library = shown.program.settings_page, library_of(shown)
    assert not page.rules.up_button.isEnabled()
    qtbot.keyClick(page.rules.list, Qt.Key.Key_Down)
    qtbot.keyClick(page.rules.up_button, Qt.Key.Key_Space)
    expected = (DEFAULT_RULES[1], DEFAULT_RULES[0], *DEFAULT_RULES[2:])
    qtbot.waitUntil(lambda: library.duplicates.rules == expected, timeout=PATIENCE)
    qtbot.waitUntil(lambda: page.rules.list.item(0).text() == "The original of edits", timeout=PATIENCE)
    assert page.rules.list.currentRow() == 0
    page.rules.down_button.click()
    qtbot.waitUntil(lambda: library.duplicates.rules == DEFAULT_RULES, timeout=PATIENCE)


def test_folders_are_protected_and_no_longer(
    qtbot: QtBot, shown: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, library = shown.program.settings_page, library_of(shown)
    folder = tmp_path / "originals"
    folder.mkdir()
    # The system's own dialog cannot be clicked in a test.
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    page.protected.add_button.click()
    qtbot.waitUntil(lambda: library.duplicates.protected_folders() == [folder], timeout=PATIENCE)
    qtbot.waitUntil(lambda: page.protected.folders == [folder], timeout=PATIENCE)
    page.protected.remove_button.click()
    qtbot.waitUntil(lambda: library.duplicates.protected_folders() == [], timeout=PATIENCE)
    qtbot.waitUntil(lambda: page.protected.folders == [], timeout=PATIENCE)


def test_what_is_refused_is_told_and_shown_as_it_is(qtbot: QtBot, shown: Window) -> None:
    page = shown.program.settings_page
    page.chosen.emit("pace", "breakneck")
    qtbot.waitUntil(lambda: "no pace called breakneck" in shown.notice.text, timeout=PATIENCE)
    assert page.pace.currentData() == "careful"


def test_what_is_left_out_is_shown_again_when_it_changes(qtbot: QtBot, shown: Window) -> None:
    page = shown.program.settings_page
    library_of(shown).folders.set_excludes(["raw/", "*.png"])
    shown.program.settings.read()
    qtbot.waitUntil(lambda: page._excludes_hint.text() == "raw/, *.png", timeout=PATIENCE)


def test_a_wheel_scrolls_and_changes_nothing(qtbot: QtBot, shown: Window) -> None:
    page = shown.program.settings_page
    for control in (page.pace, page.top):
        place = QPointF(control.rect().center())
        event = QWheelEvent(
            place,
            control.mapToGlobal(place),
            QPoint(),
            QPoint(0, -240),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(control, event)
    assert (page.pace.currentData(), page.top.value()) == ("careful", -1)


def test_without_a_library_the_window_can_still_be_set(qtbot: QtBot) -> None:
    window = Window()
    qtbot.addWidget(window)
    window.show()
    window.program.toggle_settings()
    page = window.program.settings_page
    assert page.theme.isEnabled() and not page.judge.isEnabled()
    pick(page, "language", "de")
    assert window.preferences.language == "de"
    window.program.toggle_settings()
    assert window.pages.currentWidget() is window.library_page
    window.close()


def is_dark() -> bool:
    return QApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128


def test_colours_change_at_once_and_are_remembered(qtbot: QtBot) -> None:
    window = Window()
    qtbot.addWidget(window)
    page = window.program.settings_page
    before = is_dark()
    pick(page, "theme", "dark")
    assert is_dark()
    pick(page, "theme", "light")
    assert not is_dark()
    window.close()
    again = Window()
    qtbot.addWidget(again)
    assert again.program.settings_page.theme.currentData() == "light"
    pick(again.program.settings_page, "theme", "system")
    assert is_dark() is before
    again.close()


@pytest.mark.qt_log_ignore("propagateSizeHints", "raise", "systemTrayWindowChanged", extend=True)
def test_in_the_tray_it_goes_on_until_it_is_told_to_end(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # There is no tray without a desktop; the icon itself is Qt's.
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: True))
    window = open_window(tmp_path / "library")
    assert not window.program.tray.on
    window.program.settings_page.tray.click()
    assert window.program.tray.on
    event = QCloseEvent()
    QApplication.sendEvent(window, event)
    assert not event.isAccepted() and not window.isVisible()
    assert window.session.library is not None
    tray = window.program.tray
    tray.menu.actions()[0].trigger()
    assert window.isVisible()
    tray._on_activated(QSystemTrayIcon.ActivationReason.Trigger)
    tray.pause.trigger()
    qtbot.waitUntil(lambda: window.session.paused, timeout=PATIENCE)
    tray.menu.actions()[-1].trigger()
    assert window.session.library is None
    assert QApplication.quitOnLastWindowClosed()


def test_a_desktop_without_a_tray_says_so(qtbot: QtBot) -> None:
    window = Window()
    qtbot.addWidget(window)
    page = window.program.settings_page
    page.show_tray(False)
    assert not page.tray.isEnabled()
    window.preferences.tray = True
    assert window.program.tray.on is QSystemTrayIcon.isSystemTrayAvailable()
    window.close()
