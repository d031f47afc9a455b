"""Look of a photo: a few numbers of its thumbnail that tell drawn screens and printed paper from photographs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 256
"""The longest side of what is looked at, pixels; that of the thumbnails that every photo has."""

FLAT = 2
"""Grey levels by which neighbours in an even area differ at most; JPEG leaves no more of a drawn one."""

EDGE = 24
"""Grey levels by which neighbours differ where something begins."""

BRIGHTEST = 0.95
"""The brightest is what this share of the pixels does not pass, so that reflections do not count, ..."""
BRIGHT = 0.8
"""... and as bright as that is what reaches this share of it."""


@dataclass(frozen=True)
class Look:
    """What a thumbnail looks like; all are shares of its pixels, 0 to 1.

    Attributes:
        flat: those that are like their neighbours.
        colours: those that have one of the four commonest colours, of 4,096.
        grey: those that have hardly any colour.
        paper: those that are as bright as the brightest, and grey.
        edges: those at which something begins.
        straight: those of the edges that run exactly across or down.
    """

    flat: float
    colours: float
    grey: float
    paper: float
    edges: float
    straight: float


def look_at(thumbnail: Image.Image) -> Look:
    """The look of an RGB picture of about `SIDE` pixels."""
    red, green, blue = (
        np.ascontiguousarray(plane) for plane in np.moveaxis(np.asarray(thumbnail.convert("RGB")), 2, 0)
    )
    spread = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    # Three times the grey level, so that it is a whole number.
    grey = red.astype(np.int16) + green + blue
    across = np.abs(np.diff(grey, axis=1))[:-1]
    down = np.abs(np.diff(grey, axis=0))[:, :-1]
    step = np.maximum(across, down)
    codes = (red >> 4).astype(np.uint16) << 8 | (green >> 4).astype(np.uint16) << 4 | blue >> 4
    counts = np.sort(np.bincount(codes.ravel(), minlength=4096))[::-1]
    edges = step >= 3 * EDGE
    straight = edges & (np.minimum(across, down) <= 3 * FLAT)
    levels = np.cumsum(np.bincount(grey.ravel()))
    bright = grey >= BRIGHT * np.searchsorted(levels, BRIGHTEST * grey.size)
    return Look(
        flat=_share(step <= 3 * FLAT),
        colours=float(counts[:4].sum() / grey.size),
        grey=_share(spread < 24),
        paper=_share(bright & (spread < 48)),
        edges=_share(edges),
        straight=float(straight.sum() / max(int(edges.sum()), 1)),
    )


def _share(which: NDArray[np.bool_]) -> float:
    """How many of these pixels; a picture of one row or column has none beside each other."""
    return float(which.mean()) if which.size else 0.0
