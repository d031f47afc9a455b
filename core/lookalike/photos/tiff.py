"""TIFF files, including 16-bit CIELAB, which Pillow cannot open."""

from __future__ import annotations

import io
import struct

from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from lookalike.photos.exif import Tag, read_tags

_RGB = 2
_CIELAB = 8


class Lab16File(TiffImageFile):
    """A TIFF of 16-bit CIELAB pixels, opened as if they were RGB; `to_lab` corrects that after `load`."""


def open_tiff(data: bytes) -> TiffImageFile:
    """Read the header of the first page; `load` reads the pixels.

    Raises:
        Exception: of many types, from Pillow, if the header is broken.
    """
    try:
        return TiffImageFile(io.BytesIO(data))
    except SyntaxError:
        tags = read_tags(data)
        offset = tags.offsets.get(Tag.PHOTOMETRIC)
        if offset is None or tags.number(Tag.PHOTOMETRIC) != _CIELAB:
            raise
        patched = bytearray(data)
        struct.pack_into(tags.order + "H", patched, offset, _RGB)
        return Lab16File(io.BytesIO(patched))


def to_lab(image: Image.Image) -> Image.Image:
    """Convert the loaded pixels of a `Lab16File` to mode LAB, which stores a* and b* unsigned; the file, signed."""
    lightness, a, b = image.split()
    recentred = [level ^ 128 for level in range(256)]
    return Image.merge("LAB", (lightness, a.point(recentred), b.point(recentred)))
