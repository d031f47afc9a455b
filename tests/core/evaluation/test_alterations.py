"""Alterations of queries: each does what its strength says, and the same each time."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from lookalike.errors import LookalikeError
from lookalike.evaluation.alterations import ALTERATIONS, UNALTERED, alteration_named, altered
from tests.builders.photo_files import textured_photo

PHOTO = textured_photo(5, (320, 240))


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image).astype(float)


@pytest.mark.parametrize("name", [one.name for one in ALTERATIONS])
def test_stronger_is_further_away_and_the_same_each_time(name: str) -> None:
    strengths = alteration_named(name).strengths
    assert len(strengths) >= 4
    for strength in strengths:
        made = altered(PHOTO, name, strength, "q")
        assert made.mode == "RGB"
        assert made.tobytes() == altered(PHOTO, name, strength, "q").tobytes()
    if name != "rotation":
        distances = [
            np.abs(pixels(altered(PHOTO, name, one, "q")) - pixels(PHOTO)).mean() for one in strengths
        ]
        if name not in ("tiling", "scale"):
            assert distances == sorted(distances)
        assert min(distances) > 0


def test_light() -> None:
    assert pixels(altered(PHOTO, "darker", 0.25, "q")).mean() == pytest.approx(
        pixels(PHOTO).mean() / 4, rel=0.02
    )
    assert pixels(altered(PHOTO, "brighter", 1.5, "q")).mean() > pixels(PHOTO).mean()


def test_tiles_are_the_photo_small() -> None:
    tiled = altered(PHOTO, "tiling", 4, "q")
    assert tiled.size == PHOTO.size
    small = pixels(tiled.crop((0, 0, 80, 60)))
    assert (small == pixels(tiled.crop((240, 180, 320, 240)))).all()
    assert np.abs(small - pixels(PHOTO.resize((80, 60), Image.Resampling.LANCZOS))).max() == 0


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.75])
def test_so_much_is_hidden(share: float) -> None:
    hidden = pixels(altered(PHOTO, "occlusion", share, "q"))
    changed = (hidden != pixels(PHOTO)).any(axis=2) | (hidden == 128).all(axis=2)
    assert changed.mean() == pytest.approx(share, abs=0.01)
    other = pixels(altered(PHOTO, "occlusion", 0.1, "another"))
    assert (other != pixels(altered(PHOTO, "occlusion", 0.1, "q"))).any(), "elsewhere for another query"


def test_smaller_and_turned() -> None:
    reduced = altered(PHOTO, "scale", 0.5, "q")
    assert reduced.size == PHOTO.size
    assert len(np.unique(pixels(reduced.crop((0, 0, 70, 50))).reshape(-1, 3), axis=0)) == 1, "a plain ground"
    quarter = altered(PHOTO, "rotation", 90, "q")
    assert (pixels(quarter) == pixels(PHOTO.transpose(Image.Transpose.ROTATE_90))).all()
    assert altered(PHOTO, "rotation", 45, "q").width > PHOTO.width, "nothing is cut off"


@pytest.mark.parametrize("name", [one.name for one in ALTERATIONS])
def test_the_smallest_photo(name: str) -> None:
    for strength in alteration_named(name).strengths:
        altered(Image.new("RGB", (1, 1), "red"), name, strength, "q")


def test_names() -> None:
    assert altered(PHOTO, UNALTERED, 0, "q") is PHOTO
    with pytest.raises(LookalikeError, match=r"There is no alteration fog\. There are darker, brighter"):
        alteration_named("fog")
