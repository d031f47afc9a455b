"""Image encoders and projectors with random weights, in the layout of each kind, as GGUF files."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

FREE_GRIDS = {"qwen2vl_merger", "qwen2.5vl_merger", "qwen3vl_merger", "lfm2"}
QWENS = {"qwen2vl_merger", "qwen2.5vl_merger", "qwen3vl_merger"}


@dataclass(frozen=True)
class Projector:
    """The shape of an image encoder and projector.

    Attributes:
        kind: ``clip.projector_type``.
        side: pixels of the square that the position embeddings are for.
        patch: pixels each way of a patch.
        merge: patches each way that make one token.
        width: of the encoder.
        layers: how many.
        heads: of attention.
        feed_forward: width of the inner layer.
        deepstack: branches to the language model's layers (Qwen3-VL).
        longest: where not 0, the longest side up to which photos are cut into tiles (SmolVLM).
        half: whether matrices are stored as float16.
    """

    kind: str
    side: int
    patch: int
    merge: int = 2
    width: int = 64
    layers: int = 2
    heads: int = 4
    feed_forward: int = 128
    deepstack: int = 0
    longest: int = 0
    half: bool = False


def write_projector(
    path: Path,
    projector: Projector,
    name: str,
    seed: int,
    projection: int,
    *,
    claims: str = "",
    omit: Collection[str] = (),
) -> None:
    """Write the encoder and projector.

    Args:
        path: the file.
        projector: the shape.
        name: the model's name in its metadata.
        seed: of the random weights.
        projection: width of the language model's embeddings.
        claims: the kind that the file claims to be, instead of its own.
        omit: names of tensors to leave out.
    """
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_name(name)
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", claims or projector.kind)
    writer.add_bool("clip.use_gelu", projector.kind not in {"qwen2vl_merger", "qwen2.5vl_merger"})
    if projector.kind == "qwen2.5vl_merger":
        writer.add_bool("clip.use_silu", True)
        writer.add_uint32("clip.vision.n_wa_pattern", 2)
    writer.add_uint32("clip.vision.image_size", projector.side)
    writer.add_uint32("clip.vision.patch_size", projector.patch)
    writer.add_uint32("clip.vision.embedding_length", projector.width)
    writer.add_uint32("clip.vision.feed_forward_length", projector.feed_forward)
    writer.add_uint32("clip.vision.block_count", projector.layers)
    writer.add_uint32("clip.vision.attention.head_count", projector.heads)
    writer.add_uint32("clip.vision.projection_dim", projection)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])
    if projector.kind not in QWENS:
        writer.add_uint32("clip.vision.projector.scale_factor", projector.merge)
    if projector.longest:
        writer.add_uint32("clip.vision.preproc_image_size", projector.longest)
    _Tensors(writer, projector, projection, np.random.default_rng(seed), omit).add()
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


class _Tensors:
    def __init__(
        self,
        writer: gguf.GGUFWriter,
        projector: Projector,
        projection: int,
        random: np.random.Generator,
        omit: Collection[str],
    ) -> None:
        self._writer = writer
        self._projector = projector
        self._projection = projection
        self._random = random
        self._omit = omit
        self._plain_norm = projector.kind == "qwen2.5vl_merger"

    def add(self) -> None:
        projector = self._projector
        self._patches()
        for layer in range(projector.layers):
            self._layer(f"v.blk.{layer}")
        if projector.kind != "internvl":
            self._norm("v.post_ln", projector.width)
        getattr(self, "_" + projector.kind.replace(".", "_"))()

    def _patches(self) -> None:
        projector = self._projector
        shape = (projector.width, 3, projector.patch, projector.patch)
        scale = np.float32(1 / projector.patch)
        # Qwen's are made for two frames of a film; a photo is both.
        names = ["v.patch_embd.weight", *(["v.patch_embd.weight.1"] * (projector.kind in QWENS))]
        for name in names:
            self._put(name, self._random.standard_normal(shape, dtype=np.float32) * scale)
        if projector.kind in {"qwen2vl_merger", "qwen2.5vl_merger"}:
            return
        self._put("v.patch_embd.bias", np.zeros(projector.width, np.float32))
        patches = (projector.side // projector.patch) ** 2
        if projector.kind == "internvl":
            patches += 1
            self._put("v.class_embd", np.full(projector.width, 0.1, np.float32))
        places = self._random.standard_normal((patches, projector.width), dtype=np.float32)
        self._put("v.position_embd.weight", places / np.float32(8))

    def _layer(self, block: str) -> None:
        projector = self._projector
        width, inner = projector.width, projector.feed_forward
        self._norm(f"{block}.ln1", width)
        if projector.kind == "qwen3vl_merger":
            self._dense(f"{block}.attn_qkv", 3 * width, width)
        else:
            for part in ("attn_q", "attn_k", "attn_v"):
                self._dense(f"{block}.{part}", width, width)
        self._dense(f"{block}.attn_out", width, width)
        if projector.kind == "internvl":
            for part in ("ls1", "ls2"):
                self._put(f"{block}.{part}.weight", np.full(width, 0.5, np.float32))
        self._norm(f"{block}.ln2", width)
        self._dense(f"{block}.ffn_up", inner, width)
        if projector.kind == "qwen2.5vl_merger":
            self._dense(f"{block}.ffn_gate", inner, width)
        self._dense(f"{block}.ffn_down", width, inner)

    def _qwen2vl_merger(self) -> None:
        merged = self._projector.width * self._projector.merge**2
        self._dense("mm.0", merged, merged)
        self._dense("mm.2", self._projection, merged)

    _qwen2_5vl_merger = _qwen2vl_merger

    def _qwen3vl_merger(self) -> None:
        self._qwen2vl_merger()
        merged = self._projector.width * self._projector.merge**2
        for layer in range(self._projector.deepstack):
            self._norm(f"v.deepstack.{layer}.norm", merged)
            self._dense(f"v.deepstack.{layer}.fc1", merged, merged)
            self._dense(f"v.deepstack.{layer}.fc2", self._projection, merged)

    def _idefics3(self) -> None:
        merged = self._projector.width * self._projector.merge**2
        self._dense("mm.model.fc", self._projection, merged, bias=False)

    def _internvl(self) -> None:
        merged = self._projector.width * self._projector.merge**2
        self._norm("mm.model.mlp.0", merged)
        self._dense("mm.model.mlp.1", self._projection, merged)
        self._dense("mm.model.mlp.3", self._projection, self._projection)

    def _lfm2(self) -> None:
        merged = self._projector.width * self._projector.merge**2
        self._norm("mm.input_norm", merged)
        self._dense("mm.1", self._projection, merged)
        self._dense("mm.2", self._projection, self._projection)

    def _gemma3(self) -> None:
        width = self._projector.width
        self._put("mm.soft_emb_norm.weight", np.ones(width, np.float32))
        # Stored the other way round than every other matrix.
        values = self._random.standard_normal((width, self._projection), dtype=np.float32)
        self._put("mm.input_projection.weight", values / np.float32(np.sqrt(width)))

    def _put(self, name: str, values: NDArray[np.float32]) -> None:
        if name not in self._omit:
            halved = self._projector.half and values.ndim > 1 and "position_embd" not in name
            self._writer.add_tensor(name, values.astype(np.float16) if halved else values)

    def _dense(self, name: str, rows: int, columns: int, *, bias: bool = True) -> None:
        values = self._random.standard_normal((rows, columns), dtype=np.float32)
        self._put(f"{name}.weight", values / np.float32(np.sqrt(columns)))
        if bias:
            self._put(f"{name}.bias", np.full(rows, 0.01, np.float32))

    def _norm(self, name: str, width: int) -> None:
        self._put(f"{name}.weight", np.ones(width, np.float32))
        if not self._plain_norm:
            self._put(f"{name}.bias", np.zeros(width, np.float32))
