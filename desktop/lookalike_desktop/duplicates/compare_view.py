"""Compare view: the photo to keep and another one of its group, with linked zoom, and their difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from lookalike.duplicates.groups import DuplicateGroup, DuplicatePhoto
from lookalike_desktop.compare.difference import SIDE, difference
from lookalike_desktop.compare.linked_view import LinkedView
from lookalike_desktop.duplicates.words import photo_text
from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.formatting import format_size
from lookalike_desktop.qt.jobs import Tasks
from lookalike_desktop.viewer.photo_canvas import PhotoCanvas
from lookalike_desktop.viewer.photo_levels import PhotoLevels
from lookalike_desktop.viewer.photo_loader import PhotoLoader

if TYPE_CHECKING:
    from lookalike.library import Library, PhotoInfo


class PhotoSide(QObject):
    """One photo of the two, with what is to be known about it.

    Args:
        parent: the Qt parent.
    """

    failed = Signal(Failure)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.canvas = PhotoCanvas()
        # Keys are those of the page.
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.heading = QLabel()
        self.heading.setProperty("title", True)
        self.words = QLabel()
        self.path = QLabel()
        for label in (self.words, self.path):
            label.setProperty("quiet", True)
        for label in (self.heading, self.words, self.path):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setMinimumWidth(10)
        self.path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for label in (self.words, self.path):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.loader = PhotoLoader(self)
        self.loader.info_loaded.connect(self._on_info)
        self.loader.image_loaded.connect(self.canvas.improve)
        self.loader.failed.connect(self.failed)
        self.canvas.zoomed.connect(self._want_pixels)

    def show_photo(
        self, library: Library, heading: str, words: str, photo: DuplicatePhoto, preview: QImage | None
    ) -> None:
        """Show a photo: its thumbnail at once, if there is one, and then the photo."""
        self.heading.setText(heading)
        self.words.setText(words)
        self.path.setText(str(photo.path))
        self.canvas.show_photo(preview or QImage(), QSize())
        self.loader.open(library, photo.content_id)

    def _on_info(self, info: PhotoInfo | None) -> None:
        if info is None:
            return
        facts = info.facts
        size = f"{facts.width} × {facts.height} · {facts.format} · {format_size(facts.bytes)}"
        words = self.words.text()
        self.words.setText(f"{size} · {words}" if words else size)
        self.canvas.set_photo_size(QSize(facts.width, facts.height))
        self.loader.set_size(facts.width, facts.height)
        self._want_pixels()

    def _want_pixels(self) -> None:
        self.loader.request_image(self.canvas.pixels_wanted)


class CompareView(QWidget):
    """The kept photo on the left, another one on the right.

    Args:
        parent: the Qt parent.
    """

    failed = Signal(Failure)
    """Something could not be loaded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.left, self.right = PhotoSide(self), PhotoSide(self)
        self.linked = LinkedView(self.left.canvas, self.right.canvas)
        self.difference_canvas = PhotoCanvas()
        self.difference_canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.difference_canvas.setAccessibleName(self.tr("Difference"))
        self.difference_canvas.hide()
        self._linked_difference = LinkedView(self.left.canvas, self.difference_canvas)
        self._tasks = Tasks(1, "difference", self.failed.emit, self)
        self._shown: tuple[Library, DuplicatePhoto, DuplicatePhoto] | None = None
        self._transform: tuple[float, ...] = ()
        self._difference_of: tuple[int, int] | None = None
        for side in (self.left, self.right):
            side.failed.connect(self.failed)
        # A grid, so that both photos have the same height whatever is written below them.
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        grid.setRowStretch(0, 1)
        grid.addWidget(self.difference_canvas, 0, 1)
        for column, side in enumerate((self.left, self.right)):
            grid.setColumnStretch(column, 1)
            for row, part in enumerate((side.canvas, side.heading, side.words, side.path)):
                grid.addWidget(part, row, column)

    @property
    def showing_difference(self) -> bool:
        """Whether the difference is shown in the place of the other photo's pixels."""
        return not self.difference_canvas.isHidden()

    def show_pair(
        self,
        library: Library,
        group: DuplicateGroup,
        kept: DuplicatePhoto,
        other: DuplicatePhoto,
        previews: tuple[QImage | None, QImage | None],
    ) -> None:
        """Show two photos of a group."""
        self._shown = (library, kept, other)
        self._transform = transform_between(group, kept, other)
        self.linked.set_transform(self._transform)
        self.left.show_photo(library, self.tr("Stays"), photo_text(group, kept), kept, previews[0])
        heading = self.tr("Stays") if other.path == kept.path else self.tr("Other photo")
        self.right.show_photo(library, heading, photo_text(group, other), other, previews[1])
        self._difference_of = None
        if self.showing_difference:
            self._make_difference()

    def show_fate(self, goes: bool) -> None:
        """Say whether the photo on the right goes."""
        self.right.heading.setText(self.tr("Goes to the trash") if goes else self.tr("Stays"))

    def show_difference(self, on: bool) -> None:
        """Show the difference, or the photos."""
        self.difference_canvas.setVisible(on)
        self.right.canvas.setVisible(not on)
        if on:
            self._make_difference()

    def clear(self) -> None:
        """Show nothing."""
        self._shown = None
        for side in (self.left, self.right):
            side.loader.leave()

    def close_loaders(self) -> None:
        """Wait for what is being loaded."""
        self._tasks.close()
        for side in (self.left, self.right):
            side.loader.close()

    def _make_difference(self) -> None:
        if self._shown is None:
            return
        library, kept, other = self._shown
        wanted, transform = (kept.content_id, other.content_id), self._transform
        if wanted == self._difference_of:
            return
        self._difference_of = wanted
        self.difference_canvas.show_photo(QImage(), QSize())

        def work() -> PhotoLevels | None:
            # A user who moves on quickly does not wait for the pairs in between.
            if wanted != self._difference_of:
                return None
            images = [library.photos.image(number, SIDE) for number in wanted]
            return PhotoLevels.of(difference(images[0], images[1], transform))

        def show(levels: PhotoLevels | None) -> None:
            if levels is not None and wanted == self._difference_of:
                self.difference_canvas.show_photo(QImage(), levels.sharpest().size())
                self.difference_canvas.improve(levels)

        self._tasks.run(work, show)


def transform_between(
    group: DuplicateGroup, first: DuplicatePhoto, second: DuplicatePhoto
) -> tuple[float, ...]:
    """The homography from one photo of a group to another; empty where it is unknown."""
    matrices = []
    for photo in (first, second):
        if photo.hash == group.keep.hash:
            matrices.append(np.eye(3))
        elif photo.transform:
            matrices.append(np.asarray(photo.transform, np.float64).reshape(3, 3))
        else:
            return ()
    if abs(np.linalg.det(matrices[0])) < 1e-12:
        return ()
    return tuple(float(value) for value in (matrices[1] @ np.linalg.inv(matrices[0])).ravel())
