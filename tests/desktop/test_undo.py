"""Undo: steps that have been done are taken back and done again, in their order."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from lookalike_desktop.qt.undo import LIMIT, UndoStack
from lookalike_desktop.window import Window
from tests.desktop.conftest import PATIENCE


def test_a_recorded_step_is_not_done_again_until_it_was_taken_back() -> None:
    stack, done = UndoStack(), list[str]()
    stack.record("first", lambda: done.append("first back"), lambda: done.append("first again"))
    stack.record("second", lambda: done.append("second back"), lambda: done.append("second again"))
    assert done == []
    for act in (stack.undo, stack.undo, stack.undo, stack.redo):
        act()
    assert done == ["second back", "first back", "first again"]
    assert (stack.undoText(), stack.redoText()) == ("first", "second")


def test_the_oldest_steps_are_forgotten() -> None:
    stack = UndoStack()
    for number in range(LIMIT + 5):
        stack.record(str(number), lambda: None, lambda: None)
    assert (stack.count(), stack.text(0)) == (LIMIT, "5")


def test_keys_undo_in_the_window_and_its_commands_say_what(qtbot: QtBot) -> None:
    window = Window()
    qtbot.addWidget(window)
    with qtbot.waitActive(window, timeout=PATIENCE):
        window.show()
        window.activateWindow()
    undo, redo = window.commands.groups["Edit"][:2]
    assert not undo.isEnabled()
    done = []
    window.undo_stack.record("rating", lambda: done.append("back"), lambda: done.append("again"))
    assert (undo.text(), undo.isEnabled(), redo.isEnabled()) == ("Undo rating", True, False)
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window, Qt.Key.Key_Z, control)
    qtbot.keyClick(window, Qt.Key.Key_Z, control | Qt.KeyboardModifier.ShiftModifier)
    assert done == ["back", "again"]
    window.close()
