"""TIFF files: which page is the picture, and who reads it."""

from __future__ import annotations

import io
import itertools
import logging
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from lookalike.photos.errors import LayoutError
from lookalike.photos.exif import Tag, read_tags
from lookalike.photos.tiff_layouts import LayoutFile, number, open_pages

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage

_logger = logging.getLogger(__name__)

_SUBFILE_TYPE, _BITS, _PHOTOMETRIC, _ORIENTATION, _PLANAR, _SUB_DIRECTORIES = 254, 258, 262, 274, 284, 330
_SAMPLE_FORMAT = 339
_WHITE_IS_ZERO, _RGB, _CIELAB = 0, 2, 8
_GREYS = (0, 1)
_SEPARATE_PLANES = 2
_BITS_OF_PILLOW = (1, 2, 4, 8, 16)
_REDUCED, _MASK = 1, 4
"""Bits of NewSubfileType."""

_SHORT = 3
_UNSIGNED, _UNDEFINED = 1, 4
"""Sample formats that are the same to us."""

_THUMBNAIL_SIDE, _TIMES_LARGER = 640, 8
"""A first page with no longer side, in pixels, is a thumbnail if another page has so many times its area."""

_MAX_PAGES = 100
_BIG_TIFF = 43


class Lab16File(TiffImageFile):
    """A TIFF of 16-bit CIELAB pixels, opened as if they were RGB; `to_lab` corrects that after `load`."""


def open_tiff(data: bytes) -> ImageFile.ImageFile:
    """Read the header of the page that is the picture; `load` reads its pixels.

    Raises:
        LayoutError: it is of a layout that cannot be read.
        Exception: of many types, from Pillow, if the header is broken.
    """
    orientation = 1
    image, failure = _open_by_pillow(data)
    if image is None or _may_be_thumbnail(image, _BIG_TIFF in data[2:4]):
        chosen, orientation = _picture_first(data)
        if chosen is not data:
            data = chosen
            image, failure = _open_by_pillow(data)
    if image is None:
        data = _as_unsigned(data)
        image = _open_by_pillow(data)[0] or _open_lab(data)
    if image is not None and not _is_misread(image) and (orientation == 1 or _ORIENTATION in image.tag_v2):
        return image
    try:
        return LayoutFile(data, orientation)
    except LayoutError:
        if image is None:
            raise
    except Exception:
        # As Pillow does, tifffile raises anything over broken bytes; Pillow's own words are kept if it has any.
        if image is None:
            raise failure from None
        _logger.debug("tifffile cannot read a page that Pillow can.", exc_info=True)
    return image


def reopen_tiff(data: bytes) -> LayoutFile:
    """The same page by the other reader, after Pillow has failed over its pixels or over what stands beside them.

    Raises:
        LayoutError: it is of a layout that cannot be read.
        Exception: of many types, from tifffile, if the header is broken.
    """
    return LayoutFile(*_picture_first(data))


def _open_by_pillow(data: bytes) -> tuple[TiffImageFile | None, Exception]:
    try:
        image = TiffImageFile(io.BytesIO(data))
    except Exception as error:
        # Of any type, like whatever the parsing of broken bytes stumbles over.
        _logger.debug("Pillow cannot open a TIFF.", exc_info=True)
        return None, error
    for name in ("xmp", "icc_profile"):
        # Text, numbers and lists come of blocks with a wrong type, and Pillow itself stumbles over them later.
        block = image.info.get(name)
        if isinstance(block, str):
            image.info[name] = block.encode("latin-1", "replace")
        elif not isinstance(block, bytes):
            image.info.pop(name, None)
    return image, SyntaxError()


def _as_unsigned(data: bytes) -> bytes:
    """The file with unsigned numbers if the first page names a sample format that numbers so wide do not have."""
    try:
        with open_pages(data) as file:
            page = file.pages.first
            tag = page.tags.get(_SAMPLE_FORMAT)
            if page.dtype is not None or tag is None or tag.dtype != _SHORT:
                return data
            patched = bytearray(data)
            struct.pack_into(
                f"{file.byteorder}{tag.count}H", patched, tag.valueoffset, *[_UNSIGNED] * tag.count
            )
            return bytes(patched)
    except Exception:
        # A broken directory raises anything; whoever reads the page says so better.
        _logger.debug("The sample format of a TIFF cannot be read.", exc_info=True)
        return data


