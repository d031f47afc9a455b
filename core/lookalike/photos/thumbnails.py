"""Small JPEGs for the grid."""

from __future__ import annotations

import io

from PIL import Image

THUMBNAIL_SIDE = 256
"""Longest side of a thumbnail in pixels."""

_QUALITY = 80


def thumbnail(image: Image.Image, side: int = THUMBNAIL_SIDE) -> bytes:
    """A small JPEG of an already decoded photo.

    Args:
        image: RGB, as `decode` gives it; one smaller than `side` is not enlarged.
        side: longest side in pixels at most.
    """
    scale = side / max(image.size)
    if scale < 1:
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        image = image.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
