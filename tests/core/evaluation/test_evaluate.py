"""Evaluation from the command line: on a generated set with a known answer, and on a piece of real photos."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lookalike.cli.main import run
from lookalike.evaluation.runs import read_head
from lookalike.search import cascade
from tests.builders.gguf_models import write_pair
from tests.builders.photo_files import textured_photo, write_album
from tests.builders.vision_models import save_dinov2

KEYS = {
    "mAP",
    "AP@k",
    "R@1",
    "R@10",
    "by_kind",
    "queries",
    "seconds",
    "calibration",
    "line",
    "fit",
    "weight",
    "cut_off",
}


def write_set(root: Path, groups: dict[str, list[Image.Image]], distractors: int) -> Path:
    """A data set in the format of ground_truth.json; the first photo of each group is its query."""
    queries = []
    for group, images in groups.items():
        (root / "images" / group).mkdir(parents=True)
        names = [f"images/{group}/{number:02}.jpg" for number in range(len(images))]
        for name, image in zip(names, images, strict=True):
            image.save(root / name, quality=92)
        queries.append(
            {"image": names[0], "group": group, "kind": "object", "positives": names[1:], "junk": []}
        )
    (root / "distractors").mkdir()
    write_album(root / "distractors", distractors, seed=500)
    truth = root / "ground_truth.json"
    truth.write_text(json.dumps({"set": "made", "queries": queries}))
    return truth


def evaluated(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["evaluate", *map(str, arguments), "--json"]) == code
    figures: dict[str, Any] = json.loads(capsys.readouterr().out)
    return figures


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    wholes = [textured_photo(seed, (640, 480)) for seed in (301, 302, 303)]
    groups = {
        f"thing{number}": [whole, whole.crop((120, 90, 520, 390)), whole.rotate(7, expand=True)]
        for number, whole in enumerate(wholes)
    }
    return write_set(tmp_path_factory.mktemp("set"), groups, 8)


@pytest.mark.slow
def test_edited_copies_are_all_found_with_the_judge(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = evaluated(capsys, made, "--judge", "geometry", "--top", "16")
    assert set(figures) >= KEYS
    assert figures["queries"] == 3
    assert figures["photos"] == 17
    assert figures["mAP"] == figures["AP@k"] == figures["R@1"] == figures["R@10"] == 1.0
    assert figures["recall@100"] == 1.0
    every = {"mAP": 1.0, "AP@k": 1.0, "R@1": 1.0, "R@10": 1.0, "recall@100": 1.0}
    assert figures["by_kind"] == {"object": every}
    assert set(figures["seconds"]) >= {"indexing", "index", "judge"}


@pytest.mark.slow
def test_wrong_positives_are_measured_as_wrong(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The figures follow the ground truth: with a distractor as the only positive they are low."""
    for name in ("images", "distractors"):
        shutil.copytree(made.parent / name, tmp_path / name)
    content = json.loads(made.read_text())
    distractor = sorted((tmp_path / "distractors").iterdir())[0].name
    for query in content["queries"]:
        query["junk"] = []
        query["positives"] = [f"distractors/{distractor}"]
    (tmp_path / "ground_truth.json").write_text(json.dumps(content))
    figures = evaluated(capsys, tmp_path / "ground_truth.json", "--judge", "geometry", "--top", "16")
    assert figures["R@1"] == 0
    assert figures["mAP"] < 0.5


