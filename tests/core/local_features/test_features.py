"""Local features of generated photos whose geometry is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

from lookalike.local_features import MAX_FEATURES, LocalFeatures, extract
from tests.builders.photo_files import textured_photo


def nearest(features: LocalFeatures, others: LocalFeatures) -> tuple[NDArray[Any], NDArray[Any]]:
    """Rows of features and of their nearest others, for those that have one nearly equal."""
    similarity = features.unit_descriptors @ others.unit_descriptors.T
    rows = np.flatnonzero(similarity.max(axis=1) > 0.97)
    return rows, similarity[rows].argmax(axis=1)


def turn_between(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
    """The difference of angles, in -180..180 degrees."""
    turned: NDArray[Any] = (second - first + 180) % 360 - 180
    return turned


def test_features_are_few_and_small() -> None:
    features = extract(textured_photo(1))
    assert 100 < len(features) <= MAX_FEATURES
    assert len(features.to_bytes()) <= 150_000


def test_a_larger_photo_is_brought_to_size() -> None:
    large = textured_photo(1).resize((1920, 1440), Image.Resampling.LANCZOS)
    assert max(extract(large).size) == 640


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (7, 3), (640, 1), (4000, 40)])
def test_a_flat_photo_has_none(size: tuple[int, int]) -> None:
    features = extract(Image.new("RGB", size, (90, 120, 40)))
    assert len(features) == 0
    kept = LocalFeatures.from_bytes(features.to_bytes())
    assert kept is not None and kept.size == features.size and len(kept.mirrored()) == 0


@pytest.mark.parametrize("light", [0.25, 0.12])
def test_a_dark_photo_has_the_features_of_the_bright_one(light: float) -> None:
    bright = extract(textured_photo(1))
    dark = extract(ImageEnhance.Brightness(textured_photo(1)).enhance(light))
    # The steps of the grey levels change descriptors a little.
    similarity = bright.unit_descriptors @ dark.unit_descriptors.T
    apart = np.abs(bright.positions - dark.positions[similarity.argmax(axis=1)]).max(axis=1)
    assert np.count_nonzero((similarity.max(axis=1) > 0.9) & (apart < 3)) > 0.3 * len(bright)


def test_an_even_wall_in_the_dark_has_none() -> None:
    generator = np.random.default_rng(1)
    grain = generator.normal(20, 1, (480, 640)).round().clip(0, 255).astype(np.uint8)
    assert len(extract(Image.fromarray(grain))) < 10


@pytest.mark.parametrize(
    ("change", "turn"),
    [
        (lambda image: image.transpose(Image.Transpose.ROTATE_270), 90),
        (lambda image: image.transpose(Image.Transpose.ROTATE_180), 180),
    ],
)
def test_angles_turn_with_the_photo(change: Callable[[Image.Image], Image.Image], turn: float) -> None:
    features = extract(textured_photo(1))
    turned = extract(change(textured_photo(1)))
    rows, others = nearest(features, turned)
    assert len(rows) > 100
    off = turn_between(features.angles[rows] + turn, turned.angles[others])
    assert np.median(np.abs(off)) < 3
    assert np.median(np.abs(np.log2(turned.scales[others] / features.scales[rows]))) < 0.05


def test_scales_follow_the_share_of_the_frame() -> None:
    features = extract(textured_photo(1))
    # The middle quarter fills a frame of its own.
    part = extract(textured_photo(1).crop((160, 120, 480, 360)))
    rows, others = nearest(features, part)
    assert len(rows) > 20
    assert np.median(np.log2(part.scales[others] / features.scales[rows])) == pytest.approx(1.0, abs=0.1)
    assert 1 < np.median(features.scales) < 64


def test_mirrored_features_are_those_of_the_mirrored_photo() -> None:
    made = extract(textured_photo(1)).mirrored()
    real = extract(ImageOps.mirror(textured_photo(1)))
    rows, others = nearest(made, real)
    assert len(rows) > len(made) / 2
    assert np.median(np.abs(made.positions[rows] - real.positions[others]).max(axis=1)) < 2
    assert np.median(np.abs(turn_between(made.angles[rows], real.angles[others]))) < 3


def test_a_mirror_of_the_mirror_is_the_photo() -> None:
    features = extract(textured_photo(1))
    twice = features.mirrored().mirrored()
    np.testing.assert_array_equal(twice.descriptors, features.descriptors)
    np.testing.assert_allclose(twice.points, features.points, atol=1e-6)
    assert np.abs(turn_between(twice.angles, features.angles)).max() < 1e-3


def test_features_come_back_from_their_bytes() -> None:
    features = extract(textured_photo(1))
    kept = LocalFeatures.from_bytes(features.to_bytes())
    assert kept is not None and kept.size == features.size
    np.testing.assert_array_equal(kept.descriptors, features.descriptors)
    np.testing.assert_allclose(kept.points, features.points, atol=1e-5)
    np.testing.assert_allclose(kept.scales, features.scales, rtol=1e-3)
    assert np.abs(turn_between(kept.angles, features.angles)).max() < 0.01
    # Nothing is lost by keeping them a second time.
    assert kept.to_bytes() == features.to_bytes()


@pytest.mark.parametrize("keep", [0, 3, 6, 100, -1])
def test_a_damaged_blob_is_no_features(keep: int) -> None:
    assert LocalFeatures.from_bytes(extract(textured_photo(1)).to_bytes()[:keep]) is None
