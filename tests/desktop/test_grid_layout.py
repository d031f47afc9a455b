"""Where cells lie."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect

from lookalike_desktop.widgets.grid_layout import MARGIN, GridLayout, JustifiedLayout, Section


def layout(*counts: int) -> GridLayout:
    return GridLayout(500, (100, 80), 40, [Section(f"Part {n}", count) for n, count in enumerate(counts)])


def test_cells_fill_the_width_and_do_not_overlap() -> None:
    grid = layout(7, 3)
    rects = [grid.rect(row) for row in range(10)]
    assert grid.columns == 4
    assert not any(a.intersects(b) for n, a in enumerate(rects) for b in rects[n + 1 :])
    assert max(rect.right() for rect in rects) <= 500
    assert all(
        not header.intersects(rect) for _, header in grid.headers_between(0, grid.height) for rect in rects
    )
    assert max(rect.bottom() for rect in rects) < grid.height


def test_a_point_finds_the_cell_that_holds_it() -> None:
    grid = layout(7, 0, 3)
    assert [grid.row_at(grid.rect(row).center()) for row in range(10)] == list(range(10))
    assert grid.row_at(QPoint(250, 1)) == -1
    assert grid.row_at(grid.headers_between(0, grid.height)[2][1].center()) == -1
    assert grid.rect(10) == QRect()


def test_a_band_gives_just_the_rows_it_meets() -> None:
    grid = layout(100_000)
    top = grid.rect(50_000).top()
    assert list(grid.rows_between(top, top + 1)) == [50_000, 50_001, 50_002, 50_003]
    assert len(grid.rows_between(top, top + 400)) <= 6 * grid.columns


def test_arrow_keys_cross_headings_and_stay_in_their_column() -> None:
    grid = layout(5, 6)
    assert grid.beside(1, 0, 1) == 4  # the short last line of the first part
    assert grid.beside(4, 0, 1) == 5
    assert grid.beside(8, 0, -1) == 4
    assert grid.beside(0, -1, 0) == 0
    assert grid.beside(10, 5, 0) == 10
    assert grid.beside(2, 0, -3) == 2


def test_down_and_up_again_comes_back() -> None:
    grid = layout(8, 8)
    for row in range(12):
        assert grid.beside(grid.beside(row, 0, 1), 0, -1) == row


def justified(counts: list[int], width: int = 900) -> JustifiedLayout:
    aspects = np.resize(np.array([1.5, 0.667, 1.333, 1.0, 3.0, 0.3], np.float32), sum(counts))
    sections = [Section(f"Part {n}", count) for n, count in enumerate(counts)]
    return JustifiedLayout(width, 160, 6, 40, sections, aspects)


def test_justified_lines_are_full_but_for_the_last_of_a_section() -> None:
    grid = justified([40, 1, 0, 17])
    rects = [grid.rect(row) for row in range(58)]
    assert not any(a.intersects(b) for n, a in enumerate(rects) for b in rects[n + 1 :])
    lines: dict[int, list[QRect]] = {}
    for rect in rects:
        lines.setdefault(rect.top(), []).append(rect)
    ends = {grid.rect(39).top(), grid.rect(40).top(), grid.rect(57).top()}
    for top, line in lines.items():
        assert len({rect.height() for rect in line}) == 1
        assert line[-1].right() < 900 - MARGIN + 1
        if top not in ends:
            assert line[-1].right() >= 900 - MARGIN - 2
            assert 100 < line[0].height() < 240
    assert grid.rect(40).height() <= 160 + 6, "one photo alone is not blown up"
    assert all(
        not header.intersects(rect) for _, header in grid.headers_between(0, grid.height) for rect in rects
    )


def test_photos_keep_their_shapes_in_justified_lines() -> None:
    grid = justified([12])
    shapes = [(grid.rect(row).width() - 6) / (grid.rect(row).height() - 6) for row in range(4)]
    assert shapes == pytest.approx([1.5, 0.667, 1.333, 1.0], abs=0.02)


def test_justified_bands_and_points_agree() -> None:
    grid = justified([100_000])
    for row in (0, 777, 54_321, 99_999):
        rect = grid.rect(row)
        assert row in grid.rows_between(rect.top(), rect.top() + 1)
        assert grid.row_at(rect.center()) == row
        assert grid.rows_in(rect.adjusted(2, 2, -2, -2)) == [row]


def test_an_empty_grid_has_no_rows() -> None:
    for grid in (justified([]), justified([0]), layout(), layout(0)):
        assert list(grid.rows_between(0, 10_000)) == []
        assert (grid.rect(0), grid.row_at(QPoint(5, 5)), grid.beside(0, 1, 0)) == (QRect(), -1, -1)


def test_sections_know_their_rows_and_places() -> None:
    grid = layout(7, 0, 3)
    assert [list(grid.rows_of(number)) for number in range(3)] == [list(range(7)), [], [7, 8, 9]]
    assert grid.section_at(0) == -1
    assert grid.section_at(grid.header_rect(0).top()) == 0
    assert grid.section_at(grid.height) == 2
