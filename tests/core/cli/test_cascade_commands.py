"""Judges that work together, from the command line, with a generated tiny model in its own process."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from lookalike import app_paths
from lookalike.library import Library
from lookalike.models.store import ModelStore
from lookalike.search.query import Query
from lookalike.search.settings import SearchSettings
from tests.builders.gguf_models import write_pair
from tests.builders.installed_models import put_judge
from tests.builders.opened_judges import open_mllm_judge
from tests.builders.photo_files import write_album
from tests.core.cli.conftest import Call

pytestmark = [
    pytest.mark.slow,
    pytest.mark.mllm,
    pytest.mark.skipif(
        importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
    ),
]

PHOTOS = 10
UNDECIDED = ("--weight", "1")
"""With the index's score alone, painted photos stand about the line, so that there is something to ask."""


@pytest.fixture
def library(tmp_path: Path, own_home: Path, call: Call) -> Path:
    album = tmp_path / "album"
    write_album(album, PHOTOS, seed=23)
    assert call("--library", tmp_path / "library", "add", album)[0] == 0
    put_judge(ModelStore(app_paths.models()), *write_pair(tmp_path / "model", "idefics3", seed=11), "tiny")
    return tmp_path / "library"


def stream(call: Call, library: Path, *options: str) -> list[dict[str, Any]]:
    query = sorted((library.parent / "album").iterdir())[0]
    code, out, _ = call("--library", library, "search", query, "--json", "--stream", *options)
    assert code == 0
    return [json.loads(line) for line in out.splitlines()]


def order(ranking: dict[str, Any]) -> list[str]:
    return [result["path"] for result in ranking["results"]]


def test_geometry_answers_first_and_the_model_is_asked_where_it_matters(call: Call, library: Path) -> None:
    others = PHOTOS - 1
    first, *_, last = stream(call, library, "--judge", "tiny", "--pairs", "4", *UNDECIDED)
    assert (first["judged"], first["to_judge"]) == (0, others + 4)
    assert (last["judged"], last["to_judge"], last["final"]) == (others + 4, others + 4, True)
    assert not last["calibrated"] and last["notes"] == []
    geometry = stream(call, library, "--judge", "geometry", *UNDECIDED)[-1]
    unmoved = stream(call, library, "--judge", "tiny", "--pairs", "0", *UNDECIDED)[-1]
    assert (order(unmoved), unmoved["same"]) == (order(geometry), geometry["same"])
    by_geometry = {result["path"]: result["score"] for result in geometry["results"]}
    moved = [one for one in last["results"] if one["score"] != by_geometry[one["path"]]]
    assert 0 < len(moved) <= 4
    again = stream(call, library, "--judge", "tiny", "--pairs", "4", *UNDECIDED)[-1]
    assert order(again) == order(last), "what was answered is kept"


def test_alone_it_judges_all_and_that_can_be_the_setting(call: Call, library: Path) -> None:
    alone = stream(call, library, "--judge", "tiny", "--alone")[-1]
    assert alone["judged"] == PHOTOS - 1
    assert call("--library", library, "models", "use", "tiny")[0] == 0
    _, out, _ = call("--library", library, "settings")
    assert "judges       together, the quick one first" in out and "pairs " in out
    assert call("--library", library, "settings", "--alone")[0] == 0
    _, out, _ = call("--library", library, "settings")
    assert "judges       one alone" in out and "pairs " not in out
    assert stream(call, library)[-1]["judged"] == PHOTOS - 1
    together = stream(call, library, "--together", "--pairs", "2")[-1]
    assert together["judged"] == together["to_judge"] == 2 * (PHOTOS - 1), (
        "what it has said before counts too"
    )


def test_a_model_that_cannot_work_leaves_geometry_s_answer(call: Call, library: Path) -> None:
    model = ModelStore(app_paths.models()).get("tiny")
    model.file("llm").write_bytes(b"GGUF")
    last = stream(call, library, "--judge", "tiny")[-1]
    (note,) = last["notes"]
    assert note.startswith("The model was not asked: ") and last["judged"] == PHOTOS - 1
    assert all(result["match"] is not None for result in last["results"])
    (note,) = stream(call, library, "--judge", "tiny", "--alone")[-1]["notes"]
    assert note.startswith("Candidates were not checked: ")


def test_a_photo_of_the_library_is_not_read_again_as_a_query(call: Call, library: Path) -> None:
    with Library(library) as opened:
        for _ in opened.tokens.make("tiny"):
            pass
        judge = open_mllm_judge(opened.judges, "tiny")
        before = judge.session.encodes
        number = min(opened.photos.ids_by_path().values())
        settings = SearchSettings(weight=1.0, pairs=3)
        *_, last = opened.search.rankings(Query(content_id=number), settings, "tiny")
        assert last.judged == PHOTOS - 1 + 3
        assert judge.session.encodes == before


def test_each_judge_explains_what_it_has_looked_at(library: Path) -> None:
    with Library(library) as opened:
        query = Query(content_id=min(opened.photos.ids_by_path().values()))
        settings = SearchSettings(weight=1.0, pairs=2)
        *_, last = opened.search.rankings(query, settings, "tiny")
        judge, name = opened.judges.get("tiny"), opened.search.identify(query)[0]
        assert judge is not None
        ids = [result.content_id for result in last.results]
        asked = opened.search.stored_scores(judge, name, ids)
        assert len(asked) == 2
        for number in (next(iter(asked)), next(one for one in ids if one not in asked)):
            told = opened.search.explain(query, number, "tiny")
            assert told is not None and (judge.name in told.summary) == (number in asked)
