"""Compare controller: loads the two photos of a comparison and what they have in common, off the GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import ImageChops
from PySide6.QtCore import QObject, Signal

from lookalike.search.query import Query
from lookalike_desktop.compare.compare_page import ComparePage
from lookalike_desktop.compare.difference import difference, laid_over
from lookalike_desktop.compare.match_words import Grounds
from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.jobs import Tasks
from lookalike_desktop.search.queries import SearchRequest
from lookalike_desktop.viewer.photo_levels import PhotoLevels

if TYPE_CHECKING:
    from PIL import Image

    from lookalike.library import Library
    from lookalike.search.comparison import Comparison

SIDE = 3072
"""Longest side of the photos compared, pixels."""

DIMMED = 0.35
"""How bright the one photo is where the other shows nothing."""

OVERLAY_SIDE = 1600
"""Longest side of the photos laid on each other, pixels."""


class CompareController(QObject):
    """Fills the page of comparisons.

    Args:
        page: the page.
        parent: the Qt parent.
    """

    failed = Signal(Failure)
    """Something unexpected went wrong; known failures are shown on the page."""

    def __init__(self, page: ComparePage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._tasks = Tasks(1, "compare", self._on_failed, self)
        self._turn = 0
        self._photos: list[Image.Image] = []
        self._comparison: Comparison | None = None
        page.pair.overlay_wanted.connect(self._overlay)
        page.left.connect(self.forget)

    def open(self, library: Library, request: SearchRequest, content_id: int, grounds: Grounds) -> None:
        """Compare a photo of the library with what is searched for: both photos first, then what matches."""
        self.forget()
        turn = self._turn
        self._page.show_grounds(content_id, grounds)

        def load() -> tuple[list[Image.Image], PhotoLevels, PhotoLevels, Query] | None:
            # A user who moves on quickly does not wait for the pairs in between.
            if turn != self._turn:
                return None
            query = request.make()
            first = library.search.compared_photo(query, content_id).load(SIDE)
            second = library.photos.image(content_id, SIDE)
            return [first, second], PhotoLevels.of(first), PhotoLevels.of(second), query

        def show(loaded: tuple[list[Image.Image], PhotoLevels, PhotoLevels, Query] | None) -> None:
            if loaded is None or turn != self._turn:
                return
            photos, left, right, query = loaded
            self._photos = photos
            self._page.pair.show_left(left)
            self._page.pair.show_right(right)
            self._tasks.run(lambda: compare(query), match)

        def compare(query: Query) -> Comparison | None:
            return library.search.compare(query, content_id) if turn == self._turn else None

        def match(comparison: Comparison | None) -> None:
            if comparison is not None and turn == self._turn:
                self._comparison = comparison
                self._page.show_comparison(comparison)

        self._tasks.run(load, show)

    def forget(self) -> None:
        """Show nothing of the present pair any more."""
        self._turn += 1
        self._photos, self._comparison = [], None

    def close(self) -> None:
        """Wait for what is being loaded; nothing is shown after this."""
        self.forget()
        self._tasks.close()

    def _overlay(self) -> None:
        if not self._photos:
            return
        turn, (first, second) = self._turn, self._photos
        transform = self._comparison.transform if self._comparison is not None else ()

        def work() -> tuple[PhotoLevels, PhotoLevels, PhotoLevels]:
            small = [photo.copy() for photo in (first, second)]
            for photo in small:
                photo.thumbnail((OVERLAY_SIDE, OVERLAY_SIDE))
            over, covered = laid_over(small[0], small[1], transform)
            over.paste(small[0].point(lambda level: level * DIMMED), mask=ImageChops.invert(covered))
            apart = difference(small[0], small[1], transform)
            return PhotoLevels.of(small[0]), PhotoLevels.of(over), PhotoLevels.of(apart)

        def show(overlay: tuple[PhotoLevels, PhotoLevels, PhotoLevels]) -> None:
            if turn == self._turn:
                self._page.pair.show_overlay(*overlay)

        self._tasks.run(work, show)

    def _on_failed(self, failure: Failure) -> None:
        self._page.show_trouble(failure.message)
        if failure.details:
            self.failed.emit(failure)
