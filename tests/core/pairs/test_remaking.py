"""Which of two copies was made from the other, by making it anew: real files, turned, mirrored, stored otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageOps

from lookalike.pairs.alignment import inverse
from lookalike.pairs.photo_pixels import PhotoPixels
from lookalike.pairs.remaking import made_from
from lookalike.pairs.residual import Compression
from tests.builders.photo_files import textured_photo

Matrix = list[list[float]]
Change = Callable[[Image.Image], Image.Image]
Transpose = Image.Transpose

SAME: Matrix = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def mirrored(width: int) -> Matrix:
    return [[-1, 0, width - 1], [0, 1, 0], [0, 0, 1]]


def quarter(width: int) -> Matrix:
    return [[0, 1, 0], [-1, 0, width - 1], [0, 0, 1]]


def read(path: Path) -> PhotoPixels:
    with Image.open(path) as opened:
        tables = getattr(opened, "quantization", None)
        return PhotoPixels(
            np.asarray(ImageOps.exif_transpose(opened).convert("RGB")),
            True,
            Compression(opened.format or "", tables, path.stat().st_size / (opened.width * opened.height)),
            orientation=opened.getexif().get(ExifTags.Base.Orientation, 1),
        )


def answer(
    folder: Path, size: tuple[int, int], name: str, change: Change, matrix: Matrix, **options: Any
) -> float | None:
    """What is said of an original and what is made of it, either way round."""
    textured_photo(5, size).save(folder / "original.jpg", quality=85)
    original = read(folder / "original.jpg")
    change(Image.fromarray(original.pixels)).save(folder / name, **options)
    edit = read(folder / name)
    laid = np.array(matrix, np.float64)
    said, reverse = made_from(original, edit, laid), made_from(edit, original, inverse(laid))
    assert reverse == (None if said is None else -said)
    return said


def as_it_is(photo: Image.Image) -> Image.Image:
    return photo


def flipped(photo: Image.Image) -> Image.Image:
    return photo.transpose(Transpose.FLIP_LEFT_RIGHT)


@pytest.mark.parametrize("quality", [50, 85, 92])
def test_a_turned_photo_was_made_from_the_upright_one_however_well_it_is_compressed(
    tmp_path: Path, quality: int
) -> None:
    said = answer(
        tmp_path,
        (450, 333),
        "turned.jpg",
        lambda photo: photo.transpose(Transpose.ROTATE_90),
        quarter(450),
        quality=quality,
    )
    assert said == 1.0


@pytest.mark.parametrize("size", [(450, 333), (480, 320)])
@pytest.mark.parametrize(
    ("orientation", "stored"),
    [
        (2, Transpose.FLIP_LEFT_RIGHT),
        (3, Transpose.ROTATE_180),
        (4, Transpose.FLIP_TOP_BOTTOM),
        (5, Transpose.TRANSPOSE),
        (6, Transpose.ROTATE_90),
        (7, Transpose.TRANSVERSE),
        (8, Transpose.ROTATE_270),
    ],
)
def test_blocks_are_those_of_the_stored_picture(
    tmp_path: Path, size: tuple[int, int], orientation: int, stored: Transpose
) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    said = answer(
        tmp_path, size, "stored.jpg", lambda photo: photo.transpose(stored), SAME, quality=60, exif=exif
    )
    assert said == 1.0


def test_a_mirrored_photo_of_whole_blocks_does_not_tell(tmp_path: Path) -> None:
    assert answer(tmp_path, (480, 320), "mirrored.jpg", flipped, mirrored(480), quality=85) == 0.0
    assert answer(tmp_path, (450, 320), "mirrored.jpg", flipped, mirrored(450), quality=85) == 1.0


def test_a_lossless_file_of_lossy_pixels_was_made_of_them(tmp_path: Path) -> None:
    assert answer(tmp_path, (480, 320), "mirrored.png", flipped, mirrored(480)) == 1.0
    textured_photo(5, (480, 320)).save(tmp_path / "scan.png")
    textured_photo(5, (480, 320)).save(tmp_path / "shared.jpg", quality=85)
    scan, shared = read(tmp_path / "scan.png"), read(tmp_path / "shared.jpg")
    assert made_from(scan, shared, np.eye(3)) == 1.0


def test_what_cannot_be_tried_out_is_left_to_others(tmp_path: Path) -> None:
    assert answer(tmp_path, (480, 320), "other.webp", as_it_is, SAME, quality=80) is None
    half: Matrix = [[0.5, 0, 0], [0, 0.5, 0], [0, 0, 1]]
    smaller = answer(tmp_path, (480, 320), "small.jpg", lambda photo: photo.resize((240, 160)), half)
    assert smaller is None
    plain = PhotoPixels(np.full((320, 480, 3), 90, np.uint8), True, Compression("PNG"))
    assert made_from(plain, plain, np.eye(3)) is None


def test_another_exposure_is_made_of_neither(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    scene = np.asarray(textured_photo(11, (480, 320)), np.float64)
    for name in ("0.jpg", "1.jpg"):
        shot = scene + generator.normal(0.0, 6.0, scene.shape)
        Image.fromarray(shot.clip(0, 255).astype(np.uint8)).save(tmp_path / name, quality=92)
    assert made_from(read(tmp_path / "0.jpg"), read(tmp_path / "1.jpg"), np.eye(3)) == 0.0
