"""Openers: which decoder reads a kind of file, and how much memory that takes."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from lookalike.photos.bmp import open_bmp
from lookalike.photos.errors import too_large
from lookalike.photos.jpeg import open_jpeg
from lookalike.photos.kinds import Kind
from lookalike.photos.memory import RESULT_BYTES_PER_PIXEL, budget
from lookalike.photos.tiff import open_tiff, reopen_tiff


def _open_heif(data: bytes) -> ImageFile.ImageFile:
    from pillow_heif import HeifImageFile

    image: ImageFile.ImageFile = HeifImageFile(io.BytesIO(data))
    return image


def _open_jxl(data: bytes) -> ImageFile.ImageFile:
    from pylibjxl.pillow_plugin import JxlImageFile

    return JxlImageFile(io.BytesIO(data))


OPENERS: dict[Kind, Callable[[bytes], ImageFile.ImageFile]] = {
    Kind.JPEG: open_jpeg,
    Kind.PNG: lambda data: PngImageFile(io.BytesIO(data)),
    Kind.GIF: lambda data: GifImageFile(io.BytesIO(data)),
    Kind.WEBP: lambda data: WebPImageFile(io.BytesIO(data)),
    Kind.BMP: open_bmp,
    Kind.TIFF: open_tiff,
    Kind.JPEG2000: lambda data: Jpeg2KImageFile(io.BytesIO(data)),
    Kind.HEIF: _open_heif,
    Kind.AVIF: lambda data: AvifImageFile(io.BytesIO(data)),
    Kind.JPEG_XL: _open_jxl,
}
"""What reads the header of a file of each kind; `load` of the image reads the pixels."""

REPAIRED_OPENERS: dict[Kind, Callable[[bytes], ImageFile.ImageFile]] = OPENERS | {Kind.TIFF: reopen_tiff}
"""The decoders after a repair, where they are others."""

_BYTES_PER_PIXEL = {
    Kind.PNG: 9,
    Kind.GIF: 9,
    Kind.BMP: 9,
    Kind.WEBP: 17,
    Kind.TIFF: 12,
    Kind.JPEG2000: 24,
    Kind.HEIF: 16,
    Kind.AVIF: 20,
    Kind.JPEG_XL: 32,
}
"""The most memory that decoding takes per pixel, for formats that are always decoded in full size."""

_WIDE_MODES = ("I", "F")
_WIDE_BYTES_PER_PIXEL = 16
"""The same for images with 32 bits per channel, in any format."""


def affordable(
    kind: Kind, size: tuple[int, int], target: tuple[int, int], mode: str = "RGB", extra: int = 0
) -> tuple[int, int]:
    """The target, or the largest one of its shape for which memory suffices beside the decoded picture.

    Args:
        kind: the file's kind, any but JPEG and RAW.
        size: (width, height) of the picture in pixels.
        target: (width, height) to which it is to be resized.
        mode: Pillow's mode of the decoded picture.
        extra: bytes beyond what the size tells.
    """
    left = budget.limit - _decoded_bytes(kind, size, mode) - extra
    share = left / (target[0] * target[1] * RESULT_BYTES_PER_PIXEL)
    if share >= 1 or share <= 0:
        return target
    return max(1, int(target[0] * share**0.5)), max(1, int(target[1] * share**0.5))


def _decoded_bytes(kind: Kind, size: tuple[int, int], mode: str) -> int:
    per_pixel = _WIDE_BYTES_PER_PIXEL if mode in _WIDE_MODES else _BYTES_PER_PIXEL[kind]
    return size[0] * size[1] * per_pixel


def memory_needed(
    kind: Kind,
    name: str,
    size: tuple[int, int],
    target: tuple[int, int],
    mode: str = "RGB",
    extra: int = 0,
) -> int:
    """The bytes that decoding takes at any scale that the kind offers.

    Args:
        kind: the file's kind, any but JPEG and RAW.
        name: the file's name.
        size: (width, height) of the picture in pixels.
        target: (width, height) to which it will be resized.
        mode: Pillow's mode of the decoded picture.
        extra: bytes beyond what the size tells.

    Raises:
        PhotoError: they exceed the whole budget.
    """
    need = _decoded_bytes(kind, size, mode) + target[0] * target[1] * RESULT_BYTES_PER_PIXEL + extra
    if need > budget.limit:
        raise too_large(name, size)
    return need
