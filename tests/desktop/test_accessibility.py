"""Accessibility: every control of every page and dialog has a name, and is reached by the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from lookalike_desktop.library.watching_dialog import WatchingDialog
from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.search.queries import photo_request
from lookalike_desktop.widgets.failure_dialog import FailureDialog
from lookalike_desktop.widgets.page import Page
from lookalike_desktop.window import Window
from tests.desktop.conftest import PATIENCE

OpenWindow = Callable[..., Window]

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)
BY_KEYS_OF_THE_PAGE = ("Groups of duplicates",)
"""Lists that have no focus of their own: the keys of their page, which the page of shortcuts names, move in them."""
MOST = 400
"""Steps; no page has so many controls."""


def controls(top: QWidget) -> Iterator[QWidget]:
    """What can be used in a window or a dialog, parts of a control not counted by themselves."""
    for widget in top.findChildren(QWidget):
        if (
            not isinstance(widget, CONTROLS)
            or isinstance(widget, (QScrollBar, QHeaderView))
            or not widget.isVisible()
        ):
            continue
        if widget.window() is not top or isinstance(
            widget.parent(), (QComboBox, QAbstractSpinBox, QLineEdit)
        ):
            continue
        yield widget


def name_of(control: QWidget) -> str:
    """What a screen reader calls it."""
    if isinstance(control, QComboBox):
        # On Linux Qt reads out the chosen line as its name; the description comes with it.
        return control.accessibleName()
    return QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name)


def tab_round(qtbot: QtBot, key: Qt.Key = Qt.Key.Key_Tab) -> list[QWidget]:
    """The widgets that Tab goes through from the one with the focus, until it is there again."""
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None, timeout=PATIENCE // 10)
    seen: list[QWidget] = []
    while len(seen) < MOST:
        focus = QApplication.focusWidget()
        assert focus is not None, "the focus got lost"
        if focus in seen:
            assert focus is seen[0], f"Tab is caught at {name_of(focus)}"
            return seen
        seen.append(focus)
        QTest.keyClick(focus, key)
    raise AssertionError("Tab does not come round")


def by_arrows(chosen: QAbstractButton) -> set[QWidget]:
    """The choices that the arrows go through, of several that exclude each other; ends at the one that was chosen."""
    chosen.setFocus()
    seen: set[QWidget] = set()
    focus: QWidget | None = chosen
    while focus is not None and focus not in seen:
        seen.add(focus)
        QTest.keyClick(focus, Qt.Key.Key_Right)
        focus = QApplication.focusWidget()
    if focus is not chosen:
        chosen.click()
    return seen


def audit(qtbot: QtBot, top: QWidget) -> None:
    """Check what is on the screen."""
    reached = tab_round(qtbot)
    there_and_back = tab_round(qtbot, Qt.Key.Key_Backtab)
    assert set(there_and_back) == set(reached), "Shift+Tab goes the same way"
    # Of choices that exclude each other, Tab goes to the one that is chosen, and the arrows to the others.
    for button in reached.copy():
        group = button.group() if isinstance(button, QAbstractButton) else None
        if isinstance(button, QAbstractButton) and group is not None and group.exclusive():
            reached += by_arrows(button)
    nameless, unreached = [], []
    for control in controls(top):
        name = name_of(control)
        if not name.strip():
            nameless.append(f"{type(control).__name__} in {type(control.parent()).__name__}")
        if control.isEnabled() and control not in reached and name not in BY_KEYS_OF_THE_PAGE:
            unreached.append(f"{type(control).__name__} {name}")
    assert (nameless, unreached) == ([], [])


@pytest.fixture
def window(qtbot: QtBot, open_window: OpenWindow, indexed: Path) -> Window:
    """A window with nine photos, in front."""
    window = open_window(indexed)
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 9, timeout=PATIENCE)
    with qtbot.waitActive(window, timeout=PATIENCE):
        window.activateWindow()
    return window


@pytest.mark.slow
def test_every_page_can_be_used_without_a_mouse_or_a_screen(qtbot: QtBot, window: Window) -> None:
    window.library_page.grid.setFocus()
    audit(qtbot, window)
    window.preferences.menu_bar = False
    audit(qtbot, window)
    window.navigator.open_photo(window.library_page.model.ids[0])
    qtbot.waitUntil(lambda: window.viewer.info is not None, timeout=PATIENCE)
    audit(qtbot, window)
    window.navigator.go_back()
    window.search.start(photo_request(window.library_page.model.ids[0], "photo"))
    qtbot.waitUntil(lambda: not window.results_page.run.running, timeout=PATIENCE)
    audit(qtbot, window)
    pages = [window.pages.widget(place) for place in range(window.pages.count())]
    for page in pages:
        if isinstance(page, Page):
            window.navigator.show_page(page)
            qtbot.wait(200)
            audit(qtbot, window)


@pytest.mark.slow
def test_an_empty_library_can_be_used_without_a_mouse_or_a_screen(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window(tmp_path / "library")
    first_run = window.library_page.first_run
    qtbot.waitUntil(first_run.isVisible, timeout=PATIENCE)
    with qtbot.waitActive(window, timeout=PATIENCE):
        window.activateWindow()
    first_run.choose_button.setFocus()
    audit(qtbot, window)


@pytest.mark.parametrize(
    "make",
    [
        lambda: WatchingDialog(["raw/"], "fast"),
        lambda: FailureDialog(Failure("It failed", "Traceback")),
    ],
)
def test_every_dialog_can_be_used_without_a_mouse_or_a_screen(
    qtbot: QtBot, make: Callable[[], QDialog]
) -> None:
    dialog = make()
    with qtbot.waitActive(dialog, timeout=PATIENCE):
        dialog.open()
        dialog.activateWindow()
    audit(qtbot, dialog)
    dialog.close()


def test_no_part_of_a_page_flashes_up_as_a_window(qtbot: QtBot, window: Window) -> None:
    """A part that is shown before it has its place is a window of its own for a moment, and takes the focus."""
    flashed: list[str] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                flashed.append(f"{type(watched).__name__} {watched.accessibleName()}")
            return False

    app, watch = QApplication.instance(), Watch()
    assert app is not None
    app.installEventFilter(watch)
    try:
        other = Window()
        qtbot.addWidget(other)
        other.show()
        for place in range(window.pages.count()):
            page = window.pages.widget(place)
            if isinstance(page, Page):
                window.navigator.show_page(page)
                qtbot.wait(150)
        other.close()
    finally:
        app.removeEventFilter(watch)
    assert [name for name in flashed if not name.startswith("Window")] == []
