"""Difference of two photos: the one laid over the other by their pair's transform, and where they differ in red."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

SIDE = 1280
"""Longest side of the picture of a difference, pixels."""

_GROUND = 0.45
"""How bright the photo under the difference is."""

_GAIN = 4.0
"""A difference of a quarter of the range is as red as one of all of it."""


def laid_over(
    first: Image.Image, second: Image.Image, transform: Sequence[float]
) -> tuple[Image.Image, Image.Image]:
    """The second photo as it lies in the frame of the first one.

    Args:
        first: the photo whose frame it is.
        second: the photo that is laid on it, RGB.
        transform: homography from the first photo to the second, 3 × 3 row by row, in coordinates of upright frames
            that run from 0 to 1; empty where unknown, and then the frames are laid on each other.

    Returns:
        The second photo, RGB, of the size of the first; and where it shows something, 255 in an image of one channel.
    """
    matrix = np.asarray(transform or (1, 0, 0, 0, 1, 0, 0, 0, 1), np.float64).reshape(3, 3)
    to_pixels = np.diag([second.width, second.height, 1.0])
    from_pixels = np.diag([1 / first.width, 1 / first.height, 1.0])
    matrix = to_pixels @ matrix @ from_pixels
    matrix /= matrix[2, 2]
    # Pillow takes the place in the source of each place in the result.
    coefficients = tuple(matrix.ravel()[:8])
    perspective = Image.Transform.PERSPECTIVE
    laid = second.convert("RGB").transform(first.size, perspective, coefficients, Image.Resampling.BICUBIC)
    white = Image.new("L", second.size, 255)
    return laid, white.transform(first.size, perspective, coefficients, Image.Resampling.NEAREST)


def difference(kept: Image.Image, other: Image.Image, transform: Sequence[float]) -> Image.Image:
    """Where two photos differ.

    Args:
        kept: the photo to keep, RGB.
        other: the other one, RGB.
        transform: homography from the kept photo to the other, 3 × 3 row by row, in coordinates of upright frames that
            run from 0 to 1; empty where unknown, and then the frames are laid on each other.

    Returns:
        The kept photo in grey, of its size: red where they differ by more than they do everywhere, dark where the
        other shows nothing.
    """
    laid, cover = laid_over(kept, other, transform)
    covered = np.asarray(cover) > 0
    first = np.asarray(kept.convert("RGB"), np.float32)
    apart = np.abs(first - np.asarray(laid, np.float32)).max(axis=2) / 255
    if covered.any():
        # What has changed everywhere, as the brightness, would hide all the rest.
        apart = np.maximum(apart - np.median(apart[covered]), 0)
    red = np.clip(apart * _GAIN, 0, 1)[..., None] * covered[..., None]
    grey = first.mean(axis=2, keepdims=True) * _GROUND * np.where(covered, 1.0, 0.35)[..., None]
    colour = np.array([255.0, 40.0, 40.0], np.float32)
    return Image.fromarray(np.clip(grey * (1 - red) + colour * red, 0, 255).astype(np.uint8))
