"""Tiny models of the true architectures with random weights, written in the hub's format, and what they are given.

The weights are scaled so that every part of a model moves its answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.builders.hub_families import TrueModel
from tests.builders.hub_tokenizers import (
    Vocabulary,
    bpe_tokenizer,
    sentencepiece_tokenizer,
    write_sentencepiece,
)

Pixels = NDArray[np.uint8]


def write_model(folder: Path, kind: TrueModel, vocabulary: Vocabulary, seed: int = 0) -> tuple[Any, Any]:
    """Write a model in the hub's format.

    Args:
        folder: made when absent.
        kind: the architecture.
        vocabulary: its words.
        seed: of the weights.

    Returns:
        transformers' model in float32, and its tokenizer.
    """
    from transformers import AutoModelForImageTextToText
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer(folder, kind, vocabulary)
    token = tokenizer.convert_tokens_to_ids(kind.photo[1])
    config = kind.config(len(tokenizer), token)
    model = AutoModelForImageTextToText.from_config(config, dtype="float32").eval()
    _randomise(model, seed)
    if kind.parts:
        model.save_pretrained(folder)
        _restore_names(folder, model)
    else:
        _save_internvl(folder, model)
    pixels = {"image_mean": kind.mean, "image_std": kind.std, **kind.preprocessor}
    (folder / "preprocessor_config.json").write_text(json.dumps(pixels))
    return model, tokenizer


def _tokenizer(folder: Path, kind: TrueModel, vocabulary: Vocabulary) -> Any:
    from transformers import PreTrainedTokenizerFast

    gemma = kind.vocabulary == "gemma3"
    begin = "<|startoftext|>" if "<|startoftext|>" in kind.first else ("<bos>" if gemma else None)
    if gemma and vocabulary.source is not None:
        return _gemma_tokenizer(folder, kind, vocabulary.source)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe_tokenizer(vocabulary, kind.marks, kind.first),
        bos_token=begin,
        eos_token="<eos>" if gemma else "<|im_end|>",
        chat_template=kind.template,
    )
    tokenizer.save_pretrained(folder)
    return tokenizer


def _gemma_tokenizer(folder: Path, kind: TrueModel, source: Path) -> Any:
    """Gemma's sentencepiece model, and transformers' tokenizer of the same pieces."""
    from transformers import PreTrainedTokenizerFast

    added = write_sentencepiece(folder / "tokenizer.model", source, "<image_soft_token>")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"added_tokens_decoder": added, "chat_template": kind.template})
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=sentencepiece_tokenizer(source, "<image_soft_token>"),
        bos_token="<bos>",
        eos_token="<eos>",
        chat_template=kind.template,
    )


def _randomise(model: Any, seed: int) -> None:
    """Random weights with which every part of the model matters."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    gemma = "gemma" in model.config.model_type

    def noise(like: Any) -> Any:
        return torch.randn(like.shape, generator=generator)

    with torch.no_grad():
        for name, weights in model.named_parameters():
            if weights.ndim == 1 or "position_emb" in name or "pos_embed" in name or "cls_token" in name:
                # Gemma's norms add 1 to their weights.
                middle = (
                    name.endswith("weight")
                    and "norm" in name.lower()
                    and not (gemma and "vision" not in name)
                )
                scale = 0.5 if weights.ndim > 1 else 0.1
                weights.copy_(scale * noise(weights) + (1.0 if middle or "lambda" in name else 0.0))
            elif "embed_tokens" in name:
                # Gemma multiplies them with the root of the width, but not a photo's.
                weights.copy_(noise(weights) / (weights.shape[1] ** 0.5 if gemma else 1.0))
            else:
                fan_in = weights[0].numel() if "mm_input_projection" not in name else weights.shape[0]
                sharp = 2.0 if any(part in name for part in ("q_proj", "k_proj", "lm_head")) else 1.0
                weights.copy_(sharp * noise(weights) / fan_in**0.5)
    model.tie_weights()


def _restore_names(folder: Path, model: Any) -> None:
    """Name the vision tensors of SigLIP as on the hub, where it is one level deeper."""
    from safetensors.torch import load_file, save_file

    if model.config.model_type not in {"gemma3", "lfm2_vl"}:
        return
    path = folder / "model.safetensors"
    state = load_file(path)
    start, deeper = "vision_tower.", "vision_tower.vision_model."
    renamed = {
        name if deeper in name else name.replace(start, deeper): weights for name, weights in state.items()
    }
    save_file(renamed, path, metadata={"format": "pt"})


