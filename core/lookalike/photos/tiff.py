"""TIFF files, with the one colour layout that Pillow does not know."""

from __future__ import annotations

import io
import struct

from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from lookalike.photos.exif import Tag, read_tags

_RGB = 2
_CIELAB = 8


class Lab16File(TiffImageFile):
    """A TIFF of 16-bit CIELAB pixels, opened as if they were RGB; `to_lab` puts that right after `load`."""


def open_tiff(data: bytes) -> TiffImageFile:
    """Read the header of the first page; the pixels come with `load`.

    Raises:
        Exception: of many types, from Pillow, where the header is broken.
    """
    try:
        return TiffImageFile(io.BytesIO(data))
    except SyntaxError:
        tags = read_tags(data)
        place = tags.places.get(Tag.PHOTOMETRIC)
        if place is None or tags.number(Tag.PHOTOMETRIC) != _CIELAB:
            raise
        patched = bytearray(data)
        struct.pack_into(tags.order + "H", patched, place, _RGB)
        return Lab16File(io.BytesIO(patched))


def to_lab(image: Image.Image) -> Image.Image:
    """The loaded pixels of a `Lab16File` in mode LAB: there a* and b* are stored from 0, in the file around 0."""
    lightness, a, b = image.split()
    recentred = [level ^ 128 for level in range(256)]
    return Image.merge("LAB", (lightness, a.point(recentred), b.point(recentred)))
