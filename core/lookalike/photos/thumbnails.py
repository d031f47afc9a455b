"""Small JPEGs for the grid.

The sides are the desktop's own (freedesktop's Thumbnail Managing Standard): 256, "large", is made of every photo while
it is decoded for its descriptor and takes 12 KB on average; 512, "x-large", takes 30 KB and is made when a screen of
high density or large cells ask for it. 128, "normal", is not kept: drawing a larger one smaller is quicker than
reading another. Nor is 1024, "xx-large": the largest cell of the grid, 264 points, takes 528 pixels on a screen of
double density, and what shows a photo larger than that decodes the photo itself. The desktop's own cache is left
alone: it goes by path instead of content, is not bounded, and is not ours to fill.
"""

from __future__ import annotations

import io

from PIL import Image

THUMBNAIL_SIDES = (256, 512)
"""Longest sides of the thumbnails that are kept, in pixels."""

THUMBNAIL_SIDE = THUMBNAIL_SIDES[0]
"""The one that every photo has."""

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
