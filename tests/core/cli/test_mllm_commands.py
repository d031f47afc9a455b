"""The multimodal judge from the command line, on generated tiny models: importing, searching, and every fault."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import threading
import time
from pathlib import Path

import pytest

from lookalike import app_paths
from lookalike.cli.main import run
from lookalike.judges.mllm.judge import MllmJudge
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
    pytest.mark.skipif(
        importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed"
    ),
]


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("mllm")
    (root / "album").mkdir()
    write_album(root / "album", 8, seed=21)
    assert run(["--library", str(root / "library"), "add", str(root / "album")]) == 0
    return root


def query(indexed: Path) -> Path:
    return sorted((indexed / "album").iterdir())[0]


@pytest.mark.parametrize("family", ["qwen2vl", "idefics3"])
def test_search_is_judged_by_an_imported_model(
    indexed: Path, tmp_path: Path, call: Call, family: str
) -> None:
    llm, mmproj = write_pair(tmp_path, family)
    assert call("models", "import", llm, mmproj, "--name", family)[0] == 0
    _, out, _ = call("--library", indexed / "library", "models", "list", "--json")
    assert [model["name"] for model in json.loads(out)["models"]] == [family]
    code, out, _ = call(
        "--library", indexed / "library", "search", query(indexed), "--judge", family, "--alone", "--json"
    )
    answer = json.loads(out)
    assert code == 0
    assert answer["notes"] == []
    assert answer["judged"] == 7
    assert all(0 < result["match"] < 1 for result in answer["results"])
    assert len({result["match"] for result in answer["results"]}) > 1
    scores = [result["score"] for result in answer["results"]]
    assert scores == sorted(scores, reverse=True)
    assert call("models", "remove", family)[0] == 0


def test_a_cut_off_model_is_refused_at_import_in_one_line(tmp_path: Path, call: Call) -> None:
    llm, mmproj = write_pair(tmp_path, "qwen2vl")
    llm.write_bytes(llm.read_bytes()[: llm.stat().st_size // 2])
    code, _, err = call("models", "import", llm, mmproj)
    assert code == 1
    assert len(err.strip().splitlines()) == 1
    assert llm.name in err
    _, out, _ = call("models", "list", "--json")
    assert json.loads(out)["models"] == []


def test_a_projector_of_another_family_is_refused_at_import(tmp_path: Path, call: Call) -> None:
    llm, _ = write_pair(tmp_path / "a", "qwen2vl")
    _, mmproj = write_pair(tmp_path / "b", "idefics3")
    code, _, err = call("models", "import", llm, mmproj)
    assert code == 1
    assert len(err.strip().splitlines()) == 1
    assert mmproj.name in err


def test_a_model_damaged_after_its_import_is_told_and_the_index_answers(
    indexed: Path, tmp_path: Path, call: Call
) -> None:
    llm, mmproj = write_pair(tmp_path, "qwen2vl")
    assert call("models", "import", llm, mmproj, "--name", "cut")[0] == 0
    os.truncate(Path(os.environ["LOOKALIKE_HOME"]) / "models" / "cut" / llm.name, 100_000)
    code, out, _ = call(
        "--library", indexed / "library", "search", query(indexed), "--judge", "cut", "--json"
    )
    answer = json.loads(out)
    assert code == 0
    assert len(answer["notes"]) == 1
    assert llm.name in answer["notes"][0]
    assert len(answer["results"]) == 7


def test_a_projector_that_kills_the_worker_is_told_and_the_index_answers(
    indexed: Path, tmp_path: Path, call: Call
) -> None:
    pair = write_pair(tmp_path, "qwen2vl", omit={"v.blk.0.attn_q.weight"})
    # As if it had been imported before models were tried.
    put_judge(ModelStore(app_paths.models()), *pair, "deadly")
    code, out, _ = call(
        "--library", indexed / "library", "search", query(indexed), "--judge", "deadly", "--alone", "--json"
    )
    answer = json.loads(out)
    assert code == 0
    assert len(answer["notes"]) == 1
    assert len(answer["notes"][0].splitlines()) == 1
    assert len(answer["results"]) == 7
    assert all(result["match"] is None for result in answer["results"])


def test_a_worker_killed_in_mid_query_is_started_again(indexed: Path, tmp_path: Path) -> None:
    # Weights of its own: verdicts of the other tests' models are kept and would leave nothing to judge.
    llm, mmproj = write_pair(tmp_path, "qwen2vl", seed=40)
    with Library(indexed / "library") as library:
        put_judge(library.models.store, llm, mmproj, "killed")
        judge = open_mllm_judge(library.judges, "killed")

        def kill_at_work(judge: MllmJudge = judge) -> None:
            deadline = time.monotonic() + 60
            while judge.session.encodes == 0 and time.monotonic() < deadline:
                time.sleep(0.001)
            assert judge.session.pid is not None
            os.kill(judge.session.pid, signal.SIGKILL)

        killer = threading.Thread(target=kill_at_work)
        killer.start()
        *_, ranking = library.search.rankings(
            Query(file=query(indexed)), SearchSettings(alone=True), "killed"
        )
        killer.join()
        assert ranking.final
        assert ranking.judged == ranking.to_judge == 7
        assert ranking.notes == ()
        assert judge.session.deaths == 1


def test_real_photos_are_judged_end_to_end(data: Path, tmp_path: Path, call: Call) -> None:
    album, library = tmp_path / "album", tmp_path / "library"
    album.mkdir()
    for path in sorted((data / "dev" / "images" / "tower_bridge").iterdir()):
        shutil.copyfile(path, album / path.name)
    for path in sorted((data / "dev" / "distractors").iterdir())[:4]:
        shutil.copyfile(path, album / path.name)
    assert call("--library", library, "add", album)[0] == 0
    assert call("models", "import", *write_pair(tmp_path / "model", "idefics3"), "--name", "tiny")[0] == 0
    code, out, _ = call(
        "--library", library, "search", album / "01.jpg", "--judge", "tiny", "--alone", "--json", "--stream"
    )
    rankings = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert all(result["match"] is None for result in rankings[0]["results"])
    assert rankings[-1]["final"]
    assert rankings[-1]["judged"] == len(rankings[-1]["results"]) == len(list(album.iterdir())) - 1
    assert all(0 < result["match"] < 1 for result in rankings[-1]["results"])
