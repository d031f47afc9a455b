"""Places controller: reads where photos were taken, and has the map drawn off the GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from lookalike_desktop.places.map_painter import MapColours, MapPainter
from lookalike_desktop.places.mercator import MapFrame
from lookalike_desktop.places.places_page import PlacesPage
from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.jobs import Tasks
from lookalike_desktop.session.library_session import LibrarySession

if TYPE_CHECKING:
    from lookalike.library import Library

Positions = tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]


class PlacesController(QObject):
    """Connects the page with the core.

    Args:
        session: the open library.
        page: the map.
        window: the parent.
    """

    failed = Signal(Failure)
    """The positions cannot be read, or the map cannot be drawn."""

    def __init__(self, session: LibrarySession, page: PlacesPage, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._page = page
        self._painter = MapPainter()
        # Drawing waits for nothing else, and nothing else for it.
        self._tasks = Tasks(1, "places", self.failed.emit, self)
        self._wanted: tuple[MapFrame, MapColours, float] | None = None
        self._drawing = False
        page.map.drawing_wanted.connect(self._draw)
        session.photos_changed.connect(lambda _: self.read() if page.isVisible() else None)

    def read(self) -> None:
        """Read the positions, and show them."""
        library = self._session.library
        if library is not None:
            self._tasks.run(lambda: _positions(library), lambda found: self._page.show_positions(*found))

    def _draw(self, frame: MapFrame, colours: MapColours, ratio: float) -> None:
        # While one is drawn only the latest wish is kept.
        self._wanted = frame, colours, ratio
        if not self._drawing:
            self._draw_next()

    def _draw_next(self) -> None:
        if self._wanted is None:
            return
        wanted, self._wanted, self._drawing = self._wanted, None, True
        font = self._page.font()

        def done(image: object) -> None:
            self._drawing = False
            self._page.map.show_drawing(image, wanted[0])  # type: ignore[arg-type]
            self._draw_next()

        def failed(failure: Failure) -> None:
            self._drawing = False
            self.failed.emit(failure)

        self._tasks.run(lambda: self._painter.paint(*wanted, font), done, failed)

    def close(self) -> None:
        """Wait for what has begun."""
        self._tasks.close()


def _positions(library: Library) -> Positions:
    """Content ids, newest first, and degrees north and east of the photos with a position."""
    ids, latitudes, longitudes = library.photos.positions()
    newest_first = np.array(library.photos.ids(), np.int64)
    places = np.argsort(newest_first)
    ranks = places[np.searchsorted(newest_first, ids, sorter=places).clip(max=max(len(places) - 1, 0))]
    order = np.argsort(ranks, kind="stable")
    return ids[order], latitudes[order], longitudes[order]
