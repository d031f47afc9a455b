"""Undo: what the user did and can take back, newest first, for the whole window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand, QUndoStack

LIMIT = 200
"""Steps that can be taken back; older ones are forgotten."""


class UndoStack(QUndoStack):
    """The steps of one window.

    Work of the core runs in the background, so a step is recorded once it has succeeded, and not made by the stack.

    Args:
        parent: the Qt parent.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setUndoLimit(LIMIT)

    def record(self, text: str, undo: Callable[[], object], redo: Callable[[], object]) -> None:
        """Remember a step that has just been done.

        Args:
            text: translated; what stands behind "Undo" in the menu, such as "Rating".
            undo: takes it back; called in the GUI thread, it may start a task.
            redo: does it again, likewise.
        """
        self.push(_DoneStep(text, undo, redo))


class _DoneStep(QUndoCommand):
    def __init__(self, text: str, undo: Callable[[], object], redo: Callable[[], object]) -> None:
        super().__init__(text)
        self._undo = undo
        self._redo = redo
        self._recorded = False

    def redo(self) -> None:
        """Do it again; the first call is that of `push`, when it has been done."""
        if self._recorded:
            self._redo()
        self._recorded = True

    def undo(self) -> None:
        """Take it back."""
        self._undo()
