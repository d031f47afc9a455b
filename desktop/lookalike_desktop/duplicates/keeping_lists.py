"""Keeping lists: the rules for keeping in the user's order, and the folders in which no duplicate is removed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lookalike.duplicates.keep_rules import DEFAULT_RULES, KeepRule
from lookalike_desktop.duplicates.words import rule_text

SPACING = 3
"""Pixels around each line of a list."""


class _KeepingList(QWidget):
    """A list with its buttons in a column on its right.

    Attributes:
        list: the lines.
    """

    changed = Signal()
    """The user has changed it."""

    def __init__(self) -> None:
        super().__init__()
        self.list = QListWidget()
        self.list.setSpacing(SPACING)
        self.list.currentRowChanged.connect(lambda _: self._enable())

    def _lay_out(self, *buttons: QPushButton) -> None:
        column = QVBoxLayout()
        column.setSpacing(6)
        for button in buttons:
            button.setAutoDefault(False)
            column.addWidget(button)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self.list, 1)
        row.addLayout(column)

    def _fill(self, lines: Sequence[tuple[str, str]]) -> None:
        """Show lines, each with what it stands for; the place of the chosen one stays."""
        place = max(self.list.currentRow(), 0)
        with QSignalBlocker(self.list):
            self.list.clear()
            for text, value in lines:
                item = QListWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, value)
                self.list.addItem(item)
            self.list.setCurrentRow(min(place, len(lines) - 1))
        self._enable()

    def _values(self) -> list[str]:
        """What the lines stand for."""
        return [self.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.list.count())]

    def _enable(self) -> None:
        raise NotImplementedError


class KeepingRules(_KeepingList):
    """The rules, the first one on top."""

    def __init__(self) -> None:
        super().__init__()
        self.list.setAccessibleName(self.tr("Rules, the first one on top"))
        self.up_button = QPushButton(self.tr("Up"))
        self.down_button = QPushButton(self.tr("Down"))
        self.usual_button = QPushButton(self.tr("Usual order"))
        self.up_button.setToolTip(self.tr("Let the chosen rule decide earlier (Alt+↑)"))
        self.up_button.setShortcut("Alt+Up")
        self.up_button.clicked.connect(lambda: self._move(-1))
        self.down_button.setToolTip(self.tr("Let the chosen rule decide later (Alt+↓)"))
        self.down_button.setShortcut("Alt+Down")
        self.down_button.clicked.connect(lambda: self._move(1))
        self.usual_button.clicked.connect(self._restore)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.model().rowsMoved.connect(self._on_dragged)
        self._lay_out(self.up_button, self.down_button, self.usual_button)

    @property
    def rules(self) -> list[KeepRule]:
        """The rules in the order that was chosen."""
        return [KeepRule(value) for value in self._values()]

    def show_rules(self, rules: Sequence[KeepRule]) -> None:
        """Show the rules in an order."""
        self._fill([(rule_text(rule), rule.value) for rule in rules])

    def _move(self, step: int) -> None:
        row = self.list.currentRow()
        if 0 <= row + step < self.list.count():
            self.list.insertItem(row + step, self.list.takeItem(row))
            self.list.setCurrentRow(row + step)
            self.changed.emit()

    def _restore(self) -> None:
        self.show_rules(DEFAULT_RULES)
        self.changed.emit()

    def _on_dragged(self) -> None:
        self._enable()
        self.changed.emit()

    def _enable(self) -> None:
        row = self.list.currentRow()
        self.up_button.setEnabled(row > 0)
        self.down_button.setEnabled(0 <= row < self.list.count() - 1)


class ProtectedFolderList(_KeepingList):
    """The protected folders."""

    def __init__(self) -> None:
        super().__init__()
        self.list.setAccessibleName(self.tr("Protected folders"))
        self.add_button = QPushButton(self.tr("Add…"))
        self.remove_button = QPushButton(self.tr("Remove"))
        self.add_button.setAccessibleName(self.tr("Protect a folder"))
        self.add_button.clicked.connect(self._choose)
        self.remove_button.setToolTip(self.tr("Protect the chosen folder no longer"))
        self.remove_button.clicked.connect(self._remove)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._lay_out(self.add_button, self.remove_button)
        self._enable()

    @property
    def folders(self) -> list[Path]:
        """The folders that are to be protected."""
        return [Path(value) for value in self._values()]

    def show_folders(self, folders: Sequence[Path]) -> None:
        """Show the folders."""
        self._fill([(str(folder), str(folder)) for folder in folders])
        for row, folder in enumerate(folders):
            self.list.item(row).setToolTip(str(folder))

    def add_folder(self, folder: Path) -> None:
        """List a folder, unless it is there."""
        if folder not in self.folders:
            self.show_folders([*self.folders, folder])
            self.changed.emit()

    def _choose(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Protect a folder"))
        if chosen:
            self.add_folder(Path(chosen))

    def _remove(self) -> None:
        self.list.takeItem(self.list.currentRow())
        self._enable()
        self.changed.emit()

    def _enable(self) -> None:
        self.remove_button.setEnabled(self.list.currentRow() >= 0)
