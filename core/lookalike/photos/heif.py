"""HEIF boxes: whether a file that ends too soon still holds its pictures (ISO 14496-12, section 8.11).

libheif fills what is missing of a picture with grey and says nothing, so this is asked before it decodes. It is read by
hand because no binding of libheif tells where items lie.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_TOP_BOXES = (b"ftyp", b"meta", b"mdat", b"moov", b"free", b"uuid")
_WITHOUT_PIXELS = (b"Exif", b"mime", b"uri ")
_MAX_PADDING_BYTES = 16 << 20
_IN_FILE = 0
"""Construction method of items that lie anywhere in the file, not in the meta box itself."""


def is_cut_off(data: bytes) -> bool:
    """Whether a HEIF or AVIF file ends before its pictures do; if it lacks only metadata, it is whole enough."""
    names, end = _top_boxes(data)
    # It may end right between two boxes, before the one with the pixels.
    if end <= len(data) and (end == 0 or b"mdat" in names):
        return False
    if b"moov" in names or b"meta" not in names:
        return True
    try:
        return _end_of_pictures(data) > len(data)
    except struct.error:
        # The list of items itself is cut off.
        return True


def pad(data: bytes) -> bytes | None:
    """The file with zeros in place of lost metadata, over which libheif would refuse it; None if nothing is lost."""
    missing = _top_boxes(data)[1] - len(data)
    return data + bytes(missing) if 0 < missing <= _MAX_PADDING_BYTES else None


def _top_boxes(data: bytes) -> tuple[list[bytes], int]:
    """The names of the outermost boxes, and where the last of them should end; 0 if that cannot be told."""
    names: list[bytes] = []
    at = 0
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        if name not in _TOP_BOXES or length == 0:
            return names, 0
        if length == 1:
            if at + 16 > len(data):
                break
            length = struct.unpack_from(">Q", data, at + 8)[0]
        names.append(name)
        at += max(length, 8)
    return names, at


def _end_of_pictures(data: bytes) -> int:
    """Where the last byte of the items with pixels should lie, plus one.

    Raises:
        struct.error: the file ends before the list of items does.
    """
    start, end = next((start, end) for name, start, end in _boxes(data, 0, len(data)) if name == b"meta")
    # A version and flags stand before the boxes within.
    inner = {name: (inner_start, inner_end) for name, inner_start, inner_end in _boxes(data, start + 4, end)}
    if b"iloc" not in inner or b"iinf" not in inner:
        return len(data) + 1
    types = dict(_item_types(data, *inner[b"iinf"]))
    ends = [
        item_end
        for item, item_end in _item_ends(data, inner[b"iloc"][0])
        if types.get(item) not in _WITHOUT_PIXELS
    ]
    return max(ends, default=0)


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The names of boxes, where what they hold starts, and where it should end."""
    at = start
    while at + 8 <= min(end, len(data)):
        length, name = struct.unpack_from(">I4s", data, at)
        header = 8
        if length == 1:
            length, header = struct.unpack_from(">Q", data, at + 8)[0], 16
        yield name, at + header, at + length if length else end
        at += max(length, 8) if length else end


def _item_types(data: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    version, _ = _number(data, start, 1)
    for name, at, _ in _boxes(data, start + (8 if version else 6), end):
        if name != b"infe":
            continue
        version, _ = _number(data, at, 1)
        if version >= 2:
            # Version and flags, number of the item, an index of protection, and the type.
            item, _, kind = struct.unpack_from(">HH4s" if version == 2 else ">IH4s", data, at + 4)
            yield item, kind


def _item_ends(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    version, sizes, more_sizes = struct.unpack_from(">B3xBB", data, start)
    offset_bytes, length_bytes, base_bytes = sizes >> 4, sizes & 15, more_sizes >> 4
    index_bytes = more_sizes & 15 if version else 0
    at = start + 6
    count, at = _number(data, at, 2 if version < 2 else 4)
    for _ in range(count):
        item, at = _number(data, at, 2 if version < 2 else 4)
        method = 0
        if version:
            method, at = _number(data, at, 2)
        base, at = _number(data, at + 2, base_bytes)
        extents, at = _number(data, at, 2)
        for _ in range(extents):
            offset, at = _number(data, at + index_bytes, offset_bytes)
            length, at = _number(data, at, length_bytes)
            if method & 15 == _IN_FILE:
                yield item, base + offset + length


def _number(data: bytes, at: int, size: int) -> tuple[int, int]:
    """A number of so many bytes, none of them being zero, and what follows it.

    Raises:
        struct.error: the file ends before.
    """
    if at + size > len(data):
        raise struct.error
    return int.from_bytes(data[at : at + size], "big"), at + size
