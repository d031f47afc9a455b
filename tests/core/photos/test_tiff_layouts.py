"""TIFFs of every layout show the picture that was stored, whatever numbers it was stored as."""

from __future__ import annotations

import io
import itertools
import math
import struct
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from lookalike.photos import MEMORY_LIMIT, FileBytes, PhotoError, decode
from tests.builders.photo_files import encoded, smooth_photo, textured_photo, turned

PHOTO = textured_photo(5, (150, 110))
RGB = np.asarray(PHOTO)
GREY = np.asarray(PHOTO.convert("L"))
INKS = np.asarray(PHOTO.convert("CMYK"))
OPACITY = np.tile(np.linspace(0, 255, 150).astype(np.uint8), (110, 1))

Pixels = NDArray[Any]

NUMBERS: dict[str, Callable[[Pixels], Pixels]] = {
    "8-bit": lambda levels: levels,
    "16-bit": lambda levels: levels.astype(np.uint16) * 257,
    "32-bit": lambda levels: levels.astype(np.uint32) * 0x01010101,
    "64-bit": lambda levels: levels.astype(np.uint64) * 0x0101010101010101,
    "32-bit that hold 16": lambda levels: levels.astype(np.uint32) * 257,
    "signed 8-bit": lambda levels: (levels.astype(np.int16) - 128).astype(np.int8),
    "signed 16-bit": lambda levels: (levels.astype(np.int32) * 257 - 32768).astype(np.int16),
    "signed 16-bit from zero": lambda levels: np.round(levels * (32767 / 255)).astype(np.int16),
    "signed 32-bit": lambda levels: (levels.astype(np.int64) * 0x01010101 - (1 << 31)).astype(np.int32),
    "half float": lambda levels: (levels / 255).astype(np.float16),
    "float": lambda levels: (levels / 255).astype(np.float32),
    "double": lambda levels: levels / 255,
    "float of 16-bit values": lambda levels: levels.astype(np.float32) * 257,
}
COLOURS = {
    "black is zero": (GREY[..., None], GREY[..., None].repeat(3, 2)),
    "white is zero": (255 - GREY[..., None], GREY[..., None].repeat(3, 2)),
    "colour": (RGB, RGB),
    "inks": (INKS, np.asarray(PHOTO.convert("CMYK").convert("RGB"))),
}
PHOTOMETRIC = {
    "black is zero": "minisblack",
    "white is zero": "miniswhite",
    "colour": "rgb",
    "inks": "separated",
}


def tiff(pixels: Pixels, **options: Any) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, metadata=None, **options)
    return file.getvalue()


def tiff_of_pages(pages: Sequence[tuple[Pixels, dict[str, Any]]], **options: Any) -> bytes:
    file = io.BytesIO()
    with tifffile.TiffWriter(file, **options) as writer:
        for pixels, page_options in pages:
            writer.write(pixels, photometric="rgb", metadata=None, **page_options)
    return file.getvalue()


def shown(data: bytes, side: int = 1000) -> NDArray[np.int16]:
    return np.asarray(decode(FileBytes.of(data, "photo.tif"), side).image).astype(np.int16)


def assert_shows(data: bytes, expected: Pixels, tolerance: int = 1) -> None:
    pixels = shown(data)
    assert pixels.shape == expected.shape
    assert np.abs(pixels - expected.astype(np.int16)).max() <= tolerance


@pytest.mark.parametrize("numbers", NUMBERS)
@pytest.mark.parametrize("colours", COLOURS)
def test_numbers_and_colours(numbers: str, colours: str) -> None:
    stored, expected = COLOURS[colours]
    extras: tuple[tuple[str, ...], ...] = ((), ("unassalpha",), ("assocalpha",), ("unspecified",))
    orders: tuple[Literal["<", ">"], ...] = ("<", ">")
    for order, extra, compression, planes in itertools.product(
        orders, extras, (None, "lzw"), ("contig", "separate")
    ):
        if extra and numbers.startswith("signed"):
            continue
        samples = np.dstack([stored, np.full(GREY.shape, 255, np.uint8)]) if extra else stored
        pixels = NUMBERS[numbers](samples)
        options = {"compression": compression, "extrasamples": extra or None, "byteorder": order}
        if pixels.shape[2] == 1:
            pixels = pixels[..., 0]
        elif planes == "separate":
            pixels = np.ascontiguousarray(np.moveaxis(pixels, 2, 0))
        if pixels.ndim == 3:
            options["planarconfig"] = planes
        pixels = pixels.astype(pixels.dtype.newbyteorder(order))
        assert_shows(tiff(pixels, photometric=PHOTOMETRIC[colours], **options), expected)


