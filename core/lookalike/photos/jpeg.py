"""JPEG files: the scale to decode at, and the memory that takes."""

from __future__ import annotations

import io

from PIL.JpegImagePlugin import JpegImageFile

from lookalike.photos.memory import RESULT_BYTES_PER_PIXEL, budget

_SCALES = (1, 2, 4, 8)
"""The factors by which libjpeg can shrink a picture while decoding."""

_BYTES_PER_PIXEL = 8
"""For a decoded pixel: Pillow's own four bytes, and as many again while it is resized or else while its colours and its
orientation are converted.
"""


class JpegFile(JpegImageFile):
    """A JPEG file; of a stereo pair, motion photo or gain map, only the first picture."""

    def _read_dpi_from_exif(self) -> None:
        # Pillow would parse the whole EXIF block here just for the resolution, and warn about oddities.
        pass


def open_jpeg(data: bytes) -> JpegFile:
    """Read the header; `load` reads the pixels.

    Raises:
        Exception: of many types, from Pillow, if the header is broken.
    """
    return JpegFile(io.BytesIO(data))


def draft(image: JpegFile, data: bytes, target: tuple[int, int]) -> int:
    """Make `load` decode only as many pixels as the target needs, or fewer if memory does not suffice.

    Args:
        image: the opened file, not loaded yet.
        data: the file's bytes.
        target: (width, height) in pixels to which the picture will be resized.

    Returns:
        The bytes that decoding takes.
    """
    width, height = image.size
    reduction = min(width // target[0], height // target[1])
    coefficients = _coefficient_bytes(image, data)
    need = 0
    for scale in _SCALES:
        across, down = -(-width // scale), -(-height // scale)
        need = coefficients + across * down * _BYTES_PER_PIXEL
        if across > target[0] or down > target[1]:
            need += target[0] * target[1] * RESULT_BYTES_PER_PIXEL
        if scale * 2 > reduction and need <= budget.limit:
            break
    image.draft(None, (max(width // scale, 1), max(height // scale, 1)))
    return need


def _coefficient_bytes(image: JpegFile, data: bytes) -> int:
    """The bytes that libjpeg keeps for the full-size picture, at any scale, if it has several scans."""
    if "progressive" not in image.info and not _is_first_scan_partial(image, data):
        return 0
    sampled = sum(across * down for _, across, down, _ in image.layer)
    most = max(across for _, across, _, _ in image.layer) * max(down for _, _, down, _ in image.layer)
    return image.size[0] * image.size[1] * 2 * sampled // max(most, 1)


def _is_first_scan_partial(image: JpegFile, data: bytes) -> bool:
    if image.fp is None:
        return False
    # Pillow has read up to the end of the first scan's header, whose length gives its number of components.
    end = image.fp.tell()
    return any(
        data[end - 8 - 2 * count : end - 4 - 2 * count] == bytes((0xFF, 0xDA, 0, 6 + 2 * count))
        for count in range(1, image.layers)
    )
