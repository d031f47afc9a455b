"""Where the cells of a grid lie: plain arithmetic on arrays, so that 100,000 photos cost as little as ten.

A grid is a stack of *lines* of cells. Sections are runs of rows, each beginning a new line under a heading.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect

MARGIN = 18
"""Space around the grid, pixels."""

NARROWEST, WIDEST = 0.5, 2.6
"""Width over height of cells in justified rows; what is cut off narrower and wider photos is seen in the viewer."""


@dataclass(frozen=True)
class Section:
    """A run of rows under one heading.

    Attributes:
        title: the heading; empty for none.
        detail: a quieter second part of the heading.
        count: how many rows it has.
        line: whether a line is drawn above it (the relevance cut-off).
    """

    title: str
    count: int
    detail: str = ""
    line: bool = False


class Sections(Sequence[Section]):
    """The sections of a grid. Thousands of them cost nothing until their headings are drawn.

    Args:
        counts: how many rows each has, int (n,).
        headed: whether they have headings, all or none of them.
        make: ``make(number)`` gives one of them.
    """

    def __init__(self, counts: NDArray[np.int64], headed: bool, make: Callable[[int], Section]) -> None:
        self.counts = counts
        self.headed = headed
        self._make = make
        self._made: dict[int, Section] = {}

    def __len__(self) -> int:
        return len(self.counts)

    @overload
    def __getitem__(self, at: int) -> Section: ...

    @overload
    def __getitem__(self, at: slice) -> list[Section]: ...

    def __getitem__(self, at: int | slice) -> Section | list[Section]:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        if at not in self._made:
            self._made[at] = self._make(at)
        return self._made[at]


class LineLayout:
    """Cells in lines under headings; see `GridLayout` and `JustifiedLayout`.

    Args:
        width: width to fill, pixels.
        header: height of a heading, pixels.
        sections: the runs of rows, top to bottom.

    Attributes:
        width: width to fill, pixels.
        header: height of a heading, pixels.
        sections: the runs of rows, top to bottom.
        columns: cells side by side, roughly where that differs.
        cell: width and height of a cell, pixels, roughly where that differs.
        height: all of it, pixels.
    """

    columns: int
    cell: tuple[int, int]

    def __init__(self, width: int, header: int, sections: Sequence[Section]) -> None:
        self.width = width
        self.header = header
        self.sections = sections
        if isinstance(sections, Sections):
            self._counts = sections.counts.astype(np.int64)
            headed = np.full(len(sections), sections.headed)
        else:
            self._counts = np.array([section.count for section in sections], np.int64)
            headed = np.array([bool(section.title) for section in sections], np.bool_)
        self._headed = headed
        self._firsts = np.concatenate([[0], np.cumsum(self._counts)])
        self._rows = int(self._firsts[-1])

    def _stack(self, starts: NDArray[np.int64], heights: NDArray[np.int64], lines: NDArray[np.int64]) -> None:
        """Put lines one below the other.

        Args:
            starts: the first row of each line, int64 (n,).
            heights: heights of the lines with the space below them, pixels, int64 (n,).
            lines: how many lines each section has, int64 (sections,).
        """
        headers = np.where(self._headed, self.header, 0)
        above = np.cumsum(headers)
        section_of_line = np.repeat(np.arange(len(lines)), lines)
        tops = MARGIN // 3 + np.concatenate([[0], np.cumsum(heights)])
        line_tops = tops[:-1] + above[section_of_line] if len(heights) else tops[:0]
        firsts = np.concatenate([[0], np.cumsum(lines)])
        section_tops = tops[firsts[:-1]] + above - headers
        self.height = int(tops[-1] + headers.sum() + MARGIN)
        # Plain lists: bisecting them takes a third of a microsecond.
        self._starts: list[int] = [*starts.tolist(), self._rows]
        self._tops: list[int] = line_tops.tolist()
        self._heights: list[int] = heights.tolist()
        self._bottoms: list[int] = (line_tops + heights).tolist()
        self._section_tops: list[int] = section_tops.tolist()

    def _across(self, row: int) -> tuple[int, int]:
        """Left edge and width of a row's cell, pixels."""
        raise NotImplementedError

    def rect(self, row: int) -> QRect:
        """Where a row's cell lies; empty for a row that does not exist."""
        if not 0 <= row < self._rows:
            return QRect()
        line = bisect_right(self._starts, row) - 1
        left, width = self._across(row)
        return QRect(left, self._tops[line], width, self._heights[line])

    def row_at(self, point: QPoint) -> int:
        """The row whose cell holds a point; -1 for none."""
        for row in self.rows_between(point.y(), point.y() + 1):
            if self.rect(row).contains(point):
                return row
        return -1

    def rows_between(self, top: int, bottom: int) -> range:
        """The rows whose cells reach into a band of the grid."""
        begin, end = bisect_right(self._bottoms, top), bisect_left(self._tops, bottom)
        return range(self._starts[begin], self._starts[max(begin, end)])

    def rows_of(self, number: int) -> range:
        """The rows of a section."""
        return range(int(self._firsts[number]), int(self._firsts[number + 1]))

    def section_at(self, y: int) -> int:
        """The number of the last section that begins at a height or above it; -1 above the first."""
        return bisect_right(self._section_tops, y) - 1

    def header_rect(self, number: int) -> QRect:
        """Where a section's heading lies; empty if it has none."""
        if not self._headed[number]:
            return QRect()
        return QRect(MARGIN, self._section_tops[number], self.width - 2 * MARGIN, self.header)

    def headers_between(self, top: int, bottom: int) -> list[tuple[Section, QRect]]:
        """Sections whose headings reach into a band of the grid, and where the headings lie."""
        begin = bisect_right(self._section_tops, top - self.header)
        end = bisect_left(self._section_tops, bottom)
        return [
            (self.sections[number], self.header_rect(number))
            for number in range(begin, max(begin, end))
            if self._headed[number]
        ]

    def rows_in(self, band: QRect) -> list[int]:
        """The rows whose cells meet a rectangle."""
        rows = self.rows_between(band.top(), band.bottom() + 1)
        return [row for row in rows if self.rect(row).intersects(band)]

    def beside(self, row: int, columns: int, lines: int) -> int:
        """The row reached by moving from a row by so many columns and lines, as arrow keys do."""
        if self._rows == 0:
            return -1
        if lines == 0:
            return min(max(row + columns, 0), self._rows - 1)
        here = bisect_right(self._starts, row) - 1
        target = min(max(here + lines, 0), len(self._tops) - 1)
        if target == here:
            return row
        x = self.rect(row).center().x()
        others = range(self._starts[target], self._starts[target + 1])
        return min(others, key=lambda other: abs(self.rect(other).center().x() - x))


