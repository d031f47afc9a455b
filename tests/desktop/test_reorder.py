"""A better ranking never moves what is under the pointer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lookalike_desktop.widgets.grid_layout import GridLayout, Section
from lookalike_desktop.widgets.reorder import reordered


def _layout(same: int, count: int, columns: int) -> GridLayout:
    sections = [Section("The same", same), Section("Similar", count - same, line=True)]
    return GridLayout(columns * 100 + 36, (100, 80), 40, sections)


@st.composite
def _cases(draw: st.DrawFn) -> tuple[list[int], int, list[int], int, set[int], int]:
    count = draw(st.integers(1, 30))
    target, shown = draw(st.permutations(range(count))), draw(st.permutations(range(count)))
    same, shown_same = draw(st.integers(0, count)), draw(st.integers(0, count))
    pinned = draw(st.sets(st.integers(0, count - 1), max_size=4))
    return target, same, shown, shown_same, pinned, draw(st.integers(1, 5))


@given(_cases())
def test_pinned_photos_keep_their_place_on_the_screen(
    case: tuple[list[int], int, list[int], int, set[int], int],
) -> None:
    target, same, shown, shown_same, pinned, columns = case
    settled = reordered(target, same, shown, shown_same, pinned, columns)
    if settled is None:
        return
    order, split = settled
    assert sorted(order) == sorted(target)
    before, after = _layout(shown_same, len(shown), columns), _layout(split, len(order), columns)
    for number in pinned:
        assert before.rect(shown.index(number)) == after.rect(order.index(number))
    free = [number for number in order if number not in pinned]
    assert free == [number for number in target if number not in pinned]


def test_without_a_pointer_the_order_is_the_rankings_own() -> None:
    assert reordered([3, 1, 2], 1, [1, 2, 3], 2, [], 4) == ([3, 1, 2], 1)


def test_the_others_move_around_a_pinned_photo() -> None:
    assert reordered([3, 1, 2, 4], 3, [1, 2, 3, 4], 3, [1], 4) == ([1, 3, 2, 4], 3)


def test_the_order_holds_where_the_pinned_photo_could_not_stay() -> None:
    assert reordered([1, 2, 3], 1, [1, 2, 3], 3, [3], 4) is None
