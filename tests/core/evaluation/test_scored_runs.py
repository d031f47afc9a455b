"""Storage, peers, altered queries and the page of figures, from the command line on a generated set."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lookalike.cli.main import run
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.datasets.sample import QuerySample
from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.evaluation.peers import file_name
from lookalike.evaluation.runs import read_answers, read_head
from lookalike.evaluation.storage import CENTROIDS, stored_descriptors, strongest
from lookalike.local_features import extract
from tests.builders.gguf_models import write_pair
from tests.builders.photo_files import textured_photo
from tests.core.evaluation.test_evaluate import write_set


def said(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["evaluate", *map(str, arguments), "--json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    wholes = [textured_photo(seed, (640, 480)) for seed in (301, 302)]
    groups = {
        f"thing{number}": [whole, whole.crop((120, 90, 520, 390)), whole.rotate(7, expand=True)]
        for number, whole in enumerate(wholes)
    }
    return write_set(tmp_path_factory.mktemp("set"), groups, 8)


@pytest.mark.slow
def test_everything_on_one_page_and_again_from_where_it_was(
    truth: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, page = tmp_path / "out", tmp_path / "figures.md"
    steps = ["--step", "search", "--step", "storage", "--step", "peers"]
    found = said(capsys, "figures", truth, folder, *steps, "--page", page)
    text = page.read_text(encoding="utf-8")
    names = [
        "index",
        "geometry",
        "descriptor-fp32",
        "descriptor-fp16",
        "details-0",
        "faiss-flat",
        "plain-loop",
    ]
    for name in names:
        assert f"| `{name}` |" in text
    assert "seed 0" in text and "cores" in text and "## Quality against candidates judged" in text
    assert Path(found["curves"]).read_text(encoding="utf-8").count("<svg") == 4
    # Peers that compare every vector rank as the whole descriptors do.
    ranks = {name: [one.ranks().tolist() for one in read_answers(folder / f"{name}.jsonl")] for name in names}
    assert ranks["faiss-flat"] == ranks["plain-loop"] == ranks["descriptor-fp32"]
    assert read_head(folder / "index.jsonl").facts["bytes"]["details"] > 1000
    by_descriptor = [one.at("descriptor").ranks().tolist() for one in read_answers(folder / "index.jsonl")]
    assert by_descriptor == ranks["descriptor-fp16"]
    assert "imagehash" in text or any("imagehash" in line for line in found["left_out"])

    saved = {path: path.read_bytes() for path in folder.glob("*.jsonl")}
    said(capsys, "figures", truth, folder, *steps, "--page", page)
    assert {path: path.read_bytes() for path in folder.glob("*.jsonl")} == saved, "nothing was asked again"
    assert said(capsys, "figures", truth, folder, "--step", "page", "--page", page)["left_out"] == []
    assert page.read_text(encoding="utf-8").rstrip() == text.partition("## Left out")[0].rstrip()


@pytest.mark.slow
def test_altered_queries_of_all_stages(
    truth: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save = tmp_path / "altered.jsonl"
    arguments = [
        "robustness",
        truth,
        "--judge",
        "geometry",
        "--top",
        "8",
        "--save",
        save,
        "--keep",
        tmp_path / "k",
    ]
    hidden = ["--alteration", "Occlusion"]
    figures = said(capsys, *arguments, *hidden)["figures"]
    assert len(figures) == 3 * (1 + 4)
    found = {(one["alteration"], one["strength"], one["stage"]): one for one in figures}
    assert found["unaltered", 0, "judge"]["figure"]["value"] == 1.0
    assert found["unaltered", 0, "judge"]["change"] is None
    strong = found["occlusion", 0.75, "index"]
    assert strong["change"]["second"] == pytest.approx(strong["figure"]["value"])
    for answer in read_answers(save):
        assert answer.image not in [one.image for one in answer.results], "the photo itself is no result"
        assert answer.cost is not None
        assert answer.cost.judged == 8
    before = save.read_bytes()
    # A killed run goes on from its torn line.
    save.write_bytes(before[:-100])
    assert said(capsys, *arguments, *hidden)["figures"] == figures
    assert run(["evaluate", *map(str, arguments), "--alteration", "blur"]) == 1
    assert "other conditions" in capsys.readouterr().err
    page = tmp_path / "failures.html"
    assert run(["evaluate", "failures", str(save), str(page), "--judge", "none", "--worst", "4"]) == 0
    assert "occlusion 0.75" in page.read_text(encoding="utf-8")
    curves = tmp_path / "curves.html"
    assert run(["evaluate", "curves", str(curves), str(save)]) == 0
    assert curves.read_text(encoding="utf-8").count("<svg") == 1


@pytest.mark.slow
@pytest.mark.mllm
@pytest.mark.skipif(importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed")
def test_visual_tokens_in_each_form(
    truth: Path, own_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = map(str, write_pair(tmp_path, "idefics3", seed=3))
    assert run(["models", "import", *model, "--name", "tiny"]) == 0
    found = said(capsys, "storage", truth, tmp_path / "out", "--judge", "tiny")
    head = read_head(tmp_path / "out" / "tokens-fp16.jsonl")
    assert head.facts["bytes"]["tokens"] > head.facts["bytes"]["descriptor"] > 0
    assert head.conditions["judge_key"].endswith(":fp16")
    answers = list(read_answers(tmp_path / "out" / "tokens-fp16.jsonl"))
    assert [one.cost.judged for one in answers if one.cost is not None] == [13, 13]
    forms = {"tokens-pq8", "tokens-pq16"}
    told = {line.partition(":")[0] for line in found["left_out"]}
    assert forms == {one for one in forms if one in told or one in found["runs"]}


def test_what_is_stored_of_a_descriptor() -> None:
    generator = np.random.default_rng(0)
    vectors = generator.standard_normal((400, 128)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    found = {name: (size, stored) for name, size, stored in stored_descriptors(vectors)}
    assert {name: size for name, (size, _) in found.items()} == {
        "descriptor-fp32": 512,
        "descriptor-fp16": 256,
        "descriptor-int8": 128,
        "descriptor-pq8": 16,
        "descriptor-pq16": 8,
        "descriptor-pq32": 4,
        "descriptor-pq64": 2,
    }
    errors = [float(((stored - vectors) ** 2).sum(axis=1).mean()) for _, stored in found.values()]
    assert errors == sorted(errors)
    assert errors[0] == 0
    assert 0 < errors[1] < 1e-6 < errors[2] < 1e-3 < errors[3] < errors[-1] < 1
    few = [name for name, _, _ in stored_descriptors(vectors[: CENTROIDS - 1])]
    assert few == ["descriptor-fp32", "descriptor-fp16", "descriptor-int8"]


def test_the_strongest_features() -> None:
    features = extract(textured_photo(3, (320, 240)))
    kept = strongest(features, 10)
    assert len(kept) == 10
    assert (kept.points == features.points[:10]).all()
    assert len(strongest(features, 0)) == 0


def test_a_sample_is_spread_over_the_groups() -> None:
    names = "aabbbcdde"
    queries = [
        GroundTruthQuery(Path(f"{number}.jpg"), group, "object", frozenset(), frozenset(), name=str(number))
        for number, group in enumerate(names)
    ]
    words = replace(queries[0], image=None, words="a", group="w", name="w")

    class Few(Dataset):
        name, root, folders, measures = "own", Path(), (), ()

        def queries(self) -> Iterator[GroundTruthQuery]:
            return iter([words, *queries])

        def count(self) -> int:
            return 1 + len(queries)

    def sampled(groups: int | None) -> str:
        sample = QuerySample(Few(), groups)
        found = [query.name for query in sample.queries()]
        assert len(found) == sample.count()
        return "".join(found)

    assert sampled(None) == "012345678"
    assert sampled(9) == sampled(5) == "02568"
    assert sampled(2) == "05"
    assert sampled(1) == "0"


def test_names_of_files() -> None:
    assert file_name("DINOv2 small/α") == "DINOv2_small_α"


def test_a_folder_without_runs(tmp_path: Path, truth: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert run(["evaluate", "figures", str(truth), str(tmp_path / "empty"), "--step", "page"]) == 1
    assert "No run is there yet. Take the step search first." in capsys.readouterr().err
    assert run(["evaluate", "curves", str(tmp_path / "c.html"), str(truth)]) == 1
    assert "is not a saved run" in capsys.readouterr().err
