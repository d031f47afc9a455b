"""Form: cards of named controls, as pages of settings have them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

CONTROL = 240
"""Least width of a control beside its name, pixels."""


class Chooser(QComboBox):
    """A choice of several; a wheel over it scrolls the page, and changes nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave it to the page."""
        event.ignore()


class NumberField(QSpinBox):
    """A number, in force once it is typed; a wheel over it scrolls the page, and changes nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setKeyboardTracking(False)
        self.lineEdit().setTextMargins(8, 0, 8, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave it to the page."""
        event.ignore()


class FormCard(QFrame):
    """Controls one below the other, each with its name and a line about it on the left.

    The name of a control is its accessible name, too.

    Args:
        title: what they have in common.
        parent: the Qt parent.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        heading = QLabel(title)
        heading.setProperty("title", True)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(18, 14, 18, 16)
        self._grid.setHorizontalSpacing(24)
        self._grid.setVerticalSpacing(12)
        self._grid.setColumnStretch(0, 1)
        self._grid.addWidget(heading, 0, 0, 1, 2)

    def add(self, name: str, control: QWidget, hint: str = "") -> QLabel:
        """Add a control.

        Returns:
            The line about it, which may be changed.
        """
        row = self._grid.rowCount()
        told = QLabel(name)
        told.setWordWrap(True)
        about = _quiet(hint, self)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(told)
        words.addWidget(about)
        control.setAccessibleName(name)
        if not isinstance(control, QCheckBox):
            control.setMinimumWidth(CONTROL)
        self._grid.addLayout(words, row, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(control, row, 1, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        return about

    def add_box(self, box: QCheckBox, hint: str = "") -> QLabel:
        """Add a box with its name beside it; gives the line about it."""
        about = _quiet(hint, self)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(box)
        words.addWidget(about)
        about.setContentsMargins(22, 0, 0, 0)
        self._grid.addLayout(words, self._grid.rowCount(), 0, 1, 2)
        return about

    def add_wide(self, name: str, control: QWidget, hint: str = "") -> None:
        """Add a control that takes the whole width, below its name."""
        control.setAccessibleName(name)
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(QLabel(name))
        words.addWidget(_quiet(hint, self))
        words.addWidget(control)
        self._grid.addLayout(words, self._grid.rowCount(), 0, 1, 2)


class _Quiet(QLabel):
    def setText(self, text: str) -> None:
        super().setText(text)
        self.setVisible(bool(text))


def _quiet(text: str, parent: QWidget) -> QLabel:
    label = _Quiet(parent)
    label.setProperty("quiet", True)
    label.setWordWrap(True)
    label.setText(text)
    return label
