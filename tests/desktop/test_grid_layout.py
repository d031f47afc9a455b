"""Where cells lie."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect

from lookalike_desktop.widgets.grid_layout import GridLayout, Section


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
