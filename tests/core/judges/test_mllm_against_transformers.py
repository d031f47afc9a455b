"""The judge against transformers, on really converted tiny models: a small part of the benchmark of the same name.

The converter is in the source package of the pinned llama-cpp-python; without it the tests are skipped.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.benchmarks.mllm_against_transformers import SAME, build, compare, sample_photos
from tests.builders.hub_conversion import VARIABLE, source_tree
from tests.builders.hub_families import MODELS
from tests.builders.hub_tokenizers import Vocabulary

pytestmark = [
    pytest.mark.mllm,
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
    ),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.mark.parametrize("name", ["SmolVLM2", "LFM2-VL", "InternVL3 (Qwen2)"])
def test_an_imported_model_judges_as_transformers_does(tmp_path: Path, name: str) -> None:
    source = source_tree(tmp_path, download=False)
    if source is None:
        pytest.skip(f"{VARIABLE} does not name the unpacked source package of llama-cpp-python")
    kind = next(model for model in MODELS if model.name == name)
    subject = build(tmp_path, kind, source, Vocabulary(None, "lfm2"))
    photos = sample_photos(None)
    found = compare(subject, [photos[0], photos[5], *photos[-2:]], queries=2)
    assert found.same_prompts
    assert found.truth.std() > 0.1
    assert found.pearson > SAME
