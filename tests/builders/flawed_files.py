"""Makes files with a flaw beside their pixels: the parts of a file that are not its pixels, to be hit by a test."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lookalike.photos import Annotations
from tests.builders.photo_files import camera_exif, encoded, heic, srgb_profile, xmp

_PACKET = xmp(Annotations(rating=4, title="Harbour", keywords=("boat", "quay")))


@dataclass(frozen=True)
class Seed:
    """A good file.

    Attributes:
        data: the file.
        ancillary: (start, end) of the parts beside the pixels.
        may_shift: whether bytes may be added and removed there; elsewhere that would move the pixels away from where
            the file says they are.
    """

    data: bytes
    ancillary: tuple[tuple[int, int], ...]
    may_shift: bool


def seeds(photo: Image.Image) -> dict[str, Seed]:
    """The photo in every format whose parts are told apart here, each with text, EXIF and XMP."""
    baseline = encoded(photo, "JPEG", quality=90, exif=camera_exif(), xmp=_PACKET, comment=b"hello" * 9)
    progressive = encoded(
        photo, "JPEG", progressive=True, exif=camera_exif(), xmp=_PACKET, comment=b"hello" * 9
    )
    png = _png(photo)
    webp = encoded(photo, "WEBP", quality=90, exif=camera_exif(), xmp=_PACKET)
    tiff = encoded(photo, "TIFF", compression="tiff_lzw", tiffinfo={305: "Some software " * 5, 700: _PACKET})
    heif = heic(photo, quality=90, exif=camera_exif(), xmp=_PACKET)
    return {
        "JPEG": Seed(baseline, tuple(_jpeg_segments(baseline)), may_shift=True),
        "progressive JPEG": Seed(progressive, tuple(_jpeg_segments(progressive)), may_shift=True),
        "PNG": Seed(png, tuple(_png_chunks(png)), may_shift=True),
        "WebP": Seed(webp, tuple(_webp_chunks(webp)), may_shift=True),
        "TIFF": Seed(tiff, (_place(tiff, b"Some software " * 5), _place(tiff, _PACKET)), may_shift=False),
        "HEIC": Seed(heif, (_place(heif, camera_exif()[6:]), _place(heif, _PACKET)), may_shift=False),
    }


def png_chunk(name: bytes, body: bytes, checksum_off_by: int = 0) -> bytes:
    """A chunk, with a wrong checksum if that is asked for."""
    checksum = (zlib.crc32(name + body) + checksum_off_by) & 0xFFFFFFFF
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)


def with_png_chunks(png: bytes, *chunks: bytes) -> bytes:
    """The file with chunks put in before its pixels."""
    return png[:33] + b"".join(chunks) + png[33:]


def jpeg_segment(marker: int, body: bytes) -> bytes:
    """A segment."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def with_jpeg_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """The file with segments in place of its first one, JFIF's."""
    return jpeg[:2] + b"".join(segments) + jpeg[20:]


def _png(photo: Image.Image) -> bytes:
    texts = PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", _PACKET.decode())
    texts.add_text("Comment", "as was said " * 40, zip=True)
    texts.add_text("Title", "Harbour")
    return encoded(photo, "PNG", pnginfo=texts, exif=camera_exif(), icc_profile=srgb_profile(), dpi=(72, 72))


def _jpeg_segments(data: bytes) -> list[tuple[int, int]]:
    found = []
    at = 2
    while data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] >= 0xE0:
            found.append((at, end))
        at = end
    return found


def _png_chunks(data: bytes) -> list[tuple[int, int]]:
    found = []
    at = 8
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        if name not in (b"IHDR", b"IDAT", b"IEND"):
            found.append((at, at + 12 + length))
        at += 12 + length
    return found


def _webp_chunks(data: bytes) -> list[tuple[int, int]]:
    found = []
    at = 12
    while at < len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        if name in (b"EXIF", b"XMP "):
            found.append((at, at + 8 + length))
        at += 8 + length + length % 2
    return found


def _place(data: bytes, part: bytes) -> tuple[int, int]:
    start = data.index(part)
    return start, start + len(part)
