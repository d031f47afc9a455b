"""Commands: in the menus, in the palette, on the page of shortcuts, and under their keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from lookalike_desktop.compare.pair_view import Way
from lookalike_desktop.shell.command_palette import CommandPalette
from lookalike_desktop.shell.command_search import matching
from lookalike_desktop.shell.menus import with_mnemonic
from lookalike_desktop.window import Window
from tests.desktop.conftest import PATIENCE

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier

NAMES = [
    "Add a folder… File",
    "Undo Edit",
    "Find the same thing Search",
    "Filters Search",
    "Duplicates Go",
    "Full screen View",
    "Show the log Help",
]


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    """A window on the screen, its library not yet opened."""
    window = Window()
    with qtbot.waitActive(window, timeout=PATIENCE):
        window.show()
        window.activateWindow()
    yield window
    window.close()
    window.deleteLater()


def row(palette: CommandPalette, place: int) -> tuple[str, str, str]:
    """What a row of the palette says: the command, its group and its keys."""
    item = palette.list.topLevelItem(place)
    assert item is not None
    return item.text(0), item.text(1), item.text(2)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("dup", "Duplicates Go"),
        ("fold", "Add a folder… File"),
        ("duplcates", "Duplicates Go"),
        ("ftst", "Find the same thing Search"),
        ("log", "Show the log Help"),
        ("same thing", "Find the same thing Search"),
        ("FULL", "Full screen View"),
        ("creen", "Full screen View"),
        ("view", "Full screen View"),
    ],
)
def test_a_few_letters_find_what_is_meant(typed: str, first: str) -> None:
    assert NAMES[matching(typed, NAMES)[0]] == first


def test_letters_that_mean_nothing_find_nothing() -> None:
    assert matching("xqzw", NAMES) == []
    assert matching("  ", NAMES) == list(range(len(NAMES)))


@given(st.text(max_size=12))
def test_whatever_is_typed_is_answered_with_places(typed: str) -> None:
    found = matching(typed, NAMES)
    assert len(set(found)) == len(found)
    assert set(found) <= set(range(len(NAMES)))


def test_each_menu_has_a_letter_of_its_own() -> None:
    assert with_mnemonic("File", []) == "&File"
    assert with_mnemonic("Filter", ["&File"]) == "F&ilter"
    assert with_mnemonic("Ä", ["&Ändern"]) == "Ä"


def test_no_two_commands_have_the_same_keys(window: Window) -> None:
    """Qt does neither of two."""
    users: dict[str, list[str]] = {}
    for _, action in window.commands.all():
        for keys in action.shortcuts():
            users.setdefault(keys.toString(), []).append(action.text())
    assert {keys: names for keys, names in users.items() if len(names) > 1} == {}


def test_every_command_is_in_a_menu(window: Window) -> None:
    shown = {
        action.text()
        for menu in window.program.menus.bar.findChildren(QMenu) + window.findChildren(QMenu)
        for action in menu.actions()
    }
    assert {action.text() for _, action in window.commands.all()} <= shown


def test_a_command_that_comes_later_is_in_its_menu_and_a_new_group_before_help(window: Window) -> None:
    window.commands.add("Album", "Rate", lambda: None)
    titles = [action.text().replace("&", "") for action in window.program.menus.bar.actions()]
    assert titles == ["File", "Edit", "Photo", "Search", "View", "Go", "Album", "Help"]
    menu = window.program.menus.bar.actions()[-2].menu()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == ["Rate"]


def test_the_palette_does_what_was_typed(qtbot: QtBot, window: Window) -> None:
    palette = window.program.palette
    qtbot.keyClick(window, Qt.Key.Key_K, CONTROL)
    assert palette.isVisible()
    qtbot.waitUntil(palette.field.hasFocus, timeout=PATIENCE)
    assert palette.list.topLevelItemCount() == len(list(window.commands.all()))
    qtbot.keyClicks(palette.field, "shortc")
    assert row(palette, 0) == ("Shortcuts", "Help", QKeySequence("F1").toString())
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    assert window.pages.currentWidget() is window.program.shortcuts_page
    # What was used comes first the next time.
    qtbot.keyClick(window, Qt.Key.Key_P, CONTROL | SHIFT)
    assert row(palette, 0)[0] == "Shortcuts"
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentIndex().row() == 1
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert window.pages.currentWidget() is window.program.shortcuts_page


def test_the_palette_does_nothing_that_cannot_be_done(qtbot: QtBot, window: Window) -> None:
    palette = window.program.palette
    palette.open()
    palette.field.setText("undo")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.open()
    assert not palette.isVisible()


def test_the_palette_knows_what_only_the_page_in_front_can_do(qtbot: QtBot, window: Window) -> None:
    palette, page = window.program.palette, window.compare_page
    palette.open()
    palette.field.setText("swipe")
    assert palette.list.topLevelItemCount() == 0
    palette.open()
    window.navigator.show_page(page)
    palette.open()
    assert row(palette, 0) == ("Side by side", "Why?", "B")
    palette.field.setText("swipe")
    assert row(palette, 0) == ("Swipe", "Why?", "S")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert page.pair.way is Way.SWIPE
    # What was used comes first, but only where it can be done.
    palette.open()
    assert row(palette, 0)[0] == "Swipe"
    palette.open()
    window.navigator.show_page(window.program.shortcuts_page)
    palette.open()
    assert "Why?" not in {row(palette, place)[1] for place in range(palette.list.topLevelItemCount())}


def test_the_page_of_shortcuts_has_every_key(qtbot: QtBot, window: Window) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1)
    page = window.program.shortcuts_page
    assert window.pages.currentWidget() is page
    words = {label.text() for label in page.findChildren(QLabel)}
    for _, action in window.commands.all():
        if not action.shortcut().isEmpty():
            assert action.text() in words
            assert action.shortcut().toString(QKeySequence.SequenceFormat.NativeText) in words
    titles = {group.title for group in page.groups}
    assert {"Search", "Duplicates", "Things", "Photos", "One photo", "Why?"} <= titles
    window.resize(560, 700)
    window.resize(1300, 700)
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.pages.currentWidget() is window.library_page


def test_the_menu_bar_gives_way_to_a_button_and_that_is_remembered(qtbot: QtBot, window: Window) -> None:
    bar, button = window.program.menus.bar, window.search_bar.menu_button
    assert (bar.isVisible(), button.isVisible()) == (True, False)
    qtbot.keyClick(window, Qt.Key.Key_M, CONTROL)
    assert (bar.isVisible(), button.isVisible()) == (False, True)
    assert window.preferences.menu_bar is False
    assert [action.text() for action in button.menu().actions()] == [
        action.text() for action in bar.actions()
    ]
    qtbot.keyClick(window, Qt.Key.Key_M, CONTROL)
    assert (bar.isVisible(), button.isVisible()) == (True, False)


def test_keys_fill_the_screen_and_close_the_window(qtbot: QtBot, window: Window) -> None:
    for full in (True, False):
        qtbot.keyClick(window, Qt.Key.Key_F11)
        assert window.isFullScreen() is full
    qtbot.keyClick(window, Qt.Key.Key_W, CONTROL)
    assert not window.isVisible()


def test_about_says_the_version(window: Window) -> None:
    from lookalike import __version__

    window.program.show_about()
    box = window.findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert __version__ in box.text()
    box.reject()


def test_the_layout_is_remembered(qtbot: QtBot, window: Window) -> None:
    window.resize(760, 640)
    window.commands.groups["View"][0].trigger()
    size = window.preferences.cell_size
    assert size == 3
    window.close()
    again = Window()
    qtbot.addWidget(again)
    assert (again.width(), again.height()) == (760, 640)
    assert again.preferences.cell_size == size
    again.library_page.grid.resize_cells(-1)
    assert again.preferences.cell_size == size - 1
    again.close()
