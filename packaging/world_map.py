"""Makes the world map: Natural Earth's land and borders, small enough to ship.

Usage: python packaging/world_map.py FOLDER, where the folder holds ``countries-10m.json`` and ``countries-50m.json`` of
the npm package world-atlas (made from Natural Earth 5.1.2, public domain, in the TopoJSON format).

Writes ``resources/world_map.npz``.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.world_map import DEGREES_PER_STEP

OUTPUT = Path(__file__).parents[1] / "resources" / "world_map.npz"
SCALES = ("50m", "10m")


def _arcs(topology: dict[str, Any]) -> list[NDArray[np.float64]]:
    """Every arc of a topology, (n, 2), degrees east and north."""
    scale, offset = topology["transform"]["scale"], topology["transform"]["translate"]
    return [np.cumsum(np.array(arc, np.float64), axis=0) * scale + offset for arc in topology["arcs"]]


def _rings(geometry: dict[str, Any]) -> Iterator[Sequence[int]]:
    """The rings of a geometry, each as the numbers of its arcs; ~n is arc n backwards."""
    if geometry["type"] == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from _rings(part)
    elif geometry["type"] == "MultiPolygon":
        for polygon in geometry["arcs"]:
            yield from polygon
    elif geometry["type"] == "Polygon":
        yield from geometry["arcs"]


def _joined(numbers: Sequence[int], arcs: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    parts = [arcs[number] if number >= 0 else arcs[~number][::-1] for number in numbers]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def _unrolled(line: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """A line that crosses the date line, as lines without a jump that reach beyond the map on either side."""
    turns = np.cumsum(np.round(np.diff(line[:, 0], prepend=line[0, 0]) / 360))
    line = np.stack([line[:, 0] - 360 * turns, line[:, 1]], axis=-1)
    if turns[-1]:
        # A ring around a pole is closed along the map's edge.
        pole = np.copysign(90, line[:, 1].mean())
        line = np.concatenate([line, [[line[-1, 0], pole], [line[0, 0], pole], line[0]]])
    for shift in (-360, 0, 360):
        shifted = line + np.array([shift, 0])
        if shifted[:, 0].max() > -180 and shifted[:, 0].min() < 180:
            yield shifted


def _packed(lines: Iterable[NDArray[np.float64]]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Lines as whole steps from point to point, and where each begins."""
    rounded = [np.round(line / DEGREES_PER_STEP).astype(np.int32) for line in lines]
    points = np.concatenate(rounded)
    starts = np.cumsum([0, *map(len, rounded)]).astype(np.int32)
    return np.diff(points, axis=0, prepend=np.zeros((1, 2), np.int32)).astype(np.int32), starts


def main(folder: Path) -> None:
    """Write the file."""
    columns: dict[str, NDArray[np.int32]] = {}
    for scale in SCALES:
        topology = json.loads((folder / f"countries-{scale}.json").read_text(encoding="utf-8"))
        arcs = _arcs(topology)
        rings = [_joined(ring, arcs) for ring in _rings(topology["objects"]["land"])]
        land = [part for ring in rings for part in _unrolled(ring)]
        # An arc that two countries share is a border; one of a single country is a coast.
        uses = Counter(
            number if number >= 0 else ~number
            for country in topology["objects"]["countries"]["geometries"]
            for ring in _rings(country)
            for number in ring
        )
        shared = [arcs[number] for number, count in sorted(uses.items()) if count > 1]
        borders = [part for border in shared for part in _unrolled(border)]
        for name, lines in (("land", land), ("borders", borders)):
            columns[f"{scale}_{name}_steps"], columns[f"{scale}_{name}_starts"] = _packed(lines)
    np.savez_compressed(OUTPUT, **columns)  # type: ignore[arg-type]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
