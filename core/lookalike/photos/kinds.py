"""File type detection by magic numbers, and the picture size that a header claims."""

from __future__ import annotations

import struct
from enum import Enum
from pathlib import PurePath

from lookalike.photos.files import RAW_SUFFIXES


class Kind(Enum):
    """A file format; the value is the name shown to the user."""

    JPEG = "JPEG"
    PNG = "PNG"
    GIF = "GIF"
    WEBP = "WebP"
    BMP = "BMP"
    TIFF = "TIFF"
    JPEG2000 = "JPEG 2000"
    HEIF = "HEIF"
    AVIF = "AVIF"
    RAW = "RAW"
    JPEG_XL = "JPEG XL"


_STARTS = (
    (b"\xff\xd8", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"BM", Kind.BMP),
    (b"\xff\x4f\xff\x51", Kind.JPEG2000),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", Kind.JPEG2000),
    (b"\xff\x0a", Kind.JPEG_XL),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", Kind.JPEG_XL),
    (b"FUJIFILMCCD-RAW", Kind.RAW),
    (b"FOVb", Kind.RAW),
    (b"\x00MRM", Kind.RAW),
    # Olympus and Panasonic write TIFF directories after magic numbers of their own.
    (b"IIRO", Kind.RAW),
    (b"IIRS", Kind.RAW),
    (b"MMOR", Kind.RAW),
    (b"IIU\x00", Kind.RAW),
    (b"II\x1a\x00\x00\x00HEAPCCDR", Kind.RAW),
)
_TIFF_STARTS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_HEIF_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"mif2")
)
_AVIF_BRANDS = frozenset((b"avif", b"avis"))
_HEADER_BYTES = 1 << 18


def sniff(data: bytes, name: str) -> Kind | None:
    """Detect the kind of a file by its content; the name only distinguishes raw files from other TIFFs.

    Returns:
        None if the content is of no known kind.
    """
    for start, kind in _STARTS:
        if data.startswith(start):
            return kind
    if data.startswith(_TIFF_STARTS):
        return Kind.RAW if PurePath(name).suffix.lower() in RAW_SUFFIXES else Kind.TIFF
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    if data[4:8] == b"ftyp":
        return _by_brand(data)
    return None


def _by_brand(data: bytes) -> Kind | None:
    end = min(int.from_bytes(data[:4], "big"), 256)
    # First comes the major brand, then a version number, then the compatible brands.
    brands = {data[at : at + 4] for at in range(8, end, 4) if at != 12}
    if b"crx " in brands:
        return Kind.RAW
    if brands & _AVIF_BRANDS:
        return Kind.AVIF
    return Kind.HEIF if brands & _HEIF_BRANDS else None


def claimed_size(kind: Kind, data: bytes) -> tuple[int, int] | None:
    """(width, height) in pixels that a header claims, for kinds whose decoder allocates memory on opening.

    Returns:
        None if the kind needs no such check, or the header has no size.
    """
    if kind is Kind.AVIF:
        return _largest_extent(data[:_HEADER_BYTES])
    if kind is Kind.WEBP and len(data) >= 30:
        return _webp_size(data)
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    # RFC 9649, sections 2.5 to 2.7.
    if data[12:16] == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if data[12:16] == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _largest_extent(header: bytes) -> tuple[int, int] | None:
    # `ispe` holds the size of an item: the picture, its tiles, thumbnails and gain map. The picture is the largest.
    sizes = []
    at = header.find(b"ispe")
    while at >= 0 and at + 16 <= len(header):
        sizes.append(struct.unpack_from(">II", header, at + 8))
        at = header.find(b"ispe", at + 4)
    return max(sizes, key=lambda size: size[0] * size[1], default=None)
