"""Odd files of the real world, each with what its manifest expects of it."""

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lookalike.photos import PhotoError, decode, is_photo, read_file
from tests.data import evaluation_data

UNREAD = {
    "jxl/8bit_srgb.jxl": "JPEG XL needs a decoder whose licence does not fit; the message says what to do"
}


def entries() -> list[dict[str, Any]]:
    try:
        manifest = evaluation_data() / "formats" / "MANIFEST.json"
    except pytest.skip.Exception:
        return []
    return json.loads(manifest.read_text("utf-8"))["files"]


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["file"][:60])
def test_what_the_manifest_expects(entry: dict[str, Any], data: Path):
    path = data / "formats" / entry["file"]
    expected: str = entry["expected"]
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            photo = decode(read_file(path), 320)
        except PhotoError as error:
            assert len(str(error).splitlines()) == 1
            assert path.name[:20] in str(error)
            photo = None
    assert [str(warning.message) for warning in warned] == []
    if expected == "ignored":
        assert not is_photo(path)
    elif expected.startswith("clear error") and " or " not in expected:
        assert photo is None
    elif expected.startswith("decodes") and " or " not in expected and entry["file"] not in UNREAD:
        assert is_photo(path)
        assert photo is not None
    if photo is not None:
        assert photo.image.mode == "RGB"
        assert max(photo.image.size) == min(320, max(photo.facts.width, photo.facts.height))
        if entry.get("format") not in (None, "TIFF") and not entry["file"].startswith("raw/"):
            assert sorted((photo.facts.width, photo.facts.height)) == sorted(entry["size"])


def test_all_eight_orientations_show_one_picture(data: Path):
    shown = [
        np.asarray(decode(read_file(data / "formats/orientation" / f"landscape_{number}.jpg"), 300).image)
        for number in range(1, 9)
    ]
    # Each file has its own number written in the middle.
    for image in shown[1:]:
        assert np.abs(image[:60].astype(int) - shown[0][:60]).mean() < 8


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("avif/orientation_6.avif", (3024, 4032)),
        ("heic/iphone_15_pro.heic", (3024, 4032)),
        ("heic/iphone_7.heic", (3024, 4032)),
    ],
)
def test_modern_formats_come_upright(data: Path, name: str, size: tuple[int, int]):
    facts = decode(read_file(data / "formats" / name), 320).facts
    assert (facts.width, facts.height) == size


def test_sixteen_bit_grey_is_neither_black_nor_white(data: Path):
    image = decode(read_file(data / "formats/odd/photo_16bit_gray.png"), 320).image
    assert 30 < np.asarray(image).mean() < 220
    assert np.asarray(image).std() > 20


def test_the_profile_gives_an_xyb_photo_its_colours(data: Path):
    # Someone in blue in a field: without the profile it is a field of greens and purples.
    image = decode(read_file(data / "formats/jpeg/xyb.jpg"), 320).image
    red, _, blue = np.asarray(image.resize((1, 1), Image.Resampling.BOX, (90, 150, 130, 210)))[0, 0].astype(
        int
    )
    assert blue > red + 20


def test_metadata_of_real_cameras(data: Path):
    phone = decode(read_file(data / "formats/heic/iphone_15_pro.heic"), 100).facts
    assert phone.taken_at == "2023-10-31T11:44:43.432+01:00"
    assert phone.camera == "Apple iPhone 15 Pro"
    assert phone.latitude == pytest.approx(52.4596, abs=1e-3)
    assert phone.longitude == pytest.approx(13.3218, abs=1e-3)
    raw = decode(read_file(data / "formats/raw/canon_eos_6d.dng"), 100).facts
    assert (raw.camera, raw.taken_at) == ("Canon EOS 6D", "2019-06-06T07:29:51.00")
    assert (raw.width, raw.height, raw.format) == (1224, 816, "RAW")


def test_a_giant_flat_photo_is_decoded_within_the_limit(data: Path):
    photo = decode(read_file(data / "formats/bomb/jpeg_60MP_flat.jpg"), 9_000)
    assert photo.image.size == (9_000, 1_350)
    assert (photo.facts.width, photo.facts.height) == (20_000, 3_000)
