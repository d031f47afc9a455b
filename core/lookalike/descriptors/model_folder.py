"""Model folders of transformers, read from their JSON files alone: no torch, no transformers, no network."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lookalike.descriptors.preprocessing import PixelRules, read_rules, rules_file
from lookalike.models.store import ModelError

VERSION = 1
"""Raised whenever the same folder gives other vectors than before."""

SAMPLES = 32
SAMPLE_BYTES = 1 << 16
"""Weights are identified by this many evenly spread blocks: reading gigabytes at each start is too slow."""

TOKENIZER_FILES = ("tokenizer.json", "vocab.json", "vocab.txt", "spiece.model", "sentencepiece.bpe.model")


@dataclass(frozen=True)
class Architecture:
    """How the models of one transformers architecture are used.

    Attributes:
        dimension: the image vector's length, from the parsed ``config.json``. Published files leave out what
            equals the library's defaults, so the defaults are repeated here.
        reads_words: whether the architecture has a text tower.
        prompts: what a text is put into, in the place of ``{}``; it has the mean of their vectors.
        text_length: tokens that the text tower was trained with, where ``config.json`` gives another number.
        vision: the key of the vision tower's part of ``config.json``, empty where it is the whole.
        patch_side: for models that take flattened patches, the side of a patch in pixels at default.
    """

    dimension: Callable[[dict[str, Any]], int]
    reads_words: bool = False
    prompts: tuple[str, ...] = ("{}",)
    text_length: int = 0
    vision: str = ""
    patch_side: int = 0


CLIP_PROMPTS = (
    "itap of a {}.",
    "a bad photo of the {}.",
    "a origami {}.",
    "a photo of the large {}.",
    "a {} in a video game.",
    "art of the {}.",
    "a photo of the small {}.",
)
"""The seven of their 80 that CLIP's authors chose by forward selection (Prompt_Engineering_for_ImageNet.ipynb in their
repository); "itap" is short for "I took a picture"."""

SIGLIP_PROMPTS = ("this is a photo of {}.",)
"""As the pipeline of its authors has it (https://huggingface.co/docs/transformers/model_doc/siglip)."""

CHINESE_PROMPTS = ("{}", "一张{}的照片。", "{}的照片。")
"""Short ones; English around Chinese words makes these models worse."""

ARCHITECTURES: dict[str, Architecture] = {
    "dinov2": Architecture(lambda c: c.get("hidden_size", 768)),
    "dinov2_with_registers": Architecture(lambda c: c.get("hidden_size", 768)),
    "dinov3_vit": Architecture(lambda c: c.get("hidden_size", 384)),
    "dinov3_convnext": Architecture(lambda c: c.get("hidden_sizes", [768])[-1]),
    "clip": Architecture(
        lambda c: c.get("projection_dim", 512),
        reads_words=True,
        prompts=CLIP_PROMPTS,
        vision="vision_config",
    ),
    "metaclip_2": Architecture(
        lambda c: c.get("projection_dim", 512),
        reads_words=True,
        prompts=CLIP_PROMPTS,
        vision="vision_config",
    ),
    "altclip": Architecture(
        lambda c: c.get("projection_dim", 768),
        reads_words=True,
        prompts=CLIP_PROMPTS,
        text_length=77,
        vision="vision_config",
    ),
    "chinese_clip": Architecture(
        lambda c: c.get("projection_dim", 512),
        reads_words=True,
        prompts=CHINESE_PROMPTS,
        text_length=52,
        vision="vision_config",
    ),
    "clip_vision_model": Architecture(lambda c: c.get("projection_dim", 512)),
    "siglip": Architecture(
        lambda c: _vision(c).get("hidden_size", 768),
        reads_words=True,
        prompts=SIGLIP_PROMPTS,
        vision="vision_config",
    ),
    "siglip_vision_model": Architecture(lambda c: c.get("hidden_size", 768)),
    "siglip2": Architecture(
        lambda c: _vision(c).get("hidden_size", 768),
        reads_words=True,
        prompts=SIGLIP_PROMPTS,
        vision="vision_config",
        patch_side=16,
    ),
}
"""What can be used. MobileCLIP is no architecture of transformers: its files need the packages open_clip and timm.
Nor is M-CLIP, which is a text tower for photos that another model has described."""


@dataclass(frozen=True)
class ModelFolder:
    """A local vision model.

    Attributes:
        path: the folder.
        architecture: transformers' ``model_type``, a key of `ARCHITECTURES`.
        dimension: length of the image vectors.
        reads_words: whether there is a text tower and a tokenizer for it.
        prompts: what a text is put into; see `Architecture`.
        rules: how photos are brought to the network's input.
        patch_side: side of a patch in pixels where the network takes flattened patches, else 0.
        text_length: tokens that a text is padded to (SigLIP), or cut at.
        key: names the weights and the preprocessing.
    """

    path: Path
    architecture: str
    dimension: int
    reads_words: bool
    prompts: tuple[str, ...]
    rules: PixelRules
    patch_side: int
    text_length: int
    key: str


def read_model_folder(path: Path) -> ModelFolder:
    """Read a folder as transformers' ``save_pretrained`` leaves it.

    Raises:
        ModelError: it is no folder, lacks files, or holds a model of a kind that Lookalike cannot use.
    """
    if not os.path.isdir(path):  # noqa: PTH112
        raise ModelError("The model folder {path} is not there.", "Import the model again.", path=path)
    config = read_json(path / "config.json")
    architecture = str(config.get("model_type", "unknown"))
    known = ARCHITECTURES.get(architecture)
    if known is None:
        raise ModelError(
            "{name} is a model of type {architecture}, which Lookalike cannot use for photos.",
            "It can use DINOv2, DINOv3, CLIP, MetaCLIP 2, AltCLIP, Chinese-CLIP, SigLIP and SigLIP 2.",
            name=path.name,
            architecture=architecture,
        )
    weights = weight_files(path)
    try:
        dimension = int(known.dimension(config))
        vision = config.get(known.vision, {}) if known.vision else config
        patch_side, side = 0, int(vision.get("image_size", 224))
        if known.patch_side:
            patch_side = int(vision.get("patch_size", known.patch_side))
            side = patch_side * math.isqrt(int(vision.get("num_patches", 256)))
        text_length = known.text_length or int(
            _text(config).get("max_position_embeddings", 77 if "clip" in architecture else 64)
        )
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        raise ModelError(
            "{path} is damaged ({error}).",
            "Import the model again.",
            path=path / "config.json",
            error=error,
        ) from error
    rules = read_rules(path, side, flattened=bool(patch_side))
    return ModelFolder(
        path=path,
        architecture=architecture,
        dimension=dimension,
        reads_words=known.reads_words and _has_tokenizer(path),
        prompts=known.prompts,
        rules=rules,
        patch_side=patch_side,
        text_length=text_length,
        key=f"{architecture}:{dimension}:{_fingerprint(path, weights)}:v{VERSION}",
    )


def reads_words(path: Path) -> bool:
    """Whether a model folder has, by its look, a text tower and a tokenizer; False for one that cannot be read."""
    try:
        architecture = ARCHITECTURES.get(str(read_json(path / "config.json").get("model_type")))
    except ModelError:
        return False
    return architecture is not None and architecture.reads_words and _has_tokenizer(path)


def _has_tokenizer(path: Path) -> bool:
    return any((path / name).is_file() for name in TOKENIZER_FILES)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file of a model folder.

    Raises:
        ModelError: the file is missing, unreadable or holds something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            "{path} is not a model folder that Lookalike can use: it has no {file}.",
            "Take all files of the model's page.",
            path=path.parent,
            file=path.name,
        ) from error
    except (OSError, ValueError) as error:
        raise ModelError(
            "{path} cannot be read ({error}).", "Import the model again.", path=path, error=error
        ) from error
    if not isinstance(content, dict):
        raise ModelError("{path} is damaged.", "Import the model again.", path=path)
    return content


