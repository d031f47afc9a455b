"""Residual test: what is left out to save time changes nothing."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from lookalike.pairs import residual as room
from lookalike.pairs.agreement import Grey, softened, warped
from lookalike.pairs.alignment import Matrix
from lookalike.pairs.residual import WEBP_QUALITIES, Compression, residual
from tests.builders.photo_files import textured_photo

JPEG = Compression("JPEG", {0: [3 + place // 4 for place in range(64)]}, 0.5)


def luminance(seed: int, size: tuple[int, int]) -> Grey:
    return np.asarray(textured_photo(seed, size).convert("L"), np.float32)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (-700.4, -333.7), (-1500.0, -900.0)])
def test_only_what_the_window_shows_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, shift: tuple[float, float]
) -> None:
    source = luminance(3, (2400, 1600))
    matrix = np.array([[0.6, 0.0, shift[0] * 0.6], [0.0, 0.6, shift[1] * 0.6], [0.0, 0.0, 1.0]])
    soft = softened(source, 0.6)
    target = np.round(warped(soft, matrix, (900, 700))).astype(np.float32)
    sizes: list[int] = []
    compressed = room.compressed

    def counted(image: Grey, compression: Compression) -> Grey:
        sizes.append(image.size)
        return compressed(image, compression)

    monkeypatch.setattr(room, "compressed", counted)
    found = residual(source, target, matrix, 0.6, (JPEG, JPEG))
    assert max(sizes) < source.size / 2

    def whole(image: Grey, move: Matrix, _size: tuple[int, int], _scale: float) -> tuple[Grey, Matrix]:
        return image, move

    monkeypatch.setattr(room, "_looked_at", whole)
    expected = residual(source, target, matrix, 0.6, (JPEG, JPEG))
    assert found is not None
    assert expected is not None
    assert found.exact is None
    assert found.filtered == pytest.approx(expected.filtered, rel=0.02)
    assert found.one_sided == pytest.approx(expected.one_sided, rel=0.02)


@pytest.mark.parametrize("bytes_per_pixel", [0.0, 0.05, 0.12, 0.2, 0.35, 0.6, 3.0])
def test_the_nearest_quality_of_webp_is_found(bytes_per_pixel: float) -> None:
    image = textured_photo(4, (320, 240)).convert("L")
    made = []
    for quality in WEBP_QUALITIES:
        file = io.BytesIO()
        image.save(file, "WEBP", quality=quality)
        made.append(file.getvalue())
    wanted = max(bytes_per_pixel * 320 * 240, 1.0)
    nearest = min(made, key=lambda data: abs(np.log(len(data) / wanted)))
    with Image.open(io.BytesIO(nearest)) as opened:
        expected = np.asarray(opened.convert("L"), np.float32)
    found = room.compressed(np.asarray(image, np.float32), Compression("WEBP", None, bytes_per_pixel))
    np.testing.assert_array_equal(found, expected)


def test_a_map_of_grey_values_is_found_from_a_part_of_many_pixels() -> None:
    source = luminance(5, (1200, 900)).ravel()
    target = np.float32(255.0) * (source / np.float32(255.0)) ** np.float32(1.4)
    centres, values = room._tone_curve(source, target)
    levels = np.array(centres)
    np.testing.assert_allclose(values, 255.0 * (levels / 255.0) ** 1.4, atol=1.0)
