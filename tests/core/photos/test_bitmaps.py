"""BMPs of every layout, and the ground that transparent pictures are shown on."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from lookalike.photos import FileBytes, PhotoError, decode
from tests.builders.photo_files import encoded, textured_photo

PHOTO = textured_photo(5, (75, 50))
RGB = np.asarray(PHOTO)


def shown(data: bytes, side: int = 1000) -> NDArray[np.int16]:
    return np.asarray(decode(FileBytes.of(data, "photo"), side).image).astype(np.int16)


def bmp(
    pixels: NDArray[np.uint8], bits: int, masks: tuple[int, ...], compression: int = 3, header: int = 124
) -> bytes:
    """A BMP of bit fields; the channels of `pixels` go where the masks say, in their order."""
    height, width = pixels.shape[0], pixels.shape[1]
    words = np.zeros((height, width), np.uint32)
    for channel, mask in enumerate(masks[: pixels.shape[2]]):
        if mask:
            shift = (mask & -mask).bit_length() - 1
            highest = mask >> shift
            levels = np.round(pixels[..., channel] * (highest / 255)).astype(np.uint32)
            words |= levels << np.uint32(shift)
    rows = words[::-1].astype(f"<u{bits // 8}")
    row_bytes = -(-rows.shape[1] * bits // 32) * 4
    body = b"".join(row.tobytes().ljust(row_bytes, b"\0") for row in rows)
    info = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, compression, len(body), 0, 0, 0, 0)
    fields = struct.pack("<IIII", *(*masks, 0)[:4]) if compression != 0 else b""
    if header > 40:
        info = (info + fields).ljust(header, b"\0")
    else:
        info += fields if compression == 6 else fields[:12]
    return struct.pack("<2sIHHI", b"BM", 14 + len(info) + len(body), 0, 0, 14 + len(info)) + info + body


BGRA = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)


@pytest.mark.parametrize(
    "masks", [BGRA, (0xFF, 0xFF00, 0xFF0000, 0xFF000000), (0xFF000000, 0xFF0000, 0xFF00, 0xFF)], ids=str
)
@pytest.mark.parametrize("header", [56, 108, 124])
def test_an_alpha_that_is_zero_everywhere_is_none(masks: tuple[int, ...], header: int) -> None:
    void = np.dstack([RGB, np.zeros(RGB.shape[:2], np.uint8)])
    assert np.array_equal(shown(bmp(void, 32, masks, header=header)), RGB)
    solid = np.dstack([RGB, np.full(RGB.shape[:2], 255, np.uint8)])
    assert np.array_equal(shown(bmp(solid, 32, masks, header=header)), RGB)
    half = solid.copy()
    half[:, :30, 3] = 0
    assert np.all(shown(bmp(half, 32, masks, header=header))[:, :30] == 255)


def test_a_plain_bitmap_of_32_bits_has_no_alpha() -> None:
    void = np.dstack([RGB, np.zeros(RGB.shape[:2], np.uint8)])
    assert np.array_equal(shown(bmp(void, 32, BGRA, compression=0, header=40)), RGB)


@pytest.mark.parametrize(
    ("bits", "masks", "compression", "header"),
    [
        (32, (0xFF, 0xFF00, 0xFF0000), 3, 40),
        (32, (0xFF0000, 0xFF00, 0xFF), 3, 40),
        (32, (0x3FF00000, 0xFFC00, 0x3FF), 3, 40),
        (32, BGRA, 6, 40),
        (32, (0xFF0000, 0xFF00, 0xFF, 0), 3, 108),
        (16, (0xF00, 0xF0, 0xF, 0xF000), 3, 108),
        (16, (0x7C00, 0x3E0, 0x1F), 3, 40),
        (16, (0xF800, 0x7E0, 0x1F), 3, 40),
        (16, (0x1F, 0x7E0, 0xF800), 3, 40),
    ],
)
def test_bit_fields(bits: int, masks: tuple[int, ...], compression: int, header: int) -> None:
    solid = np.dstack([RGB, np.full(RGB.shape[:2], 255, np.uint8)])
    step = 0 if bits == 32 else 255 / 15 / 2 + 1 if 0xF in masks else 255 / 31 / 2 + 4
    assert np.abs(shown(bmp(solid, bits, masks, compression, header)) - RGB).max() <= step


def test_bitmaps_that_cannot_be_read_say_so() -> None:
    embedded = bytearray(bmp(RGB, 32, BGRA, compression=0, header=40))
    struct.pack_into("<I", embedded, 30, 4)
    with pytest.raises(PhotoError, match=r"is a kind of BMP that cannot be read \(compression"):
        shown(bytes(embedded))
    with pytest.raises(PhotoError, match="cut off"):
        shown(bmp(RGB, 16, (0x1F, 0x7E0, 0xF800), header=40)[:-2000])


def drawing(ink: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGBA", (200, 160), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((30, 30, 120, 120), fill=(*ink, 255))
    draw.rectangle((90, 80, 180, 140), outline=(*ink, 255), width=6)
    return image


@pytest.mark.parametrize("ink", [(255, 255, 255), (250, 250, 250), (255, 255, 200), (225, 235, 240)])
def test_pale_ink_on_transparency_is_no_blank_page(ink: tuple[int, int, int]) -> None:
    image = drawing(ink)
    for data in (
        encoded(image, "PNG"),
        encoded(image, "WEBP", lossless=True),
        encoded(image.convert("LA"), "PNG"),
        encoded(image, "TIFF"),
    ):
        for side in (200, 40):
            pixels = shown(data, side)
            assert pixels.std() > 60
            assert tuple(pixels[0, 0]) == (0, 0, 0)


@pytest.mark.parametrize("ink", [(0, 0, 0), (128, 128, 128), (200, 30, 30), (30, 60, 220)])
def test_darker_ink_stays_on_white(ink: tuple[int, int, int]) -> None:
    assert tuple(shown(encoded(drawing(ink), "PNG"))[0, 0]) == (255, 255, 255)


def test_a_bright_picture_with_a_transparent_edge_stays_on_white() -> None:
    page = Image.new("RGBA", (200, 160), (255, 255, 255, 255))
    ImageDraw.Draw(page).multiline_text(
        (20, 20), "Some words\nof a letter\nin black", (0, 0, 0, 255), font_size=24
    )
    page.paste((0, 0, 0, 0), (0, 0, 8, 160))
    assert tuple(shown(encoded(page, "PNG"))[0, 0]) == (255, 255, 255)


def test_nothing_at_all_is_white() -> None:
    assert np.all(shown(encoded(Image.new("RGBA", (30, 20), (0, 0, 0, 0)), "PNG")) == 255)
