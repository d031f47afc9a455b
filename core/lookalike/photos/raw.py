"""Camera raw files: the embedded preview, or else a quick development."""

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
"""A preview with at least this longest side (pixels) is used even if more was asked for: developing is slow."""

_ORIENTATIONS = {0: 1, 3: 3, 5: 8, 6: 6}
"""LibRaw's `flip` → EXIF orientation."""


@dataclass(frozen=True)
class RawPreview:
    """What a raw file can show without a full development.

    Attributes:
        picture: the camera's JPEG preview as a file, or the half-size development, which is upright.
        orientation: EXIF orientation 1..8 of the stored pixels.
        size: (width, height) of the full-size upright photo, in pixels.
    """

    picture: bytes | Image.Image
    orientation: int
    size: tuple[int, int]


def read_preview(file: FileBytes, longest_side: int) -> RawPreview:
    """Extract the preview from a raw file, or develop the file at half size if the preview is too small.

    Args:
        file: the raw file.
        longest_side: the longest side that the caller needs, in pixels.

    Raises:
        PhotoError: neither works.
    """
    with _open_raw(file) as raw:
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
    # Once a preview was extracted, LibRaw no longer unpacks the sensor data, so the file is opened again.
    with _open_raw(file) as raw:
        need = raw.sizes.raw_width * raw.sizes.raw_height * _DEVELOP_BYTES_PER_PIXEL
        if need > budget.limit:
            raise too_large(file.name, size)
        with budget.take(need):
            raw.unpack()
            return Image.fromarray(raw.postprocess(half_size=True, use_camera_wb=True))


@contextmanager
def _open_raw(file: FileBytes) -> Iterator[rawpy.RawPy]:
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
