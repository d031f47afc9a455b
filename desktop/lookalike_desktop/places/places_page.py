"""Places page: a map with the photos that have a position, and beside it those in sight."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lookalike.catalog.filters import Area
from lookalike_desktop.places.map_view import ZOOM, MapView
from lookalike_desktop.places.mercator import position
from lookalike_desktop.qt.formatting import format_count
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.widgets.back_button import BackButton
from lookalike_desktop.widgets.grid_view import GridView
from lookalike_desktop.widgets.messages import Message
from lookalike_desktop.widgets.page import Page
from lookalike_desktop.widgets.photo_model import PhotoModel

LIST_MS = 80
"""The photos beside a map that is being moved follow after so many milliseconds."""

LEAST_DEGREES = 0.002
"""Height and width of the area of photos that were all taken at one place: some 200 m."""


class PlacesPage(Page):
    """The map and the photos in sight.

    Args:
        thumbnails: the store of thumbnails.
        parent: the Qt parent.
    """

    filter_wanted = Signal(Area)
    """Searches and lists are to be narrowed to this part of the map."""

    def __init__(self, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back_button = BackButton()
        self.back_button.clicked.connect(self.go_back)
        heading = QLabel(self.tr("Places"))
        heading.setProperty("heading", True)
        self.summary = QLabel()
        self.summary.setProperty("quiet", True)
        self.summary.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.nearer_button = self._zoom_button("+", self.tr("Nearer (+)"))
        self.farther_button = self._zoom_button("−", self.tr("Farther (−)"))
        self.all_button = QPushButton(self.tr("Show all"))
        self.all_button.setToolTip(self.tr("Show all photos on the map (Home)"))
        self.filter_button = QPushButton(self.tr("Search only here"))
        self.filter_button.setToolTip(
            self.tr("Narrow searches and the library to these photos' part of the map")
        )
        self.map = MapView(thumbnails)
        self.photo_model = PhotoModel(thumbnails, self)
        self.photos = GridView(self.photo_model, thumbnails)
        self.message = Message()
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.addWidget(self.map)
        split.addWidget(self.photos)
        split.setStretchFactor(0, 1)
        split.setSizes([760, 400])
        self.body = QStackedWidget()
        self.body.addWidget(self.message)
        self.body.addWidget(split)
        self._split = split
        top = QHBoxLayout()
        top.setContentsMargins(14, 0, 14, 8)
        top.setSpacing(8)
        for part in (self.back_button, heading):
            top.addWidget(part)
        top.addWidget(self.summary, 1)
        for button in (self.farther_button, self.nearer_button, self.all_button, self.filter_button):
            top.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self.body, 1)
        self._listing = QTimer(self, singleShot=True, interval=LIST_MS)
        self._listing.timeout.connect(self._list_photos)
        self.map.moved.connect(self._listing.start)
        self.nearer_button.clicked.connect(lambda: self.map.zoom(ZOOM))
        self.farther_button.clicked.connect(lambda: self.map.zoom(1 / ZOOM))
        self.all_button.clicked.connect(self.map.show_all)
        self.filter_button.clicked.connect(lambda: self.filter_wanted.emit(self.area()))
        self._latitudes = self._longitudes = np.zeros(0, np.float32)
        self.message.show_text(self.tr("Looking for positions…"))
        self.draw_icons()

    def _zoom_button(self, sign: str, hint: str) -> QToolButton:
        button = QToolButton()
        button.setText(sign)
        button.setMinimumWidth(34)
        button.setToolTip(hint)
        button.setAccessibleName(hint)
        return button

    @property
    def photo_grid(self) -> GridView:
        """The photos in sight."""
        return self.photos

    def enter(self) -> None:
        """Let the map be moved by the keyboard."""
        self.map.setFocus()

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self.back_button.draw_icon()

    def show_positions(
        self, ids: NDArray[np.int64], latitudes: NDArray[np.float32], longitudes: NDArray[np.float32]
    ) -> None:
        """Show photos where they were taken, the newest first; a line where there are none."""
        self._latitudes, self._longitudes = latitudes, longitudes
        for button in (self.nearer_button, self.farther_button, self.all_button, self.filter_button):
            button.setEnabled(len(ids) > 0)
        if not len(ids):
            self.summary.clear()
            self.message.show_text(
                self.tr("No photo has a position"),
                self.tr("Phones write one into their photos where that is switched on, many cameras do not."),
            )
            self.body.setCurrentWidget(self.message)
            return
        self.body.setCurrentWidget(self._split)
        if self.back_button.hasFocus():
            # There was nothing else to give it to before.
            self.map.setFocus()
        self.map.show_positions(ids, latitudes, longitudes)
        self._list_photos()

    def area(self) -> Area:
        """The part of the map that holds the chosen photos, or else what is seen."""
        rows = self.map.chosen
        if rows is None or not len(rows):
            return self.map.frame.area()
        north, east = self._latitudes[rows].astype(float), self._longitudes[rows].astype(float)
        half = LEAST_DEGREES / 2
        return Area(
            float(north.min()) - half,
            float(east.min()) - half,
            float(north.max()) + half,
            float(east.max()) + half,
        )

    def middle(self) -> tuple[float, float]:
        """Degrees north and east of the middle of the chosen photos, or else of what is seen."""
        rows = self.map.chosen
        if rows is None or not len(rows):
            return position(self.map.frame.x, self.map.frame.y)
        return float(self._latitudes[rows].mean()), float(self._longitudes[rows].mean())

    def _list_photos(self) -> None:
        ids = self.map.ids_in_sight()
        self.photo_model.show_ids(ids)
        count, total = len(ids), len(self._latitudes)
        if count == total:
            words = self.tr("%n photo(s) with a position", "", total)
        elif self.map.chosen is not None:
            words = self.tr("%n photo(s) chosen", "", count)
        else:
            words = self.tr("{0} of {1} photos in sight").format(format_count(count), format_count(total))
        self.summary.setText(words)
        self.filter_button.setEnabled(count > 0)
