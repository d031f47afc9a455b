"""JPEG segments: walking the header past any flaw, and writing one that every decoder takes (ITU-T T.81, annex B).

Written by hand since Pillow gives up on a file for a short APP0 or APP14, and libjpeg, where a length is wrong, reads
on in the middle of another segment.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_SOI = b"\xff\xd8"
_DHT, _SOS, _DQT, _COM = 0xC4, 0xDA, 0xDB, 0xFE
_APP0, _APP2, _APP13, _APP14, _APP15 = 0xE0, 0xE2, 0xED, 0xEE, 0xEF
FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a start of frame, which says the size, the components and the process."""

_WITHOUT_LENGTH = frozenset((0x01, *range(0xD0, 0xD8)))
_WITH_LENGTH = frozenset(range(0xC0, 0xFF)) - frozenset(range(0xD0, 0xDA))
_PLAIN_MARKERS = frozenset(
    bytes((marker,)) for marker in (0xC0, 0xC2, 0xC4, 0xDB, 0xDD, *range(0xE0, 0xF0), 0xFE)
)
_START = re.compile(rb"\xff[\xc0-\xc4\xda\xdb\xdd\xe0-\xef\xfe]")
_TABLES_START = re.compile(rb"\xff[\xc0-\xc4\xdb]")
_MAX_BODY_BYTES = 0xFFFF - 2
_SEARCHED_BYTES = 8 << 20
_MAX_STARTS = 50_000

_JFIF_BYTES, _ICC_BYTES, _ADOBE_BYTES = 14, 14, 12
"""The least that the bodies of these segments hold."""


@dataclass(frozen=True)
class Segment:
    """A segment of the header.

    Attributes:
        marker: the second byte of its marker.
        start: where its marker starts.
        end: where the next marker starts.
    """

    marker: int
    start: int
    end: int


@dataclass
class _Header:
    """Segments that follow one another.

    Attributes:
        segments: the last one starts a scan if the header is complete.
        stop: where the next segment should start and none does, or one whose end is no start.
        complete: whether the segments lead to a scan.
    """

    segments: list[Segment] = field(default_factory=list)
    stop: int = 0
    complete: bool = False


def is_orderly(data: bytes) -> bool:
    """Whether `header_segments` finds any. Every photo is asked this, so it keeps nothing."""
    at = len(_SOI)
    while data[at : at + 1] == b"\xff":
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        # The scan, and what is rare or wrong, is left to the thorough walk.
        if data[at + 1 : at + 2] not in _PLAIN_MARKERS or length < 2:
            break
        at += 2 + length
    return _walk(data, at).complete


def header_segments(data: bytes) -> list[Segment] | None:
    """The segments up to and with the start of the first scan; None if they do not follow one another all the way."""
    header = _walk(data, len(_SOI))
    return header.segments if header.complete else None


def breaks_off(data: bytes) -> bool:
    """Whether the segments follow one another up to the end of the file, and lead to no scan."""
    header = _walk(data, len(_SOI))
    length = data[header.stop + 2 : header.stop + 4]
    return not header.complete and (
        len(length) < 2
        or (data[header.stop] == 0xFF and header.stop + 2 + int.from_bytes(length, "big") + 2 > len(data))
    )


def repair_header(data: bytes) -> bytes:
    """The same picture behind a header that Pillow and libjpeg take.

    Segments too short to mean anything are dropped; one whose length is wrong keeps what stands before the next.

    Raises:
        ValueError: no way leads to a scan.
    """
    parts = [_SOI]
    at = len(_SOI)
    frame = b""
    adobe = False
    while True:
        header = _walk(data, at)
        for segment in _with_swallowed(data, header.segments):
            body = data[segment.start + 4 : segment.end]
            if segment.marker == _SOS:
                if adobe and len(frame) > 5 and frame[5] == 4:
                    parts.append(_written(_APP14, _adobe(frame)))
                return b"".join((*parts, data[segment.start :]))
            kept = _sound(segment.marker, body)
            if segment.marker in FRAME_MARKERS and kept is not None:
                frame = kept
            adobe |= segment.marker == _APP14 and kept is None
            parts.append(_written(segment.marker, kept) if kept is not None else b"")
        at = _next_start(data, header.stop + 1, bool(frame))
        marker = data[header.stop + 1]
        if data[header.stop] == 0xFF and (_APP0 <= marker <= _APP15 or marker == _COM):
            kept = _sound(marker, data[header.stop + 4 : at][:_MAX_BODY_BYTES])
            adobe |= marker == _APP14 and kept is None
            parts.append(_written(marker, kept) if kept is not None else b"")


def _with_swallowed(data: bytes, segments: list[Segment]) -> Iterator[Segment]:
    """The segments, and those within them where a wrong length happens to end where another segment starts."""
    for segment in segments:
        start = segment.end
        if _APP0 <= segment.marker <= _APP15 or segment.marker == _COM:
            start = _swallowed_from(data, segment)
        yield Segment(segment.marker, segment.start, start)
        if start < segment.end:
            yield from (inner for inner in _walk(data, start).segments if inner.end <= segment.end)


