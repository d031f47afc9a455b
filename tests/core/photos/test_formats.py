"""Odd files of the real world, each with what its manifest expects of it."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from lookalike.judges.geometry.judge import GeometricJudge
from lookalike.judges.protocol import JudgePhoto
from lookalike.photos import MEMORY_LIMIT, Photo, PhotoError, decode, is_photo, read_file
from tests.builders.photo_files import textured_photo
from tests.data import evaluation_data

FORMATS = {"MPO": "JPEG", "WEBP": "WebP", "JPEG2000": "JPEG 2000", "JXL": "JPEG XL"}
"""Pillow's names of formats where ours are others."""


def entries() -> list[dict[str, Any]]:
    try:
        manifest = evaluation_data() / "formats" / "MANIFEST.json"
    except pytest.skip.Exception:
        return []
    files: list[dict[str, Any]] = json.loads(manifest.read_text("utf-8"))["files"]
    return files


@dataclass
class Outcome:
    """What came of a file: a photo, or an error in one line."""

    path: Path
    photo: Photo | None
    error: str

    @property
    def taken(self) -> bool:
        """Whether a scan would look at it at all."""
        return is_photo(self.path)


def decodes(outcome: Outcome) -> None:
    assert outcome.taken
    assert outcome.photo is not None, outcome.error


def fails(outcome: Outcome) -> None:
    assert outcome.photo is None


def either(outcome: Outcome) -> None:
    """Either is fine, and both are checked for what goes for every photo and every error."""
    assert outcome.taken


def anything(outcome: Outcome) -> None:
    """No crash is asked for, and that is checked for every file."""


def ignored(outcome: Outcome) -> None:
    assert not outcome.taken


def is_upright(outcome: Outcome) -> None:
    decodes(outcome)
    assert outcome.photo is not None
    with Image.open(outcome.path) as image:
        shown = ImageOps.exif_transpose(image)
    # Colours move with the profile; turned otherwise, the pictures would be further from it than from themselves.
    right = difference(outcome.photo.image, shown)
    wrong = (
        Image.Transpose.ROTATE_180,
        Image.Transpose.FLIP_LEFT_RIGHT,
        Image.Transpose.FLIP_TOP_BOTTOM,
        Image.Transpose.TRANSPOSE,
        Image.Transpose.ROTATE_90,
    )
    assert right < 14
    assert all(right < difference(outcome.photo.image, shown.transpose(turn)) / 2 for turn in wrong)


def is_first_frame(outcome: Outcome) -> None:
    decodes(outcome)
    assert outcome.photo is not None
    with Image.open(outcome.path) as image:
        assert getattr(image, "n_frames", 1) > 1
        first = difference(outcome.photo.image, image)
        image.seek(1)
        assert first < 12
        # Frames may repeat their predecessor; no later one is nearer than the first.
        assert first <= difference(outcome.photo.image, image) + 1


def is_too_large(outcome: Outcome) -> None:
    fails(outcome)
    assert "too large" in outcome.error


def too_large_or_small(outcome: Outcome) -> None:
    assert outcome.photo is not None or "too large" in outcome.error


def shows_something(outcome: Outcome) -> None:
    decodes(outcome)
    assert outcome.photo is not None
    pixels = np.asarray(outcome.photo.image)
    assert 30 < pixels.mean() < 220
    assert pixels.std() > 20


def _shown(image: Image.Image, longest_side: int) -> Image.Image:
    return image


def matches_nothing(outcome: Outcome) -> None:
    decodes(outcome)
    assert outcome.photo is not None
    blank = outcome.photo.image
    others = [blank.transpose(Image.Transpose.ROTATE_90), textured_photo(3, (320, 240))]
    candidates = [JudgePhoto("", functools.partial(_shown, other)) for other in others]
    verdicts = GeometricJudge().compare(JudgePhoto("", functools.partial(_shown, blank)), candidates)
    assert all(verdict.match is None or verdict.match < 0.1 for verdict in verdicts)


