"""Filter panel: folder, dates, camera, stars and keyword to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lookalike.catalog.filters import FilterChoices, FilterError, Filters, first_day, last_day
from lookalike_desktop.qt.failures import describe_failure
from lookalike_desktop.qt.formatting import format_count
from lookalike_desktop.search.filter_text import rating_text

WIDTH = 340
"""Width of the panel, pixels."""


class FilterPanel(QFrame):
    """A small window under the filter button. Enter shows the photos, Escape leaves all as it was.

    Args:
        parent: the Qt parent.
    """

    chosen = Signal(object)
    """The `Filters` that the user wants."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("card", True)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(self.tr("Filters"))
        self._before = Filters()
        self.folder = self._choice(self.tr("Folder"))
        self.camera = self._choice(self.tr("Camera"))
        self.rating = self._choice(self.tr("Stars"))
        self.keyword = self._choice(self.tr("Keyword"))
        self.since = self._date(self.tr("Taken from"))
        self.until = self._date(self.tr("Taken until"))
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.setVisible(False)
        self.show_button = QPushButton(self.tr("Show the photos"))
        self.show_button.setProperty("primary", True)
        self.show_button.clicked.connect(self._choose)
        self.clear_button = QPushButton(self.tr("No filters"))
        self.clear_button.setProperty("flat", True)
        self.clear_button.clicked.connect(self._clear)
        self._lay_out()

    def _lay_out(self) -> None:
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(12)
        self._form.setVerticalSpacing(8)
        for field in (self.folder, self.since, self.until, self.camera, self.rating, self.keyword):
            label = QLabel(field.accessibleName())
            label.setBuddy(field)
            label.setMinimumHeight(field.sizeHint().height())
            self._form.addRow(label, field)
        buttons = QHBoxLayout()
        buttons.addWidget(self.clear_button)
        buttons.addStretch(1)
        buttons.addWidget(self.show_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 14)
        column.setSpacing(12)
        column.addLayout(self._form)
        column.addWidget(self.problem)
        column.addLayout(buttons)

    def _choice(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(12)
        return box

    def _date(self, name: str) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(name)
        field.setPlaceholderText(self.tr("2019, 2019-07 or 2019-07-18"))
        field.returnPressed.connect(self._choose)
        return field

    def offer(self, choices: FilterChoices, watched: Sequence[Path], filters: Filters) -> None:
        """Fill the fields, with the present filters chosen.

        Args:
            choices: what the library has.
            watched: the watched folders, which stand for all below them.
            filters: what is chosen now.
        """
        self._before = filters
        self.problem.hide()
        counts = dict(choices.folders)
        folders = sorted({*watched, *counts, *filters.folders})
        self._fill(
            self.folder,
            self.tr("Any folder"),
            [(_shown(folder, watched), folder, _below(folder, counts)) for folder in folders],
            filters.folders,
        )
        self._fill(
            self.camera,
            self.tr("Any camera"),
            [(name, name, count) for name, count in choices.cameras],
            filters.cameras,
        )
        self._fill(
            self.rating,
            self.tr("Any number"),
            [(rating_text(stars), stars, count) for stars, count in enumerate(choices.rated, start=1)],
            () if filters.rating is None else (filters.rating,),
        )
        self._fill(
            self.keyword,
            self.tr("Any keyword"),
            [(name, name, count) for name, count in choices.keywords],
            filters.keywords,
        )
        self._form.setRowVisible(self.keyword, bool(choices.keywords or filters.keywords))
        for field, day in ((self.since, filters.since), (self.until, filters.until)):
            field.setText("" if day is None else str(day))

    def _fill(
        self,
        box: QComboBox,
        anything: str,
        values: Sequence[tuple[str, object, int]],
        chosen: Sequence[object],
    ) -> None:
        box.clear()
        box.addItem(anything, None)
        for words, value, count in values:
            box.addItem(f"{words}   ({format_count(count)})", value)
            if value in chosen:
                box.setCurrentIndex(box.count() - 1)

    def _choose(self) -> None:
        try:
            since, until = self._day(self.since, first_day), self._day(self.until, last_day)
        except FilterError as error:
            self._show_problem(describe_failure(error).message)
            return
        if since is not None and until is not None and since > until:
            self._show_problem(self.tr("The first day is after the last one."))
            return
        folder, camera, keyword = (box.currentData() for box in (self.folder, self.camera, self.keyword))
        self.close()
        self.chosen.emit(
            Filters(
                folders=() if folder is None else (folder,),
                since=since,
                until=until,
                cameras=() if camera is None else (camera,),
                rating=self.rating.currentData(),
                keywords=() if keyword is None else (keyword,),
            )
        )

    def _day(self, field: QLineEdit, read: Callable[[str], date]) -> date | None:
        text = field.text().strip()
        return read(text) if text else None

    def _clear(self) -> None:
        self.close()
        self.chosen.emit(Filters())

    def _show_problem(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(True)
        self.adjustSize()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin at the first field."""
        super().showEvent(event)
        self.folder.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses, from whatever field."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        else:
            super().keyPressEvent(event)


def _shown(folder: Path, watched: Sequence[Path]) -> str:
    """A folder as its watched folder's name and the way from there."""
    for top in watched:
        if folder == top or folder.is_relative_to(top):
            return str(Path(top.name) / folder.relative_to(top)) if top.name else str(folder)
    return str(folder)


def _below(folder: Path, counts: dict[Path, int]) -> int:
    """Photos in a folder and below it."""
    return sum(count for place, count in counts.items() if place == folder or place.is_relative_to(folder))