@pytest.mark.parametrize("compression", [None, "zlib", "lzw", "zstd", "lzma", "packbits", "lerc"])
@pytest.mark.parametrize("tile", [None, (64, 48)])
@pytest.mark.parametrize("numbers", ["16-bit", "32-bit", "half float", "float", "double"])
def test_compressions(compression: str | None, tile: tuple[int, int] | None, numbers: str) -> None:
    if compression == "lerc" and numbers == "half float":
        pytest.skip("LERC has no half floats")
    for predictor in (False, True) if compression in ("zlib", "lzw", "zstd") else (False,):
        pixels = NUMBERS[numbers](RGB)
        data = tiff(
            pixels, photometric="rgb", compression=compression, predictor=predictor or None, tile=tile
        )
        assert_shows(data, RGB)


@pytest.mark.parametrize("compression", ["webp", "jpeg2000"])
def test_compressions_that_are_pictures(compression: str) -> None:
    photo = np.asarray(smooth_photo())
    assert np.abs(shown(tiff(photo, photometric="rgb", compression=compression)) - photo).mean() < 4


@pytest.mark.parametrize("numbers", ["8-bit", "16-bit", "32-bit", "half float", "float"])
def test_transparent_parts_become_white(numbers: str) -> None:
    opacity = OPACITY[..., None] / 255
    for stored, photometric, expected in (
        (RGB, "rgb", RGB * opacity + 255 * (1 - opacity)),
        (GREY[..., None], "minisblack", (GREY[..., None] * opacity + 255 * (1 - opacity)).repeat(3, 2)),
        (255 - GREY[..., None], "miniswhite", (GREY[..., None] * opacity + 255 * (1 - opacity)).repeat(3, 2)),
    ):
        pixels = NUMBERS[numbers](np.dstack([stored, OPACITY]))
        assert_shows(tiff(pixels, photometric=photometric, extrasamples=["unassalpha"]), expected, 2)
    associated = NUMBERS[numbers](np.dstack([np.round(RGB * opacity).astype(np.uint8), OPACITY]))
    data = tiff(associated, photometric="rgb", extrasamples=["assocalpha"])
    assert_shows(data, RGB * opacity + 255 * (1 - opacity), 3)


@pytest.mark.parametrize("extra", ["unassalpha", "assocalpha"])
def test_inks_with_alpha_are_printed_on_white(extra: str) -> None:
    printed = np.round(INKS * (OPACITY[..., None] / 255)).astype(np.uint8)
    stored = printed if extra == "assocalpha" else INKS
    data = tiff(np.dstack([stored, OPACITY]), photometric="separated", extrasamples=[extra])
    assert_shows(data, np.asarray(Image.fromarray(printed, "CMYK").convert("RGB")), 2)


@pytest.mark.parametrize("bits", [6, 10, 12, 14])
def test_odd_numbers_of_bits(bits: int) -> None:
    values = (GREY.astype(np.uint16) << 8) >> (16 - bits)
    expected = values >> (bits - 8) if bits >= 8 else values * 255 // 63
    data = tiff(values if bits > 8 else values.astype(np.uint8), bitspersample=bits, photometric="minisblack")
    assert_shows(data, expected[..., None].repeat(3, 2))


def test_palettes_of_sixteen_bits() -> None:
    generator = np.random.default_rng(0)
    palette = generator.integers(0, 65536, (3, 65536)).astype(np.uint16)
    numbers = generator.integers(0, 65536, GREY.shape).astype(np.uint16)
    assert_shows(tiff(numbers, photometric="palette", colormap=palette), (palette.T >> 8)[numbers])


def test_lights_brighter_than_white_do_not_darken_the_rest() -> None:
    values = (GREY / 255).astype(np.float32)
    values[:3, :3], values[5, 5], values[5, 6] = 7.5, np.nan, -1
    expected = GREY.copy()
    expected[:3, :3], expected[5, 5:7] = 255, 0
    assert_shows(tiff(values, photometric="minisblack"), expected[..., None].repeat(3, 2))


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_the_picture_is_found_behind_its_thumbnail(big: bool, order: str) -> None:
    small = np.ascontiguousarray(RGB[::8, ::8])
    half_float = (RGB / 255).astype(np.float16)
    flagged: dict[str, Any] = {"subfiletype": 1}
    files: list[list[tuple[Pixels, dict[str, Any]]]] = [
        [(small, flagged), (RGB, {})],
        [(small, {}), (RGB, {})],
        [(small, {}), (small, {}), (RGB, {}), (small, flagged)],
        [(small, {"subifds": 1}), (RGB, {})],
        [(small, {"subifds": 1, "subfiletype": 1}), (half_float, {})],
        [(RGB, {"subifds": 2}), (small, flagged), (small, flagged)],
        [(RGB, {}), (255 - RGB, {})],
        [(RGB, {}), ((255 - RGB).repeat(2, 0), {})],
    ]
    for pages in files:
        assert_shows(tiff_of_pages(pages, bigtiff=big, byteorder=order), RGB)


