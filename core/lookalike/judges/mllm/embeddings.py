"""Text embeddings, looked up token by token in a language model's file.

llama.cpp takes a batch of text or one of embeddings, never both. With the text's embeddings at hand, a photo and the
question after it go through the model in one step instead of two.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.mllm.gguf_file import read_gguf

TABLE = "token_embd.weight"


def text_embeddings(path: Path, tokens: list[int], width: int) -> NDArray[np.float32] | None:
    """The rows of the embedding table for some tokens, as llama.cpp's `ggml_get_rows` gives them.

    Args:
        path: the language model, a GGUF file.
        tokens: token ids.
        width: length of a row of the result; with a deep stack more than a token has, and the rest is 0.

    Returns:
        float32 (tokens, width), or None if the table is stored in a way that cannot be read here.

    Raises:
        JudgeError: the file cannot be read.
    """
    from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
    from gguf.quants import dequantize

    model = read_gguf(path)
    shape, weights = model.tensors.get(TABLE, ()), model.weights.get(TABLE)
    if len(shape) != 2 or weights is None or shape[0] > width or max(tokens, default=0) >= shape[1]:
        return None
    try:
        kind = GGMLQuantizationType(weights.kind)
        block, size = GGML_QUANT_SIZES[kind]
        length = shape[0] // block * size
        rows = np.zeros((len(tokens), width), np.float32)
        with path.open("rb") as file:
            for place, token in enumerate(tokens):
                file.seek(weights.start + token * length)
                stored = np.frombuffer(file.read(length), np.uint8)
                rows[place, : shape[0]] = dequantize(stored, kind)
    except (ValueError, KeyError, NotImplementedError):
        return None
    return rows
