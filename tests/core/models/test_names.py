"""Names of models: what can be a folder, a word of a command line, and a line on the screen."""

from __future__ import annotations

import pytest

from lookalike.library.model_manager import TAKEN
from lookalike.models.catalogue import read_catalogue
from lookalike.models.errors import ModelError
from lookalike.models.names import demand_usable


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("geometry", "something else"),
        ("Geometry", "something else"),
        ("none", "something else"),
        ("default", "something else"),
        ("mllm", "something else"),
        ("", "empty"),
        ("  ", "empty"),
        ("a\x1b[31mb", "cannot be shown"),
        ("a\nb", "cannot be shown"),
        ("a\0b", "cannot be shown"),
        ("a\u202eb", "cannot be shown"),
        ("\udcff", "cannot be shown"),
        ("a/b", "takes /"),
        ("a\\b", "takes \\\\"),
        ("c:d", "takes :"),
        ("..", "dot"),
        (".hidden", "dot"),
        ("-x", "dash"),
        ("x.", "dot"),
        ("x ", "blank"),
        ("CON", "Windows"),
        ("nul.gguf", "Windows"),
        ("x" * 201, "so long"),
        ("字" * 70, "so long"),
    ],
)
def test_a_name_is_refused_for_a_reason(name: str, reason: str) -> None:
    with pytest.raises(ModelError, match=reason) as caught:
        demand_usable(name, TAKEN)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "name", ["Qwen2.5-VL-3B", "my model", "café", "字" * 60, "\N{CAT FACE}", "con-v1", "geometry 2"]
)
def test_other_names_are_taken(name: str) -> None:
    demand_usable(name, TAKEN)


def test_no_model_that_is_offered_has_such_a_name() -> None:
    for model in read_catalogue():
        demand_usable(model.name, TAKEN)
