"""Pair view: two photos side by side with lines between what matches, one over the other, or their difference."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from lookalike_desktop.compare.linked_view import LinkedView
from lookalike_desktop.compare.match_lines import MatchLines, Points
from lookalike_desktop.compare.swipe_canvas import SwipeCanvas
from lookalike_desktop.viewer.photo_canvas import PhotoCanvas
from lookalike_desktop.viewer.photo_levels import PhotoLevels


class Way(Enum):
    """How two photos are shown."""

    BESIDE = 0
    SWIPE = 1
    DIFFERENCE = 2


class PairView(QWidget):
    """The photo of the query on the left, the one of the library on the right; zoom and pan are linked.

    Args:
        parent: the Qt parent.
    """

    overlay_wanted = Signal()
    """The two photos are to be laid on each other: `show_overlay` is waited for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.left, self.right = PhotoCanvas(), PhotoCanvas()
        self.left.setAccessibleName(self.tr("What is searched for"))
        self.right.setAccessibleName(self.tr("The result"))
        self.swipe = SwipeCanvas()
        self.difference = PhotoCanvas()
        self.difference.setAccessibleName(self.tr("Difference"))
        self._linked = LinkedView(self.left, self.right)
        self._overlaid = False
        headings = [QLabel(self.tr("What is searched for")), QLabel(self.tr("The result"))]
        beside = QWidget()
        row = QHBoxLayout(beside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        for canvas, heading in zip((self.left, self.right), headings, strict=True):
            heading.setProperty("quiet", True)
            heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(canvas, 1)
            column.addWidget(heading)
            row.addLayout(column, 1)
        self.lines = MatchLines(self.left, self.right, beside)
        self._stack = QStackedWidget()
        for page in (beside, self.swipe, self.difference):
            self._stack.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)

    @property
    def way(self) -> Way:
        """How the photos are shown."""
        return Way(self._stack.currentIndex())

    @property
    def canvas(self) -> PhotoCanvas:
        """The canvas that keys act on."""
        return {Way.BESIDE: self.left, Way.SWIPE: self.swipe, Way.DIFFERENCE: self.difference}[self.way]

    def show_way(self, way: Way) -> None:
        """Show the photos in another way."""
        self._stack.setCurrentIndex(way.value)
        if way is not Way.BESIDE and not self._overlaid:
            self._overlaid = True
            self.overlay_wanted.emit()
        self.canvas.setFocus()

    def clear(self) -> None:
        """Show no photos."""
        self._overlaid = False
        self.lines.show_points((), ())
        self._linked.set_transform(())
        for canvas in (self.left, self.right, self.difference):
            canvas.show_photo(QImage(), QSize())
        self.swipe.show_pair(PhotoLevels(), PhotoLevels())

    def show_left(self, levels: PhotoLevels) -> None:
        """Show the photo that is searched for."""
        self._show(self.left, levels)

    def show_right(self, levels: PhotoLevels) -> None:
        """Show the result."""
        self._show(self.right, levels)

    def show_matches(self, first: Points, second: Points, transform: Sequence[float]) -> None:
        """Show which points match, and link the photos by how the one lies in the other."""
        self.lines.show_points(first, second)
        self._linked.set_transform(transform)
        self._overlaid = False
        if self.way is not Way.BESIDE:
            self.show_way(self.way)

    def show_overlay(self, under: PhotoLevels, over: PhotoLevels, difference: PhotoLevels) -> None:
        """Show the two laid on each other: the left one, the right one in its frame, and their difference."""
        self.swipe.show_pair(under, over)
        self._show(self.difference, difference)

    @staticmethod
    def _show(canvas: PhotoCanvas, levels: PhotoLevels) -> None:
        canvas.show_photo(QImage(), levels.sharpest().size())
        canvas.improve(levels)
