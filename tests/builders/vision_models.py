"""Small random vision models in the folder layout of published ones, made in seconds and needing no download."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WORDS = ["a", "photo", "of", "red", "mug", "the", "castle", "dog"]
TEXT_LENGTH = 16

TOWER = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
}
VISION = {**TOWER, "image_size": 32, "patch_size": 8}
TEXT = {
    **TOWER,
    "vocab_size": 32,
    "max_position_embeddings": TEXT_LENGTH,
    "pad_token_id": 1,
    "bos_token_id": 2,
    "eos_token_id": 3,
}

DINO_RULES = {
    "do_resize": True,
    "size": {"shortest_edge": 36},
    "do_center_crop": True,
    "crop_size": {"height": 32, "width": 32},
    "resample": 3,
    "do_normalize": True,
    "image_mean": [0.485, 0.456, 0.406],
    "image_std": [0.229, 0.224, 0.225],
}
CLIP_RULES = {
    **DINO_RULES,
    "size": {"shortest_edge": 32},
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
}
SIGLIP_RULES = {
    "do_resize": True,
    "size": {"height": 32, "width": 32},
    "resample": 3,
    "do_normalize": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
}
SIGLIP2_RULES = {
    "do_resize": True,
    "resample": 2,
    "do_normalize": True,
    "image_mean": [0.5, 0.5, 0.5],
    "image_std": [0.5, 0.5, 0.5],
    "patch_size": 8,
    "max_num_patches": 16,
}


def save_dinov2(folder: Path, **changes: Any) -> Path:
    """A DINOv2 model folder."""
    from transformers import Dinov2Config, Dinov2Model

    vision = {key: value for key, value in VISION.items() if key != "intermediate_size"}
    return _save(Dinov2Model, Dinov2Config(**vision, mlp_ratio=2, **changes), folder, DINO_RULES)


def save_dinov3(folder: Path) -> Path:
    """A DINOv3 model folder."""
    from transformers import DINOv3ViTConfig, DINOv3ViTModel

    rules = {**SIGLIP_RULES, "resample": 2}
    return _save(DINOv3ViTModel, DINOv3ViTConfig(**VISION, num_register_tokens=4), folder, rules)


def save_clip(folder: Path, tokenizer: bool = True) -> Path:
    """A CLIP model folder."""
    from transformers import CLIPConfig, CLIPModel

    config = CLIPConfig(text_config=TEXT, vision_config=VISION, projection_dim=24)
    _save(CLIPModel, config, folder, CLIP_RULES)
    if tokenizer:
        save_tokenizer(folder)
    return folder


def save_clip_vision(folder: Path) -> Path:
    """The vision tower of a CLIP model with its projection."""
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    config = CLIPVisionConfig(**VISION, projection_dim=24)
    return _save(CLIPVisionModelWithProjection, config, folder, CLIP_RULES)


def save_metaclip2(folder: Path) -> Path:
    """A MetaCLIP 2 model folder."""
    from transformers import MetaClip2Config, MetaClip2Model

    config = MetaClip2Config(text_config=TEXT, vision_config=VISION, projection_dim=24)
    _save(MetaClip2Model, config, folder, CLIP_RULES)
    save_tokenizer(folder)
    return folder


def save_altclip(folder: Path) -> Path:
    """An AltCLIP model folder, whose text tower is XLM-RoBERTa."""
    from transformers import AltCLIPConfig, AltCLIPModel

    text = {**TEXT, "max_position_embeddings": 96, "project_dim": 20}
    config = AltCLIPConfig(text_config=text, vision_config=VISION, projection_dim=24)
    _save(AltCLIPModel, config, folder, CLIP_RULES)
    save_tokenizer(folder)
    return folder


def save_chinese_clip(folder: Path) -> Path:
    """A Chinese-CLIP model folder, whose text tower is BERT."""
    from transformers import ChineseCLIPConfig, ChineseCLIPModel

    text = {**TEXT, "max_position_embeddings": 64}
    config = ChineseCLIPConfig(text_config=text, vision_config=VISION, projection_dim=24)
    _save(
        ChineseCLIPModel,
        config,
        folder,
        {**CLIP_RULES, "do_center_crop": False, "size": SIGLIP_RULES["size"]},
    )
    save_tokenizer(folder)
    return folder


def save_siglip(folder: Path) -> Path:
    """A SigLIP model folder; SigLIP 2 of fixed resolution is published in the same way."""
    from transformers import SiglipConfig, SiglipModel

    config = SiglipConfig(text_config=TEXT, vision_config=VISION)
    _save(SiglipModel, config, folder, SIGLIP_RULES)
    save_tokenizer(folder)
    return folder


def save_siglip2(folder: Path) -> Path:
    """A SigLIP 2 model folder of flexible resolution."""
    from transformers import Siglip2Config, Siglip2Model

    vision = {key: value for key, value in VISION.items() if key != "image_size"}
    config = Siglip2Config(text_config=TEXT, vision_config={**vision, "num_patches": 16})
    _save(Siglip2Model, config, folder, SIGLIP2_RULES)
    save_tokenizer(folder)
    return folder


def save_tokenizer(folder: Path) -> None:
    """A tokenizer that knows `WORDS`, cuts at spaces and ends every text with its end token."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["<unk>", "<pad>", "<bos>", "<eos>"]
    vocabulary = {word: number for number, word in enumerate([*special, *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A <eos>", special_tokens=[("<eos>", 3)])
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",
        pad_token="<pad>",
        bos_token="<bos>",
        eos_token="<eos>",
        model_max_length=TEXT_LENGTH,
    ).save_pretrained(folder)


def _save(model: Any, config: Any, folder: Path, rules: dict[str, Any]) -> Path:
    import torch
    from transformers.utils import logging

    # Its bar would leave a thread behind.
    logging.disable_progress_bar()
    with torch.random.fork_rng():
        torch.manual_seed(1)
        network = model(config).eval()
        # Published weights are no noise around zero: spread these, so that a wrong layer shows in the output.
        with torch.no_grad():
            for name, weight in network.named_parameters():
                if weight.dim() > 1:
                    weight.mul_(8.0)
                elif "norm" in name and name.endswith("weight"):
                    weight.mul_(1.0 + 0.5 * torch.rand_like(weight))
    network.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(rules), encoding="utf-8")
    return folder
