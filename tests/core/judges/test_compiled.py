"""Compiled networks that are kept: loaded as they were, or made anew."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike import app_paths
from lookalike.descriptors.openvino_runtime import import_openvino
from lookalike.judges.geometry import compiled
from lookalike.judges.geometry.compiled import compile_network
from lookalike.resources import resource

SETTINGS = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32"}


def outputs(model: Any) -> list[NDArray[np.float32]]:
    shape = [side.get_length() if side.is_static else 64 for side in model.inputs[0].partial_shape]
    grey = np.random.default_rng(0).random(shape, np.float32)
    return [np.array(one) for one in model.create_infer_request().infer({0: grey}).values()]


@pytest.fixture
def graph() -> Path:
    return resource("geometry/xfeat.xml")


def kept() -> list[Path]:
    return sorted(app_paths.compiled_networks().glob("*"))


def test_what_is_kept_is_loaded_and_gives_the_same(graph: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    core = import_openvino().Core()
    plain = outputs(core.compile_model(core.read_model(graph), "CPU", SETTINGS))
    first = outputs(compile_network(graph, SETTINGS))
    (file,) = kept()
    assert file.name.startswith("xfeat-")
    monkeypatch.setattr(compiled, "_keep", None)  # Compiling anew would call it.
    second = outputs(compile_network(graph, SETTINGS))
    for one, other, again in zip(plain, first, second, strict=True):
        assert np.array_equal(one, other)
        assert np.array_equal(one, again)


@pytest.mark.parametrize("damage", ["cut", "bit", "empty"])
def test_a_damaged_file_is_made_anew(graph: Path, damage: str) -> None:
    right = outputs(compile_network(graph, SETTINGS))
    (file,) = kept()
    content = bytearray(file.read_bytes())
    if damage == "bit":
        content[len(content) // 2] ^= 1
    else:
        del content[0 if damage == "empty" else len(content) // 2 :]
    file.write_bytes(content)
    found = outputs(compile_network(graph, SETTINGS))
    assert all(np.array_equal(*pair) for pair in zip(right, found, strict=True))
    assert file.read_bytes() != content


def test_one_that_openvino_refuses_is_made_anew(graph: Path, caplog: pytest.LogCaptureFixture) -> None:
    compile_network(graph, SETTINGS)
    (file,) = kept()
    content = file.read_bytes()
    compiled._keep(file, "xfeat", io.BytesIO(b"of another version"))
    with caplog.at_level(logging.WARNING):
        compile_network(graph, SETTINGS)
    assert "Loading a compiled network" in caplog.text
    assert len(file.read_bytes()) == len(content)


def test_other_settings_are_another_file_in_its_place(graph: Path) -> None:
    compile_network(graph, SETTINGS)
    (first,) = kept()
    compile_network(graph, SETTINGS | {"NUM_STREAMS": 2})
    (second,) = kept()
    assert first != second


def test_a_network_is_compiled_where_nothing_can_be_kept(
    graph: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app_paths.compiled_networks().parent.mkdir(parents=True, exist_ok=True)
    app_paths.compiled_networks().write_bytes(b"a file in the folder's place")
    with caplog.at_level(logging.WARNING):
        assert outputs(compile_network(graph, SETTINGS))
    assert "Keeping a compiled network" in caplog.text
