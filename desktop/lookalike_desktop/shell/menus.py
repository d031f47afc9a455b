"""Menus: the commands at the top of the window, or behind one button where the user wants the room."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar, QToolButton, QWidget

from lookalike_desktop.qt.theme import icon
from lookalike_desktop.shell.commands import Commands


class Menus(QObject):
    """One menu for each group of commands, in a bar and in the menu of a button.

    Commands that are added later appear in their menu. A group that is new then gets a menu before the last one,
    which is that of help.

    Args:
        commands: the commands.
        window: the window.

    Attributes:
        bar: the menus side by side.
        menu: the same menus one below the other.
    """

    def __init__(self, commands: Commands, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.bar = QMenuBar(window)
        self.menu = QMenu(window)
        self._menus: dict[str, QMenu] = {}
        for group, actions in commands.groups.items():
            menu = self._make(group)
            self.bar.addMenu(menu)
            self.menu.addMenu(menu)
            menu.addActions(actions)
        commands.added.connect(self._on_added)
        # Qt's own button for menus that a narrow window has no room for.
        self._more = self.bar.findChild(QToolButton)
        if self._more is not None:
            self._more.setAccessibleName(self.tr("More menus"))
        self.draw_icons()

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        if self._more is not None:
            self._more.setIcon(icon("menu"))

    def _make(self, group: str) -> QMenu:
        menu = QMenu(with_mnemonic(group, [known.title() for known in self._menus.values()]), self._window)
        menu.setToolTipsVisible(True)
        self._menus[group] = menu
        return menu

    def _on_added(self, group: str, action: QAction) -> None:
        menu = self._menus.get(group)
        if menu is None:
            last = list(self._menus.values())[-1].menuAction()
            menu = self._make(group)
            self.bar.insertMenu(last, menu)
            self.menu.insertMenu(last, menu)
        menu.addAction(action)


def with_mnemonic(name: str, others: list[str]) -> str:
    """A menu's name with "&" before a letter that no other name has it before, so that Alt and the letter open it.

    Args:
        name: the plain name, in any language.
        others: the names that have one already.
    """
    taken = {other[other.index("&") + 1].casefold() for other in others if "&" in other}
    for place, letter in enumerate(name):
        if letter.isalnum() and letter.casefold() not in taken:
            return f"{name[:place]}&{name[place:]}"
    return name
