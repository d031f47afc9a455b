"""Metadata as people's tools write it: in every carrier, with every flaw, and which of several counts."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lookalike.photos import Annotations, Dates, FileBytes, Metadata, decode, read_metadata, read_sidecar
from lookalike.photos.annotations import from_xmp
from lookalike.photos.blocks import BLOCK_LIMIT_BYTES, find_blocks
from lookalike.photos.kinds import Kind
from tests.builders.photo_files import camera_exif, encoded, iptc, smooth_photo, xmp, xmp_with

SAID = Annotations(4, "By the sea", "Two boats", ("Boat", "Küste"))
PHOTO = smooth_photo((64, 48))
XMP_MARK = b"http://ns.adobe.com/xap/1.0/\0"


def metadata_of(data: bytes) -> Metadata:
    """With the pixels and without."""
    file = FileBytes.of(data, "photo")
    found = read_metadata(file)
    assert found is not None
    photo = decode(file, 64)
    assert photo.annotations == found.annotations
    assert photo.facts.taken_at == found.annotations.dates.taken
    assert photo.facts.camera == found.camera
    return found


def with_segment(marker: int, body: bytes, jpeg: bytes | None = None) -> bytes:
    jpeg = encoded(PHOTO, "JPEG") if jpeg is None else jpeg
    return jpeg[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def with_chunk(name: bytes, body: bytes, checksum: int | None = None) -> bytes:
    png = encoded(PHOTO, "PNG")
    checksum = zlib.crc32(name + body) if checksum is None else checksum
    return png[:33] + struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum) + png[33:]


def photoshop(block: bytes, name: bytes = b"") -> bytes:
    padded = bytes((len(name),)) + name + bytes((len(name) + 1) % 2)
    return b"8BIM\x04\x04" + padded + struct.pack(">I", len(block)) + block + bytes(len(block) % 2)


def raw_profile(kind: str, block: bytes) -> bytes:
    """As ImageMagick and exiv2 write it."""
    digits = block.hex()
    lines = "\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    return f"\n{kind}\n{len(block):8}\n{lines}\n".encode()


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + name + body


def exif_of(main: dict[int, object] | None = None, details: dict[int, object] | None = None) -> bytes:
    exif = Image.Exif()
    exif.update(main or {})
    exif.get_ifd(0x8769).update(details or {})
    return exif.tobytes()


def with_exif(main: dict[int, object] | None = None, details: dict[int, object] | None = None) -> Metadata:
    return metadata_of(encoded(PHOTO, "JPEG", exif=exif_of(main, details)))


# Carriers


def in_gif(packet: bytes) -> bytes:
    gif = encoded(PHOTO.quantize(16), "GIF")
    trailer = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    return gif[:-1] + b"\x21\xff\x0bXMP DataXMP" + packet + trailer + b";"


def in_jpeg2000(packet: bytes) -> bytes:
    jp2 = encoded(PHOTO, "JPEG2000")
    at = jp2.index(b"jp2c") - 4
    return jp2[:at] + box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + packet) + jp2[at:]


CARRIERS: dict[str, Callable[[bytes], bytes]] = {
    "jpeg": lambda packet: encoded(PHOTO, "JPEG", xmp=packet),
    "webp": lambda packet: encoded(PHOTO, "WEBP", xmp=packet),
    "avif": lambda packet: encoded(PHOTO, "AVIF", xmp=packet),
    "gif": in_gif,
    "jpeg 2000": in_jpeg2000,
    "jpeg 2000, box of XML": lambda packet: in_jpeg2000(b"").replace(
        box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac")), box(b"xml ", packet)
    ),
    "png, compressed": lambda packet: with_chunk(
        b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(packet)
    ),
    "png, wrong checksum": lambda packet: with_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet, 1),
    "png, raw profile": lambda packet: with_chunk(
        b"zTXt", b"Raw profile type xmp\0\0" + zlib.compress(raw_profile("xmp", packet))
    ),
    "png, raw profile of APP1": lambda packet: with_chunk(
        b"tEXt", b"Raw profile type APP1\0" + raw_profile("generic", XMP_MARK + packet)
    ),
    "jpeg, packet after garbage": lambda packet: with_segment(
        0xE1, XMP_MARK + packet, with_segment(0xE1, b"garbage")
    ),
    "tiff, typed as ASCII": lambda packet: _typed(encoded(PHOTO, "TIFF", tiffinfo={700: packet}), 700, 2),
}


def _typed(tiff: bytes, tag: int, kind: int) -> bytes:
    at = tiff.index(struct.pack("<HH", tag, 1), 8)
    return tiff[: at + 2] + struct.pack("<H", kind) + tiff[at + 4 :]


@pytest.mark.parametrize("carrier", CARRIERS)
def test_xmp_is_found_in_every_carrier(carrier: str) -> None:
    packet = xmp_with("<photoshop:DateCreated>2004-07</photoshop:DateCreated>", SAID)
    found = metadata_of(CARRIERS[carrier](packet)).annotations
    assert (found.rating, found.title, found.keywords) == (4, "By the sea", ("Boat", "Küste"))
    assert found.dates == Dates("2004-07")


def test_png_has_exif_and_iptc_in_raw_profiles() -> None:
    exif = raw_profile("exif", camera_exif())
    found = metadata_of(with_chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(exif)))
    assert (found.camera, found.annotations.dates.taken) == ("Acme One", "2023-05-06T07:08:09.042+02:00")
    for block in (iptc(keywords=("kw",)), photoshop(iptc(keywords=("kw",)))):
        for kind in (b"iptc", b"8bim"):
            body = b"Raw profile type " + kind + b"\0" + raw_profile("iptc", block)
            assert metadata_of(with_chunk(b"tEXt", body)).annotations.keywords == ("kw",)


def test_a_long_packet_goes_on_in_other_segments() -> None:
    more = xmp(Annotations(keywords=("later",)))
    mark = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">I", len(more))
    jpeg = encoded(PHOTO, "JPEG", xmp=xmp(Annotations(3)))
    # The second part comes first.
    jpeg = with_segment(0xE1, mark + struct.pack(">I", 0) + more[:300], jpeg)
    jpeg = with_segment(0xE1, mark + struct.pack(">I", 300) + more[300:], jpeg)
    found = metadata_of(jpeg).annotations
    assert (found.rating, found.keywords) == (3, ("later",))


def test_what_is_wrong_beside_iptc_does_not_cost_it() -> None:
    block = iptc(keywords=("kw",))
    for resources in (
        photoshop(block, b"a name"),
        photoshop(b"", b"x" * 9)[:-2] + photoshop(block),
        b"8BIM\x03\xed\xff" + photoshop(block),
        photoshop(b"\0\0" + block),
        photoshop(struct.pack(">BBBHI", 0x1C, 2, 202, 0x8004, 3) + b"abc" + block),
    ):
        found = metadata_of(with_segment(0xED, b"Photoshop 3.0\0" + resources)).annotations
        assert found.keywords == ("kw",), resources
    halves = photoshop(block)
    jpeg = with_segment(0xED, b"Photoshop 3.0\0" + halves[20:])
    assert metadata_of(with_segment(0xED, b"Photoshop 3.0\0" + halves[:20], jpeg)).annotations.keywords == (
        "kw",
    )


def test_iptc_stored_as_numbers_of_the_other_byte_order() -> None:
    block = iptc(keywords=("abcd",), marked=False).ljust(12, b"\0")
    swapped = struct.pack(f"<{len(block) // 4}I", *struct.unpack(f">{len(block) // 4}I", block))
    assert metadata_of(encoded(PHOTO, "TIFF", tiffinfo={33723: swapped})).annotations.keywords == ("abcd",)


def test_an_exif_block_goes_on_in_the_next_segment_and_a_second_one_fills_in() -> None:
    block = exif_of({0x0110: "Acme"}, {0x9003: "2004:07:04 09:05:03"})
    rest = with_segment(0xE1, b"Exif\0\0" + block[40:])
    assert metadata_of(with_segment(0xE1, block[:40], rest)).annotations.dates.taken == "2004-07-04T09:05:03"
    second = with_segment(0xE1, exif_of({0x0110: "Other", 0x010E: "A pier"}))
    found = metadata_of(with_segment(0xE1, block, second))
    assert (found.camera, found.annotations.description) == ("Acme", "A pier")


# Flaws of XMP


def flawed(old: str, new: str, encoding: str = "utf-8") -> bytes:
    packet = xmp(SAID).decode()
    assert old in packet
    return packet.replace(old, new).encode(encoding, "ignore")


@pytest.mark.parametrize(
    ("packet", "title"),
    [
        (flawed("</rdf:Description>", "<Camera:Trait>x</Camera:Trait></rdf:Description>"), "By the sea"),
        (flawed('rdf:about=""', 'rdf:about="" Camera:Trait="x"'), "By the sea"),
        (
            flawed('rdf:about=""', 'rdf:about="" rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'),
            "By the sea",
        ),
        (flawed('xmlns:dc="http://purl.org/dc/elements/1.1/"', ""), "By the sea"),
        (flawed("By the sea", "Tom & Ann"), "Tom & Ann"),
        (flawed("By the sea", "Tom &amp; Ann &#8364;"), "Tom & Ann €"),
        (flawed("By the sea", "Tom&nbsp;Ann"), "Tom&nbsp;Ann"),
        (flawed("By the sea", "a < b"), "a < b"),
        (flawed("By the sea", "By\x0b the\x00 sea"), "By the sea"),
        (flawed("By the sea", "By&#11; the&#x0; sea&#9999999;"), "By the sea"),
        (flawed("By the sea", "Mühle", "latin-1"), "Mühle"),
        (flawed("By the sea", "“Mühle”", "cp1252"), "“Mühle”"),
        (xmp(SAID) + b"\0\xff\xfe garbage < & \x80", "By the sea"),
        (b"garbage " + xmp(SAID), "By the sea"),
        (b'<?xml version="1.0" encoding="UTF-16"?>' + xmp(SAID), "By the sea"),
        (xmp(SAID)[:-40], "By the sea"),
        (xmp(SAID).decode().encode("utf-32"), "By the sea"),
    ],
)
def test_a_flaw_in_a_packet_costs_no_more_than_itself(packet: bytes, title: str) -> None:
    found = from_xmp(packet)
    assert (found.rating, found.title, len(found.keywords)) == (4, title, 2)
    assert found.keywords[0] == "Boat"


def test_of_a_packet_that_is_cut_off_what_stands_before_counts() -> None:
    packet = xmp(SAID)
    found = from_xmp(packet[: packet.index("Küste".encode()) + 2])
    assert (found.rating, found.title, found.keywords) == (4, "By the sea", ("Boat",))
    assert from_xmp(packet[: packet.index(b"Two boats")]).title == "By the sea"
    assert from_xmp(packet[: packet.index(b'xmp:Rating="4"') + 14]).rating == 4
    assert from_xmp(packet[: packet.index(b"</dc:subject>") + 5]).keywords == ("Boat", "Küste")


def test_a_broken_sidecar_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").write_bytes(xmp_with("<xmp:ModifyDate>2024-01-01</xmp:ModifyDate>", SAID)[:-60])
    found = read_sidecar(tmp_path / "a.xmp")
    assert found == SAID
    # When the sidecar was changed says nothing of the photo.
    assert found.dates == Dates()


# EXIF's texts


def test_texts_in_utf8_have_a_type_of_their_own() -> None:
    block = bytearray(exif_of({0x0110: "x" * 16}).replace(b"x" * 16, ("Ä" * 8).encode()))
    order = "<" if block[6:8] == b"II" else ">"
    at = block.index(struct.pack(order + "HH", 0x0110, 2)) + 2
    block[at : at + 2] = struct.pack(order + "H", 129)
    assert metadata_of(with_segment(0xE1, bytes(block))).camera == "Ä" * 8


def test_what_windows_writes_is_read() -> None:
    found = with_exif(
        {
            0x9C9B: "Sommer am Meer\0".encode("utf-16-le"),
            0x9C9C: "Im August, 海\0".encode("utf-16-le"),
            0x9C9E: "Leuchtturm; Küste;;海\0".encode("utf-16-le"),
            0x4749: 75,
        }
    ).annotations
    assert found == Annotations(4, "Sommer am Meer", "Im August, 海", ("Leuchtturm", "Küste", "海"))
    assert with_exif({0x9C9F: "Ferien".encode("utf-16-le")}).annotations.title == "Ferien"


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (b"ASCII\0\0\0A pier\0\0\0", "A pier"),
        (b"ASCII\0\0\0M\xfchle", "Mühle"),
        (b"UNICODE\0" + "Küste".encode("utf-16-le"), "Küste"),
        (b"UNICODE\0" + "Küste".encode("utf-16-be"), "Küste"),
        (b"UNICODE\0" + "Küste".encode("utf-16"), "Küste"),
        *(
            (b"UNICODE\0" + comment.encode(encoding), comment)
            for comment in ("東京タワーの夜", "长城日落", "경복궁의 봄", "Красная площадь", "A 🐕")
            for encoding in ("utf-16-le", "utf-16-be")
        ),
        (b"JIS\0\0\0\0\0" + "海岸".encode("iso2022_jp"), "海岸"),
        (b"JIS\0\0\0\0\0" + "海岸".encode("euc_jp"), "海岸"),
        (bytes(8) + "Küste".encode(), "Küste"),
        (b"A pier without a prefix", "A pier without a prefix"),
        (b"ASCII\0\0\0" + b" " * 50, ""),
        (b"ASCII\0\0\0" + b'{"filter": 3}', ""),
        (b"ASCII\0\0\0OLYMPUS DIGITAL CAMERA", ""),
        (bytes(64), ""),
        (b"UNICODE\0", ""),
    ],
)
def test_user_comments(raw: bytes, read: str) -> None:
    assert with_exif(details={0x9286: raw}).annotations.description == read


@pytest.mark.parametrize(
    "written",
    [
        "OLYMPUS DIGITAL CAMERA         ",
        "KONICA MINOLTA DIGITAL CAMERA",
        "SONY DSC",
        "Exif_JPEG_PICTURE",
        "<Samsung S860 / Kenox S860>",
        "DCIM\\100MEDIA\\DJI_0001.JPG",
        "SAMSUNG",
        "KODAK Digital Still Camera",
        "hdrpl",
        "   ",
        "***",
    ],
)
def test_what_a_camera_writes_by_itself_is_no_description(written: str) -> None:
    assert with_exif({0x010E: written}).annotations == Annotations()


def test_windows_title_is_not_its_description_too() -> None:
    found = with_exif({0x010E: "A pier", 0x9C9B: "A pier".encode("utf-16-le")}).annotations
    assert (found.title, found.description) == ("A pier", "")


# Which of several counts


def test_keywords_of_all_blocks_are_one_list() -> None:
    jpeg = encoded(
        PHOTO,
        "JPEG",
        xmp=xmp(Annotations(keywords=("Boat", "Küste"))),
        exif=exif_of({0x9C9E: "pier;boat".encode("utf-16-le"), 0x010E: "EXIF's", 0x4746: 2}),
    )
    block = iptc(keywords=("sea", "K?ste", "what?"), caption="IPTC's")
    found = metadata_of(with_segment(0xED, b"Photoshop 3.0\0" + photoshop(block), jpeg)).annotations
    assert found == Annotations(2, "", "IPTC's", ("Boat", "Küste", "sea", "what?", "pier"))


@pytest.mark.parametrize(
    ("exif", "properties", "block", "taken"),
    [
        ("2004:07:04 09:05:03", "2003-01-01", "", "2004-07-04T09:05:03"),
        ("", "2003-01-01", "20020101", "2003-01-01"),
        ("", "", "20020101", "2002-01-01"),
        ("0000:00:00 00:00:00", "1965", "", "1965"),
        ("2004:07:04   :  :  ", "2004-07-04T09:05:03+02:00", "", "2004-07-04T09:05:03+02:00"),
        ("2004:07:04 09:05:03", "2004-07-04T09:05:03+02:00", "", "2004-07-04T09:05:03+02:00"),
        ("2004:07:04 09:05:03", "2004-07-04T09:05:04+02:00", "", "2004-07-04T09:05:03"),
    ],
)
def test_originals_of_several_blocks(exif: str, properties: str, block: str, taken: str) -> None:
    jpeg = encoded(
        PHOTO,
        "JPEG",
        exif=exif_of({0x0132: "2024:01:01 00:00:00"}, {0x9003: exif} if exif else {}),
        xmp=xmp_with(f"<exif:DateTimeOriginal>{properties}</exif:DateTimeOriginal>" if properties else ""),
    )
    if block:
        records = struct.pack(">BBBH", 0x1C, 2, 55, len(block)) + block.encode()
        jpeg = with_segment(0xED, b"Photoshop 3.0\0" + photoshop(records), jpeg)
    assert metadata_of(jpeg).annotations.dates.taken == taken


def test_an_original_anywhere_goes_before_a_date_of_digitizing_or_change() -> None:
    exif = exif_of({0x0132: "2024:01:01 00:00:00"}, {0x9004: "2010:01:01 00:00:00"})
    packet = xmp_with("<photoshop:DateCreated>1965-08</photoshop:DateCreated>")
    assert metadata_of(encoded(PHOTO, "JPEG", exif=exif, xmp=packet)).annotations.dates == Dates(
        "1965-08", "2010-01-01T00:00:00", "2024-01-01T00:00:00"
    )


@pytest.mark.parametrize(
    ("name", "dates"),
    [
        ("exif:DateTimeOriginal", Dates("2004")),
        ("photoshop:DateCreated", Dates("2004")),
        ("exif:DateTimeDigitized", Dates(digitized="2004")),
        ("xmp:CreateDate", Dates(digitized="2004")),
        ("xmp:ModifyDate", Dates(modified="2004")),
        ("tiff:DateTime", Dates(modified="2004")),
    ],
)
def test_dates_of_xmp(name: str, dates: Dates) -> None:
    assert from_xmp(xmp_with(f"<{name}>2004</{name}>")).dates == dates


@pytest.mark.parametrize(
    ("day", "time", "taken"),
    [
        (b"19890505", b"140845+0200", "1989-05-05T14:08:45+02:00"),
        (b"19890505", b"", "1989-05-05"),
        (b"19890500", b"140845+0200", "1989-05"),
        (b"19890000", b"", "1989"),
        (b"00000000", b"140845", None),
        (b"", b"140845", None),
    ],
)
def test_dates_of_iptc(day: bytes, time: bytes, taken: str | None) -> None:
    for numbers in ((55, 60), (62, 63)):
        records = b"".join(
            struct.pack(">BBBH", 0x1C, 2, number, len(text)) + text
            for number, text in zip(numbers, (day, time), strict=True)
            if text
        )
        jpeg = with_segment(0xED, b"Photoshop 3.0\0" + photoshop(records))
        assert metadata_of(jpeg).annotations.dates.taken == taken


# Nothing in there can hurt


def test_packed_texts_are_unpacked_within_bounds() -> None:
    bomb = zlib.compress(b" " * (4 * BLOCK_LIMIT_BYTES))
    data = with_chunk(b"zTXt", b"Raw profile type xmp\0\0" + bomb)
    assert find_blocks(Kind.PNG, data, {}).xmp == []
    data = with_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb)
    (packet,) = find_blocks(Kind.PNG, data, {}).xmp
    assert len(packet) <= BLOCK_LIMIT_BYTES


def test_many_and_endless_blocks_are_read_within_bounds() -> None:
    segments = b"".join(
        bytes((0xFF, 0xE1)) + struct.pack(">H", len(body) + 2) + body
        for body in (
            XMP_MARK + bytes(60_000),
            b"http://ns.adobe.com/xmp/extension/\0" + bytes(60_000),
            b"Exif\0\0II*\0" + bytes(60_000),
            b"Exif\0\0" + bytes(60_000),
        )
        for _ in range(200)
    )
    found = find_blocks(Kind.JPEG, b"\xff\xd8" + segments, {})
    assert sum(map(len, [*found.exif, *found.xmp])) < 4 * BLOCK_LIMIT_BYTES
    assert (
        from_xmp(xmp_with("<xmp:CreateDate>2004" + " " * 1_000_000 + "x</xmp:CreateDate>")).dates.digitized
        == "2004"
    )


@given(st.sampled_from(sorted(CARRIERS)), st.floats(0, 1), st.binary(max_size=20), st.integers(0, 20))
def test_damaged_carriers_never_fail(carrier: str, place: float, noise: bytes, dropped: int) -> None:
    data = CARRIERS[carrier](xmp(SAID))
    at = int(place * len(data))
    damaged = data[:at] + noise + data[at + dropped :]
    for kind in Kind:
        if kind not in (Kind.HEIF, Kind.AVIF, Kind.JPEG_XL):
            blocks = find_blocks(kind, damaged, {})
            assert sum(map(len, blocks.xmp)) <= 3 * len(damaged)
    read_metadata(FileBytes.of(damaged, "photo.jpg"))
