"""The catalogue that ships, what is wrong with bad ones, and which model is recommended."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from lookalike.models.advice import COMFORTABLE, TIGHT, TOO_LARGE, Machine, fit, recommend
from lookalike.models.catalogue import FILE, CatalogueModel, offered, read_catalogue
from lookalike.models.errors import ModelError
from lookalike.resources import resource

CATALOGUE = read_catalogue()
SHIPPED = resource(FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize("model", CATALOGUE, ids=lambda model: model.name)
def test_every_entry_is_plausible(model: CatalogueModel) -> None:
    weights = max(file.size for file in model.files)
    assert weights < model.size
    assert model.size < model.memory < 4 * model.size + 1_000_000_000
    assert re.fullmatch(r"main|[0-9a-f]{40}", model.revision)
    # A checksum belongs to one revision of the file.
    assert model.revision != "main" or not any(file.sha256 for file in model.files)
    assert model.good_for.endswith(".")
    assert len(model.good_for) < 110
    suffixes = {Path(file.path).suffix for file in model.files}
    assert suffixes == {".gguf"} if model.kind == "judge" else suffixes & {".safetensors", ".bin"}


def test_each_kind_has_models_for_small_and_large_computers() -> None:
    for kind in ("judge", "descriptor"):
        memory = [model.memory for model in CATALOGUE if model.kind == kind]
        assert min(memory) < 1_000_000_000
        assert max(memory) > 4_000_000_000


def test_a_name_is_found_however_it_is_capitalised() -> None:
    assert offered("smolvlm2-256m").name == "SmolVLM2-256M"
    with pytest.raises(ModelError, match="No model called nothing"):
        offered("nothing")


SPOILT: list[tuple[str, Callable[[str], str], str]] = [
    ("toml", lambda text: text + "\n[[", ""),
    ("missing", lambda text: text.replace('licence = "MIT"', "", 1), "licence"),
    (
        "surplus",
        lambda text: text.replace('licence = "MIT"', 'licence = "MIT"\nlicense = "MIT"', 1),
        "license",
    ),
    ("kind", lambda text: text.replace('kind = "judge"', 'kind = "chat"', 1), "chat"),
    ("speed", lambda text: text.replace('speed = "fast"', 'speed = "quick"', 1), "quick"),
    ("size", lambda text: text.replace("size = 175_056_256", "size = -1", 1), "size"),
    ("sum", lambda text: text.replace('sha256 = "089d', 'sha256 = "89d', 1), "checksum"),
    ("role", lambda text: text.replace('role = "mmproj"', 'role = "projector"', 1), "mmproj"),
    ("twice", lambda text: text.replace('"SmolVLM2-500M"', '"SmolVLM2-256M"'), "twice"),
    ("memory", lambda text: text.replace("memory = 650_000_000", 'memory = "lots"'), "memory"),
    ("escape", lambda text: text.replace('name = "CLIP-B32"', 'name = "../CLIP"'), "CLIP"),
    ("empty", lambda text: "", "model"),
]


@pytest.mark.parametrize(("spoil", "word"), [case[1:] for case in SPOILT], ids=[case[0] for case in SPOILT])
def test_a_bad_file_is_one_clear_line(tmp_path: Path, spoil: Callable[[str], str], word: str) -> None:
    path = tmp_path / "models.toml"
    spoilt = spoil(SHIPPED)
    assert spoilt != SHIPPED
    path.write_text(spoilt, encoding="utf-8")
    with pytest.raises(ModelError) as told:
        read_catalogue(path)
    assert "\n" not in str(told.value)
    assert str(path) in told.value.message
    assert word in told.value.message


def test_a_catalogue_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        read_catalogue(tmp_path / "models.toml")


GB = 10**9


def test_fit_follows_the_memory() -> None:
    machine = Machine(8 * GB, 4)
    assert [fit(memory * GB, machine) for memory in (1, 4, 5, 7)] == [
        COMFORTABLE,
        COMFORTABLE,
        TIGHT,
        TOO_LARGE,
    ]


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        (Machine(1 * GB, 2), ""),
        (Machine(2 * GB, 2), "SmolVLM2-256M"),
        (Machine(64 * GB, 2), "SmolVLM2-256M"),
        (Machine(8 * GB, 4), "LFM2.5-VL-450M"),
        (Machine(8 * GB, 8), "Qwen2.5-VL-3B"),
        (Machine(64 * GB, 16), "Qwen3-VL-4B"),
        (Machine(64 * GB, 32), "Qwen2.5-VL-7B"),
    ],
    ids=str,
)
def test_the_best_model_that_runs_well_is_recommended(machine: Machine, name: str) -> None:
    advice = recommend(CATALOGUE, "judge", machine)
    assert advice.name == name
    assert f"{machine.memory / GB:.1f} GB" in advice.reason


def test_a_model_that_cannot_run_is_not_recommended() -> None:
    machine = Machine(8 * GB, 4)
    advice = recommend(CATALOGUE, "judge", machine, lambda model: model.projector == "idefics3")
    assert advice.name == "SmolVLM2-500M"
    assert advice.reason.endswith("there is no better one.")
    assert recommend(CATALOGUE, "judge", machine, lambda model: False).name == ""
