"""Whatever the bytes, decoding gives a picture or a `PhotoError`, and never warns."""

from __future__ import annotations

import io
import random
import warnings
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lookalike.photos import FileBytes, PhotoError, decode, thumbnail
from tests.builders.photo_files import animation, camera_exif, encoded, heic, jxl, smooth_photo, srgb_profile

SMALL = smooth_photo((60, 40))
ODD = np.asarray(SMALL) / 255


def odd_tiff(compression: str | None, tile: tuple[int, int] | None = None) -> bytes:
    """A TIFF of a layout that Pillow does not read: 64-bit floating-point colour behind a thumbnail."""
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(np.ascontiguousarray(ODD[::8, ::8]), photometric="rgb", metadata=None, subfiletype=1)
        writer.write(ODD, photometric="rgb", metadata=None, compression=compression, tile=tile)
    return file.getvalue()


SEEDS = {
    "JPEG": encoded(SMALL, "JPEG", exif=camera_exif(), icc_profile=srgb_profile()),
    "progressive JPEG": encoded(SMALL, "JPEG", progressive=True),
    "PNG": encoded(SMALL, "PNG", exif=camera_exif(), icc_profile=srgb_profile()),
    "animated PNG": animation("PNG"),
    "GIF": animation("GIF"),
    "WebP": encoded(SMALL, "WEBP", exif=camera_exif()),
    "TIFF": encoded(SMALL, "TIFF", compression="tiff_lzw"),
    "odd TIFF": odd_tiff(None),
    "odd TIFF of LZW tiles": odd_tiff("lzw", (16, 32)),
    "odd TIFF of LERC": odd_tiff("lerc"),
    "plain TIFF": encoded(SMALL, "TIFF"),
    "BMP": encoded(SMALL, "BMP"),
    "JPEG 2000": encoded(SMALL, "JPEG2000"),
    "AVIF": encoded(SMALL, "AVIF"),
    "HEIC": heic(SMALL, exif=camera_exif()),
    "JPEG XL": jxl(SMALL, exif=camera_exif()),
    "lossless JPEG XL": jxl(SMALL, exif=camera_exif(), lossless=True),
}
STARTS = [data[:16] for data in SEEDS.values()] + [
    b"",
    b"IIRO",
    b"II\x1a\x00\x00\x00HEAPCCDR",
    b"FUJIFILMCCD-RAW",
]
NAMES = st.sampled_from(["photo.jpg", "photo.dng", "photo.tif"])


def attempt(data: bytes, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            photo = decode(FileBytes.of(data, name), 32)
        except PhotoError as error:
            assert name in str(error)
            assert len(str(error).splitlines()) == 1
            return
    assert photo.image.mode == "RGB"
    assert 1 <= min(photo.image.size) <= max(photo.image.size) <= 32
    thumbnail(photo.image, 16)


@given(start=st.sampled_from(STARTS), noise=st.binary(max_size=400), name=NAMES)
@settings(max_examples=150, deadline=None)
def test_random_bytes(start: bytes, noise: bytes, name: str) -> None:
    attempt(start + noise, name)


@given(
    seed=st.sampled_from(sorted(SEEDS)),
    changes=st.lists(
        st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=4)), min_size=1, max_size=12
    ),
    keep=st.one_of(st.just(1.0), st.floats(0.01, 1.0)),
    name=NAMES,
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_changed_bytes(seed: str, changes: list[tuple[float, bytes]], keep: float, name: str) -> None:
    data = bytearray(SEEDS[seed])
    for place, new in changes:
        # Squared, so that most changes fall on headers.
        at = int(place * place * len(data))
        data[at : at + len(new)] = new
    attempt(bytes(data[: int(keep * len(data))]), name)


@pytest.mark.parametrize("seed", sorted(SEEDS))
def test_every_cut(seed: str) -> None:
    data = SEEDS[seed]
    for length in range(1, len(data), max(1, len(data) // 60)):
        attempt(data[:length], "cut.jpg")


def test_damaged_real_files(data: Path) -> None:
    generator = random.Random(7)
    files = [
        path
        for path in sorted((data / "formats").rglob("*"))
        if path.is_file() and 0 < path.stat().st_size < 150_000 and path.suffix != ".json"
    ]
    for path in files:
        for _ in range(3):
            changed = bytearray(path.read_bytes())
            for _ in range(generator.choice((1, 5, 40))):
                changed[generator.randrange(min(len(changed), 2000))] = generator.randrange(256)
            attempt(bytes(changed), "damaged" + path.suffix)
