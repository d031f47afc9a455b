"""What is read from EXIF, and that nothing in it can hurt."""

from __future__ import annotations

import struct
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from lookalike.photos import Facts, FileBytes, decode
from lookalike.photos.exif import read_raw_tags, read_tags
from tests.builders.photo_files import camera_exif, encoded, heic, smooth_photo


def facts_of(data: bytes) -> Facts:
    return decode(FileBytes.of(data, "photo"), 100).facts


def facts_with(main: dict[int, object], details: dict[int, object], place: dict[int, object]) -> Facts:
    exif = Image.Exif()
    exif.update(main)
    exif.get_ifd(0x8769).update(details)
    exif.get_ifd(0x8825).update(place)
    return facts_of(encoded(smooth_photo(), "JPEG", exif=exif.tobytes()))


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "HEIC"])
def test_facts_are_read_from_every_format(file_format: str) -> None:
    photo, exif = smooth_photo((300, 200)), camera_exif()
    data = heic(photo, exif=exif) if file_format == "HEIC" else encoded(photo, file_format, exif=exif)
    facts = facts_of(data)
    assert (facts.width, facts.height) == (300, 200)
    assert facts.taken_at == "2023-05-06T07:08:09.042+02:00"
    assert facts.camera == "Acme One"
    assert facts.lens == "Acme 24mm f/1.8"
    assert facts.latitude == pytest.approx(-33.8569, abs=1e-4)
    assert facts.longitude == pytest.approx(151.2152, abs=1e-4)


def test_a_photo_without_metadata_has_none() -> None:
    facts = facts_of(encoded(smooth_photo(), "JPEG"))
    assert facts == Facts(320, 200, "JPEG")


@pytest.mark.parametrize(
    ("main", "details", "taken_at"),
    [
        ({0x0132: "2020:01:02 03:04:05"}, {}, "2020-01-02T03:04:05"),
        ({0x0132: "2020:01:02 03:04:05"}, {0x9004: "2019:01:02 03:04:05"}, "2019-01-02T03:04:05"),
        ({}, {0x9003: "2020-01-02T03:04:05Z"}, "2020-01-02T03:04:05+00:00"),
        ({}, {0x9003: "2020:01:02 03:04:05", 0x9291: "5  "}, "2020-01-02T03:04:05.5"),
        ({}, {0x9003: "2020:01:02 03:04:05", 0x9291: "x"}, "2020-01-02T03:04:05"),
        ({}, {0x9003: "2020:01:02 03:04:05", 0x9011: "-07:30"}, "2020-01-02T03:04:05-07:30"),
        ({}, {0x9003: "2020:01:02 03:04:05", 0x9011: "summer"}, "2020-01-02T03:04:05"),
        ({0x0132: "2020:01:02 03:04:05"}, {0x9003: "0000:00:00 00:00:00"}, "2020-01-02T03:04:05"),
        ({}, {0x9003: "    :  :     :  :  "}, None),
        ({}, {0x9003: "2020:13:45 99:99:99"}, "2020"),
        ({0x0132: "2020:01:02 03:04:05"}, {0x9003: "1965:00:00 00:00:00"}, "1965"),
        ({}, {0x9003: "2019:01:02   :  :  ", 0x9004: "2020:01:02 03:04:05"}, "2019-01-02"),
        ({}, {0x9003: "yesterday"}, None),
    ],
)
def test_dates(main: dict[int, object], details: dict[int, object], taken_at: str | None) -> None:
    found = facts_with(main, details, {}).taken_at
    assert found == taken_at
    if found and len(found) >= 10:
        datetime.fromisoformat(found)


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("Canon", "Canon EOS 6D", "Canon EOS 6D"),
        ("NIKON CORPORATION", "NIKON D90", "NIKON D90"),
        ("Apple", "iPhone 12", "Apple iPhone 12"),
        ("SONY", "", "SONY"),
        ("", "Pixel 7", "Pixel 7"),
        ("  ", "\x00", ""),
    ],
)
def test_cameras(make: str, model: str, camera: str) -> None:
    assert facts_with({0x010F: make, 0x0110: model}, {}, {}).camera == camera


@pytest.mark.parametrize(
    "place",
    [
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (10.0, 0.0, 0.0)},
        {1: "N", 2: (50.0, 0.0, 0.0)},
        {2: (50.0, 0.0), 4: (8.0, 0.0)},
        {},
    ],
)
def test_impossible_places_are_none(place: dict[int, object]) -> None:
    facts = facts_with({}, {}, place)
    assert (facts.latitude, facts.longitude) == (None, None)


def test_both_byte_orders() -> None:
    for order, mark in (("<", b"II"), (">", b"MM")):
        block = mark + struct.pack(order + "HIH", 42, 8, 1) + struct.pack(order + "HHIHH", 0x0112, 3, 1, 6, 0)
        assert read_tags(block).number(0x0112) == 6
        assert read_tags(b"Exif\x00\x00" + block).number(0x0112) == 6


def test_the_boxes_of_cr3_are_read() -> None:
    def block(tag: int, text: bytes) -> bytes:
        return b"II*\x00" + struct.pack("<IHHHII", 8, 1, tag, 2, len(text), 26) + bytes(4) + text

    data = b"\x00\x00\x00\x18ftypcrx " + bytes(12)
    data += b"CMT1" + block(0x0110, b"Canon EOS R6\x00") + b"CMT2" + block(0x9003, b"2021:02:03 04:05:06\x00")
    tags = read_raw_tags(data)
    assert (tags.text(0x0110), tags.text(0x9003)) == ("Canon EOS R6", "2021:02:03 04:05:06")


def test_a_directory_that_names_itself_ends() -> None:
    entries = struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<HHII", 0x8825, 4, 1, 8)
    assert read_tags(b"II*\x00" + struct.pack("<IH", 8, 2) + entries).gps == {}


@given(
    st.binary(max_size=300),
    st.sampled_from([b"II*\x00\x08\x00\x00\x00", b"MM\x00*\x00\x00\x00\x08", b"Exif\x00\x00II*\x00", b""]),
)
def test_random_blocks_never_fail(noise: bytes, start: bytes) -> None:
    tags = read_tags(start + noise)
    assert all(isinstance(value, bytes | tuple) for value in tags.main.values())
    read_raw_tags(b"\x00\x00\x00\x18ftypcrx CMT1" + start + noise + b"CMT4" + noise)
    data = encoded(Image.new("L", (2, 2)), "JPEG", exif=(b"Exif\x00\x00" + start + noise)[:60_000])
    assert facts_of(data).format == "JPEG"
