"""Web Mercator: positions on a square map, and the part of it that is seen.

The map is a square with sides of 1: x grows to the east from 180° west, y to the south from 85.05° north (EPSG:3857,
scaled). A library of projections would bring its own data and megabytes; these are two formulas.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.filters import Area

NORTHERNMOST = 85.0511
"""Degrees; the map ends here."""

WIDEST_SCALE = 2.0**22
"""Pixels of the whole map at the nearest zoom: some 10 m a pixel at the equator."""


def project(latitudes: NDArray[np.floating], longitudes: NDArray[np.floating]) -> NDArray[np.float64]:
    """Positions in degrees as places on the map, (n, 2) in 0..1."""
    north = np.radians(np.clip(np.asarray(latitudes, np.float64), -NORTHERNMOST, NORTHERNMOST))
    x = np.asarray(longitudes, np.float64) / 360 + 0.5
    y = 0.5 - np.arcsinh(np.tan(north)) / (2 * np.pi)
    return np.stack([x, y], axis=-1)


def position(x: float, y: float) -> tuple[float, float]:
    """Degrees north and east of a place on the map."""
    return float(np.degrees(np.arctan(np.sinh((0.5 - y) * 2 * np.pi)))), (x - 0.5) * 360


@dataclass(frozen=True)
class MapFrame:
    """The part of the map that is seen.

    Attributes:
        x: the middle, 0..1.
        y: the middle, 0..1.
        scale: pixels of the whole map's side.
        width: of what is seen, pixels.
        height: of what is seen, pixels.
    """

    x: float
    y: float
    scale: float
    width: int
    height: int

    def kept_inside(self) -> MapFrame:
        """The nearest frame that shows nothing beyond the map's edges."""
        scale = min(max(self.scale, self.width, self.height, 1), WIDEST_SCALE)
        across, down = self.width / scale / 2, self.height / scale / 2
        x = min(max(self.x, across), 1 - across)
        return replace(self, x=x, y=min(max(self.y, down), 1 - down), scale=scale)

    def moved(self, right: float, down: float) -> MapFrame:
        """The frame after a move by pixels."""
        return replace(self, x=self.x + right / self.scale, y=self.y + down / self.scale).kept_inside()

    def zoomed(self, factor: float, right: float = 0, down: float = 0) -> MapFrame:
        """The frame at another scale; what lies some pixels right of and below the middle stays where it is."""
        scale = min(max(self.scale * factor, self.width, self.height, 1), WIDEST_SCALE)
        gain = 1 / self.scale - 1 / scale
        return replace(self, x=self.x + right * gain, y=self.y + down * gain, scale=scale).kept_inside()

    def around(self, places: NDArray[np.float64], margin: int) -> MapFrame:
        """The frame that shows some places on the map, (n, 2), as large as a margin in pixels allows."""
        low, high = places.min(axis=0), places.max(axis=0)
        room = np.maximum([self.width - 2 * margin, self.height - 2 * margin], 1)
        # A single place is shown with its surroundings.
        scale = float((room / np.maximum(high - low, 1e-4)).min())
        x, y = (low + high) / 2
        return replace(self, x=float(x), y=float(y), scale=scale).kept_inside()

    def pixels(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where places on the map, (n, 2), are seen: pixels from the upper left corner."""
        return (places - [self.x, self.y]) * self.scale + [self.width / 2, self.height / 2]

    def place(self, right: float, down: float) -> tuple[float, float]:
        """The place on the map under a pixel."""
        return self.x + (right - self.width / 2) / self.scale, self.y + (down - self.height / 2) / self.scale

    def area(self) -> Area:
        """What is seen, in degrees."""
        north, west = position(*self.place(0, 0))
        south, east = position(*self.place(self.width, self.height))
        return Area(south, max(west, -180.0), north, min(east, 180.0))

    def widened(self, factor: float) -> MapFrame:
        """The frame of the same middle and scale that is so many times as wide and high."""
        return replace(self, width=round(self.width * factor), height=round(self.height * factor))

    def covers(self, other: MapFrame) -> bool:
        """Whether all that another frame shows is seen in this one."""
        across = self.width / self.scale - other.width / other.scale
        down = self.height / self.scale - other.height / other.scale
        return 2 * abs(self.x - other.x) <= across and 2 * abs(self.y - other.y) <= down

    def holds(self, places: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Per place whether it is seen."""
        across, down = self.width / self.scale / 2, self.height / self.scale / 2
        inside: NDArray[np.bool_] = (np.abs(places[:, 0] - self.x) <= across) & (
            np.abs(places[:, 1] - self.y) <= down
        )
        return inside
