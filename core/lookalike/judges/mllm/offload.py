"""Offload: how much of a model goes to a graphics processor, by the memory that is free there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lookalike.judges.mllm.families import ModelPair
from lookalike.judges.mllm.gpu import Gpu
from lookalike.judges.mllm.memory import BETWEEN, OPENING, QUESTION, context_tokens, image_buffers

GPU_CANDIDATES = 8
"""Candidates decoded side by side on a GPU: some 1,000 tokens keep one busy, and need little memory beside it."""
LEAST_LEFT, SHARE_LEFT = 256 << 20, 0.05
"""Bytes, and the share of all its memory, that are left to the desktop and to the driver."""
FIXED_BUFFERS = 64 << 20
"""Bytes that a backend takes whatever it runs."""


@dataclass(frozen=True)
class MemoryNeeds:
    """Bytes that a model's parts take where they compute.

    Attributes:
        vision: image encoder, projector, and the buffers of one photo.
        buffers: the working memory of a decoding.
        output: the output layer.
        layers: each layer's weights and its share of the key-value cache, first to last.
    """

    vision: int
    buffers: int
    output: int
    layers: tuple[int, ...]


@dataclass(frozen=True)
class Offload:
    """What goes to the graphics processor.

    Attributes:
        vision: whether the image encoder does.
        layers: how many layers do, counted as llama.cpp does: the output first, then the layers from the last.
        of: how many there are, the output among them.
    """

    vision: bool
    layers: int
    of: int

    @property
    def whole(self) -> bool:
        """Whether all does."""
        return self.vision and self.layers == self.of

    @property
    def nothing(self) -> bool:
        """Whether nothing does."""
        return not self.vision and self.layers == 0


def memory_needs(pair: ModelPair, parallel: int = 0) -> MemoryNeeds:
    """What a model's parts take, by its files' metadata.

    Args:
        pair: the model.
        parallel: candidates decoded side by side; 0 for as many as a GPU is given.
    """
    parallel = parallel or GPU_CANDIDATES
    llm = pair.llm
    context = context_tokens(pair.plan.max_tokens, OPENING, BETWEEN, QUESTION, parallel)
    count = llm.number(f"{llm.architecture}.block_count")
    layers = [pair.cache_per_layer(context)] * count
    output = rest = 0
    for name in llm.tensors:
        found = re.match(r"blk\.(\d+)\.", name)
        if found and int(found[1]) < count:
            layers[int(found[1])] += llm.bytes_of(name)
        elif name.startswith("token_embd"):
            # The processor looks the embeddings up; where they are the output as well, a second copy is made.
            rest = llm.bytes_of(name)
        else:
            output += llm.bytes_of(name)
    tied = "output.weight" not in llm.tensors
    return MemoryNeeds(
        vision=pair.mmproj.size + image_buffers(pair),
        buffers=_decoding_buffers(pair, parallel),
        output=output + (rest if tied else 0),
        layers=tuple(layers),
    )


def _decoding_buffers(pair: ModelPair, parallel: int) -> int:
    """Bytes that one decoding takes beside the weights and the cache.

    Per token of the largest batch, in float32: the state before and after a layer, queries, keys and values, and twice
    the hidden part of the feed-forward layer; and the logits of each answer.
    """
    llm, kind = pair.llm, pair.llm.architecture
    batch = max(OPENING, parallel * (pair.plan.max_tokens + QUESTION))
    width, hidden = llm.number(f"{kind}.embedding_length"), llm.number(f"{kind}.feed_forward_length")
    vocabulary = llm.tensors.get("token_embd.weight", (0, 0))[1]
    values = batch * (5 * width + 2 * hidden + pair.width) + (parallel + 2) * vocabulary
    return 4 * values + FIXED_BUFFERS


def plan_offload(needs: MemoryNeeds, gpu: Gpu, available: int) -> Offload:
    """As much as fits: the image encoder first, which is the most work, then layers from the last.

    Args:
        needs: what the parts take.
        gpu: where they are to go.
        available: bytes of the processor's own memory that are free; they bound a GPU that shares it.
    """
    free = min(gpu.free, available) if gpu.integrated else gpu.free
    free -= max(LEAST_LEFT, int(SHARE_LEFT * gpu.total))
    of = 1 + len(needs.layers)
    vision = needs.vision <= free
    if vision:
        free -= needs.vision
    free -= needs.buffers
    count = 0
    for part in (needs.output, *reversed(needs.layers)):
        free -= part
        if free < 0:
            break
        count += 1
    return Offload(vision, count, of)
