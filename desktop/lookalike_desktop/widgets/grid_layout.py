"""Where the cells of a grid lie: plain arithmetic, so that 100,000 photos cost as little as ten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPoint, QRect

MARGIN = 18
"""Space around the grid, pixels."""


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


@dataclass
class GridLayout:
    """Uniform cells in rows under headings.

    Attributes:
        width: width to fill, pixels.
        cell: width and height of a cell, pixels; at first the smallest wanted, then grown so that the columns fill
            the width.
        header: height of a heading, pixels.
        sections: the runs of rows, top to bottom.
        columns: cells side by side.
        height: all of it, pixels.
    """

    width: int
    cell: tuple[int, int]
    header: int
    sections: Sequence[Section]
    columns: int = field(init=False)
    height: int = field(init=False)
    _starts: list[tuple[int, int, int]] = field(init=False)

    def __post_init__(self) -> None:
        room = max(self.width - 2 * MARGIN, self.cell[0])
        self.columns = max(1, room // self.cell[0])
        grown = room // self.columns
        self.cell = (grown, round(self.cell[1] * grown / self.cell[0]))
        self._starts = []
        top, row = MARGIN // 3, 0
        for section in self.sections:
            cells_top = top + (self.header if section.title else 0)
            self._starts.append((row, top, cells_top))
            lines = -(-section.count // self.columns)
            top = cells_top + lines * self.cell[1]
            row += section.count
        self.height = top + MARGIN
        self._rows = row

    def rect(self, row: int) -> QRect:
        """Where a row's cell lies; empty for a row that does not exist."""
        for (first, _, cells_top), section in zip(self._starts, self.sections, strict=True):
            if first <= row < first + section.count:
                line, column = divmod(row - first, self.columns)
                return QRect(MARGIN + column * self.cell[0], cells_top + line * self.cell[1], *self.cell)
        return QRect()

    def row_at(self, point: QPoint) -> int:
        """The row whose cell holds a point; -1 for none."""
        for row in self.rows_between(point.y(), point.y() + 1):
            if self.rect(row).contains(point):
                return row
        return -1

    def rows_between(self, top: int, bottom: int) -> list[int]:
        """The rows whose cells reach into a band of the grid."""
        rows: list[int] = []
        for (first, _, cells_top), section in zip(self._starts, self.sections, strict=True):
            begin = max(0, (top - cells_top) // self.cell[1])
            end = -(-(bottom - cells_top) // self.cell[1])
            if end > 0:
                rows.extend(
                    range(
                        first + min(begin * self.columns, section.count),
                        first + min(end * self.columns, section.count),
                    )
                )
        return rows

    def headers(self) -> list[tuple[Section, QRect]]:
        """Sections with a heading, and where the headings lie."""
        return [
            (section, QRect(MARGIN, top, self.width - 2 * MARGIN, self.header))
            for (_, top, _), section in zip(self._starts, self.sections, strict=True)
            if section.title
        ]

    def beside(self, row: int, columns: int, lines: int) -> int:
        """The row reached by moving from a row by so many columns and lines, as arrow keys do."""
        if self._rows == 0:
            return -1
        if lines == 0:
            return min(max(row + columns, 0), self._rows - 1)
        centre = self.rect(row).center()
        step = self.cell[1] if lines > 0 else -self.cell[1]
        target = row
        for _ in range(abs(lines)):
            y = centre.y() + step
            # Headings and short last lines lie between: go on until a cell is met.
            while 0 <= y < self.height:
                candidates = self.rows_between(y, y + 1)
                if candidates:
                    target = min(candidates, key=lambda r: abs(self.rect(r).center().x() - centre.x()))
                    y = self.rect(target).center().y()
                    break
                y += step // 4
            else:
                break
            centre.setY(y)
        return target
