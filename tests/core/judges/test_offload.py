"""How much of a model goes to a GPU, by the memory that is free there."""

from __future__ import annotations

from pathlib import Path

import pytest

from lookalike.judges.mllm.families import ModelPair, match_pair
from lookalike.judges.mllm.gguf_file import read_gguf
from lookalike.judges.mllm.gpu import Gpu
from lookalike.judges.mllm.offload import (
    LEAST_LEFT,
    SHARE_LEFT,
    MemoryNeeds,
    Offload,
    memory_needs,
    plan_offload,
)
from tests.builders.gguf_models import write_pair

MB = 1 << 20
NEEDS = MemoryNeeds(vision=300 * MB, buffers=100 * MB, output=50 * MB, layers=(20 * MB, 30 * MB, 40 * MB))


def _gpu(free: int, *, total: int = 0, integrated: bool = False) -> Gpu:
    return Gpu("X", "Vulkan", free, total or free, integrated)


@pytest.mark.parametrize(
    ("megabytes", "vision", "layers"),
    [
        (299, False, 4),
        (300, True, 0),
        (449, True, 0),
        (450, True, 1),
        (490, True, 2),
        (519, True, 2),
        (540, True, 4),
    ],
)
def test_the_encoder_goes_first_then_the_output_then_layers_from_the_last(
    megabytes: int, vision: bool, layers: int
) -> None:
    plan = plan_offload(NEEDS, _gpu(LEAST_LEFT + megabytes * MB), 0)
    assert plan == Offload(vision, layers, 4)
    assert plan.whole == (megabytes >= 540)


def test_where_nothing_fits_nothing_goes() -> None:
    assert plan_offload(NEEDS, _gpu(LEAST_LEFT), 0).nothing


def test_a_large_gpu_keeps_a_share_for_others() -> None:
    total = 32 * LEAST_LEFT
    kept = int(SHARE_LEFT * total)
    assert plan_offload(NEEDS, _gpu(kept + 540 * MB, total=total), 0).whole
    assert not plan_offload(NEEDS, _gpu(kept + 539 * MB, total=total), 0).whole


def test_a_gpu_within_the_processor_has_no_more_than_is_free_there() -> None:
    roomy = LEAST_LEFT + 540 * MB
    assert plan_offload(NEEDS, _gpu(2 * roomy, integrated=True), roomy).whole
    assert plan_offload(NEEDS, _gpu(2 * roomy, integrated=True), LEAST_LEFT).nothing
    assert plan_offload(NEEDS, _gpu(2 * roomy), LEAST_LEFT).whole


def _pair(folder: Path, family: str) -> ModelPair:
    llm, mmproj = write_pair(folder, family)
    return match_pair(read_gguf(llm), read_gguf(mmproj), 128)


@pytest.mark.parametrize(("family", "layers"), [("qwen2vl", 2), ("qwen3vl", 3), ("gemma3", 6)])
def test_needs_are_those_of_the_files(tmp_path: Path, family: str, layers: int) -> None:
    pair = _pair(tmp_path, family)
    needs = memory_needs(pair, 1)
    assert len(needs.layers) == layers
    assert needs.vision > pair.mmproj.size
    # All tensors are somewhere; the embeddings stay with the processor, or count as the output where they are that too.
    weights = sum(pair.llm.bytes_of(name) for name in pair.llm.tensors)
    embeddings = pair.llm.bytes_of("token_embd.weight")
    tied = "output.weight" not in pair.llm.tensors
    cache = sum(needs.layers) + needs.output - (weights - (0 if tied else embeddings))
    assert cache > 0 and cache % layers == 0
    assert memory_needs(pair).layers[0] > needs.layers[0]
    assert memory_needs(pair).buffers > needs.buffers