def weight_files(path: Path) -> list[Path]:
    """The files with the weights, in the order transformers prefers them.

    Raises:
        ModelError: there are none, or a shard is missing.
    """
    for name in ("model.safetensors", "pytorch_model.bin"):
        if (path / name).is_file():
            return [path / name]
        index = path / f"{name}.index.json"
        if index.is_file():
            shards = read_json(index).get("weight_map", {})
            files = [path / shard for shard in sorted(set(shards.values()))]
            lacking = [file.name for file in files if not file.is_file()]
            if lacking or not files:
                raise ModelError(
                    "{path} lacks {files}." if lacking else "{path} lacks its weights.",
                    "Take all files of the model's page.",
                    path=path,
                    files=", ".join(lacking),
                )
            return files
    raise ModelError(
        "{path} has no weights (model.safetensors).", "Take all files of the model's page.", path=path
    )


def _vision(config: dict[str, Any]) -> dict[str, Any]:
    part: dict[str, Any] = config.get("vision_config", {})
    return part


def _text(config: dict[str, Any]) -> dict[str, Any]:
    part: dict[str, Any] = config.get("text_config", {})
    return part


def _fingerprint(path: Path, weights: list[Path]) -> str:
    """Identifies the folder's content; the same for a copy of it anywhere."""
    digest = hashlib.sha256()
    for file in (path / "config.json", rules_file(path)):
        digest.update(file.read_bytes())
    for file in weights:
        with file.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            digest.update(f"{file.name}:{size}".encode())
            for block in range(SAMPLES):
                stream.seek(max(size - SAMPLE_BYTES, 0) * block // (SAMPLES - 1))
                digest.update(stream.read(SAMPLE_BYTES))
    return digest.hexdigest()[:24]
