"""Tiny multimodal models with random weights: a language model and its projector, as GGUF files.

They answer nonsense, but every part of the real thing runs on them: tokenizer, chat template, image
encoder, projector, M-RoPE positions, decoder. By hand: ``python -m tests.builders.gguf_models OUT_DIR``.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

FAMILIES = ("qwen2vl", "idefics3")

WIDTH = 256
LAYERS = 2
HEADS = 4
KV_HEADS = 2
FEED_FORWARD = 512
VOCABULARY = 352
ATTENTION_SCALE = 2.0
"""Plain random weights attend to everything alike, and then no single photo moves the answer much."""
VISION_WIDTH = 64
VISION_LAYERS = 2
VISION_HEADS = 4
VISION_FEED_FORWARD = 128

QWEN_PATCH = 14
IDEFICS_PATCH = 8
IDEFICS_TILE = 128
IDEFICS_SCALE = 2
IDEFICS_LONGEST = 256

MARKERS = {
    "qwen2vl": [
        "<|endoftext|>",
        "<|im_start|>",
        "<|im_end|>",
        "<|vision_start|>",
        "<|vision_end|>",
        "<|image_pad|>",
        "<|video_pad|>",
    ],
    "idefics3": [
        "<|endoftext|>",
        "<|im_start|>",
        "<end_of_utterance>",
        "<fake_token_around_image>",
        "<image>",
        "<global-img>",
        *(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)),
    ],
}
TEMPLATES = {
    "qwen2vl": (
        "{% for message in messages %}<|im_start|>{{ message.role }}\n"
        "{% if message.content is string %}{{ message.content }}{% else %}"
        "{% for part in message.content %}"
        "{% if part.type == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
        "{% else %}{{ part.text }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    ),
    "idefics3": (
        "<|im_start|>{% for message in messages %}{{ message.role | capitalize }}"
        "{% if message.content[0].type == 'image' %}:{% else %}: {% endif %}"
        "{% for part in message.content %}{% if part.type == 'text' %}{{ part.text }}"
        "{% else %}<image>{% endif %}{% endfor %}<end_of_utterance>\n{% endfor %}"
        "{% if add_generation_prompt %}Assistant:{% endif %}"
    ),
}


def write_pair(
    folder: Path,
    family: str,
    *,
    name: str = "Tiny",
    seed: int = 0,
    projection: int = WIDTH,
    projector: str = "",
    omit: Collection[str] = (),
) -> tuple[Path, Path]:
    """Write a language model and its projector into `folder`.

    Args:
        folder: made when absent.
        family: one of `FAMILIES`.
        name: the model's name in its metadata.
        seed: of the random weights.
        projection: width of the projector's output; any but `WIDTH` makes the pair unfit.
        projector: the kind that the projector claims to be, instead of its own.
        omit: names of projector tensors to leave out, for a file that is well-formed and yet wrong.

    Returns:
        The paths of the language model and of the projector.
    """
    folder.mkdir(parents=True, exist_ok=True)
    llm, mmproj = folder / f"tiny-{family}.gguf", folder / f"mmproj-tiny-{family}.gguf"
    _write_llm(llm, family, name, np.random.default_rng(seed))
    _write_mmproj(mmproj, family, name, np.random.default_rng(seed + 1), projection, projector, omit)
    return llm, mmproj


def _byte_characters() -> list[str]:
    """The printable stand-in for each byte, as byte-level BPE vocabularies spell it (GPT-2)."""
    printable = [
        *range(ord("!"), ord("~") + 1),
        *range(ord("¡"), ord("¬") + 1),
        *range(ord("®"), ord("ÿ") + 1),
    ]
    spare = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(spare)) for byte in range(256)]


def _matrix(random: np.random.Generator, rows: int, columns: int) -> NDArray[np.float32]:
    return random.standard_normal((rows, columns), dtype=np.float32) / np.float32(np.sqrt(columns))


def _write_llm(path: Path, family: str, name: str, random: np.random.Generator) -> None:
    architecture = "qwen2vl" if family == "qwen2vl" else "llama"
    head = WIDTH // HEADS
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name(name)
    writer.add_context_length(4096)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10000.0)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    if family == "qwen2vl":
        writer.add_rope_dimension_sections([head // 8, head * 3 // 16, head * 3 // 16, 0])
    else:
        writer.add_rope_dimension_count(head)
    _add_vocabulary(writer, family)

    def matrix(tensor: str, rows: int, columns: int, scale: float = 1.0) -> None:
        values = _matrix(random, rows, columns) * np.float32(scale)
        writer.add_tensor(f"{tensor}.weight", values.astype(np.float16))

    def vector(tensor: str, length: int, value: float) -> None:
        writer.add_tensor(tensor, np.full(length, value, np.float32))

    writer.add_tensor(
        "token_embd.weight", random.standard_normal((VOCABULARY, WIDTH), dtype=np.float32).astype(np.float16)
    )
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        vector(f"{block}.attn_norm.weight", WIDTH, 1.0)
        matrix(f"{block}.attn_q", WIDTH, WIDTH, ATTENTION_SCALE)
        matrix(f"{block}.attn_k", KV_HEADS * head, WIDTH, ATTENTION_SCALE)
        matrix(f"{block}.attn_v", KV_HEADS * head, WIDTH)
        if family == "qwen2vl":
            vector(f"{block}.attn_q.bias", WIDTH, 0.1)
            vector(f"{block}.attn_k.bias", KV_HEADS * head, 0.1)
            vector(f"{block}.attn_v.bias", KV_HEADS * head, 0.1)
        matrix(f"{block}.attn_output", WIDTH, WIDTH)
        vector(f"{block}.ffn_norm.weight", WIDTH, 1.0)
        matrix(f"{block}.ffn_gate", FEED_FORWARD, WIDTH)
        matrix(f"{block}.ffn_up", FEED_FORWARD, WIDTH)
        matrix(f"{block}.ffn_down", WIDTH, FEED_FORWARD)
    vector("output_norm.weight", WIDTH, 1.0)
    matrix("output", VOCABULARY, WIDTH)
    _finish(writer)


def _add_vocabulary(writer: gguf.GGUFWriter, family: str) -> None:
    merged = ["ĊĊ", "ye", "yes", "no", "Ġt", "he", "Ġthe", "in", "an", "ha", "am", "sa", "same"]
    merges = [
        "Ċ Ċ",
        "y e",
        "ye s",
        "n o",
        "Ġ t",
        "h e",
        "Ġt he",
        "i n",
        "a n",
        "h a",
        "a m",
        "s a",
        "sa m",
        "sam e",
    ]
    merged.insert(merged.index("same"), "sam")
    markers = MARKERS[family]
    tokens = [*_byte_characters(), *merged, *markers]
    unused = [f"<unused_{number}>" for number in range(VOCABULARY - len(tokens))]
    kinds = [
        *[gguf.TokenType.NORMAL] * (256 + len(merged)),
        *[gguf.TokenType.CONTROL] * len(markers),
        *[gguf.TokenType.UNUSED] * len(unused),
    ]
    tokens += unused
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2" if family == "qwen2vl" else "smollm")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(tokens.index("<|endoftext|>" if family == "qwen2vl" else "<|im_start|>"))
    writer.add_eos_token_id(tokens.index("<|im_end|>" if family == "qwen2vl" else "<end_of_utterance>"))
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATES[family])


def _write_mmproj(
    path: Path,
    family: str,
    name: str,
    random: np.random.Generator,
    projection: int,
    projector: str,
    omit: Collection[str],
) -> None:
    qwen = family == "qwen2vl"
    patch = QWEN_PATCH if qwen else IDEFICS_PATCH
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_name(name)
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", projector or ("qwen2vl_merger" if qwen else "idefics3"))
    writer.add_bool("clip.use_gelu", not qwen)
    writer.add_uint32("clip.vision.image_size", 560 if qwen else IDEFICS_TILE)
    writer.add_uint32("clip.vision.patch_size", patch)
    writer.add_uint32("clip.vision.embedding_length", VISION_WIDTH)
    writer.add_uint32("clip.vision.feed_forward_length", VISION_FEED_FORWARD)
    writer.add_uint32("clip.vision.block_count", VISION_LAYERS)
    writer.add_uint32("clip.vision.attention.head_count", VISION_HEADS)
    writer.add_uint32("clip.vision.projection_dim", projection)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])
    if not qwen:
        writer.add_uint32("clip.vision.projector.scale_factor", IDEFICS_SCALE)
        writer.add_uint32("clip.vision.preproc_image_size", IDEFICS_LONGEST)

    def add(tensor: str, values: NDArray[np.float32]) -> None:
        if tensor not in omit:
            writer.add_tensor(tensor, values)

    def dense(tensor: str, rows: int, columns: int, *, bias: bool = True) -> None:
        add(f"{tensor}.weight", _matrix(random, rows, columns))
        if bias:
            add(f"{tensor}.bias", np.full(rows, 0.01, np.float32))

    def norm(tensor: str) -> None:
        add(f"{tensor}.weight", np.ones(VISION_WIDTH, np.float32))
        add(f"{tensor}.bias", np.zeros(VISION_WIDTH, np.float32))

    shape = (VISION_WIDTH, 3, patch, patch)
    scale = np.float32(1 / patch)
    for tensor in ("v.patch_embd.weight", "v.patch_embd.weight.1") if qwen else ("v.patch_embd.weight",):
        add(tensor, random.standard_normal(shape, dtype=np.float32) * scale)
    if not qwen:
        add("v.patch_embd.bias", np.zeros(VISION_WIDTH, np.float32))
        patches = (IDEFICS_TILE // patch) ** 2
        add(
            "v.position_embd.weight",
            random.standard_normal((patches, VISION_WIDTH), dtype=np.float32) / np.float32(8),
        )
    for layer in range(VISION_LAYERS):
        block = f"v.blk.{layer}"
        norm(f"{block}.ln1")
        for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
            dense(f"{block}.{part}", VISION_WIDTH, VISION_WIDTH)
        norm(f"{block}.ln2")
        dense(f"{block}.ffn_up", VISION_FEED_FORWARD, VISION_WIDTH)
        dense(f"{block}.ffn_down", VISION_WIDTH, VISION_FEED_FORWARD)
    norm("v.post_ln")
    if qwen:
        dense("mm.0", 4 * VISION_WIDTH, 4 * VISION_WIDTH)
        dense("mm.2", projection, 4 * VISION_WIDTH)
    else:
        dense("mm.model.fc", projection, VISION_WIDTH * IDEFICS_SCALE**2, bias=False)
    _finish(writer)


def _finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    """Write a pair where the command line says."""
    parser = argparse.ArgumentParser(description="Write a tiny random multimodal model as two GGUF files.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--family", choices=FAMILIES, default="qwen2vl")
    arguments = parser.parse_args()
    for path in write_pair(arguments.folder, arguments.family):
        print(path)


if __name__ == "__main__":
    main()