def _save_internvl(folder: Path, model: Any) -> None:
    """As OpenGVLab publishes its models, which is what people convert."""
    import torch
    from safetensors.torch import save_file

    state: dict[str, Any] = {}
    for name, weights in model.state_dict().items():
        state[_internvl_name(name)] = weights.contiguous()
    for layer in range(model.config.vision_config.num_hidden_layers):
        for part in ("weight", "bias"):
            prefix = f"vision_model.encoder.layers.{layer}.attn."
            parts = [state.pop(f"{prefix}{which}_proj.{part}") for which in "qkv"]
            state[f"{prefix}qkv.{part}"] = torch.cat(parts)
    save_file(state, folder / "model.safetensors")
    text = model.config.text_config.to_dict()
    architecture = {"qwen2": "Qwen2ForCausalLM", "qwen3": "Qwen3ForCausalLM"}[text["model_type"]]
    vision = model.config.vision_config.to_dict()
    config = {
        "architectures": ["InternVLChatModel"],
        "model_type": "internvl_chat",
        "llm_config": {**text, "architectures": [architecture]},
        "vision_config": {
            **vision,
            "model_type": "intern_vit_6b",
            "architectures": ["InternVisionModel"],
            "image_size": vision["image_size"][0],
            "patch_size": vision["patch_size"][0],
        },
        "downsample_ratio": 0.5,
        "force_image_size": vision["image_size"][0],
    }
    (folder / "config.json").write_text(json.dumps(config))


INTERNVL_NAMES = (
    ("model.language_model.", "language_model.model."),
    ("lm_head.", "language_model.lm_head."),
    ("model.multi_modal_projector.layer_norm.", "mlp1.0."),
    ("model.multi_modal_projector.linear_1.", "mlp1.1."),
    ("model.multi_modal_projector.linear_2.", "mlp1.3."),
    ("model.vision_tower.", "vision_model."),
    (".embeddings.cls_token", ".embeddings.class_embedding"),
    (".embeddings.position_embeddings", ".embeddings.position_embedding"),
    (".embeddings.patch_embeddings.projection.", ".embeddings.patch_embedding."),
    (".encoder.layer.", ".encoder.layers."),
    (".attention.projection_layer.", ".attn.proj."),
    (".attention.", ".attn."),
    (".layernorm_before.", ".norm1."),
    (".layernorm_after.", ".norm2."),
    (".lambda_", ".ls"),
)


def _internvl_name(name: str) -> str:
    language = name.startswith("model.language_model.")
    for ours, theirs in INTERNVL_NAMES:
        if not (language and ours.startswith(".")):
            name = name.replace(ours, theirs)
    return name


def model_inputs(model: Any, kind: TrueModel, photos: Sequence[Pixels]) -> dict[str, Any]:
    """The photos as transformers' model takes them, as the family's processor hands them over but for the size."""
    import torch

    mean, std = np.array(kind.mean, np.float32), np.array(kind.std, np.float32)
    scaled = [(photo.astype(np.float32) / np.float32(255) - mean) / std for photo in photos]
    family = model.config.model_type
    if family.startswith("qwen"):
        patch = model.config.vision_config.patch_size
        return _qwen_patches([image.transpose(2, 0, 1) for image in scaled], patch)
    if family == "lfm2_vl":
        return _naflex_patches(scaled, model.config.vision_config.patch_size)
    values = torch.tensor(np.stack(scaled)).permute(0, 3, 1, 2).float()
    return {"pixel_values": values[None] if family == "smolvlm" else values}


def _qwen_patches(images: list[NDArray[np.float32]], patch: int, merge: int = 2) -> dict[str, Any]:
    """Patches in merged blocks, each photo twice in time (``image_processing_qwen2_vl.py`` in transformers)."""
    import torch

    rows, grids = [], []
    for image in images:
        _, height, width = image.shape
        high, wide = height // patch, width // patch
        film = np.stack([image, image]).reshape(
            1, 2, 3, high // merge, merge, patch, wide // merge, merge, patch
        )
        rows.append(film.transpose(0, 3, 6, 4, 7, 2, 1, 5, 8).reshape(high * wide, 3 * 2 * patch * patch))
        grids.append([1, high, wide])
    return {
        "pixel_values": torch.tensor(np.concatenate(rows)).float(),
        "image_grid_thw": torch.tensor(grids),
    }


def _naflex_patches(images: list[NDArray[np.float32]], patch: int) -> dict[str, Any]:
    """Patches row by row, padded to one length (``image_processing_siglip2.py`` in transformers)."""
    import torch

    rows, shapes = [], []
    for image in images:
        height, width, _ = image.shape
        high, wide = height // patch, width // patch
        cut = image.reshape(high, patch, wide, patch, 3).transpose(0, 2, 1, 3, 4)
        rows.append(cut.reshape(high * wide, patch * patch * 3))
        shapes.append([high, wide])
    most = max(len(part) for part in rows)
    values = np.zeros((len(rows), most, patch * patch * 3), np.float32)
    mask = np.zeros((len(rows), most), np.int64)
    for place, part in enumerate(rows):
        values[place, : len(part)], mask[place, : len(part)] = part, 1
    return {
        "pixel_values": torch.tensor(values),
        "pixel_attention_mask": torch.tensor(mask),
        "spatial_shapes": torch.tensor(shapes),
    }