def test_the_thumbnails_orientation_goes_for_a_picture_that_names_none() -> None:
    stored = np.asarray(Image.open(io.BytesIO(turned(PHOTO, 6, "PNG"))).convert("RGB"))
    small = np.ascontiguousarray(stored[::8, ::8])
    first = {"subifds": 1, "subfiletype": 1, "extratags": [(274, 3, 1, 6, True)]}
    assert_shows(tiff_of_pages([(small, first), (stored, {})]), RGB)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("numbers", ["8-bit", "half float"])
def test_every_layout_comes_upright(orientation: int, numbers: str) -> None:
    stored = NUMBERS[numbers](
        np.asarray(Image.open(io.BytesIO(turned(PHOTO, orientation, "PNG"))).convert("RGB"))
    )
    data = tiff(stored, photometric="rgb", extratags=[(274, 3, 1, orientation, True)])
    assert_shows(data, RGB)
    facts = decode(FileBytes.of(data, "photo.tif"), 1000).facts
    assert (facts.width, facts.height) == PHOTO.size


XMP_PACKET = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'></x:xmpmeta>"


@pytest.mark.parametrize(
    "tag",
    [
        (700, 2, len(XMP_PACKET), XMP_PACKET),
        (700, 3, 3, (1, 2, 3)),
        (700, 4, 1, 7),
        (34675, 2, 11, b"no profile"),
        (34675, 3, 2, (1, 2)),
        (305, 3, 2, (1, 2)),
        (306, 4, 1, 5),
        (33723, 4, 2, (1, 2)),
        (34665, 2, 5, b"none"),
        (34853, 4, 1, 99_999_999),
        (282, 2, 4, b"300"),
    ],
    ids=str,
)
def test_a_tag_of_a_wrong_type_does_not_cost_the_photo(tag: tuple[int, int, int, Any]) -> None:
    for compression in (None, "lzw"):
        data = tiff(RGB, photometric="rgb", compression=compression, extratags=[(*tag, True)])
        assert_shows(data, RGB)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_numbers_of_no_kind_are_unsigned(compression: str) -> None:
    assert_shows(encoded(PHOTO, "TIFF", tiffinfo={339: (4, 4, 4)}, compression=compression), RGB)


def test_what_cannot_be_read_says_so() -> None:
    filters = tiff(GREY, photometric="cfa")
    unknown = bytearray(tiff(GREY, photometric="minisblack"))
    at = unknown.index(struct.pack("<HHI", 259, 3, 1))
    struct.pack_into("<H", unknown, at + 8, 34676)
    complex_numbers = tiff(GREY.astype(np.complex64), photometric="minisblack")
    for data, layout in (
        (filters, "CFA, 1 × 8 bits"),
        (bytes(unknown), "SGILOG"),
        (complex_numbers, "64 bits"),
    ):
        with pytest.raises(PhotoError) as caught:
            shown(data)
        assert caught.value.message.startswith("photo.tif is a kind of TIFF that cannot be read (")
        assert layout in caught.value.message


def test_a_layout_file_that_is_cut_off_says_so() -> None:
    data = tiff(RGB / 255, photometric="rgb")
    with pytest.raises(PhotoError, match="cut off"):
        shown(data[: len(data) * 2 // 3])


@pytest.mark.parametrize("tile", [None, (30_000, 30_000)])
def test_a_giant_layout_is_refused(tile: tuple[int, int] | None) -> None:
    data = bytearray(
        tiff(np.zeros((16, 16), np.float64), photometric="minisblack", compression="zlib", tile=(16, 16))
    )
    tags = (322, 323) if tile else (256, 257)
    for tag in tags:
        at = (
            data.index(struct.pack("<H", tag) + b"\x03\x00")
            if struct.pack("<H", tag) + b"\x03\x00" in data
            else -1
        )
        at = at if at >= 0 else data.index(struct.pack("<H", tag) + b"\x04\x00")
        wide = data[at + 2] == 4
        struct.pack_into("<I" if wide else "<H", data, at + 8, 30_000)
    assert math.prod((30_000, 30_000)) * 8 > MEMORY_LIMIT
    with pytest.raises(PhotoError, match="too large"):
        shown(bytes(data))
