"""World map: the outlines of the land and the borders of countries, to draw a map with; offline.

The file ``resources/world_map.npz`` is made by ``packaging/world_map.py`` from Natural Earth's data at two scales,
which are in the public domain.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lookalike.resources import resource

DEGREES_PER_STEP = 0.0036
"""What the file's whole numbers count in; some 400 m at the equator."""


@dataclass(frozen=True)
class Lines:
    """Lines or closed rings.

    Attributes:
        points: (n, 2) float32, degrees east and degrees north, line after line.
        starts: (lines + 1,) int32, where each line begins in `points`; the last is n.
    """

    points: NDArray[np.float32]
    starts: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def line(self, number: int) -> NDArray[np.float32]:
        """The points of one line, (length, 2)."""
        return self.points[self.starts[number] : self.starts[number + 1]]


@dataclass(frozen=True)
class Outlines:
    """What a map shows at one scale.

    Attributes:
        land: closed rings; a point inside an odd number of them is land.
        borders: lines between two countries.
    """

    land: Lines
    borders: Lines


@dataclass(frozen=True)
class WorldMap:
    """The outlines of the world.

    Attributes:
        coarse: for the whole world and its continents (1 : 50 million).
        fine: for countries and their regions (1 : 10 million).
    """

    coarse: Outlines
    fine: Outlines


def _read() -> WorldMap:
    with np.load(resource("world_map.npz")) as file:

        def lines(name: str) -> Lines:
            starts = file[f"{name}_starts"]
            points = np.cumsum(file[f"{name}_steps"], axis=0, dtype=np.int64) * DEGREES_PER_STEP
            return Lines(points.astype(np.float32), starts)

        return WorldMap(
            *(Outlines(lines(f"{scale}_land"), lines(f"{scale}_borders")) for scale in ("50m", "10m"))
        )


_loading = threading.Lock()


@lru_cache(maxsize=1)
def _loaded() -> WorldMap:
    return _read()


def world_map() -> WorldMap:
    """The map, read when it is first asked for; any thread may ask."""
    with _loading:
        return _loaded()