@pytest.mark.slow
def test_junk_does_not_count(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("images", "distractors"):
        shutil.copytree(made.parent / name, tmp_path / name)
    content = json.loads(made.read_text())
    for query in content["queries"]:
        query["junk"] = query["positives"][:1]
        query["positives"] = query["positives"][1:]
    (tmp_path / "ground_truth.json").write_text(json.dumps(content))
    figures = evaluated(capsys, tmp_path / "ground_truth.json", "--judge", "geometry", "--top", "16")
    assert figures["mAP"] == 1.0, "the junk ranked before the positive was dropped"


@pytest.mark.slow
def test_what_the_search_said_is_compared_with_the_truth(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Painted textures look more alike than photos do, so here the line is left to the judge.
    figures = evaluated(capsys, made, "--judge", "geometry", "--top", "16", "--weight", "0")
    found = figures["calibration"]
    assert found["calibrated"]
    assert (found["pairs"], found["positives"]) == (3 * 16, 3 * 2)
    assert sum(one["pairs"] for one in found["bins"]) == 48
    gaps = [one["pairs"] * abs(one["probability"] - one["right"]) for one in found["bins"]]
    assert found["error"] == pytest.approx(sum(gaps) / 48, abs=1e-3)
    assert figures["line"]["precision"] == 1
    assert figures["line"]["recall"] == 1


@pytest.mark.slow
def test_a_set_too_small_to_calibrate_with_costs_one_line_and_keeps_nothing(
    made: Path, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = evaluated(capsys, made, "--judge", "geometry", "--top", "16", "--fit", code=1)
    assert figures["mAP"] == 1.0
    assert (figures["fit"], figures["fit_kept"]) == (None, False)
    assert "too few to calibrate with" in figures["unfit"]
    assert run(["evaluate", str(made), "--fit"]) == 1
    told = [line for line in capsys.readouterr().err.splitlines() if "too few" in line]
    assert len(told) == 1
    assert not (own_home / "calibrations").exists()


@pytest.mark.slow
def test_another_weight_orders_otherwise(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_similarity = evaluated(capsys, made, "--judge", "geometry", "--top", "16", "--weight", "1")
    alone = evaluated(capsys, made)
    assert by_similarity["weight"] == 1
    assert by_similarity["mAP"] == alone["mAP"]


@pytest.mark.slow
def test_another_descriptor_is_not_calibrated_and_the_remedy_names_it(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["models", "import", str(save_dinov2(tmp_path / "eyes"))]) == 0
    capsys.readouterr()
    assert run(["evaluate", str(made), "--judge", "geometry", "--top", "5", "--descriptor", "eyes"]) == 0
    said = capsys.readouterr()
    assert "over 15 pairs, not calibrated" in said.out
    assert "`lookalike evaluate GROUND_TRUTH.json --judge geometry --descriptor eyes --fit`" in said.err


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five photos of each of five things, every one a query."""
    groups = {}
    for number in range(5):
        whole = textured_photo(700 + number, (480, 360))
        groups[f"thing{number}"] = [
            whole,
            whole.crop((60, 40, 420, 320)),
            whole.rotate(5, expand=True),
            whole.crop((0, 0, 360, 300)),
            whole.resize((240, 180)),
        ]
    truth = write_set(tmp_path_factory.mktemp("larger"), groups, 4)
    content = json.loads(truth.read_text())
    names = {query["group"]: [query["image"], *query["positives"]] for query in content["queries"]}
    content["queries"] = [
        {
            "image": name,
            "group": group,
            "kind": "object",
            "positives": [n for n in all_ if n != name],
            "junk": [],
        }
        for group, all_ in names.items()
        for name in all_
    ]
    truth.write_text(json.dumps(content))
    return truth


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed")
def test_a_model_is_calibrated_by_a_fit_and_searches_go_by_it(
    larger: Path, own_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run(["models", "import", *map(str, write_pair(tmp_path, "idefics3", seed=3)), "--name", "tiny"]) == 0
    )
    arguments = [larger, "--judge", "tiny", "--alone", "--top", "20", "--keep", tmp_path / "kept"]
    before = evaluated(capsys, *arguments)
    assert not before["calibration"]["calibrated"]
    assert before["mode"] == "object"
    fitted = evaluated(capsys, *arguments, "--fit")
    assert fitted["fit_kept"]
    after = evaluated(capsys, *arguments)
    assert "judge" not in after["seconds"], "answers were kept"
    assert after["calibration"]["calibrated"]
    assert after["calibration"]["error"] < before["calibration"]["error"] / 2
    assert after["mAP"] > before["mAP"], "a model that knows nothing has no say once this is known"
    assert after["cut_off"] == fitted["fit"]["cut_off"]
    other = evaluated(capsys, *arguments, "--mode", "landmark")
    assert not other["calibration"]["calibrated"], "another question is another judge"

    library = ["--library", str(tmp_path / "kept")]
    photo = str(larger.parent / "images" / "thing0" / "00.jpg")
    capsys.readouterr()
    assert run([*library, "search", photo, "--judge", "tiny", "--alone", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["calibrated"]
    assert (
        run([*library, "search", photo, "--judge", "tiny", "--alone", "--mode", "edit", "--both-orders"]) == 0
    )
    told = capsys.readouterr().err
    assert "What tiny says is not calibrated yet: the line is a guess." in told
    assert "--judge tiny --mode edit --both-orders --alone --fit" in told


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("llama_cpp") is None, reason="llama-cpp-python is not installed")
def test_two_judges_are_measured_together_and_a_fit_tells_what_the_second_is_worth(
    larger: Path,
    own_home: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Geometry is sure of all painted photos, so that there would be nothing to ask.
    monkeypatch.setattr(cascade, "LEAST_GAIN", 0.0)
    assert (
        run(["models", "import", *map(str, write_pair(tmp_path, "idefics3", seed=3)), "--name", "tiny"]) == 0
    )
    arguments = [larger, "--judge", "tiny", "--weight", "1", "--top", "24", "--keep", tmp_path / "kept"]
    save = tmp_path / "together.jsonl"
    before = evaluated(capsys, *arguments, "--save", save)
    assert (before["judge"], before["first_judge"], before["top"]) == ("tiny", "geometry", 24)
    assert before["calibration"]["pairs"] == 25 * 24
    fit = before["fit"]
    assert fit is not None and 40 <= fit["asked"] <= 25 * 24
    assert not fit["informative"] and (fit["answer"], fit["swing"]) == (0.0, 0.0), "it has random weights"
    head = read_head(save).conditions
    assert head["first_judge_key"].startswith("geometry") and head["judge_key"].startswith("mllm:")
    assert not head["answer_worth"]["calibrated"]
    assert evaluated(capsys, *arguments, "--fit")["fit_kept"]
    geometry = evaluated(
        capsys, larger, "--judge", "geometry", "--weight", "1", "--top", "24", "--keep", tmp_path / "kept"
    )
    assert geometry["first_judge"] is None
    after = evaluated(capsys, *arguments)
    assert after["mAP"] == geometry["mAP"], "a model that knows nothing changes nothing once this is known"
    curves = tmp_path / "curves.html"
    assert run(["evaluate", "curves", str(curves), str(save)]) == 0


@pytest.mark.slow
def test_the_users_library_is_left_alone(
    made: Path, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluated(capsys, made)
    assert not (own_home / "library").exists()


@pytest.mark.slow
def test_the_judge_gains_on_real_photos(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads((data / "dev" / "ground_truth.json").read_text())
    groups = [
        "tower_bridge",
        "vpr_bluehouse",
        "wx_dancing_house",
        "evd_grand",
        "dvd_003",
        "gro_Bravo-Apple-Juice",
        "et_toy",
    ]
    queries = [query for query in content["queries"] if query["group"] in groups and query["primary"]]
    wanted = {name for query in queries for name in (query["image"], *query["positives"])}
    wanted |= {f"distractors/{path.name}" for path in sorted((data / "dev" / "distractors").iterdir())[::40]}
    for name in wanted:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(data / "dev" / name, tmp_path / name)
    (tmp_path / "ground_truth.json").write_text(json.dumps({"queries": queries}))
    alone = evaluated(capsys, tmp_path / "ground_truth.json")
    judged = evaluated(capsys, tmp_path / "ground_truth.json", "--judge", "geometry", "--top", "50")
    assert judged["mAP"] > alone["mAP"] > 0.3
    assert judged["queries"] == alone["queries"] == len(queries) > 7
