"""TIFF layouts that Pillow cannot read or reads wrongly: wide or signed numbers, inverted greys, four inks with alpha.

tifffile reads the directory; `tiff_samples` makes pixels of what it says.
"""

from __future__ import annotations

import io
import logging
import math
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile

from lookalike.photos.errors import LayoutError
from lookalike.photos.jpeg import open_jpeg
from lookalike.photos.kinds import Kind, claimed_size
from lookalike.photos.tiff_samples import COLOURS, PALETTE, SEPARATED, YCBCR, mode, read_samples
from lookalike.photos.upright import make_upright, upright_size

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

_ORIENTATION, _INK_SET, _ICC_PROFILE = 274, 332, 34675
_JPEG = 7
_BYTE_COMPRESSIONS = frozenset((1, 2, 3, 4, 5, 8, 32773, 32946, 34925, 50000))
"""None, CCITT, LZW, deflate, PackBits, LZMA, Zstandard: they never yield more than a strip has room for."""

_SEGMENT_COPIES = 3
"""Copies of a strip or tile that exist at once while its compression, byte order and predictor are undone."""


class LayoutFile(ImageFile.ImageFile):
    """The first page of a TIFF; `load` reads its pixels and makes them upright.

    Attributes:
        segment_bytes: memory that `load` takes beyond what the picture's size tells.
    """

    format = "TIFF"
    format_description = "TIFF, read by tifffile"

    def __init__(self, data: bytes, assumed_orientation: int = 1) -> None:
        """Read the directory.

        Args:
            data: the file.
            assumed_orientation: EXIF orientation 1..8 of the stored pixels if the page names none.

        Raises:
            LayoutError: the layout is none of those known here.
            Exception: of many types, from tifffile, if the directory is broken.
        """
        self._data = data
        self._assumed_orientation = assumed_orientation
        super().__init__(io.BytesIO(data))

    def _open(self) -> None:
        page = open_pages(self._data).pages.first
        _check(page)
        named = number(page, _ORIENTATION)
        self._page: TiffPage | None = page
        self._orientation = named if 1 <= named <= 8 else self._assumed_orientation
        self._size = upright_size((page.imagewidth, page.imagelength), self._orientation)
        self._mode = mode(page)
        self.tile = []
        self.segment_bytes = _segment_bytes(page)
        if profile := tag_bytes(page, _ICC_PROFILE):
            self.info["icc_profile"] = profile

    def load(self) -> Any:
        """Read the pixels, once.

        Raises:
            Exception: of many types, if they are broken.
        """
        if self._page is not None:
            if any(start + count > len(self._data) for start, count in _places(self._page)):
                raise EOFError("the file is truncated")
            self.im = make_upright(read_samples(self._page), self._orientation).im
            self._page = None
        return Image.Image.load(self)


def open_pages(data: bytes) -> TiffFile:
    """The directories of a file, as tifffile reads them.

    Raises:
        Exception: of many types, if they are broken.
    """
    import tifffile

    # It reports every odd tag, which is nothing that a user could do something about.
    tifffile.logger().setLevel(logging.CRITICAL + 1)
    return tifffile.TiffFile(io.BytesIO(data))


def number(page: TiffPage, tag: int) -> int:
    """The first value of a tag; 0 if there is none or it is no integer."""
    value = page.tags.valueof(tag, 0)
    first = value[0] if isinstance(value, tuple) and value else value
    return int(first) if isinstance(first, int) else 0


def tag_bytes(page: TiffPage, tag: int) -> bytes:
    """The bytes of a tag, of whatever type it is; empty if there are none."""
    value = page.tags.valueof(tag, b"")
    return (
        value.encode("latin-1", "replace")
        if isinstance(value, str)
        else value
        if isinstance(value, bytes)
        else b""
    )


def _places(page: TiffPage) -> list[tuple[int, int]]:
    return list(zip(page.dataoffsets, page.databytecounts, strict=False))


def _segment_bytes(page: TiffPage) -> int:
    assert page.dtype is not None
    return math.prod(page.chunks) * page.dtype.itemsize * _SEGMENT_COPIES


def _check(page: TiffPage) -> None:
    """Raise `LayoutError` if the samples are of a layout that `read_samples` does not know."""
    known = (
        page.photometric in COLOURS
        and page.dtype is not None
        and page.dtype.kind in "buif"
        and page.imagedepth == 1
        and page.samplesperpixel >= COLOURS[page.photometric]
        and (page.photometric != YCBCR or page.compression == _JPEG)
        and (page.photometric != PALETTE or (page.colormap is not None and page.dtype.kind in "bu"))
        and (page.photometric != SEPARATED or number(page, _INK_SET) in (0, 1))
    )
    if not known or not _is_bounded(page):
        raise LayoutError(describe(page))


def describe(page: TiffPage) -> str:
    """The layout in a few words, such as "CFA, 1 × 12 bits, LZW"."""
    bits = page.bitspersample
    bits = "/".join(map(str, bits)) if isinstance(bits, tuple) else bits
    names = [getattr(value, "name", f"number {value}") for value in (page.photometric, page.compression)]
    return f"{names[0]}, {page.samplesperpixel} × {bits} bits, {names[1]}"


def _is_bounded(page: TiffPage) -> bool:
    """Whether no strip or tile can yield more than it has room for."""
    if page.compression in _BYTE_COMPRESSIONS:
        return True
    measure = _PICTURE_COMPRESSIONS.get(page.compression)
    if measure is None:
        return False
    file = page.parent.filehandle
    for start, count in _places(page):
        file.seek(start)
        size = measure(file.read(count)) if count else (0, 0)
        if size is None or size[0] * size[1] > math.prod(page.chunks):
            return False
    return True


def _lerc_size(segment: bytes) -> tuple[int, int]:
    # "Lerc2 ", version, checksum, rows, columns, and from version 4 on the values of a pixel.
    version, _, rows, columns, values = struct.unpack_from("<5I", segment, 6)
    return columns * (values if version >= _LERC_OF_MANY_VALUES else 1), rows


_LERC_OF_MANY_VALUES = 4
_JPEG2000 = (33003, 33004, 33005, 34712)
_PICTURE_COMPRESSIONS: dict[int, Callable[[bytes], tuple[int, int] | None]] = {
    _JPEG: lambda segment: open_jpeg(segment).size,
    34887: _lerc_size,
    50001: lambda segment: claimed_size(Kind.WEBP, segment),
} | {number: lambda segment: Jpeg2KImageFile(io.BytesIO(segment)).size for number in _JPEG2000}
"""Compressions whose strips are pictures with a header of their own → the size that it claims."""
