"""Metadata blocks: where the EXIF, XMP and IPTC of a photo lie in its file; found whatever is wrong around them.

Each container is walked only as far as is needed to find them, checksums are not minded, and what is broken costs
itself alone. It is written by hand because decoders hand out these blocks only from files without a flaw, and not those
that other programs put elsewhere: ImageMagick's and exiv2's *raw profiles* in PNG, XMP in GIF and JPEG 2000.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lookalike.photos.exif import Tag, read_tags
from lookalike.photos.kinds import Kind
from lookalike.photos.png import chunks, inflate

BLOCK_LIMIT_BYTES = 8 << 20
"""Larger blocks are not read; a long editing history takes a tenth of this."""

_EXIF = b"Exif\0\0"
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED_XMP = b"http://ns.adobe.com/xmp/extension/\0"
_PHOTOSHOP = b"Photoshop 3.0\0"
_PHOTOSHOP_RESOURCE = re.compile(rb"8BIM|PHUT|DCSR|AgHg|MeSa")
_IPTC_RESOURCE = 0x0404
_IPTC_MARK = 0x1C
_MOST_SEGMENTS = BLOCK_LIMIT_BYTES >> 16

_GIF_XMP = b"\x21\xff\x0bXMP DataXMP"
_GIF_XMP_END = b"\x01\xff\xfe\xfd"

_UUIDS = {
    bytes.fromhex("be7acfcb97a942e89c71999491e3afac"): "xmp",
    b"JpgTiffExif->JP2": "exif",
    bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38"): "iptc",
}
"""Boxes of JPEG 2000 with metadata, by the first 16 bytes in them."""

_XMP_KEYWORD = b"XML:com.adobe.xmp"
_MOST_CHUNKS = 100_000
_MOST_BLOCKS = 8
"""More of a kind are in no honest file."""


@dataclass
class MetadataBlocks:
    """The blocks of a file, in the order in which they lie there.

    Attributes:
        exif: EXIF blocks, with or without the six bytes of an ``Exif`` marker.
        xmp: XMP packets; of one that is continued elsewhere, the continuation is a packet too.
        iptc: IPTC-IIM records.
    """

    exif: list[bytes] = field(default_factory=list)
    xmp: list[bytes] = field(default_factory=list)
    iptc: list[bytes] = field(default_factory=list)

    def add(self, kind: str, data: bytes, start: int = 0, end: int | None = None) -> None:
        """Take in a part of `data` as a block of a kind, within bounds."""
        found: list[bytes] = getattr(self, kind)
        end = len(data) if end is None else end
        if start < end and len(found) < _MOST_BLOCKS:
            found.append(data[start : min(end, start + BLOCK_LIMIT_BYTES)])


def find_blocks(kind: Kind, data: bytes, info: Mapping[Any, object]) -> MetadataBlocks:
    """The metadata blocks of a photo.

    Args:
        kind: the file's kind.
        data: the whole file.
        info: what the decoder has handed out, for kinds whose containers only it reads (HEIF, AVIF, JPEG XL).
    """
    blocks = MetadataBlocks()
    finder = _FINDERS.get(kind)
    if finder is not None:
        finder(data, blocks)
    else:
        for name in ("exif", "xmp"):
            block = info.get(name)
            if isinstance(block, bytes):
                blocks.add(name, block)
    for block in blocks.exif:
        # A TIFF, and an EXIF block that is laid out like one, has the others in tags.
        _find_in_tags(block, blocks)
    return blocks


def _find_in_tags(block: bytes, blocks: MetadataBlocks) -> None:
    tags = read_tags(block)
    if (xmp := tags.raw(Tag.XMP)) and not blocks.xmp:
        blocks.add("xmp", xmp)
    if iptc := tags.raw(Tag.IPTC):
        # Written as numbers of four bytes on a computer with the other byte order.
        if iptc[0] != _IPTC_MARK and iptc[3:4] == bytes((_IPTC_MARK,)) and len(iptc) % 4 == 0:
            iptc = struct.pack(f"<{len(iptc) // 4}I", *struct.unpack(f">{len(iptc) // 4}I", iptc))
        blocks.add("iptc", iptc)
    if resources := tags.raw(Tag.PHOTOSHOP):
        _find_in_resources(resources, blocks)


def _find_in_tiff(data: bytes, blocks: MetadataBlocks) -> None:
    blocks.exif.append(data)


def _find_in_jpeg(data: bytes, blocks: MetadataBlocks) -> None:
    resources = b""
    extended: list[tuple[int, bytes]] = []
    for marker, body in _segments(data):
        if marker == 0xE1 and body.startswith(_EXIF[:5]):
            if not blocks.exif or body[6:8] in (b"II", b"MM"):
                blocks.add("exif", body)
            elif len(blocks.exif[-1]) < BLOCK_LIMIT_BYTES:
                # A block too long for one segment goes on in the next.
                blocks.exif[-1] += body[6:]
        elif marker == 0xE1 and body.startswith(_XMP):
            blocks.add("xmp", body, len(_XMP))
        elif marker == 0xE1 and body.startswith(_EXTENDED_XMP) and len(extended) < _MOST_SEGMENTS:
            # A digest of 32 bytes, the length of the whole, and the offset of this part (XMP specification, part 3).
            start = len(_EXTENDED_XMP) + 40
            extended.append((int.from_bytes(body[start - 4 : start], "big"), body[start:]))
        elif marker == 0xED and body.startswith(_PHOTOSHOP) and len(resources) < BLOCK_LIMIT_BYTES:
            resources += body[len(_PHOTOSHOP) :]
    blocks.add("xmp", b"".join(part for _, part in sorted(extended)))
    _find_in_resources(resources, blocks)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The markers before the pixels, and what their segments hold (ITU-T T.81, section B.1)."""
    at = 2
    while True:
        # Some programs leave bytes between segments; decoders look for the next marker too.
        at = data.find(b"\xff", at)
        if at < 0 or at + 4 > len(data):
            return
        marker = data[at + 1]
        if marker in (0xD9, 0xDA):
            return
        if marker in (0x00, 0x01, 0xFF) or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + max(length, 2)


