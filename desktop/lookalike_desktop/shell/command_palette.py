"""Command palette: a field over the window that finds any command by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QBrush, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from lookalike_desktop.shell.command_search import matching
from lookalike_desktop.shell.commands import Commands, shown_keys
from lookalike_desktop.widgets.page import KeyList

WIDTH, TOP, ROWS = 620, 84, 11
"""Width and distance from the top of the window, pixels; rows that are seen at once."""

MOVES = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})


class _Line(NamedTuple):
    """A command, or what a key does on the page in front; it is remembered by `origin` when it was used."""

    origin: Hashable
    group: str
    text: str
    keys: str
    act: Callable[[], object]
    enabled: bool = True
    checked: bool = False


class CommandPalette(QFrame):
    """Lists the commands that what is typed may mean; Enter does the first, or the one that the arrows chose.

    While nothing is typed, what was used comes first, and then what only the page in front can do. It goes when it
    loses the focus.

    Args:
        commands: what it finds.
        here: gives the keys of the page in front.
        window: what it lies over.
    """

    def __init__(self, commands: Commands, here: Callable[[], KeyList | None], window: QWidget) -> None:
        super().__init__(window)
        self.setProperty("card", True)
        self.setAutoFillBackground(True)
        self.setAccessibleName(self.tr("All commands"))
        self._commands = commands
        self._here = here
        self._window = window
        self._found: list[_Line] = []
        self._used: list[Hashable] = []
        self._before: QWidget | None = None
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("What do you want to do?"))
        self.field.setAccessibleName(self.tr("Find a command"))
        self.field.textChanged.connect(self._find)
        self.field.returnPressed.connect(self._do_chosen)
        self.field.installEventFilter(self)
        self.list = QTreeWidget()
        self.list.setColumnCount(3)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setProperty("choice", True)
        self.list.setUniformRowHeights(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName(self.tr("Commands found"))
        self.list.itemClicked.connect(lambda *_: self._do_chosen())
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        column_of_parts = QVBoxLayout(self)
        column_of_parts.setContentsMargins(12, 12, 12, 12)
        column_of_parts.setSpacing(8)
        column_of_parts.addWidget(self.field)
        column_of_parts.addWidget(self.list)
        self.hide()

    def open(self) -> None:
        """Show it, empty, with the keyboard in its field; or close it if it is shown."""
        if self.isVisible():
            self.close_up()
            return
        self._before = self._window.focusWidget()
        self.field.clear()
        self._find("")
        width = min(WIDTH, self._window.width() - 40)
        self.setFixedWidth(width)
        self.move((self._window.width() - width) // 2, TOP)
        self.raise_()
        self.show()
        self.field.setFocus()

    def close_up(self) -> None:
        """Hide it, and give the keyboard back."""
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus()

    def _find(self, typed: str) -> None:
        every = list(self._lines())
        if not typed.strip():
            recent = {origin: place for place, origin in enumerate(self._used)}
            every.sort(key=lambda line: (not line.enabled, recent.get(line.origin, len(recent))))
        places = matching(typed, [f"{line.text} {line.group}" for line in every])
        self._found = [every[place] for place in places]
        self.list.clear()
        quiet = QBrush(self.palette().placeholderText().color())
        for line in self._found:
            item = QTreeWidgetItem([f"✓ {line.text}" if line.checked else line.text, line.group, line.keys])
            item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column in (0, 1, 2) if not line.enabled else (1, 2):
                item.setForeground(column, quiet)
            self.list.addTopLevelItem(item)
        first = self.list.topLevelItem(0)
        if first is not None:
            self.list.setCurrentItem(first)
        self._fit()

    def _lines(self) -> Iterator[_Line]:
        here = self._here()
        if here is not None:
            for key in here.keys:
                if key.act is not None:
                    yield _Line((here.title, key.text), here.title, key.text, key.keys, key.act)
        for group, action in self._commands.all():
            checked = action.isCheckable() and action.isChecked()
            keys, able = shown_keys(action.shortcut()), action.isEnabled()
            yield _Line(action, group, action.text(), keys, action.trigger, able, checked)

    def _fit(self) -> None:
        """As high as what was found, within the window."""
        rows, room = min(len(self._found), ROWS), self._window.height() - TOP - 100
        self.list.setFixedHeight(max(min(rows * self.list.sizeHintForRow(0), room), 0))
        self.list.setVisible(rows > 0)
        self.adjustSize()

    def _do_chosen(self) -> None:
        row = self.list.currentIndex().row()
        if not 0 <= row < len(self._found) or not self._found[row].enabled:
            return
        line = self._found[row]
        self._used = [line.origin, *(used for used in self._used if used != line.origin)]
        self.close_up()
        line.act()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list, Escape closes; so does a click elsewhere, which takes the focus."""
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            # Not in the middle of the event.
            self.hide()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in MOVES:
                self.list.event(event)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close_up()
                return True
        return super().eventFilter(watched, event)