def _open_lab(data: bytes) -> Lab16File | None:
    tags = read_tags(data)
    offset = tags.offsets.get(Tag.PHOTOMETRIC)
    if offset is None or tags.number(Tag.PHOTOMETRIC) != _CIELAB:
        return None
    patched = bytearray(data)
    struct.pack_into(tags.order + "H", patched, offset, _RGB)
    try:
        return Lab16File(io.BytesIO(patched))
    except SyntaxError:
        return None


def _may_be_thumbnail(image: TiffImageFile, is_big: bool) -> bool:
    tags = image.tag_v2
    named = _first(tags.get(_SUBFILE_TYPE)) & (_REDUCED | _MASK)
    # Pillow drops the offsets of eight bytes that BigTIFF has.
    more = bool(tags.next) or _SUB_DIRECTORIES in tags or is_big
    return more and (bool(named) or max(image.size) <= _THUMBNAIL_SIDE)


def _first(value: Any) -> int:
    first = value[0] if isinstance(value, tuple) and value else value
    return first if isinstance(first, int) else 0


def _is_misread(image: TiffImageFile) -> bool:
    """Whether Pillow takes the numbers for others than they are."""
    if isinstance(image, Lab16File):
        return False
    tags = image.tag_v2
    bits = max(tags.get(_BITS, (1,)))
    formats = set(tags.get(_SAMPLE_FORMAT, ())) - {_UNSIGNED, _UNDEFINED}
    photometric = _first(tags.get(_PHOTOMETRIC, _WHITE_IS_ZERO))
    is_separate = _first(tags.get(_PLANAR)) == _SEPARATE_PLANES and (bits > 8 or photometric in _GREYS)
    return (
        bool(formats)
        or bits not in _BITS_OF_PILLOW
        or (photometric == _WHITE_IS_ZERO and bits > 8)
        or is_separate
    )


def _picture_first(data: bytes) -> tuple[bytes, int]:
    """The file with the directory of its picture as the first one, and the orientation that the former first one names.

    The picture is the first page, unless that is a thumbnail; then it is the largest of the other pages and of the
    pages below them.
    """
    try:
        with open_pages(data) as file:
            first = file.pages.first
            chosen = _picture(first, list(_other_pages(file)))
            if chosen is first:
                return data, 1
            order, is_big = file.byteorder, file.is_bigtiff
    except Exception:
        # A broken directory raises anything; the first page may still be readable.
        _logger.debug("The pages of a TIFF cannot be listed.", exc_info=True)
        return data, 1
    redirected = bytearray(data)
    struct.pack_into(order + ("Q" if is_big else "I"), redirected, 8 if is_big else 4, chosen.offset)
    return bytes(redirected), number(first, _ORIENTATION)


def _picture(first: TiffPage, others: list[TiffPage]) -> TiffPage:
    full = [page for page in others if not number(page, _SUBFILE_TYPE) & (_REDUCED | _MASK)]
    largest = max(full, key=_area, default=first)
    if number(first, _SUBFILE_TYPE) & (_REDUCED | _MASK):
        return largest if _area(largest) > _area(first) else first
    is_small = max(first.imagewidth, first.imagelength) <= _THUMBNAIL_SIDE
    return largest if is_small and _area(largest) >= _TIMES_LARGER * _area(first) else first


def _area(page: TiffPage) -> int:
    return page.imagewidth * page.imagelength


def _other_pages(file: TiffFile) -> Iterator[TiffPage]:
    """The pages after the first one, and those directly below any page, as far as they can be read."""
    from tifffile import TiffPage

    for number_of_page in range(_MAX_PAGES):
        try:
            page = file.pages[number_of_page]
            below = itertools.islice(page.pages or (), _MAX_PAGES) if isinstance(page, TiffPage) else ()
            pages = [*([page] if number_of_page else []), *below]
        except Exception:
            # The end of the list, or broken bytes, over which tifffile raises anything.
            _logger.debug("A TIFF has %d pages that can be read.", number_of_page, exc_info=True)
            return
        yield from (page for page in pages if isinstance(page, TiffPage))


def to_lab(image: Image.Image) -> Image.Image:
    """Convert the loaded pixels of a `Lab16File` to mode LAB, which stores a* and b* unsigned; the file, signed."""
    lightness, a, b = image.split()
    recentred = [level ^ 128 for level in range(256)]
    return Image.merge("LAB", (lightness, a.point(recentred), b.point(recentred)))
