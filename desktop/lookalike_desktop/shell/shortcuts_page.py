"""Shortcuts page: every command that has keys, and the keys of single pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from lookalike_desktop.shell.commands import Commands, shown_keys
from lookalike_desktop.widgets.back_button import BackButton
from lookalike_desktop.widgets.page import KeyList, Page, PageKey

COLUMN = 380
"""From this width on another column fits, pixels."""


class ShortcutsPage(Page):
    """The keys, in groups, made anew each time it is shown.

    Args:
        commands: the commands of the window.
        key_lists: gives the keys of single pages.
        parent: the Qt parent.
    """

    def __init__(
        self,
        commands: Commands,
        key_lists: Callable[[], Sequence[KeyList]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._commands = commands
        self._key_lists = key_lists
        self._columns = 0
        self.groups: list[KeyList] = []
        self.back_button = BackButton()
        self.back_button.clicked.connect(self.back_wanted)
        heading = QLabel(self.tr("Shortcuts"))
        heading.setProperty("heading", True)
        top = QHBoxLayout()
        top.setContentsMargins(12, 2, 14, 8)
        top.setSpacing(10)
        top.addWidget(self.back_button)
        top.addWidget(heading, 1)
        self.area = QScrollArea()
        self.area.setAccessibleName(self.tr("Shortcuts"))
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.viewport().setAutoFillBackground(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.area, 1)

    def enter(self) -> None:
        """Read the keys, and let the arrows scroll."""
        self.groups = [*command_keys(self._commands), *self._key_lists()]
        self._lay_out()
        self.area.setFocus()

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self.back_button.draw_icon()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many columns as fit."""
        super().resizeEvent(event)
        if self.groups and self._columns != self._fitting():
            self._lay_out()

    def _fitting(self) -> int:
        return max(1, min(3, self.width() // COLUMN))

    def _lay_out(self) -> None:
        self._columns = self._fitting()
        inner = QWidget()
        inner.setAutoFillBackground(False)
        row = QHBoxLayout(inner)
        row.setContentsMargins(20, 4, 20, 20)
        row.setSpacing(16)
        columns = []
        for _ in range(self._columns):
            column = QVBoxLayout()
            column.setSpacing(14)
            row.addLayout(column, 1)
            columns.append(column)
        lines = [0] * self._columns
        for group in self.groups:
            # The shortest column takes the next group.
            shortest = lines.index(min(lines))
            columns[shortest].addWidget(_card(group))
            lines[shortest] += len(group.keys) + 2
        for column in columns:
            column.addStretch(1)
        self.area.setWidget(inner)
        self.area.viewport().setAutoFillBackground(False)


def command_keys(commands: Commands) -> list[KeyList]:
    """The commands that have keys, by their groups."""
    found: dict[str, list[PageKey]] = {}
    for group, action in commands.all():
        # Others that do the same are those of other systems and of keyboards with a key for it.
        keys = shown_keys(action.shortcut())
        if keys:
            found.setdefault(group, []).append(PageKey(keys, action.text()))
    return [KeyList(group, keys) for group, keys in found.items()]


def _card(group: KeyList) -> QWidget:
    card = QFrame()
    card.setProperty("card", True)
    grid = QGridLayout(card)
    grid.setContentsMargins(16, 12, 16, 14)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(7)
    grid.setColumnStretch(0, 1)
    title = QLabel(group.title)
    title.setProperty("title", True)
    grid.addWidget(title, 0, 0, 1, 2)
    for line, (keys, text, _) in enumerate(group.keys, start=1):
        words = QLabel(text)
        words.setWordWrap(True)
        words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        pressed = QLabel(keys)
        pressed.setProperty("quiet", True)
        pressed.setAccessibleName(f"{text}: {keys}")
        grid.addWidget(words, line, 0)
        grid.addWidget(pressed, line, 1, alignment=Qt.AlignmentFlag.AlignRight)
    return card
