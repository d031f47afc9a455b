"""Look of a photo: a few numbers of its thumbnail that tell drawn screens and printed paper from photographs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

SIDE = 256
"""The longest side of what is looked at, pixels; that of the thumbnails that every photo has."""

FLAT = 2
"""Grey levels by which neighbours in an even area differ at most; JPEG leaves no more of a drawn one."""

EDGE = 24
"""Grey levels by which neighbours differ where something begins."""


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
    pixels = np.asarray(thumbnail.convert("RGB")).astype(np.int16)
    grey = pixels.mean(axis=2)
    spread = pixels.max(axis=2) - pixels.min(axis=2)
    across = np.abs(np.diff(grey, axis=1))[:-1]
    down = np.abs(np.diff(grey, axis=0))[:, :-1]
    step = np.maximum(across, down)
    codes = (pixels // 16) @ np.array([256, 16, 1])
    counts = np.sort(np.bincount(codes.ravel(), minlength=4096))[::-1]
    edges = step >= EDGE
    straight = edges & (np.minimum(across, down) <= FLAT)
    bright = grey >= 0.8 * np.percentile(grey, 95)
    return Look(
        flat=float((step <= FLAT).mean()),
        colours=float(counts[:4].sum() / grey.size),
        grey=float((spread < 24).mean()),
        paper=float((bright & (spread < 48)).mean()),
        edges=float(edges.mean()),
        straight=float(straight.sum() / max(int(edges.sum()), 1)),
    )
