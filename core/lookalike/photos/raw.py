"""Camera raw files: the preview that the camera put in, or else a quick development."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from lookalike.photos.errors import PhotoError, printable, too_large
from lookalike.photos.files import FileBytes
from lookalike.photos.memory import budget

if TYPE_CHECKING:
    import rawpy

_DEVELOP_BYTES_PER_PIXEL = 14
"""Sensor values, LibRaw's half-size working image and the result."""

_USEFUL_PREVIEW = 1000
"""A preview whose longest side has so many pixels is taken even where more were asked for: developing is slow."""

_ORIENTATIONS = {0: 1, 3: 3, 5: 8, 6: 6}
"""LibRaw's `flip` → EXIF orientation."""


@dataclass(frozen=True)
class RawPreview:
    """What a raw file can show without a full development.

    Attributes:
        picture: the camera's own JPEG preview as a file, or the half-size development, which is upright.
        orientation: EXIF orientation 1..8 of the stored pixels.
        size: (width, height) of the whole photo shown upright, in pixels.
    """

    picture: bytes | Image.Image
    orientation: int
    size: tuple[int, int]


def read_preview(file: FileBytes, longest_side: int) -> RawPreview:
    """Take the preview out of a raw file, or develop the file at half its size where that shows more.

    Args:
        file: the raw file.
        longest_side: pixels that the picture is wanted at.

    Raises:
        PhotoError: neither works.
    """
    with _opened(file) as raw:
        orientation = _ORIENTATIONS.get(raw.sizes.flip, 1)
        width, height = raw.sizes.width, raw.sizes.height
        size = (height, width) if orientation >= 5 else (width, height)
        jpeg = _embedded_jpeg(raw)
    if jpeg is not None and _longest_side(jpeg) >= min(longest_side, _USEFUL_PREVIEW):
        return RawPreview(jpeg, orientation, size)
    try:
        return RawPreview(_develop(file, size), orientation, size)
    except PhotoError:
        if jpeg is None:
            raise
        return RawPreview(jpeg, orientation, size)


def _develop(file: FileBytes, size: tuple[int, int]) -> Image.Image:
    # LibRaw unpacks sensor data only in a file from which no preview was asked, hence opened again.
    with _opened(file) as raw:
        need = raw.sizes.raw_width * raw.sizes.raw_height * _DEVELOP_BYTES_PER_PIXEL
        if need > budget.limit:
            raise too_large(file.name, size)
        with budget.take(need):
            raw.unpack()
            return Image.fromarray(raw.postprocess(half_size=True, use_camera_wb=True))


@contextmanager
def _opened(file: FileBytes) -> Iterator[rawpy.RawPy]:
    import rawpy

    raw: Any = rawpy.RawPy()
    try:
        raw.open_buffer(io.BytesIO(file.data))
        yield raw
    except (rawpy.LibRawError, rawpy.NotSupportedError) as error:
        raise PhotoError(
            "{name} is a raw file without a preview, and it cannot be developed.",
            "Export it as JPEG or TIFF.",
            name=printable(file.name),
        ) from error
    finally:
        raw.close()


def _embedded_jpeg(raw: rawpy.RawPy) -> bytes | None:
    import rawpy

    try:
        thumbnail = raw.extract_thumb()
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    return bytes(thumbnail.data) if thumbnail.format == rawpy.ThumbFormat.JPEG else None


def _longest_side(jpeg: bytes) -> int:
    try:
        return max(JpegImageFile(io.BytesIO(jpeg)).size)
    except (SyntaxError, OSError, ValueError):
        return 0