class GridLayout(LineLayout):
    """Uniform cells.

    Args:
        width: width to fill, pixels.
        cell: smallest width of a cell, and its height at that width, pixels; cells grow until they fill the width.
        header: height of a heading, pixels.
        sections: the runs of rows, top to bottom.
    """

    def __init__(self, width: int, cell: tuple[int, int], header: int, sections: Sequence[Section]) -> None:
        super().__init__(width, header, sections)
        room = max(width - 2 * MARGIN, cell[0])
        self.columns = max(1, room // cell[0])
        grown = room // self.columns
        self.cell = (grown, round(cell[1] * grown / cell[0]))
        lines = -(-self._counts // self.columns)
        before = np.concatenate([[0], np.cumsum(lines)])
        line_in_section = np.arange(before[-1]) - np.repeat(before[:-1], lines)
        starts = np.repeat(self._firsts[:-1], lines) + line_in_section * self.columns
        self._stack(starts, np.full(len(starts), self.cell[1], np.int64), lines)

    def _across(self, row: int) -> tuple[int, int]:
        line = bisect_right(self._starts, row) - 1
        return MARGIN + (row - self._starts[line]) * self.cell[0], self.cell[0]


class JustifiedLayout(LineLayout):
    """Photos in their own shapes, every line but the last of a section stretched to the same width.

    Args:
        width: width to fill, pixels.
        line: height that lines are near to, pixels.
        gap: what a cell is wider and higher than its photo, pixels.
        header: height of a heading, pixels.
        sections: the runs of rows, top to bottom.
        aspects: width over height of each photo, float32 (rows,).
    """

    def __init__(
        self,
        width: int,
        line: int,
        gap: int,
        header: int,
        sections: Sequence[Section],
        aspects: NDArray[np.float32],
    ) -> None:
        super().__init__(width, header, sections)
        room = max(width - 2 * MARGIN, line)
        shapes = np.clip(aspects.astype(np.float64), NARROWEST, WIDEST)
        cells = shapes * line + gap
        starts, lines = _break_lines(cells, self._firsts, room)
        ends = np.concatenate([starts[1:], [self._rows]]).astype(np.int64)
        before = np.concatenate([[0.0], np.cumsum(shapes)])
        in_line = ends - starts
        # A line is as high as its photos, all of one height, fill the width; the last of a section is left short.
        height = (room - gap * in_line) / np.maximum(before[ends] - before[starts], 1e-9)
        is_last = np.zeros(len(starts), np.bool_)
        is_last[np.cumsum(lines)[lines > 0] - 1] = True
        height = np.where(is_last, np.minimum(height, line), height)
        height = np.clip(height, 0.4 * line, 2.0 * line)
        of_row = np.repeat(np.arange(len(starts)), in_line)
        rights = np.cumsum(shapes * height[of_row] + gap) if self._rows else np.zeros(0)
        line_lefts = np.concatenate([[0.0], rights])[starts] if len(starts) else np.zeros(0)
        edges = np.rint(rights - line_lefts[of_row]).astype(np.int64)
        lefts = np.concatenate([[0], edges[:-1]]).astype(np.int64)[: self._rows]
        lefts[starts] = 0
        self._lefts = (lefts + MARGIN).astype(np.int32)
        self._widths = (edges - lefts).astype(np.int32)
        self.cell = (round(1.4 * line) + gap, line + gap)
        self.columns = max(1, room // self.cell[0])
        self._stack(starts, np.rint(height).astype(np.int64) + gap, lines)

    def _across(self, row: int) -> tuple[int, int]:
        return int(self._lefts[row]), int(self._widths[row])


def _break_lines(
    cells: NDArray[np.float64], firsts: NDArray[np.int64], room: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where lines break, so that each has to be stretched or shrunk as little as possible.

    Args:
        cells: widths of the cells at the wanted height, pixels, (rows,).
        firsts: the first row of each section, and the number of rows at the end, (sections + 1,).
        room: the width to fill, pixels.

    Returns:
        The first row of each line, int64; and how many lines each section has, int64 (sections,).
    """
    rows = len(cells)
    if not rows:
        return np.zeros(0, np.int64), np.zeros(len(firsts) - 1, np.int64)
    edges = np.concatenate([[0.0], np.cumsum(cells)])
    # For every row: where the next line begins if a line begins here.
    wanted = edges[:-1] + room
    fitting = np.searchsorted(edges, wanted, "right") - 1
    one_more = np.minimum(fitting + 1, rows)
    short, long = room / np.maximum(edges[fitting] - edges[:-1], 1e-9), (edges[one_more] - edges[:-1]) / room
    following = np.where((short > long) & (long > 1), one_more, fitting)
    last = np.repeat(firsts[1:], np.diff(firsts))
    following = np.minimum(np.maximum(following, np.arange(rows) + 1), last)
    steps = following.tolist()
    starts, at = [], 0
    while at < rows:
        starts.append(at)
        at = steps[at]
    found = np.array(starts, np.int64)
    bounds = np.searchsorted(found, firsts)
    return found, np.diff(bounds)
