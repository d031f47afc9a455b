"""PNG chunks: reading them past any flaw, and a file of only those that make the pixels (PNG 3rd edition, section 5).

Pillow gives up on a file for a flaw in any chunk, where libpng and browsers warn and drop the chunk. What is written by
hand here is only the chunk stream, for which no library offers more than Pillow does; the pixels remain Pillow's.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PROFILE_LIMIT_BYTES = 16 << 20
"""A profile that inflates to more bytes is left out; those of printers take a few megabytes."""

# fmt: off
_KNOWN = frozenset((
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"acTL", b"bKGD", b"cHRM", b"cICP", b"cLLI", b"eXIf", b"fcTL", b"fdAT",
    b"gAMA", b"hIST", b"iCCP", b"iTXt", b"mDCV", b"pHYs", b"sBIT", b"sPLT", b"sRGB", b"tEXt", b"tIME", b"tRNS",
    b"zTXt",
))
# fmt: on
_NAME = re.compile(rb"[A-Za-z]{4}")
_ANY_KNOWN = re.compile(b"|".join(sorted(_KNOWN)))
_MAX_CHECKED = 4
"""While looking for the next sound chunk, at most this many times the file's bytes are checked."""


@dataclass(frozen=True)
class Chunk:
    """One chunk.

    Attributes:
        name: its four letters.
        body: what it holds; of a chunk whose length is wrong, all up to the next sound one.
        sound: whether its checksum is right.
    """

    name: bytes
    body: bytes = field(repr=False)
    sound: bool


def chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks of a PNG file in their order, up to the end chunk after the pixels or the last byte; never fails.

    A chunk with a wrong checksum is yielded as not sound. Where the stream is out of step, since bytes were lost or
    added, it is taken up again at the next known chunk whose checksum is right.

    Args:
        data: the whole file.
    """
    checked = _MAX_CHECKED * len(data)
    at = len(SIGNATURE)
    has_pixels = False
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        sound = end <= len(data) and _is_sound(data, at, end)
        if not sound and not _is_in_step(data, name, end):
            following, checked = _next_sound(data, at + 1, checked)
            if _NAME.fullmatch(name):
                yield Chunk(name, data[at + 8 : following], sound=False)
            at = following
            continue
        yield Chunk(name, data[at + 8 : end - 4], sound)
        has_pixels |= name == b"IDAT"
        # An end chunk before the pixels has strayed there.
        if name == b"IEND" and has_pixels:
            return
        at = end


def _is_sound(data: bytes, at: int, end: int) -> bool:
    (checksum,) = struct.unpack_from(">I", data, end - 4)
    return zlib.crc32(memoryview(data)[at + 4 : end - 4]) == int(checksum)


def _is_in_step(data: bytes, name: bytes, end: int) -> bool:
    # Only the checksum or a byte of the body is wrong if a chunk follows where the length says.
    return bool(_NAME.fullmatch(name)) and (end == len(data) or data[end + 4 : end + 8] in _KNOWN)


def _next_sound(data: bytes, start: int, checked: int) -> tuple[int, int]:
    """Where the next sound chunk starts, or the end of the file; and how many bytes may still be checked."""
    for match in _ANY_KNOWN.finditer(data, start + 4):
        at = match.start() - 4
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        if end > len(data):
            continue
        checked -= length
        if checked < 0:
            break
        if _is_sound(data, at, end):
            return at, checked
    return len(data), checked


def pixels_only(data: bytes) -> tuple[bytes, bytes]:
    """A PNG of the same pixels without anything else, and their ICC profile, empty if there is none that can be read.

    The file ends with an end chunk even if the original does not.

    Raises:
        ValueError: a chunk that the pixels need is missing, or its checksum is wrong.
    """
    parts = [SIGNATURE]
    profile = b""
    header = b""
    entries = 0
    for chunk in chunks(data):
        if chunk.name == b"IHDR" and not header:
            if not chunk.sound or len(chunk.body) != 13:
                raise ValueError("the header is broken")
            header = chunk.body
            parts.append(_written(chunk.name, header))
        elif chunk.name == b"PLTE" and header and header[9] == 3 and not entries:
            if not chunk.sound or len(chunk.body) % 3 or not 3 <= len(chunk.body) <= 768:
                raise ValueError("the palette is broken")
            entries = len(chunk.body) // 3
            parts.append(_written(chunk.name, chunk.body))
        elif chunk.name == b"IDAT":
            # Whether its data are right is for zlib to say, which has a checksum of its own.
            parts.append(_written(chunk.name, chunk.body))
        elif chunk.name == b"tRNS" and header:
            if _is_transparency(chunk.body, header[9], entries):
                parts.append(_written(chunk.name, chunk.body))
        elif chunk.name == b"iCCP":
            # A name, the number of the only method of compression, and the profile.
            found, is_whole = inflate(chunk.body.partition(b"\0")[2][1:], _PROFILE_LIMIT_BYTES)
            # Of one with bytes gone wrong, what can be unpacked gives wrong colours.
            is_usable = is_whole or (chunk.sound and len(found) < _PROFILE_LIMIT_BYTES)
            profile = profile or (found if is_usable else b"")
    if not header:
        raise ValueError("there is no header")
    parts.append(_written(b"IEND", b""))
    return b"".join(parts), profile


def _is_transparency(body: bytes, colour_type: int, entries: int) -> bool:
    if colour_type == 3:
        return 1 <= len(body) <= entries
    return len(body) == {0: 2, 2: 6}.get(colour_type)


def inflate(compressed: bytes, limit: int) -> tuple[bytes, bool]:
    """What zlib data hold, up to the first flaw in them and at most so many bytes; and whether that is all."""
    stream = zlib.decompressobj()
    found = bytearray()
    try:
        # In small pieces, since what stood before a flaw would be lost together with the piece that it is in.
        for at in range(0, len(compressed), 256):
            found += stream.decompress(compressed[at : at + 256], limit - len(found) + 1)
            if len(found) > limit:
                return bytes(found[:limit]), False
    except zlib.error:
        pass
    return bytes(found), stream.eof


def _written(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
