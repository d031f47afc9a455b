from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lookalike.descriptors import transformers_model
from lookalike.descriptors.model_folder import read_model_folder
from lookalike.descriptors.transformers_model import TransformersDescriber
from lookalike.models.store import ModelError
from tests.builders import vision_models

SAVERS: dict[str, Callable[[Path], Path]] = {
    "dinov2": vision_models.save_dinov2,
    "dinov3": vision_models.save_dinov3,
    "clip": vision_models.save_clip,
    "clip_vision": vision_models.save_clip_vision,
    "metaclip2": vision_models.save_metaclip2,
    "altclip": vision_models.save_altclip,
    "chinese_clip": vision_models.save_chinese_clip,
    "siglip": vision_models.save_siglip,
    "siglip2": vision_models.save_siglip2,
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("models")
    return {name: save(root / name) for name, save in SAVERS.items()}


@pytest.fixture(scope="module")
def photos() -> list[Image.Image]:
    rng = np.random.default_rng(5)
    sizes = [(64, 48), (48, 64), (50, 50), (90, 37)]
    coarse = [rng.integers(0, 256, (h // 8 + 1, w // 8 + 1, 3), np.uint8) for w, h in sizes]
    return [
        Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
        for pixels, size in zip(coarse, sizes, strict=True)
    ]


@pytest.fixture
def full_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(transformers_model, "native_dtype", lambda: torch.float32)


def _plain_processor(name: str, folder: Path) -> Any:
    """Transformers' own Pillow processor of the family; DINOv3's own needs torchvision and does as SigLIP's."""
    from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
    from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
    from transformers.models.siglip2.image_processing_pil_siglip2 import Siglip2ImageProcessorPil

    classes = {
        "dinov2": BitImageProcessorPil,
        "dinov3": SiglipImageProcessorPil,
        "siglip": SiglipImageProcessorPil,
        "siglip2": Siglip2ImageProcessorPil,
    }
    rules = json.loads((folder / "preprocessor_config.json").read_text())
    return classes.get(name, CLIPImageProcessorPil)(**rules)


def _plain_vectors(name: str, folder: Path, photos: list[Image.Image]) -> np.ndarray:
    """What transformers alone makes of the photos."""
    import torch
    import transformers

    vision_only = name == "clip_vision"
    loader = transformers.CLIPVisionModelWithProjection if vision_only else transformers.AutoModel
    model = loader.from_pretrained(folder).eval()
    inputs = _plain_processor(name, folder)(images=photos, return_tensors="pt")
    with torch.no_grad():
        if name.startswith("dino"):
            features = model(**inputs).last_hidden_state[:, 0]
        elif vision_only:
            features = model(**inputs).image_embeds
        else:
            features = model.get_image_features(**inputs).pooler_output
    vectors: np.ndarray = (features / features.norm(dim=-1, keepdim=True)).numpy()
    return vectors


@pytest.mark.slow
@pytest.mark.parametrize("name", SAVERS)
@pytest.mark.usefixtures("full_precision")
def test_vectors_are_those_of_plain_transformers(
    name: str, folders: dict[str, Path], photos: list[Image.Image]
) -> None:
    if name == "siglip2":
        # At flexible resolution transformers keeps the proportions: only a square comes out the same.
        photos = [photo.resize((40, 40)) for photo in photos]
    describer = TransformersDescriber(folders[name])
    vectors = describer.describe([describer.prepare(photo) for photo in photos])
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(photos), describer.dimension)
    plain = _plain_vectors(name, folders[name], photos)
    np.testing.assert_allclose(vectors, plain, atol=2e-4)
    # The comparison means something only where different photos give different vectors.
    assert np.min(plain @ plain.T) < 0.99


@pytest.mark.slow
def test_in_native_precision_the_vectors_are_nearly_the_same(
    folders: dict[str, Path], photos: list[Image.Image]
) -> None:
    describer = TransformersDescriber(folders["clip"])
    vectors = describer.describe([describer.prepare(photo) for photo in photos])
    plain = _plain_vectors("clip", folders["clip"], photos)
    assert np.all(np.sum(vectors * plain, axis=1) > 0.98)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


PROMPTS = {
    "clip": [
        "itap of a {}.",
        "a bad photo of the {}.",
        "a origami {}.",
        "a photo of the large {}.",
        "a {} in a video game.",
        "art of the {}.",
        "a photo of the small {}.",
    ],
    "siglip": ["this is a photo of {}."],
    "chinese_clip": ["{}", "一张{}的照片。", "{}的照片。"],
}
FAMILIES = {"metaclip2": "clip", "altclip": "clip", "siglip2": "siglip"}
LENGTHS = {"altclip": 77, "chinese_clip": 52}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["clip", "metaclip2", "altclip", "chinese_clip", "siglip", "siglip2"])
@pytest.mark.usefixtures("full_precision")
def test_words_and_photos_are_as_alike_as_transformers_says(
    name: str, folders: dict[str, Path], photos: list[Image.Image]
) -> None:
    """The cosine of each photo with each text, from the model's own logits."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    if name == "siglip2":
        photos = [photo.resize((40, 40)) for photo in photos]
    words = ["Red mug", "castle {}", "dog", " ".join(["dog"] * 90)]
    describer = TransformersDescriber(folders[name])
    texts = describer.describe_words(words)
    cosines = describer.describe([describer.prepare(photo) for photo in photos]) @ texts.T

    model = AutoModel.from_pretrained(folders[name]).eval()
    tokenizer = AutoTokenizer.from_pretrained(folders[name])
    pixels = dict(_plain_processor(name, folders[name])(images=photos, return_tensors="pt"))
    siglip = name.startswith("siglip")
    for word, own, vector in zip(words, cosines.T, texts, strict=True):
        prompts = [prompt.replace("{}", word) for prompt in PROMPTS[FAMILIES.get(name, name)]]
        tokens = tokenizer(
            [prompt.lower() for prompt in prompts] if siglip else prompts,
            padding="max_length" if siglip else True,
            truncation=True,
            max_length=LENGTHS.get(name, vision_models.TEXT_LENGTH),
            return_tensors="pt",
        )
        assert not siglip or tokens["input_ids"].shape[1] == vision_models.TEXT_LENGTH
        given = {"input_ids": tokens["input_ids"]}
        if not siglip:
            given["attention_mask"] = tokens["attention_mask"]
        with torch.no_grad():
            said = model(**given, **pixels)
            logits = said.logits_per_image - (model.logit_bias if siglip else 0)
            each = (logits / model.logit_scale.exp()).numpy()
        mean = said.text_embeds.mean(dim=0)
        np.testing.assert_allclose(own, each.mean(axis=1) / float(mean.norm()), atol=1e-4)
        np.testing.assert_allclose(vector, (mean / mean.norm()).numpy(), atol=1e-4)
    # The comparison means something only where different texts give different cosines.
    assert np.ptp(cosines, axis=1).min() > 0.01
    if siglip:
        np.testing.assert_array_equal(
            describer.describe_words(["Castle"]), describer.describe_words(["castle"])
        )


@pytest.mark.parametrize("name", SAVERS)
def test_every_photo_is_prepared_in_one_shape(name: str, folders: dict[str, Path]) -> None:
    describer = TransformersDescriber(folders[name])
    shapes = set()
    for size in [(1, 1), (400, 1), (1, 400), (300, 200), (33, 35)]:
        pixels = describer.prepare(Image.new("RGB", size, "red"))
        assert pixels.dtype == np.uint8
        shapes.add(pixels.shape)
    assert shapes == {(32, 32, 3)}
    assert describer.decode_size >= 64


def test_a_vision_model_does_not_read_words(folders: dict[str, Path]) -> None:
    describer = TransformersDescriber(folders["dinov2"])
    assert not describer.reads_words
    with pytest.raises(ModelError, match="does not read words"):
        describer.describe_words(["castle"])


def test_without_its_tokenizer_clip_only_sees(tmp_path: Path) -> None:
    describer = TransformersDescriber(vision_models.save_clip(tmp_path / "clip", tokenizer=False))
    assert not describer.reads_words
    assert describer.describe([describer.prepare(Image.new("RGB", (40, 40)))]).shape == (1, 24)


def test_the_key_names_weights_and_preprocessing(folders: dict[str, Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folders["dinov2"], copy)
    key = TransformersDescriber(folders["dinov2"]).key
    assert TransformersDescriber(copy).key == key

    weights = copy / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    other_weights = TransformersDescriber(copy).key
    assert other_weights != key

    rules = json.loads((copy / "preprocessor_config.json").read_text())
    (copy / "preprocessor_config.json").write_text(json.dumps({**rules, "resample": 2}))
    assert TransformersDescriber(copy).key not in {key, other_weights}


@pytest.mark.parametrize(
    ("config", "dimension"),
    [
        ({"model_type": "siglip", "vision_config": {"model_type": "siglip_vision_model"}}, 768),
        ({"model_type": "siglip", "vision_config": {"hidden_size": 1152, "image_size": 384}}, 1152),
        ({"model_type": "clip", "text_config": {}, "vision_config": {}}, 512),
        ({"model_type": "dinov2", "hidden_size": 384}, 384),
        ({"model_type": "dinov3_vit"}, 384),
        ({"model_type": "siglip2", "vision_config": {"hidden_size": 1024}}, 1024),
    ],
)
def test_what_a_published_config_leaves_out_is_the_librarys_default(
    config: dict[str, Any], dimension: int, tmp_path: Path
) -> None:
    from transformers import AutoConfig

    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "preprocessor_config.json").write_text("{}")
    folder = read_model_folder(tmp_path)
    full = AutoConfig.from_pretrained(tmp_path)
    vision = getattr(full, "vision_config", full)
    assert folder.dimension == dimension
    assert dimension == (full.projection_dim if config["model_type"] == "clip" else vision.hidden_size)
    if "siglip" in config["model_type"] or config["model_type"] == "clip":
        assert folder.text_length == full.text_config.max_position_embeddings
    side = vision.patch_size * 16 if config["model_type"] == "siglip2" else vision.image_size
    assert folder.rules.shape == (side, side)


def test_older_and_newer_preprocessing_files_are_read(folders: dict[str, Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folders["clip"], copy)
    rules = json.loads((copy / "preprocessor_config.json").read_text())
    expected = read_model_folder(copy).rules
    (copy / "preprocessor_config.json").write_text(json.dumps({**rules, "size": 32, "crop_size": 32}))
    assert read_model_folder(copy).rules == expected
    (copy / "preprocessor_config.json").unlink()
    (copy / "processor_config.json").write_text(json.dumps({"image_processor": rules}))
    assert read_model_folder(copy).rules == expected


def _damage(folder: Path, how: str) -> None:
    if how == "no config":
        (folder / "config.json").unlink()
    elif how == "no weights":
        (folder / "model.safetensors").unlink()
    elif how == "no preprocessing":
        (folder / "preprocessor_config.json").unlink()
    elif how == "unknown family":
        (folder / "config.json").write_text(json.dumps({"model_type": "bert"}))
    elif how == "config is no JSON":
        (folder / "config.json").write_bytes(b"\xff\x00")
    elif how == "config is a list":
        (folder / "config.json").write_text("[]")
    elif how == "preprocessing is damaged":
        (folder / "preprocessor_config.json").write_text('{"size": "large"}')
    elif how == "missing shard":
        (folder / "model.safetensors").unlink()
        (folder / "model.safetensors.index.json").write_text(
            '{"weight_map": {"a": "model-1-of-2.safetensors"}}'
        )
    elif how == "no folder":
        shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("no config", "no config.json"),
        ("no weights", "no weights"),
        ("no preprocessing", "no preprocessor_config.json"),
        ("unknown family", "type bert"),
        ("config is no JSON", "cannot be read"),
        ("config is a list", "is damaged"),
        ("preprocessing is damaged", "is damaged"),
        ("missing shard", "lacks model-1-of-2.safetensors"),
        ("no folder", "is not there"),
    ],
)
def test_a_folder_that_cannot_be_used_is_told_at_once(
    how: str, words: str, folders: dict[str, Path], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folders["dinov2"], copy)
    _damage(copy, how)
    with pytest.raises(ModelError, match=words) as told:
        TransformersDescriber(copy)
    assert told.value.remedy
    assert "\n" not in str(told.value)


def test_weights_of_another_model_are_told(folders: dict[str, Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folders["dinov2"], copy)
    shutil.copy(folders["clip"] / "model.safetensors", copy)
    describer = TransformersDescriber(copy)
    with pytest.raises(ModelError, match="do not fit"):
        describer.describe([describer.prepare(Image.new("RGB", (40, 40)))])


def test_damaged_weights_are_told(folders: dict[str, Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folders["dinov2"], copy)
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    describer = TransformersDescriber(copy)
    with pytest.raises(ModelError, match="cannot be loaded"):
        describer.describe([describer.prepare(Image.new("RGB", (40, 40)))])


@pytest.mark.slow
def test_a_folder_is_used_without_the_network_and_prepared_without_heavy_modules(
    folders: dict[str, Path],
) -> None:
    script = """
import sys
from pathlib import Path
from PIL import Image

def audit(event, args):
    if event in ("socket.connect", "socket.getaddrinfo"):
        sys.stderr.write(f"NETWORK {event} {args}\\n")

sys.addaudithook(audit)
from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.registry import open_describer

for path in sys.argv[1:]:
    describer = open_describer(DescriberSpec("transformers", path))
    pixels = describer.prepare(Image.new("RGB", (90, 60)))
    assert describer.key and describer.dimension and describer.decode_size
assert not {"torch", "transformers"} & set(sys.modules), "heavy modules"
describer.describe([pixels])
describer.describe_words(["castle"])
"""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(folders["dinov2"]), str(folders["siglip"])],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
