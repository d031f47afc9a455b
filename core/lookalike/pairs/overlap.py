"""Overlap: the part of a frame that another covers.

Clipped by hand (Sutherland and Hodgman, 1974): OpenCV's `intersectConvexConvex` finds .13 or nothing of two frames that
lie on each other but for a thousandth, and a geometry package would be there for this alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Polygon = NDArray[np.float64]
"""Corners (n, 2), in order."""


def common_part(frame: tuple[float, float], other: Polygon) -> Polygon:
    """The part of a frame that a convex polygon covers; empty where they have nothing in common.

    Args:
        frame: width and height of a frame whose first corner is 0, 0.
        other: the polygon.
    """
    part = other
    for axis in (0, 1):
        for sign, limit in ((-1.0, 0.0), (1.0, frame[axis])):
            part = _clipped(part, sign * part[:, axis] - sign * limit)
    return part


def area(polygon: Polygon) -> float:
    """The area of a polygon."""
    x, y = polygon.T
    return 0.5 * abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def _clipped(polygon: Polygon, beyond: NDArray[np.float64]) -> Polygon:
    """A convex polygon without what lies beyond a line.

    Args:
        polygon: it.
        beyond: how far its corners (n,) do.
    """
    corners: list[Polygon] = []
    for place, depth in enumerate(beyond):
        before = beyond[place - 1]
        if (depth > 0.0) != (before > 0.0):
            share = before / (before - depth)
            corners.append(polygon[place - 1] + share * (polygon[place] - polygon[place - 1]))
        if depth <= 0.0:
            corners.append(polygon[place])
    return np.array(corners, np.float64).reshape(-1, 2)
