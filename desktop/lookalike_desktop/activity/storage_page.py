"""Storage page: what the library takes on the disk, how much it may take, and freeing it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lookalike_desktop.qt.formatting import format_size
from lookalike_desktop.widgets.back_button import BackButton
from lookalike_desktop.widgets.page import Page

if TYPE_CHECKING:
    from lookalike.library.storage import StorageUse

WIDTH = 860
"""Of the column in the middle at most, pixels."""

GIB = 1 << 30


class StoragePage(Page):
    """A row for each part of what is stored.

    Args:
        parent: the Qt parent.

    Attributes:
        rows: the rows by the part's name.
    """

    free_wanted = Signal(str)
    """The part of this name is to be deleted."""
    limit_wanted = Signal(str, float)
    """A part's name, and the bytes that it may take."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, StorageRow] = {}
        self.back_button = BackButton()
        self.back_button.clicked.connect(self.go_back)
        heading = QLabel(self.tr("Storage"))
        heading.setProperty("heading", True)
        self.summary = QLabel()
        self.summary.setProperty("quiet", True)
        self.summary.setWordWrap(True)
        self.place = QLabel()
        self.place.setProperty("quiet", True)
        self.place.setWordWrap(True)
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.back_button)
        top.addWidget(heading, 1)
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        self._column.addLayout(top)
        self._column.addWidget(self.summary)
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self._column.addLayout(self._list)
        self._column.addWidget(self.place)
        self._column.addStretch(1)
        inner = QWidget()
        inner.setMaximumWidth(WIDTH)
        inner.setLayout(self._column)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 14)
        row.addWidget(inner)
        self.draw_icons()

    def enter(self) -> None:
        """Let the page be left by the keyboard."""
        self.back_button.setFocus()

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self.back_button.draw_icon()

    def show_usage(self, usage: Sequence[StorageUse], left: int, folder: str) -> None:
        """Show what every part takes.

        Args:
            usage: the parts.
            left: bytes that are left on the disk.
            folder: where the library lies.
        """
        for use in usage:
            name = use.part.value
            if name not in self.rows:
                row = StorageRow(self._title(name), self._purpose(name), use.limit is not None)
                row.free_button.clicked.connect(lambda _=False, part=name: self.free_wanted.emit(part))
                row.limit_chosen.connect(lambda limit, part=name: self.limit_wanted.emit(part, limit))
                row.free_button.setVisible(use.can_be_freed)
                self.rows[name] = row
                self._list.addWidget(row)
            self.rows[name].show_use(use.bytes, use.limit)
        total = sum(use.bytes for use in usage)
        self.summary.setText(
            self.tr(
                "{0} in all. {1} of the disk are left. Your photos are not counted: they stay where they are."
            ).format(format_size(total), format_size(left))
        )
        self.place.setText(self.tr("The library lies in {0}").format(folder))

    def show_busy(self, part: str) -> None:
        """Show that a part is being freed; "" when nothing is."""
        for name, row in self.rows.items():
            row.free_button.setEnabled(not part)
            row.free_button.setText(self.tr("Freeing…") if name == part else self.tr("Free space"))

    def _title(self, part: str) -> str:
        return {
            "catalog": self.tr("Catalog"),
            "index": self.tr("Search index"),
            "details": self.tr("Details"),
            "features": self.tr("Matching points"),
            "thumbnails": self.tr("Small pictures"),
            "tokens": self.tr("What the model saw"),
            "models": self.tr("Models"),
        }[part]

    def _purpose(self, part: str) -> str:
        return {
            "catalog": self.tr("What is known of your photos, and what you decided"),
            "index": self.tr("Finds similar photos; made again by itself if it is lost"),
            "details": self.tr("Finds photos by details they share"),
            "features": self.tr("Kept so that results are checked quickly; made again when needed"),
            "thumbnails": self.tr("Shown in grids; made again when they come into sight"),
            "tokens": self.tr("Kept so that the model looks at each photo only once"),
            "models": self.tr("Shared by all libraries; removed on the page of models"),
        }[part]


class StorageRow(QFrame):
    """One part: its name, its purpose, its size, its limit, and a button that frees it.

    Args:
        title: its name.
        purpose: what it is for.
        limited: whether it has a limit.
        parent: the Qt parent.
    """

    limit_chosen = Signal(float)
    """Bytes that it may take."""

    def __init__(self, title: str, purpose: str, limited: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        name = QLabel(title)
        name.setProperty("title", True)
        words = QLabel(purpose)
        words.setProperty("quiet", True)
        words.setWordWrap(True)
        self.amount = QLabel()
        self.amount.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.amount.setMinimumWidth(90)
        self.limit = QDoubleSpinBox(self)
        self.limit.setPrefix(self.tr("at most") + " ")
        self.limit.setSuffix(" GB")
        self.limit.setDecimals(1)
        self.limit.setSingleStep(0.5)
        self.limit.setRange(0.1, 999)
        self.limit.setKeyboardTracking(False)
        self.limit.setAccessibleName(self.tr("{0}: gigabytes at most").format(title))
        self.limit.setVisible(limited)
        self.limit.valueChanged.connect(lambda value: self.limit_chosen.emit(value * GIB))
        self.free_button = QPushButton(self.tr("Free space"))
        self.free_button.setAccessibleName(self.tr("Free space: {0}").format(title))
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 10, 12, 10)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.addWidget(name, 0, 0)
        grid.addWidget(words, 1, 0)
        grid.addWidget(self.amount, 0, 1, 2, 1)
        grid.addWidget(self.limit, 0, 2, 2, 1)
        grid.addWidget(self.free_button, 0, 3, 2, 1)
        grid.setColumnStretch(0, 1)

    def show_use(self, size: int, limit: int | None) -> None:
        """Show what it takes, and what it may take."""
        self.amount.setText(format_size(size))
        if limit is not None:
            self.limit.blockSignals(True)
            self.limit.setValue(limit / GIB)
            self.limit.blockSignals(False)