def _find_in_resources(resources: bytes, blocks: MetadataBlocks) -> None:
    """Take in the IPTC records among Photoshop's image resources."""
    at = 0
    while match := _PHOTOSHOP_RESOURCE.search(resources, at):
        at = match.end()
        name = resources[at + 2] if at + 2 < len(resources) else 0
        start = at + 2 + (name + 2) // 2 * 2 + 4
        length = int.from_bytes(resources[start - 4 : start], "big")
        if start > len(resources):
            continue
        if int.from_bytes(resources[at : at + 2], "big") == _IPTC_RESOURCE:
            blocks.add("iptc", resources, start, start + length)
        # After one whose name or length is wrong, the next is looked for from its start.
        if start + length <= len(resources):
            at = start + length


def _find_in_png(data: bytes, blocks: MetadataBlocks) -> None:
    for chunk in islice(chunks(data), _MOST_CHUNKS):
        if chunk.name == b"eXIf":
            blocks.add("exif", chunk.body)
        elif chunk.name in (b"tEXt", b"zTXt", b"iTXt"):
            keyword, _, rest = chunk.body.partition(b"\0")
            if keyword == _XMP_KEYWORD:
                blocks.add("xmp", _png_text(chunk.name, rest))
            elif keyword.startswith(b"Raw profile type "):
                _take_profile(keyword[17:].strip().lower(), _png_text(chunk.name, rest), blocks)


def _png_text(name: bytes, rest: bytes) -> bytes:
    """The text of a chunk, from after its keyword; empty if it cannot be unpacked."""
    if name == b"tEXt":
        return rest[:BLOCK_LIMIT_BYTES]
    if name == b"zTXt":
        return inflate(rest[1:], BLOCK_LIMIT_BYTES)[0]
    # Whether it is compressed, how, and two texts: the language and the keyword translated.
    texts = rest[2:].split(b"\0", 2)
    if len(texts) < 3:
        return b""
    return inflate(texts[2], BLOCK_LIMIT_BYTES)[0] if rest[:1] == b"\1" else texts[2][:BLOCK_LIMIT_BYTES]


def _take_profile(kind: bytes, text: bytes, blocks: MetadataBlocks) -> None:
    """Take in what ImageMagick and exiv2 write: a name, a length, and the block in hexadecimal digits."""
    lines = text.split(None, 2)
    if len(lines) < 3:
        return
    digits = b"".join(lines[2].split())
    try:
        block = bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
    except ValueError:
        return
    if block.startswith(_XMP):
        blocks.add("xmp", block, len(_XMP))
    elif kind == b"xmp":
        blocks.add("xmp", block)
    elif kind in (b"exif", b"app1"):
        blocks.add("exif", block)
    elif kind in (b"iptc", b"8bim") and block[:1] == bytes((_IPTC_MARK,)):
        blocks.add("iptc", block)
    elif kind in (b"iptc", b"8bim"):
        _find_in_resources(block.removeprefix(_PHOTOSHOP), blocks)


def _find_in_gif(data: bytes, blocks: MetadataBlocks) -> None:
    start = data.find(_GIF_XMP)
    if start < 0:
        return
    start += len(_GIF_XMP)
    # Behind the packet lie 258 bytes that lead decoders which take it for sub-blocks to its end.
    end = data.find(_GIF_XMP_END, start, start + BLOCK_LIMIT_BYTES)
    blocks.add("xmp", data, start, end if end >= 0 else None)


def _find_in_webp(data: bytes, blocks: MetadataBlocks) -> None:
    at = 12
    for _ in range(_MOST_CHUNKS):
        if at + 8 > len(data):
            return
        name, length = struct.unpack_from("<4sI", data, at)
        if name in (b"EXIF", b"XMP "):
            blocks.add("exif" if name == b"EXIF" else "xmp", data, at + 8, at + 8 + length)
        at += 8 + length + length % 2


def _find_in_jpeg2000(data: bytes, blocks: MetadataBlocks) -> None:
    at = 0
    for _ in range(_MOST_CHUNKS):
        if at + 8 > len(data):
            return
        length, name = struct.unpack_from(">I4s", data, at)
        start = at + 8
        if length == 1 and at + 16 <= len(data):
            length, start = struct.unpack_from(">Q", data, start)[0], at + 16
        end = at + length if length else len(data)
        if end <= at:
            return
        if name == b"uuid":
            block = _UUIDS.get(data[start : start + 16])
            if block is not None:
                blocks.add(block, data, start + 16, end)
        elif name == b"xml " and data.find(b":RDF", start, end) >= 0:
            blocks.add("xmp", data, start, end)
        at = end


_FINDERS: dict[Kind, Callable[[bytes, MetadataBlocks], None]] = {
    Kind.JPEG: _find_in_jpeg,
    Kind.PNG: _find_in_png,
    Kind.GIF: _find_in_gif,
    Kind.WEBP: _find_in_webp,
    Kind.TIFF: _find_in_tiff,
    Kind.JPEG2000: _find_in_jpeg2000,
}
