"""Decoding: upright, sRGB, never larger than asked, whatever the format says and stores."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike.photos import FileBytes, PhotoError, decode, thumbnail
from tests.builders.photo_files import (
    animation,
    camera_exif,
    encoded,
    heic,
    jxl,
    sixteen_bit_grey_png,
    smooth_photo,
    srgb_profile,
    textured_photo,
    turned,
    wide_gamut_profile,
    write_variety,
)


def decoded(data: bytes, longest_side: int = 1000, name: str = "photo.jpg") -> Image.Image:
    return decode(FileBytes.of(data, name), longest_side).image


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean absolute difference in levels of 255; the images must have one size."""
    assert one.size == other.size
    return float(np.abs(np.asarray(one).astype(int) - np.asarray(other).astype(int)).mean())


def colour_of(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    pixel = image.getpixel((x, y))
    assert isinstance(pixel, tuple)
    return pixel


def test_without_its_decoder_jpeg_xl_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        PhotoError, match=r"photo\.jxl is a JPEG XL photo, for which this computer has no decoder"
    ):
        decoded(jxl(smooth_photo()), name="photo.jxl")


def test_every_format_shows_the_same_picture(tmp_path: Path) -> None:
    for name, path in write_variety(tmp_path).items():
        if name.startswith("bad_"):
            continue
        photo = decode(FileBytes.of(path.read_bytes(), name), 1000)
        assert photo.image.mode == "RGB"
        assert difference(photo.image, smooth_photo()) < 7, name  # the GIF has 128 colours
        assert (photo.facts.width, photo.facts.height) == smooth_photo().size


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_upright(orientation: int, file_format: str) -> None:
    upright = smooth_photo((320, 200))
    photo = decode(FileBytes.of(turned(upright, orientation, file_format), "photo"), 1000)
    assert difference(photo.image, upright) < 5
    assert (photo.facts.width, photo.facts.height) == (320, 200)


@pytest.mark.parametrize("orientation", [3, 6])
def test_heif_is_turned_once(orientation: int) -> None:
    upright = smooth_photo((320, 200))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = upright.transpose(Image.Transpose.ROTATE_180 if orientation == 3 else Image.Transpose.ROTATE_90)
    # The writer turns the EXIF orientation into HEIF's own boxes and leaves EXIF saying it too.
    photo = decode(FileBytes.of(heic(stored, exif=exif.tobytes(), quality=90), "photo.heic"), 1000)
    assert difference(photo.image, upright) < 5


