"""Order menu: by what the photos of the library are sorted and grouped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from lookalike_desktop.library.arrangement import Grouping, Order, SortField


class OrderMenu(QMenu):
    """Three choices below each other: field, direction, grouping.

    Args:
        parent: the Qt parent.
    """

    chosen = Signal(Order)
    """Another order is wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._order = Order()
        self._fields = {
            SortField.TAKEN: self.tr("Date taken"),
            SortField.ADDED: self.tr("Date added"),
            SortField.NAME: self.tr("Name"),
            SortField.SIZE: self.tr("Size"),
            SortField.RATING: self.tr("Stars"),
        }
        groupings = {
            Grouping.DAY: self.tr("By day"),
            Grouping.MONTH: self.tr("By month"),
            Grouping.NONE: self.tr("Without headings"),
        }
        self.field_actions = self._choice(self._fields.items(), "field")
        self.addSeparator()
        self.direction_actions = self._choice([(True, ""), (False, "")], "descending")
        self.addSeparator()
        self.grouping_actions = self._choice(groupings.items(), "grouping")
        self.show_order(self._order)

    def _choice(self, values: Iterable[tuple[Any, str]], name: str) -> dict[Any, QAction]:
        group = QActionGroup(self)
        actions = {}
        for value, words in values:
            action = self.addAction(words)
            action.setCheckable(True)
            group.addAction(action)
            action.triggered.connect(lambda _=False, value=value: self._choose(name, value))
            actions[value] = action
        return actions

    def _choose(self, name: str, value: Any) -> None:
        order = replace(self._order, **{name: value})
        if name == "field":
            # The usual direction of each: names from A to Z, everything else from the newest, largest or best.
            order = replace(order, descending=value is not SortField.NAME)
        if order != self._order:
            self.show_order(order)
            self.chosen.emit(order)

    def show_order(self, order: Order) -> None:
        """Mark the order in use."""
        self._order = order
        for descending, action in self.direction_actions.items():
            action.setText(self._direction(order.field, descending))
        for actions, value in (
            (self.field_actions, order.field),
            (self.direction_actions, order.descending),
            (self.grouping_actions, order.grouping),
        ):
            actions[value].setChecked(True)
        for action in self.grouping_actions.values():
            action.setEnabled(order.field is SortField.TAKEN)

    @property
    def words(self) -> str:
        """The order in a few words."""
        order = self._order
        return f"{self._fields[order.field]}: {self._direction(order.field, order.descending)}"

    def _direction(self, field: SortField, descending: bool) -> str:
        if field is SortField.NAME:
            return self.tr("Z to A") if descending else self.tr("A to Z")
        if field is SortField.SIZE:
            return self.tr("Largest first") if descending else self.tr("Smallest first")
        if field is SortField.RATING:
            return self.tr("Most stars first") if descending else self.tr("Fewest stars first")
        return self.tr("Newest first") if descending else self.tr("Oldest first")
