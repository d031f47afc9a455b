"""A ground-truth file that is none: one line says what is wrong with it, in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lookalike.errors import LookalikeError
from lookalike.evaluation.ground_truth import read_ground_truth

QUERY: dict[str, Any] = {"image": "a", "group": "g", "kind": "k", "positives": ["b"], "junk": []}


def without(name: str) -> str:
    return json.dumps({"queries": [QUERY, {key: value for key, value in QUERY.items() if key != name}]})


def with_value(name: str, value: Any) -> str:
    return json.dumps({"queries": [{**QUERY, name: value}]})


REGION = "'region' of query 1 is not left, top, right, bottom"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "line 1 is no JSON"),
        ('{\n"queries": [}', "line 2 is no JSON"),
        ("[]", "it has no list 'queries'"),
        ('{"queries": {}}', "'queries' is no list"),
        ('{"queries": ["a"]}', "query 1 is no object"),
        *((without(name), f"query 2 has no '{name}'") for name in QUERY),
        (with_value("group", None), "query 1 has no 'group'"),
        (with_value("words", ["a"]), "'words' of query 1 is no text"),
        (with_value("positives", "b"), "'positives' of query 1 is no list"),
        (with_value("positives", [1.5]), "'image' of a positive of query 1 is no text"),
        (with_value("positives", [{"scale": 1}]), "a positive of query 1 has no 'image'"),
        (with_value("junk", [None]), "junk of query 1 has no 'image'"),
        (with_value("region", [0, 0, 2, 1]), REGION),
        (with_value("region", [0, 0, float("nan"), 1]), REGION),
        (with_value("region", "abcd"), REGION),
        (with_value("region", [0, 1]), REGION),
        ("[" * 100_000, "it is nested too deeply"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "ground_truth.json"
    path.write_text(content)
    with pytest.raises(LookalikeError) as caught:
        read_ground_truth(path)
    line = str(caught.value)
    assert f"is not a ground-truth file: {reason}" in line
    assert "Error" not in line, "no name of an exception"


def test_what_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "ground_truth.json"
    path.write_bytes(b"\xff\xfe{")
    with pytest.raises(LookalikeError, match="it is no text"):
        read_ground_truth(path)


def test_a_byte_order_mark_and_numbers_as_names_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "ground_truth.json"
    path.write_text(with_value("group", 7), encoding="utf-8-sig")
    assert read_ground_truth(path).queries[0].group == "7"
