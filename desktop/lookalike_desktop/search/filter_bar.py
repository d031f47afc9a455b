"""Filter bar: the filters in use, as chips under the search bar, and the panel to choose them in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from lookalike.catalog.filters import FilterChoices, Filters
from lookalike_desktop.qt.theme import icon
from lookalike_desktop.search.filter_panel import FilterPanel
from lookalike_desktop.search.filter_text import conditions
from lookalike_desktop.search.queries import AddedPhoto
from lookalike_desktop.search.query_chips import QueryPart, query_parts
from lookalike_desktop.session.library_session import LibrarySession
from lookalike_desktop.widgets.flow_layout import FlowLayout

if TYPE_CHECKING:
    from pathlib import Path

CHIP_WIDTH = 220
"""Width of a chip's text at most, pixels."""


class FilterBar(QWidget):
    """Holds the filters; hidden while none is set.

    Args:
        session: the open library.
        button: opens the panel.
        parent: the Qt parent.
    """

    changed = Signal(object)
    """The `Filters` in use from now on."""
    added_changed = Signal(list)
    """The `AddedPhoto` that are left of those that were added to the search."""
    text_changed = Signal(str)
    """The search text without a part that was removed."""

    def __init__(self, session: LibrarySession, button: QToolButton, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._button = button
        self.filters = Filters()
        self.panel = FilterPanel(self)
        self.panel.chosen.connect(self.use)
        button.clicked.connect(self.open_panel)
        self._lines = FlowLayout(self)
        self._lines.setContentsMargins(14, 0, 14, 8)
        self._lines.setSpacing(6)
        self.chips: list[QToolButton] = []
        self.added_chips: list[QToolButton] = []
        self._parts: list[QueryPart] = []
        self._added: tuple[AddedPhoto, ...] = ()
        self._pictures: dict[int, QIcon] = {}
        self.hide()

    def open_panel(self) -> None:
        """Show the panel once its choices are read."""
        library = self._session.library
        if library is None:
            return

        def show(found: tuple[FilterChoices, list[Path]]) -> None:
            self.panel.offer(*found, self.filters)
            self.panel.adjustSize()
            corner = self._button.mapToGlobal(QPoint(self._button.width(), self._button.height() + 6))
            self.panel.move(corner - QPoint(self.panel.width(), 0))
            self.panel.show()

        self._session.tasks.run(
            lambda: (library.photos.filter_choices(), [folder.path for folder in library.folders.all()]),
            show,
        )

    def use(self, filters: Filters) -> None:
        """Use other filters."""
        if filters == self.filters:
            return
        self.filters = filters
        self._show_chips()
        self.changed.emit(filters)

    def show_query(self, text: str) -> None:
        """Show the filters and dates of a search text too; none for an empty text."""
        parts = query_parts(text, date.today())
        if parts != self._parts:
            self._parts = parts
            self._show_chips()

    def show_added(self, added: tuple[AddedPhoto, ...]) -> None:
        """Show the photos that were added to a search, each as a chip that takes it out again."""
        if added != self._added:
            self._added = added
            self._pictures.clear()
            self._show_chips()
            for photo in added:
                self._read_picture(photo.content_id)

    def _read_picture(self, content_id: int) -> None:
        library = self._session.library
        if library is None:
            return

        def show(image: QImage) -> None:
            self._pictures[content_id] = QIcon(QPixmap.fromImage(image))
            self.draw_icons()

        # A photo whose drive is away has a chip without a picture.
        self._session.tasks.run(
            lambda: QImage.fromData(library.photos.thumbnail(content_id)), show, lambda _: None
        )

    def _show_chips(self) -> None:
        for chip in self.chips:
            self._lines.removeWidget(chip)
            chip.deleteLater()
        self.chips = [
            self._chip(words, lambda rest=rest: self.use(rest))  # type: ignore[misc]
            for words, rest in conditions(self.filters)
        ]
        self.chips += [
            self._chip(part.label, lambda rest=part.rest: self.text_changed.emit(rest))  # type: ignore[misc]
            for part in self._parts
        ]
        self.added_chips = [self._added_chip(photo) for photo in self._added]
        self.chips += self.added_chips
        for chip in self.chips:
            self._lines.addWidget(chip)
        self.setVisible(bool(self.chips))
        self.draw_icons()

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        for chip in self.chips:
            chip.setIcon(icon("close", side=14))
        for chip, photo in zip(self.added_chips, self._added, strict=True):
            chip.setIcon(self._pictures.get(photo.content_id) or icon("close", side=14))

    def _added_chip(self, photo: AddedPhoto) -> QToolButton:
        rest = [other for other in self._added if other is not photo]
        words = self.tr("also this") if photo.like else self.tr("not like this")
        chip = self._chip(words, lambda: self.added_changed.emit(rest))
        chip.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        chip.setIconSize(QSize(22, 22))
        chip.setAccessibleName(self.tr("Photo: {0}. Press to take it out of the search.").format(words))
        chip.setToolTip(self.tr("Take this photo out of the search"))
        return chip

    def _chip(self, words: str, remove: Callable[[], object]) -> QToolButton:
        chip = QToolButton()
        metrics = QFontMetrics(chip.font())
        chip.setText(metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, CHIP_WIDTH))
        chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        chip.setIconSize(QSize(12, 12))
        chip.setAccessibleName(self.tr("Filter: {0}. Press to remove it.").format(words))
        chip.setToolTip(self.tr("{0}: remove this filter").format(words))
        chip.clicked.connect(lambda: remove())
        return chip
