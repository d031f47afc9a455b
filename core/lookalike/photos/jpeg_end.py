"""JPEG end marker: whether a file without one still holds the whole picture (ITU-T T.81, annexes B, F and G).

The decoder itself is asked, libjpeg by way of Pillow: it gets the file with an end marker, and again with other data
before it. Were any of the picture missing, the two would differ. Only which scans there are is read here.
"""

from __future__ import annotations

import io
import random
import re

import numpy as np
from numpy.typing import NDArray
from PIL.JpegImagePlugin import JpegImageFile

from lookalike.photos.jpeg_segments import FRAME_MARKERS, header_segments
from lookalike.photos.memory import budget

_END = b"\xff\xd9"
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_SOS, _EOI = 0xDA, 0xD9
_PROGRESSIVE = frozenset((0xC2, 0xC6, 0xCA, 0xCE))
_COEFFICIENTS = 64
_COEFFICIENT_BYTES_PER_PIXEL = 6
_BYTES_PER_PIXEL = 12
"""For a decoded pixel of two pictures, while the first of them is an array."""


def append_end(data: bytes) -> bytes | None:
    """The file with an end marker, if it has none and its picture is complete; else None.

    Args:
        data: a file whose header is orderly. Zeros at its end, as systems leave them that lost the last block, are
            taken for padding.
    """
    segments = header_segments(data)
    if segments is None:
        return None
    frame = next((segment for segment in segments if segment.marker in FRAME_MARKERS), None)
    if frame is None:
        return None
    components = set(data[frame.start + 10 : frame.end : 3])
    if not _has_all_scans(data, segments[-1].start, components, frame.marker in _PROGRESSIVE):
        return None
    # A last byte of zeros, or the zero after 0xFF, may belong to the picture.
    stripped = data.rstrip(b"\0")
    padding = len(data) - len(stripped)
    for zeros in range(min(padding, 2) + 1):
        whole = stripped + bytes(zeros)
        if _is_complete(whole):
            return whole + _END
    return None


def _has_all_scans(data: bytes, start: int, components: set[int], progressive: bool) -> bool:
    """Whether the scans bring every coefficient of every component to its last bit, and no end marker follows them."""
    # For each component, how many low bits of each coefficient are still to come; a sequential scan brings them all.
    missing = {component: [_COEFFICIENTS] * _COEFFICIENTS for component in components}
    at = start
    while match := _MARKER.search(data, at):
        at = match.start()
        marker = match[1][0]
        if marker == _EOI:
            return False
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        if len(body) != length - 2:
            return False
        if marker == _SOS:
            count = body[0]
            first, last, bits = (*body[1 + 2 * count : 3 + 2 * count], body[3 + 2 * count] & 15)
            for component in body[1 : 1 + 2 * count : 2]:
                if component in missing:
                    kept = range(first, min(last, _COEFFICIENTS - 1) + 1) if progressive else range(_COEFFICIENTS)
                    for coefficient in kept:
                        missing[component][coefficient] = bits if progressive else 0
        at += 2 + length
    return not any(any(bits) for bits in missing.values())


def _is_complete(data: bytes) -> bool:
    """Whether what follows the data makes no difference to the picture."""
    noise = random.Random(len(data)).randbytes(1 << 10).replace(b"\xff", b"\x7f")
    last_restart = max(data.rfind(bytes((0xFF, 0xD0 + number))) for number in range(8))
    following = (data[last_restart + 1] - 0xD0 + 1) % 8 if last_restart >= 0 else 0
    # The data may end where a restart marker is due, without which the decoder would take none of the noise.
    filler = noise + bytes((0xFF, 0xD0 + following)) + noise
    width, height = JpegImageFile(io.BytesIO(data)).size
    fixed = width * height * _COEFFICIENT_BYTES_PER_PIXEL
    for scale in (1, 2, 4, 8):
        need = fixed + -(-width // scale) * -(-height // scale) * _BYTES_PER_PIXEL
        if need <= budget.limit:
            with budget.take(need):
                first, second = (_pixels(data + end, scale) for end in (_END, filler + _END))
                return np.array_equal(first, second)
    return False


def _pixels(data: bytes, scale: int) -> NDArray[np.uint8]:
    image = JpegImageFile(io.BytesIO(data))
    image.draft(None, (max(image.width // scale, 1), max(image.height // scale, 1)))
    return np.asarray(image)