def _swallowed_from(data: bytes, segment: Segment) -> int:
    """Where tables or a frame start that follow one another up to the segment's end; that end if there are none."""
    passed: set[int] = set()
    for match in _TABLES_START.finditer(data, segment.start + 4, segment.end):
        at = match.start()
        while at < segment.end and at not in passed and (inner := _segment_at(data, at)) is not None:
            passed.add(at)
            at = inner.end
        if at == segment.end:
            return match.start()
    return segment.end


def _walk(data: bytes, at: int) -> _Header:
    header = _Header(stop=at)
    while (segment := _segment_at(data, header.stop)) is not None:
        if segment.marker in _WITH_LENGTH:
            header.segments.append(segment)
        if segment.marker == _SOS:
            header.complete = True
            break
        header.stop = segment.end
    return header


def _segment_at(data: bytes, start: int) -> Segment | None:
    """The segment at a place if it ends where another one starts (a scan may end anywhere); else None."""
    at = start
    # Any number of 0xFF may stand before a marker.
    while data[at : at + 2] == b"\xff\xff":
        at += 1
    if len(data) < at + 4 or data[at] != 0xFF:
        return None
    marker = data[at + 1]
    if marker in _WITHOUT_LENGTH:
        return Segment(marker, at, at + 2)
    if marker not in _WITH_LENGTH:
        return None
    length = int.from_bytes(data[at + 2 : at + 4], "big")
    end = at + 2 + length
    if marker == _SOS:
        components = int.from_bytes(data[at + 4 : at + 5], "big")
        return Segment(marker, at, end) if length == 6 + 2 * components <= 14 else None
    follows = data[end : end + 2]
    if length < 2 or len(follows) < 2 or follows[0] != 0xFF or follows[1] in (0x00, 0xD9):
        return None
    return Segment(marker, at, end)


def _next_start(data: bytes, start: int, has_frame: bool) -> int:
    """Where the header goes on: with the first segments that lead to a scan.

    The thumbnail within EXIF is a JPEG as well, so of all the headers found, the one of the largest frame counts.

    Raises:
        ValueError: there are none.
    """
    areas: dict[int, int | None] = {}
    best, best_area = 0, -1
    for count, match in enumerate(_START.finditer(data, start, start + _SEARCHED_BYTES)):
        if count == _MAX_STARTS:
            break
        if match.start() in areas:
            continue
        area = _frame_area(data, match.start(), areas)
        # What follows a frame has no other before its scan.
        fits = area is not None and (area == 0) == has_frame
        if fits and area is not None and area > best_area:
            best, best_area = match.start(), area
    if best_area < 0:
        raise ValueError("the header does not lead to a scan")
    return best


def _frame_area(data: bytes, start: int, areas: dict[int, int | None]) -> int | None:
    """Pixels of the frame between a place and the next scan, 0 without a frame; None if no segments lead to a scan.

    Args:
        data: the file.
        start: the place.
        areas: the answers for all places passed before; those passed now are added.
    """
    passed: list[tuple[int, int]] = []
    at = start
    area: int | None = None
    while at not in areas and (segment := _segment_at(data, at)) is not None:
        own = 0
        if segment.marker in FRAME_MARKERS and segment.end - segment.start >= 9:
            height, width = struct.unpack_from(">HH", data, segment.start + 5)
            own = width * height
        passed.append((at, own))
        if segment.marker == _SOS:
            area = 0
            break
        at = segment.end
    area = areas.get(at, area)
    areas.setdefault(start, None)
    for place, own in reversed(passed):
        area = None if area is None else max(area, own)
        areas[place] = area
    return areas[start]


def _sound(marker: int, body: bytes) -> bytes | None:
    """The body so that decoders take it; None if it is too short to say anything, or no such segment at all."""
    if marker == _DQT:
        return body if _are_tables(body, _quantisation_bytes) else None
    if marker == _DHT:
        return body if _are_tables(body, _huffman_bytes) else None
    if marker in FRAME_MARKERS:
        return body if len(body) >= 6 and len(body) == 6 + 3 * body[5] else None
    if marker == _APP0 and body.startswith(b"JFIF"):
        return body if len(body) >= _JFIF_BYTES else None
    if marker == _APP2 and body.startswith(b"ICC_PROFILE\0"):
        return body if len(body) >= _ICC_BYTES else None
    if marker == _APP14 and body.startswith(b"Adobe"):
        return body if len(body) >= _ADOBE_BYTES else None
    if marker == _APP13:
        # Pillow reads the last resource beyond the end of the segment.
        return body[: _MAX_BODY_BYTES - 12] + bytes(12)
    return body


def _are_tables(body: bytes, size: Callable[[bytes], int]) -> bool:
    """Whether a body consists of tables, of which `size` tells from the start of one how long it is."""
    at = 0
    while at < len(body):
        if body[at] & 15 > 3 or body[at] >> 4 > 1:
            return False
        at += size(body[at : at + 17])
    return at == len(body) > 0


def _quantisation_bytes(start: bytes) -> int:
    return 1 + 64 * (1 + (start[0] >> 4))


def _huffman_bytes(start: bytes) -> int:
    return 17 + sum(start[1:])


def _adobe(frame: bytes) -> bytes:
    # Programs that write four inks name Adobe, and store them inverted; only of luma and chroma do the second and third
    # component have fewer samples or a quantisation of their own.
    luma = len(frame) >= 12 and frame[7:9] != frame[10:12]
    return b"Adobe" + bytes((0, 100, 0, 0, 0, 0, 2 if luma else 0))


def _written(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body