EXPECTATIONS: dict[str, Callable[[Outcome], None]] = {
    "decodes": decodes,
    "decodes (if the format is supported; otherwise a clear per-file message)": decodes,
    "decodes (perhaps with a warning)": decodes,
    "decodes (by content)": decodes,
    "decodes (bounded memory)": decodes,
    "decodes, upright": is_upright,
    "decodes first frame": is_first_frame,
    "decodes first page": is_first_frame,
    "decodes (not all white/black)": shows_something,
    "decodes; must match nothing by geometry": matches_nothing,
    "decodes (no features) or clear message": decodes,
    "decodes by content or clear error": decodes,
    "decodes or clear error": decodes,
    "decodes (embedded preview/LibRaw) or clear error": decodes,
    "decodes preview or clear error": either,
    "decodes with artefacts or clear error": either,
    "first frame or clear error": either,
    "ignored or decodes; no crash": anything,
    "decodes or ignored": ignored,
    "decodes composite, ignored or clear error": ignored,
    "ignored or clear error": ignored,
    "ignored": ignored,
    "clear error": fails,
    "clear error or partial picture with a warning": fails,
    "partial picture with a warning, or clear error": fails,
    "clear error (too large); memory stays bounded": is_too_large,
    "clear error (too large) or bounded memory": too_large_or_small,
}
"""What the manifest's words ask for; where they leave a choice, what was chosen."""


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean absolute difference in levels of 255, over white and at a size at which scaling does not matter."""
    small = []
    for image in (one, other):
        white = Image.new("RGBA", image.size, "white")
        flat = Image.alpha_composite(white, image.convert("RGBA")).convert("RGB")
        small.append(np.asarray(flat.resize((24, 24), Image.Resampling.BOX)).astype(int))
    return float(np.abs(small[0] - small[1]).mean())


@pytest.mark.slow
@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["file"][:60])
def test_what_the_manifest_expects(entry: dict[str, Any], data: Path) -> None:
    path = data / "formats" / entry["file"]
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            outcome = Outcome(path, decode(read_file(path), 320), "")
        except PhotoError as error:
            outcome = Outcome(path, None, str(error))
            assert len(str(error).splitlines()) == 1
            assert path.name[:20] in str(error)
            # A reason and what to do about it, not a decoder's own words.
            assert "Error" not in str(error)
    assert [str(warning.message) for warning in warned] == []
    EXPECTATIONS[entry["expected"]](outcome)
    if outcome.photo is not None:
        facts = outcome.photo.facts
        assert outcome.photo.image.mode == "RGB"
        assert outcome.photo.image.info == {}
        assert max(outcome.photo.image.size) == min(320, max(facts.width, facts.height))
        raw = entry["file"].startswith("raw/")
        if "size" in entry and not raw:
            assert sorted((facts.width, facts.height)) == sorted(entry["size"])
        if "format" in entry and not raw:
            assert facts.format == FORMATS.get(entry["format"], entry["format"])


EVERYTHING = """
import json, resource, sys
from pathlib import Path
from lookalike.photos import MEMORY_LIMIT, PhotoError, decode, read_file

folder = Path(sys.argv[1])
files = [entry["file"] for entry in json.loads((folder / "MANIFEST.json").read_text("utf-8"))["files"]]
decode(read_file(folder / "names/UPPER.JPEG"), 64)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
# Beyond this an allocation fails: whatever wants more must say so in its own words, and the rest must go on.
limit = MEMORY_LIMIT + (1 << 30)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
for name in files:
    try:
        decode(read_file(folder / name), 640)
    except PhotoError as error:
        assert error.message
print(len(files), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux", reason="limits the address space and reads its peak as Linux has them"
)
def test_the_whole_manifest_within_the_memory_bound(data: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", EVERYTHING, data / "formats"],
        capture_output=True,
        text=True,
        check=True,
    )
    count, grown = map(int, run.stdout.split())
    assert count == len(entries())
    assert grown < MEMORY_LIMIT
    assert run.stderr == ""


def test_all_eight_orientations_show_one_picture(data: Path) -> None:
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
def test_modern_formats_come_upright(data: Path, name: str, size: tuple[int, int]) -> None:
    facts = decode(read_file(data / "formats" / name), 320).facts
    assert (facts.width, facts.height) == size


def test_the_profile_gives_an_xyb_photo_its_colours(data: Path) -> None:
    # Someone in blue in a field: without the profile it is a field of greens and purples.
    image = decode(read_file(data / "formats/jpeg/xyb.jpg"), 320).image
    red, _, blue = np.asarray(image.resize((1, 1), Image.Resampling.BOX, (90, 150, 130, 210)))[0, 0].astype(
        int
    )
    assert blue > red + 20


def test_metadata_of_real_cameras(data: Path) -> None:
    phone = decode(read_file(data / "formats/heic/iphone_15_pro.heic"), 100).facts
    assert phone.taken_at == "2023-10-31T11:44:43.432+01:00"
    assert phone.camera == "Apple iPhone 15 Pro"
    assert phone.latitude == pytest.approx(52.4596, abs=1e-3)
    assert phone.longitude == pytest.approx(13.3218, abs=1e-3)
    raw = decode(read_file(data / "formats/raw/canon_eos_6d.dng"), 100).facts
    assert (raw.camera, raw.taken_at) == ("Canon EOS 6D", "2019-06-06T07:29:51.00")
    assert (raw.width, raw.height, raw.format) == (1224, 816, "RAW")


def test_a_giant_flat_photo_is_decoded_within_the_limit(data: Path) -> None:
    photo = decode(read_file(data / "formats/bomb/jpeg_60MP_flat.jpg"), 9_000)
    assert photo.image.size == (9_000, 1_350)
    assert (photo.facts.width, photo.facts.height) == (20_000, 3_000)
