"""Reads the few EXIF tags that Lookalike uses; never fails, whatever the bytes.

Layout after TIFF 6.0 section 2 and Exif 2.32 (CIPA DC-008), sections 4.6.4 to 4.6.6.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import IntEnum

Value = str | tuple[float, ...]


class Tag(IntEnum):
    """Numbers of the tags read."""

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
    """Numbers of the tags read from the GPS directory."""

    LATITUDE_REF = 1
    LATITUDE = 2
    LONGITUDE_REF = 3
    LONGITUDE = 4


_WANTED = frozenset(Tag)
_WANTED_GPS = frozenset(GpsTag)
_MAX_ENTRIES = 1000
_MAX_VALUE_BYTES = 1024
_CR3_HEADER_BYTES = 1 << 16
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_CODES = {1: "B", 3: "H", 4: "I", 9: "i"}


@dataclass(frozen=True)
class Tags:
    """The tags found.

    Attributes:
        main: of the first directory and the EXIF directory.
        gps: of the GPS directory.
        places: offset in the block of each value in `main` that is a single short or long.
        order: byte order of the block, ``"<"`` or ``">"``.
    """

    main: dict[int, Value] = field(default_factory=dict)
    gps: dict[int, Value] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    order: str = "<"

    def number(self, tag: int) -> int | None:
        """The first number of a tag, or None; fractions are none."""
        value = self.main.get(tag)
        return value[0] if isinstance(value, tuple) and isinstance(value[0], int) else None

    def text(self, tag: int) -> str:
        """The text of a tag, or an empty one."""
        value = self.main.get(tag)
        return value if isinstance(value, str) else ""


def read_tags(block: bytes) -> Tags:
    """Read the wanted tags of an EXIF block or of a file laid out as a TIFF.

    Args:
        block: starts with a TIFF header, or with the six bytes of an ``Exif`` mark before it.
    """
    start = 6 if block[:6] == b"Exif\x00\x00" else 0
    mark = block[start : start + 2]
    # BigTIFF, magic number 43, lays its directories out otherwise.
    if mark not in (b"II", b"MM") or len(block) < start + 8 or 43 in block[start + 2 : start + 4]:
        return Tags()
    tags = Tags(order="<" if mark == b"II" else ">")
    reader = _Reader(block, start, tags.order)
    reader.directory(reader.long_at(4), _WANTED, tags.main, tags.places)
    for directory, wanted, found in (
        (Tag.EXIF_DIRECTORY, _WANTED, tags.main),
        (Tag.GPS_DIRECTORY, _WANTED_GPS, tags.gps),
    ):
        offset = tags.number(directory)
        if offset:
            reader.directory(offset, wanted, found, {})
    return tags


def read_raw_tags(data: bytes) -> Tags:
    """Read the wanted tags of a camera raw file, most of which are laid out as a TIFF.

    Canon's CR3 keeps its directories in boxes of their own near the start: CMT1 the first, CMT2 the EXIF and
    CMT4 the GPS directory, each with a TIFF header.
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
            reader = _Reader(block, 0, order)
            reader.directory(reader.long_at(4), _WANTED_GPS, tags.gps, {})
        else:
            tags.main.update(read_tags(block).main)
    return tags


class _Reader:
    def __init__(self, block: bytes, start: int, order: str) -> None:
        self._block = block
        self._start = start
        self._order = order

    def long_at(self, offset: int) -> int:
        return int(struct.unpack_from(self._order + "I", self._block, self._start + offset)[0])

    def directory(
        self, offset: int, wanted: frozenset[int], found: dict[int, Value], places: dict[int, int]
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
            place = at + 8 if size <= 4 else self._start + self.long_at(at + 8 - self._start)
            if place + size > len(self._block):
                continue
            found[tag] = self._value(kind, length, place)
            if length == 1:
                places[tag] = place

    def _value(self, kind: int, length: int, place: int) -> Value:
        if kind in (2, 7):
            raw = self._block[place : place + length].split(b"\x00", 1)[0]
            return raw.decode("utf-8", "replace").strip()
        if kind in (5, 10):
            numbers = struct.unpack_from(
                f"{self._order}{2 * length}{'I' if kind == 5 else 'i'}", self._block, place
            )
            return tuple(
                top / bottom if bottom else float("nan")
                for top, bottom in zip(numbers[::2], numbers[1::2], strict=True)
            )
        return struct.unpack_from(f"{self._order}{length}{_CODES[kind]}", self._block, place)
