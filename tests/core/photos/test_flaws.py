"""A flaw beside the pixels does not cost the photo: it shows as the same file without the flaw."""

from __future__ import annotations

import os
import random
import struct
import subprocess
import sys
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from lookalike.photos import FileBytes, PhotoError, decode
from tests.builders.flawed_files import (
    jpeg_segment,
    png_chunk,
    seeds,
    with_jpeg_segments,
    with_png_chunks,
)
from tests.builders.photo_files import (
    animation,
    camera_exif,
    encoded,
    heic,
    srgb_profile,
    textured_photo,
    wide_gamut_profile,
)
from tests.data import REPOSITORY

PHOTO = textured_photo(3, (160, 120))
SEEDS = seeds(textured_photo(4, (64, 48)))
PNG = encoded(PHOTO, "PNG")
JPEG = encoded(PHOTO, "JPEG", quality=90)


def pixels(data: bytes, side: int = 1000) -> NDArray[np.uint8]:
    return np.asarray(decode(FileBytes.of(data, "photo"), side).image)


def assert_same(flawed: bytes, flawless: bytes) -> None:
    assert np.array_equal(pixels(flawed), pixels(flawless))


def assert_told(data: bytes, message: str) -> None:
    with pytest.raises(PhotoError) as caught:
        pixels(data)
    assert message in caught.value.message


XMP_TEXT = b"XML:com.adobe.xmp\0\1\0\0\0"
PNG_FLAWS = {
    "text over the limit": png_chunk(b"iTXt", XMP_TEXT + zlib.compress(b"<x>" + bytes(5 << 20))),
    "many long texts": 80 * png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(1_000_000))),
    "text that is no zlib data": png_chunk(b"zTXt", b"Comment\0\0junk"),
    "text of an unknown compression": png_chunk(b"zTXt", b"Comment\0\7" + zlib.compress(b"x")),
    "profile over the limit": png_chunk(b"iCCP", b"long\0\0" + zlib.compress(bytes(40 << 20))),
    "profile that is no zlib data": png_chunk(b"iCCP", b"broken\0\0junk"),
    "profile of no bytes": png_chunk(b"iCCP", b""),
    "wrong checksum of a text": png_chunk(b"tEXt", b"Title\0Harbour", 1),
    "wrong checksum of a private chunk": png_chunk(b"prVt", b"anything", 1),
    "unknown critical chunk with a wrong checksum": png_chunk(b"CgBI", b"\0\0\0\0", 1),
    "two palettes": png_chunk(b"PLTE", bytes(6)) + png_chunk(b"PLTE", bytes(7)),
} | {
    f"{name.decode()} of {length} bytes": png_chunk(name, bytes((7,)) * length)
    for name in (
        *(
            b"acTL",
            b"bKGD",
            b"cHRM",
            b"cICP",
            b"eXIf",
            b"fcTL",
            b"gAMA",
            b"hIST",
            b"iTXt",
            b"pHYs",
            b"sBIT",
            b"sPLT",
        ),
        *(b"sRGB", b"tEXt", b"tIME", b"tRNS", b"zTXt", b"fdAT", b"mDCV", b"cLLI"),
    )
    for length in (0, 1, 3)
}


@pytest.mark.parametrize("flaw", PNG_FLAWS)
def test_flawed_chunks_do_not_cost_a_png(flaw: str) -> None:
    assert_same(with_png_chunks(PNG, PNG_FLAWS[flaw]), PNG)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1", "I;16"])
def test_flawed_chunks_do_not_cost_a_png_of_any_colours(mode: str) -> None:
    wide = Image.fromarray(np.asarray(PHOTO.convert("L")).astype(np.uint16) * 257)
    image = wide if mode == "I;16" else PHOTO.convert(mode)
    png = encoded(image, "PNG")
    assert_same(with_png_chunks(png, png_chunk(b"gAMA", b"\1"), png_chunk(b"tEXt", b"a\0b", 3)), png)


