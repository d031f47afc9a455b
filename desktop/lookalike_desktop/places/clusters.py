"""Clusters: photos that would lie on each other on the map, drawn as one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SPACING = 84
"""Pixels; photos in one square of this side are one cluster, at whole zoom levels."""


@dataclass(frozen=True)
class Clusters:
    """Clusters of one zoom level.

    Attributes:
        places: (n, 2) float64, the middle of each on the map.
        counts: (n,) how many photos each holds.
        covers: (n,) the row of the photo that stands for each.
        members: (photos,) the cluster of each photo.
    """

    places: NDArray[np.float64]
    counts: NDArray[np.intp]
    covers: NDArray[np.intp]
    members: NDArray[np.intp]


def level_of(scale: float) -> int:
    """The zoom level of a scale: clusters change only when it does, so that they stay while the map is moved."""
    return int(np.floor(np.log2(max(scale, 1))))


def cluster(places: NDArray[np.float64], level: int) -> Clusters:
    """Cluster places on the map by a grid, and then what lies across its lines.

    Args:
        places: (n, 2) float64 in 0..1; the first of those in a cluster is its cover.
        level: the zoom level.
    """
    side = SPACING / 2.0**level
    cells = np.floor(places / side).astype(np.int64)
    _, members = np.unique(cells[:, 0] * (1 << 32) + cells[:, 1], return_inverse=True)
    middles, counts = _middles(places, members)
    # Two clusters near the same line of the grid may lie on each other: the smaller joins the larger.
    joined = np.arange(len(counts))
    order = np.argsort(-counts, kind="stable")
    near: dict[tuple[int, int], list[int]] = {}
    for number in order.tolist():
        x, y = (int(step) for step in middles[number] // side)
        beside = (
            other
            for across in (x - 1, x, x + 1)
            for down in (y - 1, y, y + 1)
            for other in near.get((across, down), ())
        )
        host = next((o for o in beside if np.abs(middles[o] - middles[number]).max() < side * 0.7), None)
        if host is None:
            near.setdefault((x, y), []).append(number)
        else:
            joined[number] = host
    _, members = np.unique(joined[members], return_inverse=True)
    middles, counts = _middles(places, members)
    _, covers = np.unique(members, return_index=True)
    return Clusters(middles, counts, covers, members)


def _middles(
    places: NDArray[np.float64], members: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    counts = np.bincount(members)
    sums = [np.bincount(members, weights=places[:, axis]) for axis in (0, 1)]
    return np.stack(sums, axis=-1) / counts[:, None], counts
