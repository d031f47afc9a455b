"""WebP chunks: a file of only those that make the pixels (RFC 9649, section 2.7).

Written by hand since libwebp refuses a file for a flaw in any chunk.
"""

from __future__ import annotations

import re
import struct

_HEADER_BYTES = 12
_EXTENDED, _PROFILE, _ALPHA, _LOSSY, _LOSSLESS = b"VP8X", b"ICCP", b"ALPH", b"VP8 ", b"VP8L"
_ANIMATION, _FRAME = b"ANIM", b"ANMF"
_PIXELS = (_ALPHA, _LOSSY, _LOSSLESS, _ANIMATION, _FRAME)
_NAMES = (_EXTENDED, _PROFILE, *_PIXELS, b"EXIF", b"XMP ")
_PIXELS_START = re.compile(b"|".join(_PIXELS))
_HAS_PROFILE, _HAS_EXIF, _HAS_XMP = 0x20, 0x08, 0x04


def pixels_only(data: bytes) -> bytes:
    """A WebP file of the same pixels and profile, without other metadata and what cannot be read.

    Where a chunk's length is wrong, the next chunk that makes pixels is looked for.

    Raises:
        ValueError: the file ends before its pixels do, or has none.
    """
    extended = b""
    parts: list[bytes] = []
    has_profile = False
    at = _HEADER_BYTES
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length
        if name in _PIXELS and end > len(data):
            raise ValueError("the file is truncated")
        if name not in _PIXELS and not _is_in_step(data, name, end + length % 2):
            match = _PIXELS_START.search(data, at + 1)
            if match is None:
                break
            at = match.start()
            continue
        body = data[at + 8 : end]
        if name == _EXTENDED and len(body) >= 10:
            extended = body[:10]
        elif name in _PIXELS or name == _PROFILE:
            has_profile |= name == _PROFILE
            parts.append(_written(name, body))
        at = end + length % 2
    if not any(part[:4] in (_LOSSY, _LOSSLESS, _FRAME) for part in parts):
        raise ValueError("there are no pixels")
    if extended:
        flags = extended[0] & ~(_HAS_EXIF | _HAS_XMP | _HAS_PROFILE) | (_HAS_PROFILE if has_profile else 0)
        parts.insert(0, _written(_EXTENDED, bytes((flags,)) + extended[1:]))
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _is_in_step(data: bytes, name: bytes, end: int) -> bool:
    # The last chunk may lack its padding.
    return name in _NAMES and (len(data) - 7 <= end <= len(data) + 1 or data[end : end + 4] in _NAMES)


def _written(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
