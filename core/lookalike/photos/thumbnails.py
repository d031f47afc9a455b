"""Thumbnails: small JPEGs for the grid.

The sizes are the desktop's own (freedesktop's Thumbnail Managing Standard): 256, "large", is made for every photo while
it is decoded for its descriptor and takes 12 KB on average; 512, "x-large", takes 30 KB and is made on demand for
high-density screens and large cells. 128, "normal", is not kept: scaling down a larger one is faster than reading
another. Nor is 1024, "xx-large": the grid's largest cell, 264 points, takes 528 pixels on a screen of double density,
and larger views decode the photo itself. The desktop's own cache is left alone: it is keyed by path instead of
content, is unbounded, and is not ours to fill.
"""

from __future__ import annotations

import io

from PIL import Image

THUMBNAIL_SIDES = (256, 512)
"""Longest sides of the stored thumbnails, in pixels."""

THUMBNAIL_SIDE = THUMBNAIL_SIDES[0]
"""The size that every photo has."""

_QUALITY = 80


def thumbnail(image: Image.Image, side: int = THUMBNAIL_SIDE) -> bytes:
    """A small JPEG of a decoded photo.

    Args:
        image: RGB, as `decode` returns it; an image smaller than `side` is not enlarged.
        side: the most pixels that the longest side may have.
    """
    scale = side / max(image.size)
    if scale < 1:
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        image = image.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
