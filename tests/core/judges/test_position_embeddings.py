"""InternVL's position embeddings: our copy of a projector gives transformers' visual tokens, the original does not."""

from __future__ import annotations

import importlib.util
import tomllib
from multiprocessing.connection import Connection
from pathlib import Path

import gguf
import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.judges.mllm import position_embeddings
from lookalike.judges.mllm.errors import JudgeError
from lookalike.judges.mllm.families import match_pair
from lookalike.judges.mllm.gguf_file import read_gguf
from lookalike.judges.mllm.judge import MllmJudge
from lookalike.judges.mllm.pixels import prepare
from lookalike.judges.mllm.position_embeddings import demand_order, in_order, reorder
from lookalike.worker import Worker
from tests.builders.gguf_models import KINDS, write_pair
from tests.builders.jobs import result_of
from tests.core.judges.mllm_reference import blobs

SHA256 = "ab" * 32
with_llama = [
    pytest.mark.mllm,
    pytest.mark.skipif(
        importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
    ),
]


def test_the_copy_differs_in_the_order_of_one_table_and_says_so(tmp_path: Path) -> None:
    _, original = write_pair(tmp_path, "internvl")
    content = original.read_bytes()
    copy = result_of(reorder(original, SHA256))
    assert original.read_bytes() == content and copy != original
    assert in_order(read_gguf(copy)) and not in_order(read_gguf(original))
    before, after = gguf.GGUFReader(original), gguf.GGUFReader(copy)
    for one, other in zip(before.tensors, after.tensors, strict=True):
        assert (one.name, one.tensor_type) == (other.name, other.tensor_type)
        rolled = np.concatenate([one.data[1:], one.data[:1]])
        expected = rolled if one.name == "v.position_embd.weight" else one.data
        assert np.array_equal(expected, other.data)
    added = {name: field for name, field in after.fields.items() if name not in before.fields}
    assert {name: field.contents() for name, field in added.items()} == {
        "lookalike.position_embeddings": "class token last",
        "lookalike.source_sha256": SHA256,
    }
    kept = [name for name in before.fields if not name.startswith("GGUF.")]
    assert all(before.fields[name].contents() == after.fields[name].contents() for name in kept)


def test_only_an_original_is_put_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, original = write_pair(tmp_path, "internvl")
    copy = result_of(reorder(original, SHA256))
    with pytest.raises(JudgeError, match=r"^reordered-.* was changed for another version of llama\.cpp"):
        result_of(reorder(copy, SHA256))
    demand_order(read_gguf(copy))
    # Once llama.cpp is mended, copies that were made before must not be taken for right.
    monkeypatch.setattr(position_embeddings, "NEEDED", "")
    demand_order(read_gguf(original))
    with pytest.raises(JudgeError, match=r"is not in the order in which llama\.cpp reads InternVL models"):
        demand_order(read_gguf(copy))


@pytest.mark.parametrize("family", [family for family in KINDS if not family.startswith("internvl")])
def test_other_families_are_left_as_they_are(tmp_path: Path, family: str) -> None:
    assert in_order(read_gguf(write_pair(tmp_path, family)[1]))


def test_the_pinned_llama_cpp_is_the_one_that_was_examined() -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    assert project["optional-dependencies"]["mllm"] == [f"llama-cpp-python=={position_embeddings.AFFECTED}"]


class TestAgainstTransformers:
    pytestmark = with_llama

    def test_a_projector_out_of_order_judges_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(JudgeError, match="Import the model: its copy is then put in order"):
            MllmJudge(*write_pair(tmp_path, "internvl"), token_store=None)

    @pytest.mark.slow
    def test_llama_cpp_still_needs_the_copy_and_it_is_right(self, tmp_path: Path) -> None:
        llm, original = write_pair(tmp_path, "internvl")
        copy = result_of(reorder(original, SHA256))
        plan = match_pair(read_gguf(llm), read_gguf(original), 128).plan
        photos = [prepare(blobs(*shape), plan) for shape in [(1, 320, 200), (2, 200, 400), (3, 900, 300)]]
        truth = transformers_tokens(original, photos)
        untouched, reordered = (llama_tokens(llm, file, photos) for file in (original, copy))
        # Photos weigh more than places in so small a model: one row off is .97 here.
        assert correlation(untouched, truth) < 0.99, (
            "llama.cpp reads the original rightly now: set NEEDED in position_embeddings.py to the empty string"
        )
        assert correlation(reordered, truth) > 0.9999


def correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def llama_tokens(llm: Path, mmproj: Path, photos: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
    worker = Worker(encode, (str(llm), str(mmproj), photos), name="the encoder")
    try:
        tokens: NDArray[np.float32] = worker.receive()
    finally:
        worker.close()
    return tokens


def encode(pipe: Connection, llm: str, mmproj: str, photos: list[NDArray[np.uint8]]) -> None:
    import llama_cpp

    from lookalike.judges.mllm.bindings import Log, set_environment
    from lookalike.judges.mllm.vision import Vision

    set_environment()
    log = Log(Path(mmproj).with_suffix(".log"))
    log.attach()
    model = llama_cpp.llama_model_load_from_file(llm.encode(), llama_cpp.llama_model_default_params())
    vision = Vision(mmproj, model, 64, 1, gpu=False)
    pipe.send(np.stack([vision.encode(photo).embeddings for photo in photos]))
    vision.close()
    llama_cpp.llama_model_free(model)


def transformers_tokens(mmproj: Path, photos: list[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """What transformers' InternVL makes of the photos with the weights of a projector file, in their own order."""
    import torch
    from transformers import InternVLConfig, InternVLModel

    file = read_gguf(mmproj)
    config = InternVLConfig(
        vision_config={
            "hidden_size": file.number("clip.vision.embedding_length"),
            "num_hidden_layers": file.number("clip.vision.block_count"),
            "num_attention_heads": file.number("clip.vision.attention.head_count"),
            "intermediate_size": file.number("clip.vision.feed_forward_length"),
            "image_size": [file.number("clip.vision.image_size")] * 2,
            "patch_size": [file.number("clip.vision.patch_size")] * 2,
            "attention_bias": True,
        },
        text_config={
            "model_type": "qwen2",
            "hidden_size": file.number("clip.vision.projection_dim"),
            "num_hidden_layers": 1,
            "num_attention_heads": 4,
            "num_key_value_heads": 4,
            "intermediate_size": 8,
            "vocab_size": 16,
        },
        image_token_id=0,
    )
    model = InternVLModel(config).eval()
    weights = {_transformers_name(tensor.name): tensor.data for tensor in gguf.GGUFReader(mmproj).tensors}
    shapes = {name: value.shape for name, value in model.state_dict().items()}
    state = {name: torch.tensor(value).reshape(shapes[name]) for name, value in weights.items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and all(name.startswith("language_model.") for name in missing)
    pixels = torch.tensor(np.stack(photos)).permute(0, 3, 1, 2) / 127.5 - 1
    with torch.inference_mode():
        return np.asarray(model.get_image_features(pixel_values=pixels).pooler_output)


NAMES = {
    "v.class_embd": "vision_tower.embeddings.cls_token",
    "v.position_embd.weight": "vision_tower.embeddings.position_embeddings",
    "v.patch_embd": "vision_tower.embeddings.patch_embeddings.projection",
    "mm.model.mlp.0": "multi_modal_projector.layer_norm",
    "mm.model.mlp.1": "multi_modal_projector.linear_1",
    "mm.model.mlp.3": "multi_modal_projector.linear_2",
}
PARTS = {
    "ln1": "layernorm_before",
    "ln2": "layernorm_after",
    "attn_q": "attention.q_proj",
    "attn_k": "attention.k_proj",
    "attn_v": "attention.v_proj",
    "attn_out": "attention.projection_layer",
    "ffn_up": "mlp.fc1",
    "ffn_down": "mlp.fc2",
}


def _transformers_name(name: str) -> str:
    if name in NAMES:
        return NAMES[name]
    stem, end = name.rsplit(".", 1)
    if stem in NAMES:
        return f"{NAMES[stem]}.{end}"
    _, _, layer, part = stem.split(".")
    prefix = f"vision_tower.encoder.layer.{layer}"
    if part in {"ls1", "ls2"}:
        return f"{prefix}.lambda_{part[-1]}"
    return f"{prefix}.{PARTS[part]}.{end}"
