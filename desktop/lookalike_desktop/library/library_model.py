"""Library model: the photos of the library in an `Arrangement`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from lookalike_desktop.library.arrangement import Arrangement, Order, SortField
from lookalike_desktop.library.section_text import day_text, month_text, stars_text
from lookalike_desktop.qt.formatting import format_count
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.widgets.grid_layout import Section, Sections
from lookalike_desktop.widgets.photo_model import PhotoModel


class LibraryModel(PhotoModel):
    """Photos by arrays; nothing is made for each of them.

    Args:
        thumbnails: where their pictures come from.
        parent: the Qt parent.
    """

    def __init__(self, thumbnails: Thumbnails, parent: QObject | None = None) -> None:
        super().__init__(thumbnails, parent)
        self._arrangement: Arrangement | None = None
        self._sections: Sections | None = None

    @property
    def order(self) -> Order | None:
        """The order shown; None before there is any."""
        return self._arrangement.order if self._arrangement is not None else None

    def show(self, arrangement: Arrangement) -> None:
        """Show photos in an arrangement; selections follow the photos that stay."""
        before, self._arrangement, self._sections = self._arrangement, arrangement, None
        if arrangement.listed != self._ids:
            self.show_ids(arrangement.listed)
            return
        self.sections_changed.emit()
        if before is not None and not np.array_equal(before.ratings, arrangement.ratings):
            self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1))

    def row(self, content_id: int) -> int:
        """The row of a photo; -1 if it is not here."""
        return self._arrangement.row(content_id) if self._arrangement is not None else -1

    def stars(self, row: int) -> int:
        """The stars of a photo; 0 for none."""
        return max(int(self._arrangement.ratings[row]), 0) if self._arrangement is not None else 0

    def aspects(self) -> NDArray[np.float32]:
        """Width over height of each photo, float32 (rows,)."""
        return super().aspects() if self._arrangement is None else self._arrangement.aspects

    def sections(self) -> Sequence[Section]:
        """The days, months or ratings."""
        arrangement = self._arrangement
        if arrangement is None or not self._ids:
            return [Section("", len(self._ids))]
        if self._sections is None:
            counts = arrangement.counts

            def make(number: int) -> Section:
                count = int(counts[number])
                if not arrangement.headed:
                    return Section("", count)
                return Section(self.section_text(number), count, format_count(count))

            self._sections = Sections(counts, arrangement.headed, make)
        return self._sections

    def section_text(self, number: int) -> str:
        """The heading of a section."""
        assert self._arrangement is not None
        code = int(self._arrangement.codes[number])
        return stars_text(code) if self._arrangement.order.field is SortField.RATING else day_text(code)

    def place_text(self, row: int) -> str:
        """Where in the library a photo is, in a few words, for whoever scrolls by fast."""
        if self._arrangement is None or not 0 <= row < len(self._ids):
            return ""
        if self._arrangement.order.field is SortField.TAKEN:
            return month_text(int(self._arrangement.days[row]))
        if self._arrangement.order.field is SortField.RATING:
            return stars_text(int(self._arrangement.ratings[row]))
        return self.tr("{0} of {1}").format(format_count(row + 1), format_count(len(self._ids)))

    def months(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where months begin: rows, and months as in `PhotoColumns.days`; none where photos are not by date."""
        arrangement = self._arrangement
        if arrangement is None or arrangement.order.field is not SortField.TAKEN or not self._ids:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        months = arrangement.days.astype(np.int64) // 100 * 100
        rows = np.flatnonzero(np.diff(months, prepend=months[:1] - 1))
        return rows, months[rows]

    def accessible_text(self, row: int) -> str:
        """A photo's description for screen readers: its place, date and stars."""
        words = [super().accessible_text(row)]
        if self._arrangement is not None:
            words.append(day_text(int(self._arrangement.days[row])))
            if self.stars(row):
                words.append(self.tr("{0} stars").format(self.stars(row)))
        return ", ".join(words)
