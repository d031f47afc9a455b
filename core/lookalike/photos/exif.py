"""EXIF reader for the few tags that Lookalike uses; never fails, whatever the bytes.

The layout follows TIFF 6.0, section 2, and Exif 2.32 (CIPA DC-008), sections 4.6.4 to 4.6.6.

It is written by hand because Pillow's ``Exif`` raises SyntaxError on broken blocks and warns about odd ones, where this
skips only the broken tag; `tiff` also needs to know at which offset a value is stored.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import IntEnum

Value = str | tuple[float, ...]


class Tag(IntEnum):
    """Numbers of the tags that are read."""

    PHOTOMETRIC = 0x0106
    MAKE = 0x010F
    MODEL = 0x0110
    ORIENTATION = 0x0112
    CHANGED = 0x0132
    RATING = 0x4746
    EXIF_DIRECTORY = 0x8769
    GPS_DIRECTORY = 0x8825
    TAKEN = 0x9003
    DIGITIZED = 0x9004
    CHANGED_OFFSET = 0x9010
    TAKEN_OFFSET = 0x9011
    DIGITIZED_OFFSET = 0x9012
    CHANGED_FRACTION = 0x9290
    TAKEN_FRACTION = 0x9291
    DIGITIZED_FRACTION = 0x9292
    LENS_MODEL = 0xA434


class GpsTag(IntEnum):
    """Numbers of the tags that are read from the GPS directory."""

    LATITUDE_REF = 1
    LATITUDE = 2
    LONGITUDE_REF = 3
    LONGITUDE = 4


_MAIN_TAGS = frozenset(Tag)
_GPS_TAGS = frozenset(GpsTag)
_MAX_ENTRIES = 1000
_MAX_VALUE_BYTES = 1024
_CR3_HEADER_BYTES = 1 << 16
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_CODES = {1: "B", 3: "H", 4: "I", 9: "i"}


@dataclass(frozen=True)
class Tags:
    """The tags found in a block.

    Attributes:
        main: tags of the first directory and the EXIF directory.
        gps: tags of the GPS directory.
        offsets: offset in the block of each single value in the first directory.
        order: byte order of the block, ``"<"`` or ``">"``.
    """

    main: dict[int, Value] = field(default_factory=dict)
    gps: dict[int, Value] = field(default_factory=dict)
    offsets: dict[int, int] = field(default_factory=dict)
    order: str = "<"

    def number(self, tag: int) -> int | None:
        """The first number of a tag; None if there is none or it is a fraction."""
        value = self.main.get(tag)
        return value[0] if isinstance(value, tuple) and isinstance(value[0], int) else None

    def text(self, tag: int) -> str:
        """The text of a tag, or an empty string."""
        value = self.main.get(tag)
        return value if isinstance(value, str) else ""


def read_tags(block: bytes) -> Tags:
    """Read the tags of an EXIF block or of a TIFF-like file.

    Args:
        block: starts with a TIFF header, optionally preceded by the six bytes of an ``Exif`` marker.
    """
    start = 6 if block[:6] == b"Exif\x00\x00" else 0
    byte_order = block[start : start + 2]
    # BigTIFF, magic number 43, has a different directory layout.
    if byte_order not in (b"II", b"MM") or len(block) < start + 8 or 43 in block[start + 2 : start + 4]:
        return Tags()
    tags = Tags(order="<" if byte_order == b"II" else ">")
    reader = _DirectoryReader(block, start, tags.order)
    reader.read(reader.long_at(4), _MAIN_TAGS, tags.main, tags.offsets)
    for directory, wanted, found in (
        (Tag.EXIF_DIRECTORY, _MAIN_TAGS, tags.main),
        (Tag.GPS_DIRECTORY, _GPS_TAGS, tags.gps),
    ):
        offset = tags.number(directory)
        if offset:
            reader.read(offset, wanted, found, {})
    return tags


def read_raw_tags(data: bytes) -> Tags:
    """Read the tags of a camera raw file, most of which are TIFF-like.

    Canon's CR3 has its directories in separate boxes near the start: the first in CMT1, the EXIF directory in CMT2 and
    the GPS directory in CMT4, each with a TIFF header.
    """
    tags = read_tags(data)
    if data[4:8] != b"ftyp":
        return tags
    for box in (b"CMT1", b"CMT2", b"CMT4"):
        at = data.find(box, 0, _CR3_HEADER_BYTES)
        if at < 0:
            continue
        block = data[at + 4 : at + 4 + _CR3_HEADER_BYTES]
        order = "<" if block[:2] == b"II" else ">"
        if len(block) > 8 and box == b"CMT4":
            reader = _DirectoryReader(block, 0, order)
            reader.read(reader.long_at(4), _GPS_TAGS, tags.gps, {})
        else:
            tags.main.update(read_tags(block).main)
    return tags


class _DirectoryReader:
    def __init__(self, block: bytes, start: int, order: str) -> None:
        self._block = block
        self._start = start
        self._order = order

    def long_at(self, offset: int) -> int:
        return int(struct.unpack_from(self._order + "I", self._block, self._start + offset)[0])

    def read(
        self, offset: int, wanted: frozenset[int], found: dict[int, Value], offsets: dict[int, int]
    ) -> None:
        first = self._start + offset + 2
        if offset < 8 or first > len(self._block):
            return
        (count,) = struct.unpack_from(self._order + "H", self._block, first - 2)
        entry = struct.Struct(self._order + "HHI")
        last = min(first + 12 * min(count, _MAX_ENTRIES), len(self._block) - 11)
        for at in range(first, last, 12):
            tag, kind, length = entry.unpack_from(self._block, at)
            if tag not in wanted or tag in found or kind not in _SIZES:
                continue
            size = _SIZES[kind] * length
            if not 0 < size <= _MAX_VALUE_BYTES:
                continue
            position = at + 8 if size <= 4 else self._start + self.long_at(at + 8 - self._start)
            if position + size > len(self._block):
                continue
            found[tag] = self._value(kind, length, position)
            if length == 1:
                offsets[tag] = position

    def _value(self, kind: int, length: int, position: int) -> Value:
        if kind in (2, 7):
            raw = self._block[position : position + length].split(b"\x00", 1)[0]
            return raw.decode("utf-8", "replace").strip()
        if kind in (5, 10):
            numbers = struct.unpack_from(
                f"{self._order}{2 * length}{'I' if kind == 5 else 'i'}", self._block, position
            )
            return tuple(
                top / bottom if bottom else float("nan")
                for top, bottom in zip(numbers[::2], numbers[1::2], strict=True)
            )
        return struct.unpack_from(f"{self._order}{length}{_CODES[kind]}", self._block, position)
