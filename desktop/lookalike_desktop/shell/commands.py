"""Commands: everything that the user can do from anywhere in the window, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMainWindow

Keys = QKeySequence | QKeySequence.StandardKey | str
"""A shortcut: one of the platform's own, or keys by name."""


class Commands(QObject):
    """The commands of a window; each is an action with a name, keys and a group.

    Args:
        window: the window whose actions they are.

    Attributes:
        groups: the actions by the name of their group, in the order in which they were added; separators among them.
    """

    added = Signal(str, QAction)
    """A command, or a separator, was added to the group of this name."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.groups: dict[str, list[QAction]] = {}

    def arrange(self, groups: Iterable[str]) -> None:
        """Give groups their order before they are filled; others follow them."""
        for group in groups:
            self.groups.setdefault(group, [])

    def add(
        self, group: str, text: str, act: Callable[[], object], keys: Keys | tuple[Keys, ...] = ""
    ) -> QAction:
        """Add a command.

        Args:
            group: the translated name of its group.
            text: the translated name that the user reads.
            act: what it does; called in the GUI thread.
            keys: its shortcuts, the one to show first; "" for none.

        Returns:
            The action, which may be disabled, be made checkable, or get an icon.
        """
        action = QAction(text, self._window)
        action.setShortcuts(_sequences(keys if isinstance(keys, tuple) else (keys,)))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setMenuRole(QAction.MenuRole.NoRole)
        action.triggered.connect(lambda *_: act())
        self._window.addAction(action)
        self._put(group, action)
        return action

    def add_switch(
        self, group: str, text: str, act: Callable[[bool], object], keys: Keys | tuple[Keys, ...] = ""
    ) -> QAction:
        """Add a command that is on or off; `act` is called with what it is to be."""
        action = self.add(group, text, lambda: act(action.isChecked()), keys)
        action.setCheckable(True)
        return action

    def separate(self, group: str) -> None:
        """Put a line below what a group has so far."""
        action = QAction(self._window)
        action.setSeparator(True)
        self._put(group, action)

    def all(self) -> Iterator[tuple[str, QAction]]:
        """Every command with the name of its group."""
        for group, actions in self.groups.items():
            for action in actions:
                if not action.isSeparator():
                    yield group, action

    def _put(self, group: str, action: QAction) -> None:
        self.groups.setdefault(group, []).append(action)
        self.added.emit(group, action)


def _sequences(keys: Iterable[Keys]) -> list[QKeySequence]:
    """Each shortcut once, in the order given."""
    found: list[QKeySequence] = []
    for key in keys:
        found += [sequence for sequence in _bindings(key) if not sequence.isEmpty() and sequence not in found]
    return found


def _bindings(key: Keys) -> list[QKeySequence]:
    if isinstance(key, QKeySequence.StandardKey):
        return QKeySequence.keyBindings(key)
    return [QKeySequence(key)]


def shown_keys(sequence: QKeySequence) -> str:
    """Keys as the user reads them; a "+" among right-to-left words would else go to the other side."""
    text = sequence.toString(QKeySequence.SequenceFormat.NativeText)
    return f"\u2066{text}\u2069" if text and QGuiApplication.isRightToLeft() else text
