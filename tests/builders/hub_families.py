"""Model families as transformers builds them: tiny configurations of the true architectures, and how each is asked.

Layers are few and narrow; patches, image sizes, positions, windows and the deep stack are those of the real models.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.builders.gguf_vocabulary import (
    GEMMA_TEMPLATE,
    IDEFICS_TEMPLATE,
    INTERNVL_TEMPLATE,
    LFM2_TEMPLATE,
    QWEN_TEMPLATE,
)

WIDTH, HEAD = 256, 64
HALF = [0.5, 0.5, 0.5]
CLIP_MEAN, CLIP_STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
IMAGENET_MEAN, IMAGENET_STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
TEXT = {
    "hidden_size": WIDTH,
    "intermediate_size": 512,
    "num_hidden_layers": 3,
    "num_attention_heads": WIDTH // HEAD,
    "num_key_value_heads": 2,
    "head_dim": HEAD,
    "max_position_embeddings": 8192,
    "rms_norm_eps": 1e-6,
    "tie_word_embeddings": False,
}
VISION = {"hidden_size": 128, "intermediate_size": 256, "num_hidden_layers": 4, "num_attention_heads": 2}


@dataclass(frozen=True)
class TrueModel:
    """A family's architecture and how its own processor puts photos into a prompt.

    Attributes:
        name: what people call it.
        vocabulary: the name of its real vocabulary; empty where none can be had.
        marks: its added tokens.
        template: the chat template.
        config: builds its configuration from the vocabulary's size and the photo token's id.
        photo: what stands before, for each token of, and after a photo in the prompt.
        placeholder: what the template writes for a photo.
        mean: of the pixels in training, by channel.
        std: likewise.
        parts: whether the template takes a turn as a list of parts.
        first: added tokens before the words of a vocabulary that is made up.
        lead: what stands between the prompt and the answer's digit.
        preprocessor: more of ``preprocessor_config.json``.
    """

    name: str
    vocabulary: str
    marks: tuple[str, ...]
    template: str
    config: Callable[[int, int], Any]
    photo: tuple[str, str, str]
    placeholder: str
    mean: list[float]
    std: list[float]
    parts: bool = True
    first: tuple[str, ...] = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
    lead: str = ""
    preprocessor: dict[str, Any] = field(default_factory=dict)


def _smolvlm(size: int, token: int) -> Any:
    from transformers import SmolVLMConfig

    return SmolVLMConfig(
        text_config={
            "model_type": "llama",
            "architectures": ["VLlama3ForCausalLM"],
            **TEXT,
            "vocab_size": size,
        },
        vision_config={**VISION, "image_size": 512, "patch_size": 16},
        scale_factor=4,
        image_token_id=token,
        tie_word_embeddings=False,
    )


def _multimodal_rope(sections: list[int], **more: Any) -> dict[str, Any]:
    rope = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": sections, **more}
    return {"rope_parameters": rope}


def _qwen2(size: int, token: int) -> Any:
    from transformers import Qwen2VLConfig

    return Qwen2VLConfig(
        text_config={**TEXT, **_multimodal_rope([8, 12, 12]), "vocab_size": size},
        vision_config={"depth": 3, "embed_dim": 128, "hidden_size": WIDTH, "num_heads": 2, "mlp_ratio": 4},
        image_token_id=token,
        tie_word_embeddings=False,
    )


def _qwen25(size: int, token: int) -> Any:
    from transformers import Qwen2_5_VLConfig

    return Qwen2_5_VLConfig(
        text_config={**TEXT, **_multimodal_rope([8, 12, 12]), "vocab_size": size},
        vision_config={
            "depth": 4,
            "hidden_size": 128,
            "intermediate_size": 256,
            "num_heads": 2,
            "out_hidden_size": WIDTH,
            "fullatt_block_indexes": [1, 3],
            "window_size": 112,
        },
        image_token_id=token,
        tie_word_embeddings=False,
    )


def _qwen3(size: int, token: int) -> Any:
    from transformers import Qwen3VLConfig

    return Qwen3VLConfig(
        text_config={**TEXT, **_multimodal_rope([12, 10, 10], mrope_interleaved=True), "vocab_size": size},
        vision_config={
            "depth": 3,
            "hidden_size": 128,
            "intermediate_size": 256,
            "num_heads": 2,
            "out_hidden_size": WIDTH,
            "patch_size": 16,
            "deepstack_visual_indexes": [0, 1],
        },
        image_token_id=token,
        tie_word_embeddings=False,
    )


def _internvl(language: str) -> Callable[[int, int], Any]:
    def config(size: int, token: int) -> Any:
        from transformers import InternVLConfig

        return InternVLConfig(
            text_config={"model_type": language, **TEXT, "vocab_size": size},
            vision_config={
                **VISION,
                "image_size": [448, 448],
                "patch_size": [14, 14],
                "attention_bias": True,
            },
            image_token_id=token,
            tie_word_embeddings=False,
        )

    return config


def _lfm2(size: int, token: int) -> Any:
    from transformers import Lfm2VlConfig

    kinds = ["conv", "full_attention", "conv", "full_attention"]
    text = {
        **TEXT,
        "model_type": "lfm2",
        "architectures": ["Lfm2ForCausalLM"],
        "num_hidden_layers": 4,
        "layer_types": kinds,
        "block_auto_adjust_ff_dim": False,
        "norm_eps": 1e-6,
        "tie_word_embeddings": True,
    }
    del text["head_dim"]
    return Lfm2VlConfig(
        text_config={**text, "vocab_size": size},
        vision_config={
            **VISION,
            "model_type": "siglip2_vision_model",
            "patch_size": 16,
            "num_patches": 256,
            "vision_use_head": False,
        },
        projector_hidden_size=512,
        image_token_id=token,
        tie_word_embeddings=True,
    )


def _gemma3(size: int, token: int) -> Any:
    from transformers import Gemma3Config

    text = {
        **TEXT,
        "num_hidden_layers": 7,
        "sliding_window": 1024,
        "query_pre_attn_scalar": HEAD,
        "tie_word_embeddings": True,
        "rope_parameters": {
            "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6},
            "sliding_attention": {"rope_type": "default", "rope_theta": 1e4},
        },
    }
    return Gemma3Config(
        text_config={**text, "vocab_size": size},
        vision_config={**VISION, "image_size": 896, "patch_size": 14},
        mm_tokens_per_image=256,
        image_token_id=token,
    )


QWEN_MARKS = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
QWEN_PHOTO = ("<|vision_start|>", "<|image_pad|>", "<|vision_end|>")
INTERNVL_MARKS = ("<img>", "</img>", "<IMG_CONTEXT>")
INTERNVL_PHOTO = ("<img>", "<IMG_CONTEXT>", "</img>")
GEMMA_MARKS = ("<start_of_turn>", "<end_of_turn>", "<start_of_image>", "<end_of_image>", "<image_soft_token>")

MODELS = (
    TrueModel(
        name="SmolVLM2",
        vocabulary="smollm2",
        marks=(
            "<fake_token_around_image>",
            "<image>",
            "<end_of_utterance>",
            "<global-img>",
            *(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)),
        ),
        template=IDEFICS_TEMPLATE,
        config=_smolvlm,
        photo=("<fake_token_around_image><global-img>", "<image>", "<fake_token_around_image>"),
        placeholder="<image>",
        mean=HALF,
        std=HALF,
        lead=" ",
        preprocessor={"size": {"longest_edge": 2048}},
    ),
    TrueModel(
        "Qwen2-VL",
        "qwen2",
        QWEN_MARKS,
        QWEN_TEMPLATE,
        _qwen2,
        QWEN_PHOTO,
        "".join(QWEN_PHOTO),
        CLIP_MEAN,
        CLIP_STD,
    ),
    TrueModel(
        "Qwen2.5-VL",
        "qwen2",
        QWEN_MARKS,
        QWEN_TEMPLATE,
        _qwen25,
        QWEN_PHOTO,
        "".join(QWEN_PHOTO),
        CLIP_MEAN,
        CLIP_STD,
    ),
    TrueModel(
        "Qwen3-VL", "qwen2", QWEN_MARKS, QWEN_TEMPLATE, _qwen3, QWEN_PHOTO, "".join(QWEN_PHOTO), HALF, HALF
    ),
    TrueModel(
        name="LFM2-VL",
        vocabulary="",
        marks=("<image>", "<|image_start|>", "<|image_end|>", "<|img_thumbnail|>"),
        template=LFM2_TEMPLATE,
        config=_lfm2,
        photo=("<|image_start|>", "<image>", "<|image_end|>"),
        placeholder="<image>",
        mean=HALF,
        std=HALF,
        first=("<|pad|>", "<|startoftext|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>"),
    ),
    TrueModel(
        name="Gemma 3",
        vocabulary="gemma3",
        marks=GEMMA_MARKS,
        template=GEMMA_TEMPLATE,
        config=_gemma3,
        photo=("\n\n<start_of_image>", "<image_soft_token>", "<end_of_image>\n\n"),
        placeholder="<start_of_image>",
        mean=HALF,
        std=HALF,
        first=("<pad>", "<eos>", "<bos>", "<unk>"),
        preprocessor={"image_seq_length": 256},
    ),
    TrueModel(
        "InternVL3 (Qwen2)",
        "qwen2",
        INTERNVL_MARKS,
        INTERNVL_TEMPLATE,
        _internvl("qwen2"),
        INTERNVL_PHOTO,
        "<image>",
        IMAGENET_MEAN,
        IMAGENET_STD,
        parts=False,
    ),
    TrueModel(
        "InternVL3.5 (Qwen3)",
        "qwen2",
        INTERNVL_MARKS,
        INTERNVL_TEMPLATE,
        _internvl("qwen3"),
        INTERNVL_PHOTO,
        "<image>",
        IMAGENET_MEAN,
        IMAGENET_STD,
        parts=False,
    ),
)