def test_what_belongs_to_the_pixels_counts_in_spite_of_a_wrong_checksum() -> None:
    clear = PHOTO.quantize(16)
    png = encoded(clear, "PNG", transparency=3)
    at = png.index(b"tRNS")
    length = int.from_bytes(png[at - 4 : at], "big")
    wrong = png[: at + 4 + length] + b"\0\0\0\0" + png[at + 8 + length :]
    assert_same(wrong, png)
    profile = b"wide\0\0" + zlib.compress(wide_gamut_profile())
    good = with_png_chunks(PNG, png_chunk(b"iCCP", profile))
    assert_same(with_png_chunks(PNG, png_chunk(b"gAMA", b""), png_chunk(b"iCCP", profile, 5)), good)
    assert not np.array_equal(pixels(good), pixels(PNG))


def test_a_long_profile_is_applied() -> None:
    profile = wide_gamut_profile()
    profile = struct.pack(">I", len(profile) + (2 << 20)) + profile[4:] + bytes(2 << 20)
    assert_same(
        with_png_chunks(PNG, png_chunk(b"iCCP", b"long\0\0" + zlib.compress(profile))),
        encoded(PHOTO, "PNG", icc_profile=wide_gamut_profile()),
    )


def test_a_broken_animation_shows_its_first_frame() -> None:
    png = animation("PNG")
    at = png.index(b"acTL")
    assert_same(png[:at] + b"acTL" + bytes(4) + png[at + 8 :], png)


