"""EXIF reader for the few tags that Lookalike uses; never fails, whatever the bytes.

The layout follows TIFF 6.0, section 2, and Exif 3.0 (CIPA DC-008), sections 4.6.4 to 4.6.6; that of BigTIFF, which has
longer counts and offsets, is read too. The texts that Windows' Explorer adds (tags XP…) are UTF-16.

It is written by hand because Pillow's ``Exif`` raises SyntaxError on broken blocks and warns about odd ones, where this
skips only the broken tag; `tiff` also needs to know at which offset a value is stored.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from enum import IntEnum

from lookalike.photos.encodings import decode_text

Value = bytes | tuple[float, ...]


class Tag(IntEnum):
    """Numbers of the tags that are read."""

    PHOTOMETRIC = 0x0106
    DESCRIPTION = 0x010E
    MAKE = 0x010F
    MODEL = 0x0110
    ORIENTATION = 0x0112
    CHANGED = 0x0132
    XMP = 0x02BC
    RATING = 0x4746
    RATING_PERCENT = 0x4749
    IPTC = 0x83BB
    PHOTOSHOP = 0x8649
    EXIF_DIRECTORY = 0x8769
    GPS_DIRECTORY = 0x8825
    EXPOSURE_TIME = 0x829A
    APERTURE = 0x829D
    SENSITIVITY = 0x8827
    TAKEN = 0x9003
    DIGITIZED = 0x9004
    CHANGED_OFFSET = 0x9010
    TAKEN_OFFSET = 0x9011
    DIGITIZED_OFFSET = 0x9012
    FLASH = 0x9209
    FOCAL_LENGTH = 0x920A
    USER_COMMENT = 0x9286
    CHANGED_FRACTION = 0x9290
    TAKEN_FRACTION = 0x9291
    DIGITIZED_FRACTION = 0x9292
    XP_TITLE = 0x9C9B
    XP_COMMENT = 0x9C9C
    XP_KEYWORDS = 0x9C9E
    XP_SUBJECT = 0x9C9F
    FOCAL_LENGTH_35MM = 0xA405
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
_LONG_VALUES = {
    Tag.XMP: 8 << 20,
    Tag.IPTC: 1 << 20,
    Tag.PHOTOSHOP: 8 << 20,
    **dict.fromkeys(
        (Tag.DESCRIPTION, Tag.USER_COMMENT, Tag.XP_TITLE, Tag.XP_COMMENT, Tag.XP_KEYWORDS, Tag.XP_SUBJECT),
        1 << 16,
    ),
}
"""The most bytes of values that may be long. They are kept as bytes, whatever type programs give them."""

_CR3_HEADER_BYTES = 1 << 16
_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
    129: 1,
}
_TEXTS = frozenset((2, 7, 129))
_CODES = {
    1: "B",
    3: "H",
    4: "I",
    6: "b",
    8: "h",
    9: "i",
    11: "f",
    12: "d",
    13: "I",
    16: "Q",
    17: "q",
    18: "Q",
}
_BIG_TIFF = 43
_LATIN = re.compile("[ -\u024f]")
_IN_COMMON_USE = re.compile("[ -\u0e7f\u2010-\u203a\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]")
"""Alphabets up to Thai, punctuation, and the letters of Chinese, Japanese and Korean that are not rare."""


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

    def raw(self, tag: int) -> bytes:
        """The bytes of a tag that holds a text or a block, or none."""
        value = self.main.get(tag)
        return value if isinstance(value, bytes) else b""

    def text(self, tag: int) -> str:
        """The text of a tag, or an empty string."""
        return plain_text(self.main.get(tag))

    def windows_text(self, tag: int) -> str:
        """The text of a tag that Windows writes, in UTF-16 of either type of computer."""
        return self.raw(tag).decode("utf-16-le", "ignore").partition("\0")[0].strip()

    def comment(self, tag: int) -> str:
        """The text of a tag that begins with the name of its encoding in eight bytes, or should."""
        raw = self.raw(tag)
        name, rest = raw[:8].rstrip(b"\0 ").upper(), raw[8:]
        if name == b"UNICODE":
            return _utf16(rest, self.order).partition("\0")[0].strip()
        if name == b"JIS":
            return _japanese(rest.rstrip(b"\0 ")).strip()
        return decode_text((rest if name in (b"ASCII", b"") else raw).partition(b"\0")[0]).strip()


def plain_text(value: Value | None) -> str:
    """The text that a value holds up to the first zero, without blanks around it; empty if it holds none."""
    return decode_text(value.split(b"\0", 1)[0]).strip() if isinstance(value, bytes) else ""


def _utf16(raw: bytes, order: str) -> str:
    """UTF-16 of unknown byte order: the one that gives the text with more letters that are in common use.

    Latin ones and blanks count first, since swapped they are Chinese ones. The standard asks for the order of the
    block, which many programs do not keep to.
    """
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "ignore")
    little, big = raw.decode("utf-16-le", "ignore"), raw.decode("utf-16-be", "ignore")
    common_in_little, common_in_big = (
        (len(_LATIN.findall(text)), len(_IN_COMMON_USE.findall(text))) for text in (little, big)
    )
    if common_in_little == common_in_big:
        return little if order == "<" else big
    return little if common_in_little > common_in_big else big


def _japanese(raw: bytes) -> str:
    """What the standard calls JIS: with escapes, or in whatever encoding was usual where it was written."""
    if not raw.isascii():
        for encoding in ("utf-8", "euc_jp", "shift_jis"):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    return raw.decode("iso2022_jp", "ignore")


def read_tags(block: bytes) -> Tags:
    """Read the tags of an EXIF block or of a TIFF-like file.

    Args:
        block: starts with a TIFF header, optionally preceded by the six bytes of an ``Exif`` marker.
    """
    start = 6 if block[:6] == b"Exif\x00\x00" else 0
    byte_order = block[start : start + 2]
    if byte_order not in (b"II", b"MM") or len(block) < start + 16:
        return Tags()
    tags = Tags(order="<" if byte_order == b"II" else ">")
    reader = _DirectoryReader(block, start, tags.order)
    reader.read(reader.first_directory(), _MAIN_TAGS, tags.main, tags.offsets)
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
        if len(block) >= 16 and box == b"CMT4":
            reader = _DirectoryReader(block, 0, order)
            reader.read(reader.first_directory(), _GPS_TAGS, tags.gps, {})
        else:
            tags.main.update(read_tags(block).main)
    return tags


class _DirectoryReader:
    def __init__(self, block: bytes, start: int, order: str) -> None:
        self._block = block
        self._start = start
        self._order = order
        self._big = struct.unpack_from(order + "H", block, start + 2)[0] == _BIG_TIFF
        self._count = struct.Struct(order + ("Q" if self._big else "H"))
        self._entry = struct.Struct(order + ("HHQ" if self._big else "HHI"))
        self._offset = struct.Struct(order + ("Q" if self._big else "I"))

    def first_directory(self) -> int:
        return self._offset_at(self._start + (8 if self._big else 4))

    def _offset_at(self, position: int) -> int:
        return int(self._offset.unpack_from(self._block, position)[0])

    def read(
        self, offset: int, wanted: frozenset[int], found: dict[int, Value], offsets: dict[int, int]
    ) -> None:
        first = self._start + offset + self._count.size
        if offset < 8 or first > len(self._block):
            return
        (count,) = self._count.unpack_from(self._block, first - self._count.size)
        step = self._entry.size + self._offset.size
        last = min(first + step * min(count, _MAX_ENTRIES), len(self._block) - step + 1)
        for at in range(first, last, step):
            tag, kind, length = self._entry.unpack_from(self._block, at)
            if tag not in wanted or tag in found or kind not in _SIZES:
                continue
            size = _SIZES[kind] * length
            if not 0 < size <= _LONG_VALUES.get(tag, _MAX_VALUE_BYTES):
                continue
            position = at + self._entry.size
            if size > self._offset.size:
                position = self._start + self._offset_at(position)
            if position + size > len(self._block):
                continue
            found[tag] = self._value(kind, length, position, tag in _LONG_VALUES)
            if length == 1:
                offsets[tag] = position

    def _value(self, kind: int, length: int, position: int, as_bytes: bool) -> Value:
        if as_bytes or kind in _TEXTS:
            return self._block[position : position + _SIZES[kind] * length]
        if kind in (5, 10):
            numbers = struct.unpack_from(
                f"{self._order}{2 * length}{'I' if kind == 5 else 'i'}", self._block, position
            )
            return tuple(
                top / bottom if bottom else float("nan")
                for top, bottom in zip(numbers[::2], numbers[1::2], strict=True)
            )
        return struct.unpack_from(f"{self._order}{length}{_CODES[kind]}", self._block, position)
