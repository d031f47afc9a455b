"""The cover of a thing is sharp, large, and like the others."""

from __future__ import annotations

import io

from PIL import Image, ImageFilter

from lookalike.things.cover import best_cover, sharpness
from tests.builders.photo_files import textured_photo


def jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


def test_a_blurred_photo_is_less_sharp() -> None:
    photo = textured_photo(5, (256, 192))
    blurred = photo.filter(ImageFilter.GaussianBlur(4))
    assert sharpness(jpeg(photo)) > 3 * sharpness(jpeg(blurred)) > 0
    assert sharpness(b"no picture") == 0.0


def test_each_virtue_decides_where_the_others_are_equal() -> None:
    same = {1: 1.0, 2: 1.0}
    large = {1: 12_000_000, 2: 12_000_000}
    sharp = {1: 100.0, 2: 100.0}
    assert best_cover([2, 1], same, large, sharp) == 1, "ties by the lowest id"
    assert best_cover([1, 2], {1: 0.2, 2: 1.0}, large, sharp) == 2
    assert best_cover([1, 2], same, {1: 300_000, 2: 12_000_000}, sharp) == 2
    assert best_cover([1, 2], same, large, {1: 4.0, 2: 100.0}) == 2
    assert best_cover([7], {}, {}, {}) == 7
