"""Photos and XMP files of a few bytes, each another, for tests of what happens to files."""

from __future__ import annotations

import functools
import hashlib
import struct
import zlib

from lookalike.photos import Annotations
from tests.builders.photo_files import encoded, raw_dng, textured_photo, xmp

_SHOT_SIZE = (32, 24)


def photo(seed: int) -> bytes:
    """A PNG of 4 × 4 pixels; every seed makes another. All have the same length."""
    pixels = hashlib.blake2b(seed.to_bytes(8, "big"), digest_size=48).digest()
    rows = b"".join(b"\0" + pixels[start : start + 12] for start in range(0, 48, 12))

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 0))
        + chunk(b"IEND", b"")
    )


@functools.cache
def raw(seed: int) -> bytes:
    """A raw file (DNG). All have the same length."""
    return raw_dng(textured_photo(seed, _SHOT_SIZE))


@functools.cache
def picture(seed: int) -> bytes:
    """A JPEG as a camera writes it beside a raw file."""
    return encoded(textured_photo(seed, _SHOT_SIZE), "JPEG")


@functools.cache
def rated(rating: int) -> bytes:
    """An XMP file. All have the same length."""
    return xmp(Annotations(rating))
