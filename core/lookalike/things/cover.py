"""Cover: the photo that stands for a thing, sharp, large, and like most of the others."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

CANDIDATES = 8
"""How many of the photos that are most like the others are looked at."""

SIDE = 128
"""Longest side in pixels at which sharpness is compared: a small print of each."""


def sharpness(thumbnail: bytes) -> float:
    """The variance of the Laplacian (Pech-Pacheco et al., ICPR 2000) of a thumbnail, 0 or more; 0 for no picture.

    Args:
        thumbnail: a JPEG file.
    """
    try:
        with Image.open(io.BytesIO(thumbnail)) as image:
            image.draft("L", (SIDE, SIDE))
            grey = image.convert("L")
            grey.thumbnail((SIDE, SIDE))
            pixels = np.asarray(grey, np.float32)
    except OSError:
        return 0.0
    if min(pixels.shape) < 3:
        return 0.0
    inner = pixels[1:-1, 1:-1]
    laplacian = pixels[:-2, 1:-1] + pixels[2:, 1:-1] + pixels[1:-1, :-2] + pixels[1:-1, 2:] - 4.0 * inner
    return float(laplacian.var())


def best_cover(
    photos: Sequence[int],
    centrality: Mapping[int, float],
    pixels: Mapping[int, int],
    sharpnesses: Mapping[int, float],
) -> int:
    """The photo that stands for a thing; ties by the lowest id.

    Args:
        photos: content ids, at least one.
        centrality: how like the others each is, in [0, 1].
        pixels: how many pixels each has.
        sharpnesses: what `sharpness` says of each.
    """
    most_pixels = max(max(pixels.get(number, 1) for number in photos), 2)
    sharpest = max(max(sharpnesses.get(number, 0.0) for number in photos), 1e-9)

    def quality(number: int) -> float:
        large = math.log(max(pixels.get(number, 1), 1)) / math.log(most_pixels)
        # A photo need not be the sharpest, but must not be blurred beside the others.
        sharp = math.sqrt(sharpnesses.get(number, 0.0) / sharpest)
        return centrality.get(number, 0.0) + large + sharp

    return min(photos, key=lambda number: (-quality(number), number))