@pytest.mark.parametrize("size", [(4000, 3000), (900, 1600), (320, 320), (3000, 40), (7, 1200), (1, 1)])
@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_size_is_what_was_asked_for_and_never_more(size: tuple[int, int], file_format: str) -> None:
    photo = decode(FileBytes.of(encoded(Image.new("RGB", size, "teal"), file_format), "photo"), 320)
    scale = min(1.0, 320 / max(size))
    assert photo.image.size == (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    assert (photo.facts.width, photo.facts.height) == size
    assert max(abs(a - b) for a, b in zip(colour_of(photo.image, 0, 0), (0, 128, 128), strict=True)) <= 3


@pytest.mark.slow
def test_a_small_decode_looks_like_the_whole_made_small() -> None:
    photo = textured_photo(3, (1600, 1200))
    for data in (encoded(photo, "JPEG", quality=95), encoded(photo, "PNG")):
        small = decoded(data, 200)
        assert difference(small, photo.resize((200, 150), Image.Resampling.LANCZOS)) < 6


def test_the_result_carries_no_metadata() -> None:
    data = encoded(smooth_photo(), "JPEG", exif=camera_exif(), icc_profile=srgb_profile())
    for side in (100, 1000):
        image = decoded(data, side)
        assert type(image) is Image.Image
        assert image.info == {}


def test_colour_profiles_are_applied() -> None:
    red = Image.new("RGB", (64, 64), (200, 10, 10))
    for make in (
        lambda profile: encoded(red, "PNG", icc_profile=profile),
        lambda profile: jxl(red, icc=profile, lossless=True),
    ):
        make_photo: Callable[[bytes], bytes] = make
        plain, swapped = (decoded(make_photo(profile)) for profile in (srgb_profile(), wide_gamut_profile()))
        assert colour_of(plain, 5, 5) == (200, 10, 10)
        assert colour_of(swapped, 5, 5)[1] > 150 > colour_of(swapped, 5, 5)[0]


@pytest.mark.parametrize("profile", [b"", b"junk", srgb_profile()[:200]])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_broken_or_foreign_profiles_are_ignored(profile: bytes, mode: str) -> None:
    image = Image.new("RGB", (64, 64), (120, 120, 120)).convert(mode)
    for icc in (profile, srgb_profile()):
        shown = decoded(encoded(image, "JPEG", quality=100, icc_profile=icc))
        assert max(abs(level - 120) for level in colour_of(shown, 5, 5)) <= 3


def test_transparency_becomes_white() -> None:
    image = Image.new("RGBA", (80, 40), (0, 0, 0, 0))
    image.paste((200, 30, 30, 255), (0, 0, 40, 40))
    palette = image.convert("RGB").quantize(4)
    palette.info["transparency"] = palette.getpixel((60, 20))
    for data in (
        encoded(image, "PNG"),
        encoded(image, "WEBP", lossless=True),
        encoded(image.convert("LA"), "PNG"),
        encoded(palette, "PNG"),
        encoded(palette, "GIF"),
    ):
        for side in (80, 20):
            shown = decoded(data, side)
            assert colour_of(shown, shown.width - 2, shown.height // 2) == (255, 255, 255)
            assert colour_of(shown, 1, shown.height // 2)[2] < 120


def test_a_colour_named_as_transparent_becomes_white() -> None:
    image = Image.new("RGB", (40, 40), (10, 20, 30))
    image.paste((200, 100, 0), (0, 0, 20, 40))
    shown = decoded(encoded(image, "PNG", transparency=(10, 20, 30)))
    assert (colour_of(shown, 35, 20), colour_of(shown, 5, 20)) == ((255, 255, 255), (200, 100, 0))


def test_sixteen_bits_keep_their_range() -> None:
    row = np.asarray(decoded(sixteen_bit_grey_png()))[50, :, 0].astype(int)
    assert row[0] == 0
    assert row[-1] == 255
    assert np.abs(row - np.linspace(0, 255, 200)).max() <= 2


@pytest.mark.parametrize(
    ("mode", "white"), [("F", 1.0), ("F", 255.0), ("F", 65535.0), ("I", 255), ("I", 65535)]
)
def test_wide_channels_keep_their_range(mode: str, white: float) -> None:
    ramp = np.broadcast_to(np.linspace(0, white, 256), (20, 256)).astype(
        np.float32 if mode == "F" else np.int32
    )
    row = np.asarray(decoded(encoded(Image.fromarray(np.ascontiguousarray(ramp)), "TIFF")))[10, :, 0].astype(
        int
    )
    assert np.abs(row - np.arange(256)).max() <= 1


def test_infinite_and_missing_values_are_no_trouble() -> None:
    values = np.full((8, 8), 0.5, np.float32)
    values[0, :3] = np.nan, np.inf, -np.inf
    assert colour_of(decoded(encoded(Image.fromarray(values), "TIFF")), 5, 5) == (127, 127, 127)


def test_bitmaps_turn_to_greys_when_made_small() -> None:
    board = Image.fromarray((np.indices((400, 400)).sum(axis=0) % 2 * 255).astype(np.uint8)).convert("1")
    assert abs(colour_of(decoded(encoded(board, "PNG"), 50), 25, 25)[0] - 127) < 12


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "PNG"])
def test_animations_give_their_first_frame(file_format: str) -> None:
    red, green, blue = colour_of(decoded(animation(file_format)), 30, 30)
    assert red > 200
    assert max(green, blue) < 60


def test_lab_files_of_16_bits_are_read() -> None:
    # Mid grey with a strong a* (magenta) on the left half and a strong b* < 0 (blue) on the right half.
    pixels = np.zeros((20, 40, 3), np.uint16)
    pixels[..., 0] = 40_000
    pixels[:, :20, 1] = 60 * 256
    pixels[:, 20:, 2] = 65536 - 60 * 256
    data = bytearray(_rgb16_tiff(pixels))
    shown = decoded(bytes(data), name="lab.tif")
    left, right = colour_of(shown, 10, 10), colour_of(shown, 30, 10)
    assert left[0] > left[1] + 60
    assert right[2] > right[0] + 40


def _rgb16_tiff(pixels: np.ndarray) -> bytes:
    """An uncompressed 16-bit TIFF whose photometric tag says CIELAB."""
    height, width, _ = pixels.shape
    entries = [
        (256, 3, 1, width),
        (257, 3, 1, height),
        (258, 3, 3, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 8),
        (273, 4, 1, 200),
        (277, 3, 1, 3),
        (278, 3, 1, height),
        (279, 4, 1, pixels.nbytes),
    ]
    head = b"II*\x00" + (14).to_bytes(4, "little") + np.array([16, 16, 16], "<u2").tobytes()
    directory = len(entries).to_bytes(2, "little") + b"".join(
        tag.to_bytes(2, "little")
        + kind.to_bytes(2, "little")
        + count.to_bytes(4, "little")
        + value.to_bytes(4, "little")
        for tag, kind, count, value in entries
    )
    return (head + directory + bytes(4)).ljust(200, b"\x00") + pixels.astype("<u2").tobytes()


def test_the_content_decides_not_the_name() -> None:
    for name in ("photo.png", "photo.heic", "photo.dng", "photo"):
        assert decoded(encoded(smooth_photo(), "JPEG"), name=name).size == (320, 200)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"This is not a photo", "is not a photo that Lookalike can read"),
        (b"%PDF-1.7 and more", "is not a photo that Lookalike can read"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42", "is not a photo that Lookalike can read"),
        (encoded(smooth_photo(), "JPEG")[:2000], "is cut off and cannot be shown"),
        (encoded(smooth_photo(), "PNG")[:2000], "is cut off and cannot be shown"),
        (heic(smooth_photo())[:-1], "is cut off and cannot be shown"),
        (b"\x89PNG\r\n\x1a\n" + b"\x07" * 100, "is damaged and cannot be shown"),
        (jxl(smooth_photo())[:500], "is damaged and cannot be shown"),
        (b"II*\x00" + bytes(100), "is a raw file without a preview"),
    ],
)
def test_bad_content_is_told_in_one_line_that_names_the_file(data: bytes, message: str) -> None:
    with pytest.raises(PhotoError) as caught:
        decode(FileBytes.of(data, "bad.dng"), 320)
    assert caught.value.message.startswith(f"bad.dng {message}")
    assert len(str(caught.value).splitlines()) == 1


def test_many_threads_decode_at_once(tmp_path: Path) -> None:
    files = [
        FileBytes.of(path.read_bytes(), name)
        for name, path in write_variety(tmp_path).items()
        if not name.startswith("bad_")
    ]
    alone = [decode(file, 160).image.tobytes() for file in files]
    together: dict[int, list[bytes]] = {}

    def work(number: int) -> None:
        together[number] = [decode(file, 160).image.tobytes() for file in files]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(together[number] == alone for number in range(6))


def test_thumbnails_are_small_jpegs_of_the_decoded_image() -> None:
    image = textured_photo(5, (640, 400))
    data = thumbnail(image, 128)
    shown = decoded(data)
    assert shown.size == (128, 80)
    assert data.startswith(b"\xff\xd8\xff")
    assert difference(shown, image.resize((128, 80), Image.Resampling.LANCZOS)) < 12
    assert decoded(thumbnail(image.resize((50, 30)))).size == (50, 30)
    assert decoded(thumbnail(Image.new("RGB", (4000, 1)))).size == (256, 1)
