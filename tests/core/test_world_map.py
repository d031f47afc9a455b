"""The world map shows land where there is land."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.world_map import Lines, Outlines, world_map

SCALES = ["coarse", "fine"]


def crossings(lines: Lines, latitude: float, longitude: float) -> int:
    """How many edges of closed rings a ray from a position to the east crosses: odd inside."""
    count = 0
    for number in range(len(lines)):
        x, y = (lines.line(number).astype(np.float64)).T
        ends: NDArray[np.bool_] = (y[:-1] > latitude) != (y[1:] > latitude)
        at = x[:-1][ends] + (latitude - y[:-1][ends]) / (y[1:][ends] - y[:-1][ends]) * np.diff(x)[ends]
        count += int((at > longitude).sum())
    return count


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(
    ("position", "land"),
    [
        ((48.86, 2.35), True),  # Paris
        ((64.96, -19.0), True),  # Iceland
        ((-25.0, 134.0), True),  # Australia
        ((67.0, -178.0), True),  # Chukotka, beyond the date line
        ((67.5, 175.0), True),
        ((-80.0, 0.0), True),  # Antarctica
        ((45.0, -30.0), False),  # the Atlantic
        ((70.0, -20.0), False),  # the Greenland Sea
        ((0.0, 179.0), False),
        ((-50.0, 120.0), False),
    ],
)
def test_land_is_where_maps_have_it(scale: str, position: tuple[float, float], land: bool) -> None:
    outlines: Outlines = getattr(world_map(), scale)
    assert crossings(outlines.land, *position) % 2 == land


@pytest.mark.parametrize("scale", SCALES)
def test_no_line_jumps_across_the_map(scale: str) -> None:
    outlines: Outlines = getattr(world_map(), scale)
    for lines in (outlines.land, outlines.borders):
        for number in range(len(lines)):
            line = lines.line(number)
            # Only the edge of the map below Antarctica is as long as that.
            long = np.abs(np.diff(line[:, 0])) > 30
            assert (np.abs(line[1:][long, 1]) == pytest.approx(90)) if long.any() else True


@pytest.mark.parametrize("scale", SCALES)
def test_rings_are_closed(scale: str) -> None:
    land = getattr(world_map(), scale).land
    assert all((land.line(number)[0] == land.line(number)[-1]).all() for number in range(len(land)))


def test_france_and_germany_share_a_border() -> None:
    borders = world_map().fine.borders
    # The Rhine at Strasbourg.
    assert np.hypot(*(borders.points - [7.80, 48.58]).T).min() < 0.05
