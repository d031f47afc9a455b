"""Language models with random weights, in the layout of each architecture, as GGUF files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
from gguf.quants import quantize
from numpy.typing import NDArray

ATTENTION_SCALE = 2.0
"""Plain random weights attend to everything alike, and then no single photo moves the answer much."""
BIASED = {"qwen2", "qwen2vl"}
NORMED_HEADS = {"qwen3", "qwen3vl", "gemma3", "lfm2"}
SECTIONED = {"qwen2vl", "qwen3vl"}
CONVOLUTION = 3


@dataclass(frozen=True)
class Language:
    """The shape of a language model.

    Attributes:
        architecture: ``general.architecture``.
        width: of the residual stream.
        layers: how many.
        heads: of attention.
        kv_heads: heads of keys and values.
        feed_forward: width of the inner layer.
        vocabulary: tokens there are.
        deepstack: layers that take more of a photo (Qwen3-VL).
        quantisation: how matrices are stored.
    """

    architecture: str
    width: int = 256
    layers: int = 2
    heads: int = 4
    kv_heads: int = 2
    feed_forward: int = 512
    vocabulary: int = 384
    deepstack: int = 0
    quantisation: gguf.GGMLQuantizationType = gguf.GGMLQuantizationType.F16

    @property
    def input_width(self) -> int:
        """The length of a visual token."""
        return self.width * (1 + self.deepstack)

    def is_convolution(self, layer: int) -> bool:
        """Whether a layer of an LFM2 is a short convolution instead of attention."""
        return self.architecture == "lfm2" and layer % 2 == 0


def write_language(
    path: Path, language: Language, name: str, seed: int, add_vocabulary: Callable[[gguf.GGUFWriter], None]
) -> None:
    """Write the model; `add_vocabulary` adds the tokenizer and the chat template."""
    random = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, language.architecture)
    writer.add_name(name)
    _add_shape(writer, language)
    add_vocabulary(writer)
    _Tensors(writer, language, random).add()
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_shape(writer: gguf.GGUFWriter, language: Language) -> None:
    head = language.width // language.heads
    kind = language.architecture
    writer.add_context_length(4096)
    writer.add_embedding_length(language.width)
    writer.add_block_count(language.layers)
    writer.add_feed_forward_length(language.feed_forward)
    writer.add_head_count(language.heads)
    if kind == "lfm2":
        kv = [0 if language.is_convolution(layer) else language.kv_heads for layer in range(language.layers)]
        writer.add_head_count_kv(kv)
        writer.add_shortconv_l_cache(CONVOLUTION)
        writer.add_vocab_size(language.vocabulary)
    else:
        writer.add_head_count_kv(language.kv_heads)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10000.0)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    if kind in NORMED_HEADS - {"lfm2"}:
        writer.add_key_length(head)
        writer.add_value_length(head)
    if kind in SECTIONED:
        writer.add_rope_dimension_sections([head // 8, head * 3 // 16, head * 3 // 16, 0])
    elif kind in {"llama", "internlm2"}:
        writer.add_rope_dimension_count(head)
    if kind == "gemma3":
        # Shorter than the prompts of the tests, so that it matters; of six layers five have it.
        writer.add_sliding_window(64)
    if language.deepstack:
        writer.add_num_deepstack_layers(language.deepstack)


class _Tensors:
    def __init__(self, writer: gguf.GGUFWriter, language: Language, random: np.random.Generator) -> None:
        self._writer = writer
        self._language = language
        self._random = random

    def add(self) -> None:
        language = self._language
        # Gemma multiplies them with the root of the width, but not a photo's.
        scale = 1 / np.sqrt(language.width) if language.architecture == "gemma3" else 1.0
        self._matrix("token_embd", language.vocabulary, language.width, scale * np.sqrt(language.width))
        for layer in range(language.layers):
            self._layer(layer)
        last = "token_embd_norm" if language.architecture == "lfm2" else "output_norm"
        self._vector(f"{last}.weight", language.width, 1.0)
        self._matrix("output", language.vocabulary, language.width)

    def _layer(self, layer: int) -> None:
        language, block = self._language, f"blk.{layer}"
        width, kind = language.width, language.architecture
        self._vector(f"{block}.attn_norm.weight", width, 1.0)
        if language.is_convolution(layer):
            shape = (width, CONVOLUTION)
            values = self._random.standard_normal(shape, dtype=np.float32)
            self._writer.add_tensor(f"{block}.shortconv.conv.weight", values)
            self._matrix(f"{block}.shortconv.in_proj", 3 * width, width)
            self._matrix(f"{block}.shortconv.out_proj", width, width)
        else:
            self._attention(block)
        if kind == "gemma3":
            self._vector(f"{block}.post_attention_norm.weight", width, 1.0)
            self._vector(f"{block}.post_ffw_norm.weight", width, 1.0)
        self._vector(f"{block}.ffn_norm.weight", width, 1.0)
        self._matrix(f"{block}.ffn_gate", language.feed_forward, width)
        self._matrix(f"{block}.ffn_up", language.feed_forward, width)
        self._matrix(f"{block}.ffn_down", width, language.feed_forward)

    def _attention(self, block: str) -> None:
        language = self._language
        head = language.width // language.heads
        normed = language.architecture in NORMED_HEADS
        for part, heads in (("q", language.heads), ("k", language.kv_heads), ("v", language.kv_heads)):
            sharp = ATTENTION_SCALE if part != "v" and not normed else 1.0
            self._matrix(f"{block}.attn_{part}", heads * head, language.width, sharp)
            if language.architecture in BIASED:
                self._vector(f"{block}.attn_{part}.bias", heads * head, 0.1)
            if normed and part != "v":
                self._vector(f"{block}.attn_{part}_norm.weight", head, ATTENTION_SCALE)
        self._matrix(f"{block}.attn_output", language.width, language.width)

    def _matrix(self, tensor: str, rows: int, columns: int, scale: float = 1.0) -> None:
        values: NDArray[np.float32] = self._random.standard_normal((rows, columns), dtype=np.float32)
        values *= np.float32(scale / np.sqrt(columns))
        kind = self._language.quantisation
        self._writer.add_tensor(f"{tensor}.weight", quantize(values, kind), raw_dtype=kind)

    def _vector(self, tensor: str, length: int, value: float) -> None:
        self._writer.add_tensor(tensor, np.full(length, value, np.float32))
