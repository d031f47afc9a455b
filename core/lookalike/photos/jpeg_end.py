"""JPEG end marker: whether a file without one still holds the whole picture (ITU-T T.81, annexes B, F and G).

The decoder itself is asked, libjpeg by way of Pillow: it gets the file with an end marker, and again with other data
before it. Were any of the picture missing, the two would differ. Only which scans there are is read here.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL.JpegImagePlugin import JpegImageFile

from lookalike.photos.jpeg_segments import FRAME_MARKERS, header_segments
from lookalike.photos.memory import budget

_logger = logging.getLogger(__name__)

_END = b"\xff\xd9"
_PATTERNS = (0x55, 0xAA, 0xFE, 0x36, 0xC9)
"""Bytes that go on with a picture cut off: whatever its Huffman codes, not all of them mean the end of every block."""

_FILLER_BYTES = 512
_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_SOS, _EOI = 0xDA, 0xD9
_PROGRESSIVE = frozenset((0xC2, 0xC6, 0xCA, 0xCE))
_COEFFICIENTS = 64
_COEFFICIENT_BYTES_PER_PIXEL = 6
_BYTES_PER_PIXEL = 12
"""For a decoded pixel of two pictures, while the first of them is an array."""


def lacks_end(data: bytes) -> bool:
    """Whether the scans of a file with an orderly header are followed by no end marker."""
    segments = header_segments(data)
    return segments is not None and all(marker != _EOI for marker, _ in _markers(data, segments[-1].start))


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
    if frame is None or not lacks_end(data):
        return None
    components = set(data[frame.start + 10 : frame.end : 3])
    if not _has_all_scans(data, segments[-1].start, components, frame.marker in _PROGRESSIVE):
        return None
    stripped = data.rstrip(b"\0")
    if len(stripped) == len(data):
        # Of a file that ends with 0xFF, perhaps more than half an end marker is missing.
        return data + _END if not data.endswith(b"\xff") and _is_complete(data) else None
    without_half = stripped.removesuffix(b"\xff")
    if _is_complete(without_half):
        return without_half + _END
    return stripped + b"\0" + _END if _ends_with_zero(stripped) else None


def _ends_with_zero(data: bytes) -> bool:
    """Whether a picture is complete with a zero as its last byte, all of which belongs to it.

    Zeros in place of a few lost bytes may happen to complete it as well; but then mostly some bits are left over, which
    are ones in a whole file (ITU-T T.81, section F.1.2.3). After 0xFF, a zero has no meaning of its own.
    """
    if not _is_complete(data + b"\0"):
        return False
    return data.endswith(b"\xff") or not _is_complete(data + b"\x01")


def _markers(data: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The markers from the first scan on, with what their segments hold, up to the end or to one that is broken."""
    at = start
    while match := _MARKER.search(data, at):
        marker = match[1][0]
        length = int.from_bytes(data[match.end() : match.end() + 2], "big")
        at = match.end() + length
        body = data[match.end() + 2 : at]
        yield marker, body
        if marker == _EOI or at > len(data) or length < 2:
            return


def _has_all_scans(data: bytes, start: int, components: set[int], progressive: bool) -> bool:
    """Whether the scans bring every coefficient of every component to its last bit."""
    # For each component, how many low bits of each coefficient are still to come; a sequential scan brings them all.
    missing = {component: [_COEFFICIENTS] * _COEFFICIENTS for component in components}
    for marker, body in _markers(data, start):
        if marker != _SOS or len(body) < 4 or len(body) != 4 + 2 * body[0]:
            continue
        first, last, bits = body[-3], body[-2], body[-1] & 15
        brought = range(first, min(last, _COEFFICIENTS - 1) + 1) if progressive else range(_COEFFICIENTS)
        for component in components.intersection(body[1:-3:2]):
            for coefficient in brought:
                missing[component][coefficient] = bits if progressive else 0
    return not any(any(bits) for bits in missing.values())


def _is_complete(data: bytes) -> bool:
    """Whether what follows the data makes no difference to the picture, and there is one."""
    try:
        return _is_independent_of_what_follows(data)
    except (OSError, SyntaxError):
        # Without the zeros at its end, not even the header of its last scan is left.
        _logger.debug("A JPEG breaks off so that nothing can be decoded.", exc_info=True)
        return False


def _is_independent_of_what_follows(data: bytes) -> bool:
    last_restart = max(data.rfind(bytes((0xFF, 0xD0 + number))) for number in range(8))
    following = (data[last_restart + 1] - 0xD0 + 1) % 8 if last_restart >= 0 else 0
    # The data may end where a restart marker is due, without which the decoder would take none of what follows.
    endings = [
        2 * (bytes((pattern,)) * _FILLER_BYTES + bytes((0xFF, 0xD0 + following))) for pattern in _PATTERNS
    ]
    width, height = JpegImageFile(io.BytesIO(data)).size
    fixed = width * height * _COEFFICIENT_BYTES_PER_PIXEL
    for scale in (1, 2, 4, 8):
        need = fixed + -(-width // scale) * -(-height // scale) * _BYTES_PER_PIXEL
        if need <= budget.limit:
            with budget.take(need):
                shown = _pixels(data + _END, scale)
                return all(np.array_equal(shown, _pixels(data + ending + _END, scale)) for ending in endings)
    return False


def _pixels(data: bytes, scale: int) -> NDArray[np.uint8]:
    image = JpegImageFile(io.BytesIO(data))
    image.draft(None, (max(image.width // scale, 1), max(image.height // scale, 1)))
    return np.asarray(image)