@pytest.mark.parametrize("png", [PNG, encoded(PHOTO.quantize(40), "PNG")])
def test_the_end_of_a_png(png: bytes) -> None:
    assert_same(png + b"junk" * 100, png)
    assert_same(png[:-12], png)
    assert_same(png[:-6], png)
    assert_same(png[:-12] + png_chunk(b"tEXt", b"Title\0x", 1), png)
    assert_same(with_png_chunks(png, png_chunk(b"IEND", b"")), png)
    for length in (len(png) // 4, len(png) // 2, len(png) - 60):
        assert_told(png[:length], "cut off")


def test_a_wrong_header_or_palette_is_damage() -> None:
    assert_told(PNG[:20] + b"\1" + PNG[21:], "damaged")
    palette = encoded(PHOTO.quantize(40), "PNG")
    at = palette.index(b"PLTE")
    assert_told(palette[: at + 4] + b"\x99" + palette[at + 5 :], "damaged")


JPEG_FLAWS = {
    "short JFIF": jpeg_segment(0xE0, b"JFIF"),
    "short JFIF with its zero": jpeg_segment(0xE0, b"JFIF\0\1"),
    "short Adobe": jpeg_segment(0xEE, b"Adobe"),
    "Adobe without its transform": jpeg_segment(0xEE, b"Adobe\0\x64\0\0\0\0"),
    "short profile": jpeg_segment(0xE2, b"ICC_PROFILE\0"),
    "profile without its count": jpeg_segment(0xE2, b"ICC_PROFILE\0\1"),
    "profile of two parts, one missing": jpeg_segment(0xE2, b"ICC_PROFILE\0\1\2" + srgb_profile()),
    "short MPF": jpeg_segment(0xE2, b"MPF\0"),
    "short FlashPix": jpeg_segment(0xE2, b"FPXR\0"),
    "short Photoshop": jpeg_segment(0xED, b"Photoshop 3.0\x008BIM"),
    "Photoshop without a name": jpeg_segment(0xED, b"Photoshop 3.0\x008BIM\4\4"),
    "Photoshop with too long a name": jpeg_segment(0xED, b"Photoshop 3.0\x008BIM\4\4\xffname"),
    "short EXIF": jpeg_segment(0xE1, b"Exif\0\0MM"),
    "empty segments": b"".join(jpeg_segment(marker, b"") for marker in (*range(0xE0, 0xF0), 0xFE)),
    "length of zero": b"\xff\xe1\0\0",
    "length of one": b"\xff\xe1\0\1",
    "length beyond the next segment": b"\xff\xe1\0\x40Exif\0\0MM",
    "length beyond the file": b"\xff\xe1\xff\xffExif\0\0MM",
    "length too short": b"\xff\xe1\0\x08Exif\0\0" + camera_exif() + bytes(90),
    "a thumbnail let loose": b"\xff\xe1\0\x08Exif\0\0" + encoded(PHOTO.resize((40, 30)), "JPEG"),
    "zeros": bytes(40),
    "text": b"\r\n" * 30,
    "filling bytes": b"\xff" * 30,
}


@pytest.mark.parametrize("flaw", JPEG_FLAWS)
@pytest.mark.parametrize("progressive", [False, True])
def test_flawed_segments_do_not_cost_a_jpeg(flaw: str, progressive: bool) -> None:
    jpeg = encoded(PHOTO, "JPEG", quality=90, progressive=progressive)
    assert_same(with_jpeg_segments(jpeg, JPEG_FLAWS[flaw]), jpeg)
    assert_same(with_jpeg_segments(jpeg, jpeg[2:20], JPEG_FLAWS[flaw]), jpeg)


def test_a_wrong_length_does_not_swallow_the_profile() -> None:
    jpeg = encoded(PHOTO, "JPEG", quality=90, icc_profile=wide_gamut_profile())
    assert_same(with_jpeg_segments(jpeg, b"\xff\xe1\0\x90Exif\0\0MM"), jpeg)
    assert not np.array_equal(pixels(jpeg), pixels(JPEG))


def test_a_wrong_length_that_ends_where_a_segment_starts() -> None:
    jpeg = encoded(PHOTO, "JPEG", quality=90)
    second_table = jpeg.index(b"\xff\xdb", jpeg.index(b"\xff\xdb") + 2)
    comment = b"\xff\xfe" + struct.pack(">H", second_table - 20 + 11) + b"a comment"
    assert_same(jpeg[:20] + comment + jpeg[20:], jpeg)


def test_a_profile_with_bytes_gone_wrong_is_dropped() -> None:
    png = encoded(PHOTO, "PNG", icc_profile=wide_gamut_profile())
    at = png.index(b"iCCP")
    (length,) = struct.unpack_from(">I", png, at - 4)
    for place in range(at + 20, at + 4 + length, 29):
        assert_same(png[:place] + bytes((png[place] ^ 0x55,)) + png[place + 1 :], PNG)


def test_four_inks_keep_their_colours_without_adobes_word() -> None:
    jpeg = encoded(PHOTO.convert("CMYK"), "JPEG", quality=90)
    at = jpeg.index(b"\xff\xee")
    assert jpeg[at + 4 : at + 9] == b"Adobe"
    assert_same(jpeg[:at] + jpeg_segment(0xEE, b"Adobe") + jpeg[at + 16 :], jpeg)


ENDLESS = {
    "baseline": JPEG,
    "progressive": encoded(PHOTO, "JPEG", quality=90, progressive=True),
    "restart markers": encoded(PHOTO, "JPEG", quality=90, restart_marker_blocks=5),
    "restart marker in each row": encoded(PHOTO, "JPEG", quality=90, restart_marker_rows=1),
    "progressive with restart markers": encoded(PHOTO, "JPEG", progressive=True, restart_marker_blocks=7),
    "full chroma": encoded(PHOTO, "JPEG", quality=95, subsampling=0),
    "grey": encoded(PHOTO.convert("L"), "JPEG", quality=90),
    "four inks": encoded(PHOTO.convert("CMYK"), "JPEG", quality=90),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_missing_end_marker_does_not_cost_a_jpeg(name: str) -> None:
    jpeg = ENDLESS[name]
    for end in (b"", b"\0\0", b"\xff\0", bytes(600)):
        assert_same(jpeg[:-2] + end, jpeg)
        assert np.array_equal(pixels(jpeg[:-2] + end, 40), pixels(jpeg, 40))


@pytest.mark.parametrize("name", ENDLESS)
def test_a_jpeg_that_is_cut_off_says_so(name: str) -> None:
    jpeg = ENDLESS[name]
    start = jpeg.index(b"\xff\xda") + 14
    for share in (0.1, 0.35, 0.5, 0.8, 0.95, 0.99):
        at = start + int(share * (len(jpeg) - start))
        assert_told(jpeg[:at], "cut off")
        assert_told(jpeg[:at] + bytes(600), "cut off")
    assert_told(jpeg[:-4], "cut off")
    for at in range(3, start, 7):
        assert_told(jpeg[:at], "cut off")
    for number in range(8):
        # Where a restart marker is due, or another scan, the decoder would wait in vain.
        at = jpeg.find(bytes((0xFF, 0xD0 + number)), start)
        if start < at < len(jpeg) - 40:
            assert_told(jpeg[:at], "cut off")
            assert_told(jpeg[: at + 2], "cut off")


def test_zeros_in_place_of_a_few_lost_bytes_are_seldom_taken_for_the_picture() -> None:
    jpeg = ENDLESS["full chroma"]
    told = []
    for lost in range(3, 33):
        try:
            pixels(jpeg[:-lost] + bytes(lost))
        except PhotoError as error:
            told.append(str(error))
    # The zeros may be just those bits that were lost of the last block.
    assert len(told) >= 27
    assert all("cut off" in message for message in told)


def test_the_header_of_a_last_scan_that_is_zeroed() -> None:
    jpeg = encoded(PHOTO.convert("CMYK"), "JPEG", quality=85, progressive=True)
    at = jpeg.rindex(b"\xff\xda")
    for end in range(at + 3, at + 9):
        assert_told(jpeg[:end] + bytes(len(jpeg) - end), "cut off")


def test_a_progressive_jpeg_without_its_last_scans_is_cut_off() -> None:
    jpeg = ENDLESS["progressive"]
    at = jpeg.rindex(b"\xff\xc4")
    assert_told(jpeg[:at], "cut off")


def test_webp_without_its_last_bytes() -> None:
    webp = encoded(PHOTO, "WEBP", quality=90, exif=camera_exif(), icc_profile=srgb_profile())
    start = webp.index(b"EXIF")
    for end in (start, start + 5, start + 8, start + 100, len(webp) - 1):
        assert_same(webp[:end], webp)
    assert_told(webp[: start - 500], "cut off")


def test_heic_without_its_last_bytes() -> None:
    photo = heic(PHOTO, quality=90, exif=camera_exif())
    start = photo.index(camera_exif()[6:])
    assert start > len(photo) - 1000
    assert_same(photo[: start + 40], photo)
    assert_told(photo[: start - 2000], "cut off")


@pytest.mark.parametrize(
    "photo",
    [heic(PHOTO, exif=camera_exif()), encoded(PHOTO, "AVIF", exif=camera_exif())],
    ids=["HEIC", "AVIF"],
)
def test_a_heif_cut_anywhere_in_its_header_is_cut_off(photo: bytes) -> None:
    # The list of items may end within any number in it.
    for end in range(int.from_bytes(photo[:4], "big"), photo.index(b"mdat")):
        assert_told(photo[:end], "cut off")


@given(
    name=st.sampled_from(sorted(SEEDS)),
    place=st.floats(0, 0.999),
    kind=st.sampled_from(["flip", "cut", "insert"]),
    length=st.integers(1, 40),
    noise=st.randoms(use_true_random=False),
)
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_hits_beside_the_pixels_do_not_change_them(
    name: str, place: float, kind: str, length: int, noise: random.Random
) -> None:
    seed = SEEDS[name]
    start, end = seed.ancillary[int(place * 1e6) % len(seed.ancillary)]
    at = start + int(place * (end - start))
    data = bytearray(seed.data)
    new = noise.randbytes(length)
    if kind == "flip" or not seed.may_shift:
        data[at : min(at + length, end)] = new[: min(at + length, end) - at]
    elif kind == "cut":
        del data[at : min(at + length, end)]
    else:
        data[at:at] = new
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shown = pixels(bytes(data))
    assert np.array_equal(shown, pixels(seed.data))


IN_BOUNDS = """
import random, resource
from lookalike.photos import MEMORY_LIMIT, FileBytes, PhotoError, decode
from tests.builders.flawed_files import seeds
from tests.builders.photo_files import textured_photo

found = seeds(textured_photo(4, (64, 48)))
for seed in found.values():
    decode(FileBytes.of(seed.data, "photo"), 64)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
limit = MEMORY_LIMIT + (2 << 30)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
generator = random.Random(11)
for seed in found.values():
    for _ in range(150):
        data = bytearray(seed.data)
        for _ in range(generator.choice((1, 3, 20))):
            at = generator.randrange(len(data) // generator.choice((1, 1, 20)))
            new = generator.choice((b"", b"\\xff\\xff\\xff\\xff", generator.randbytes(2)))
            data[at : at + generator.choice((0, len(new)))] = new
        try:
            decode(FileBytes.of(bytes(data), "photo"), 64)
        except PhotoError:
            pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux", reason="limits the address space and reads its peak as Linux has them"
)
def test_hits_anywhere_take_bounded_memory() -> None:
    paths = os.pathsep.join((str(REPOSITORY / "core"), str(REPOSITORY)))
    run = subprocess.run(
        [sys.executable, "-c", IN_BOUNDS],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": paths},
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) < 300 << 20
