"""TIFF samples: from the numbers of a page to 8-bit grey, colour or ink (TIFF 6.0, sections 3 to 6, 16 and 18).

imagecodecs takes off the compression. Samples become 8-bit strip by strip, so that only one strip or tile is ever held
in full depth.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.photos.levels import Extent, Levels, levels, to_bytes

if TYPE_CHECKING:
    from tifffile import TiffPage

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, SEPARATED, YCBCR = 0, 1, 2, 3, 5, 6
"""Photometric interpretations."""

COLOURS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, PALETTE: 1, SEPARATED: 4, YCBCR: 3}
"""Photometric interpretation → samples of a pixel's colour. Luma and chroma must come as RGB from their codec."""

_MODES = {WHITE_IS_ZERO: "L", BLACK_IS_ZERO: "L", RGB: "RGB", PALETTE: "RGB", SEPARATED: "CMYK", YCBCR: "RGB"}
_ASSOCIATED, _UNASSOCIATED = 1, 2
_ROWS = 64
_SHIFTED_BITS = 24
"""Unsigned samples of at most so many bits are cut to their highest eight; wider ones seldom use their whole range."""


def mode(page: TiffPage) -> str:
    """Pillow's mode of the image that `read_samples` returns."""
    colours = _MODES[page.photometric]
    # Pillow has no four inks with alpha: they are printed on white paper as they are read.
    return colours if colours == "CMYK" or _alpha(page) is None else {"L": "LA", "RGB": "RGBA"}[colours]


def read_samples(page: TiffPage) -> Image.Image:
    """The stored pixels of a page, of a photometric interpretation in `COLOURS` and with numbers of any kind.

    Raises:
        Exception: of many types, from tifffile and imagecodecs, if they are broken.
    """
    colours, alpha = COLOURS[page.photometric], _alpha(page)
    palette = _palette(page) if page.photometric == PALETTE else None
    colour_levels, alpha_levels = _levels(page, colours, alpha)
    shape = page.imagelength, page.imagewidth
    pixels = np.zeros((*shape, colours if palette is None else 3), np.uint8)
    opacity = np.zeros(shape, np.uint8) if alpha is not None else None
    for segment, rows, columns, first in _segments(page):
        for sample in range(segment.shape[2]):
            values = segment[..., sample]
            if opacity is not None and first + sample == alpha:
                opacity[rows, columns] = _narrow(page, values, alpha_levels)
            elif first + sample >= colours:
                continue
            elif palette is not None:
                pixels[rows, columns] = palette[np.minimum(values, len(palette) - 1)]
            else:
                pixels[rows, columns, first + sample] = _narrow(page, values, colour_levels)
    if opacity is not None:
        _apply(pixels, opacity, page.extrasamples[_extra(page)] == _ASSOCIATED, page.photometric == SEPARATED)
    if page.photometric == WHITE_IS_ZERO:
        np.subtract(255, pixels, out=pixels)
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels, _MODES[page.photometric])
    if opacity is not None and page.photometric != SEPARATED:
        image.putalpha(Image.fromarray(opacity))
    return image


def _extra(page: TiffPage) -> int:
    """Which of the extra samples is the opacity; -1 if none is."""
    alphas = [
        extra for extra, meaning in enumerate(page.extrasamples) if meaning in (_ASSOCIATED, _UNASSOCIATED)
    ]
    return alphas[0] if alphas else -1


def _alpha(page: TiffPage) -> int | None:
    """Which of all samples is the opacity."""
    extra = _extra(page)
    return COLOURS[page.photometric] + extra if extra >= 0 else None


def _segments(page: TiffPage) -> Iterator[tuple[NDArray[Any], slice, slice, int]]:
    """The strips or tiles: their samples (rows × columns × samples), where they belong, and which sample is first."""
    for segment, (first, _, row, column, _), _ in page.segments(maxworkers=1):
        # A sparse file leaves out what is all zero.
        if segment is not None:
            inside = segment[0, : page.imagelength - row, : page.imagewidth - column]
            yield inside, slice(row, row + len(inside)), slice(column, column + inside.shape[1]), first


def _is_shifted(page: TiffPage) -> bool:
    return page.dtype is not None and page.dtype.kind in "bu" and page.bitspersample <= _SHIFTED_BITS


def _levels(page: TiffPage, colours: int, alpha: int | None) -> tuple[Levels, Levels]:
    """The levels of the colours and of the opacity."""
    extents = Extent(), Extent()
    if page.dtype is None or _is_shifted(page) or page.photometric == PALETTE:
        return Levels(0, 1), Levels(0, 1)
    for segment, _, _, first in _segments(page):
        for sample in range(segment.shape[2]):
            if first + sample < colours:
                extents[0].add(segment[..., sample])
            elif first + sample == alpha:
                extents[1].add(segment[..., sample])
    return levels(page.dtype, extents[0]), levels(page.dtype, extents[1])


def _narrow(page: TiffPage, values: NDArray[Any], between: Levels) -> NDArray[np.uint8]:
    if not _is_shifted(page):
        return to_bytes(values, between)
    if page.bitspersample >= 8:
        return (values >> (page.bitspersample - 8)).astype(np.uint8)
    return (values.astype(np.uint16) * 255 // ((1 << page.bitspersample) - 1)).astype(np.uint8)


def _palette(page: TiffPage) -> NDArray[np.uint8]:
    colours = np.asarray(page.colormap).T
    # 16 bits are what the standard asks for, but some programs write 8.
    return (colours >> 8 if colours.max(initial=0) > 255 else colours).astype(np.uint8)


def _apply(pixels: NDArray[np.uint8], opacity: NDArray[np.uint8], associated: bool, inks: bool) -> None:
    """Make colours independent of their opacity, or print inks on white paper through it."""
    for start in range(0, len(pixels), _ROWS):
        rows, opaque = (
            pixels[start : start + _ROWS],
            opacity[start : start + _ROWS, :, None].astype(np.uint16),
        )
        if inks and not associated:
            rows[...] = (rows * opaque + 127) // 255
        elif associated and not inks:
            rows[...] = np.minimum((rows * np.uint16(255) + opaque // 2) // np.maximum(opaque, 1), 255)
