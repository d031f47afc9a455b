"""Commands: everything that the user can do from anywhere in the window, each once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow

Keys = QKeySequence | QKeySequence.StandardKey | str
"""A shortcut: one of the platform's own, or keys by name."""


class Commands(QObject):
    """The commands of a window; each is an action with a name, keys and a group.

    Args:
        window: the window whose actions they are.

    Attributes:
        groups: the actions by the name of their group, in the order in which they were added.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.groups: dict[str, list[QAction]] = {}

    def add(self, group: str, text: str, act: Callable[[], object], keys: Keys = "") -> QAction:
        """Add a command.

        Args:
            group: the translated name of its group.
            text: the translated name that the user reads.
            act: what it does; called in the GUI thread.
            keys: its shortcut; "" for none.

        Returns:
            The action, which may be disabled, be made checkable, or get an icon.
        """
        action = QAction(text, self._window)
        action.setShortcuts([QKeySequence(keys)] if isinstance(keys, str) else _bindings(keys))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda *_: act())
        self._window.addAction(action)
        self.groups.setdefault(group, []).append(action)
        return action


def _bindings(keys: QKeySequence | QKeySequence.StandardKey) -> list[QKeySequence]:
    return [keys] if isinstance(keys, QKeySequence) else QKeySequence.keyBindings(keys)
