"""The sample album: gathered once, credited, and left as the user has it."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike.errors import LookalikeError
from lookalike.resources import resource
from lookalike.sample_album import CREDITS, _rotate, sample_album


@pytest.fixture(scope="session")
def photos() -> Path:
    """The photos that the bootstrap lays down; skips where it has not."""
    folder = Path(sys.prefix) / "share" / "lookalike" / "sample-photos"
    if not folder.is_dir():
        pytest.skip("the sample photos are not here; packaging/bootstrap.py fetches them")
    return folder


def test_gathers_every_photo_and_view(photos: Path, own_home: Path) -> None:
    album = sample_album()
    described = tomllib.loads(resource("sample_album.toml").read_text(encoding="utf-8"))
    files = sorted(path for path in album.iterdir() if path.name != CREDITS)
    assert len(files) == sum(1 + len(photo["views"]) for photo in described["photo"])
    for path in files:
        with Image.open(path) as image:
            image.load()
            assert min(image.size) > 100
    credits = (album / CREDITS).read_text(encoding="utf-8")
    for photo in described["photo"]:
        assert f"{photo['name']}: {photo['author']}; {photo['licence']}" in credits
    # The tests keep what suits this processor there.
    assert {path.name for path in own_home.iterdir()} - {"self-check.json"} == {album.name}


def test_originals_are_the_packages_own_bytes(photos: Path) -> None:
    assert (sample_album() / "Chelsea the cat.png").read_bytes() == (photos / "chelsea.png").read_bytes()


def test_a_photo_that_the_user_removed_stays_away(photos: Path) -> None:
    removed = sample_album() / "Brick wall.png"
    removed.unlink()
    assert sample_album() == removed.parent
    assert not removed.exists()


def test_missing_photos_are_told_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with pytest.raises(LookalikeError) as caught:
        sample_album()
    assert "your own photos" in caught.value.remedy


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (256, 256)])
@pytest.mark.parametrize("degrees", [8, -10, 25])
def test_a_rotate_photo_has_no_empty_corner(size: tuple[int, int], degrees: int) -> None:
    rotated = _rotate(Image.new("RGB", size, "white"), degrees)
    assert np.asarray(rotated).min() == 255
    assert rotated.width / rotated.height == pytest.approx(size[0] / size[1], rel=0.03)
