from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from lookalike.descriptors.efficientnet import MIDDLES, EfficientNetDescriber, view
from lookalike.descriptors.embedded_network import SIDE
from lookalike.models.store import ModelError


@pytest.fixture(scope="module")
def describer() -> EfficientNetDescriber:
    return EfficientNetDescriber()


def _scene(seed: int, size: tuple[int, int] = (400, 300)) -> Image.Image:
    """A picture with large shapes and fine texture, the same for the same seed."""
    rng = np.random.default_rng(seed)
    image = Image.fromarray(rng.integers(0, 256, (6, 8, 3), np.uint8)).resize(size, Image.Resampling.BICUBIC)
    texture = Image.fromarray(rng.integers(0, 256, (48, 64, 3), np.uint8)).resize(
        size, Image.Resampling.NEAREST
    )
    return Image.blend(image, texture, 0.3)


@pytest.mark.slow
def test_vectors_have_unit_length_and_do_not_depend_on_the_batch(describer: EfficientNetDescriber) -> None:
    prepared = [describer.prepare(_scene(seed)) for seed in range(5)]
    vectors = describer.describe(prepared)
    assert vectors.dtype == np.float32
    assert vectors.shape == (5, describer.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alone = np.concatenate([describer.describe([pixels]) for pixels in prepared])
    np.testing.assert_allclose(vectors, alone, atol=1e-4)


@pytest.mark.parametrize("size", [(1, 1), (3000, 1), (1, 3000), (400, 300), (SIDE, SIDE), (2000, 90)])
def test_any_photo_is_prepared_in_one_shape(size: tuple[int, int], describer: EfficientNetDescriber) -> None:
    pixels = describer.prepare(Image.new("RGB", size, (200, 30, 30)))
    assert pixels.shape == (len(MIDDLES) * SIDE, SIDE, 3)
    assert pixels.dtype == np.uint8
    assert np.all(np.abs(pixels.astype(int) - (200, 30, 30)) <= 1)


def test_a_view_shows_the_middle() -> None:
    image = Image.new("RGB", (400, 300), "black")
    image.paste("white", (100, 75, 300, 225))
    assert np.all(view(image, 0.5, 64)[2:-2, 2:-2] == 255)
    whole = view(image, 1.0, 64)
    assert np.all(whole[:14] == 0) and np.all(whole[20:44, 20:44] == 255)


def test_preparing_in_threads_gives_the_same(describer: EfficientNetDescriber) -> None:
    images = [_scene(seed) for seed in range(8)]
    with ThreadPoolExecutor(4) as pool:
        prepared = list(pool.map(describer.prepare, images))
    for image, pixels in zip(images, prepared, strict=True):
        np.testing.assert_array_equal(pixels, describer.prepare(image))


def test_it_does_not_read_words(describer: EfficientNetDescriber) -> None:
    assert not describer.reads_words
    with pytest.raises(ModelError, match="does not read words"):
        describer.describe_words(["castle"])


def test_an_unknown_back_end_is_told() -> None:
    from lookalike.descriptors.protocol import DescriberSpec
    from lookalike.descriptors.registry import open_describer

    with pytest.raises(ModelError, match="no descriptor back end called magic"):
        open_describer(DescriberSpec("magic"))


@pytest.mark.slow
@pytest.mark.data
def test_photos_of_the_same_thing_find_each_other(describer: EfficientNetDescriber, data: Path) -> None:
    groups = ["sacre_coeur", "et_toy", "kinkakuji", "db_backpack", "pixiu_statue", "cat_toy"]
    paths = [path for group in groups for path in sorted((data / "dev" / "images" / group).iterdir())[:3]]
    vectors = describer.describe([describer.prepare(Image.open(path).convert("RGB")) for path in paths])
    similarity = vectors @ vectors.T - 2 * np.eye(len(paths))
    nearest = np.argmax(similarity, axis=1)
    right = sum(paths[row].parent == paths[found].parent for row, found in enumerate(nearest))
    assert right >= len(paths) - 2


@pytest.mark.slow
@pytest.mark.data
def test_an_edited_copy_is_nearer_than_any_other_photo(describer: EfficientNetDescriber, data: Path) -> None:
    paths = sorted((data / "dev" / "distractors").iterdir())[:8]
    photos = [Image.open(path).convert("RGB") for path in paths]
    first = photos[0]
    width, height = first.size
    copies = [
        first.resize((width // 3, height // 3)),
        first.point([value // 2 + 40 for value in range(256)] * 3),
        first.crop((width // 10, height // 8, width - width // 12, height - height // 20)),
        ImageOps.grayscale(first).convert("RGB"),
    ]
    vectors = describer.describe([describer.prepare(image) for image in [*photos, *copies]])
    similarity = vectors @ vectors[0]
    assert min(similarity[len(photos) :]) > max(similarity[1 : len(photos)]) + 0.05
