"""Orientation: the transposition that makes stored pixels upright (Exif 2.32, tag Orientation)."""

from __future__ import annotations

from PIL import Image

_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def make_upright(image: Image.Image, orientation: int) -> Image.Image:
    """The upright image; the same one if there is nothing to turn."""
    return image.transpose(_TRANSPOSITIONS[orientation]) if orientation in _TRANSPOSITIONS else image


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """(width, height) of the upright image from that of the stored pixels."""
    return size[::-1] if orientation >= 5 else size
