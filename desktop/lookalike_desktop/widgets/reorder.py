"""How a better ranking takes over the screen without moving what is under the pointer."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def reordered(
    target: Sequence[int],
    same: int,
    shown: Sequence[int],
    shown_same: int,
    pinned: Collection[int],
    columns: int,
) -> tuple[list[int], int] | None:
    """The wanted order, but with pinned photos exactly where they are on the screen.

    Both sections (above and below the cut-off line) are grids of `columns` cells under a heading that is always
    there. A pinned photo above the line keeps its position. One below it keeps its column and height, so its
    position changes by the lines that the upper section gains or loses. The others flow around in the wanted order.

    Args:
        target: content ids in the wanted order.
        same: how many of `target` belong above the line.
        shown: content ids as they are on the screen.
        shown_same: how many of `shown` are above the line.
        pinned: photos that must not move.
        columns: cells side by side.

    Returns:
        The order to show and how many of it lie above the line; None if the pinned ones cannot stay.
    """
    place = {number: row for row, number in enumerate(shown) if number in pinned}
    if not place:
        return list(target), same
    if not place.keys() <= set(target):
        return None
    above = {number: row for number, row in place.items() if row < shown_same}
    below = {number: row - shown_same for number, row in place.items() if row >= shown_same}
    free_above = [number for number in target[:same] if number not in place]
    free_below = [number for number in target[same:] if number not in place]
    split = len(free_above) + len(above)
    if any(row >= split for row in above.values()):
        return None
    gained = (-(-split // columns)) - (-(-shown_same // columns))
    moved = {number: row - gained * columns for number, row in below.items()}
    if any(not 0 <= row < len(target) - split for row in moved.values()):
        return None
    upper = _around({row: number for number, row in above.items()}, free_above, split)
    lower = _around({row: number for number, row in moved.items()}, free_below, len(target) - split)
    return upper + lower, split


def _around(fixed: dict[int, int], free: Sequence[int], count: int) -> list[int]:
    rest = iter(free)
    return [fixed[row] if row in fixed else next(rest) for row in range(count)]
