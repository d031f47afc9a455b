"""Evaluation from the command line: on a generated set with a known answer, and on a piece of real photos."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from lookalike.cli.main import run
from tests.builders.photo_files import textured_photo, write_album

KEYS = {"mAP", "AP@k", "R@1", "R@10", "by_kind", "queries", "seconds"}


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


def evaluated(capsys, *arguments: object) -> dict:
    capsys.readouterr()
    assert run(["evaluate", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    wholes = [textured_photo(seed, (640, 480)) for seed in (301, 302, 303)]
    groups = {
        f"thing{number}": [whole, whole.crop((120, 90, 520, 390)), whole.rotate(7, expand=True)]
        for number, whole in enumerate(wholes)
    }
    return write_set(tmp_path_factory.mktemp("set"), groups, 8)


def test_edited_copies_are_all_found_with_the_judge(made, capsys):
    figures = evaluated(capsys, made, "--judge", "geometry", "--top", "16")
    assert set(figures) >= KEYS
    assert figures["queries"] == 3
    assert figures["photos"] == 17
    assert figures["mAP"] == figures["AP@k"] == figures["R@1"] == figures["R@10"] == 1.0
    assert figures["by_kind"] == {"object": {"mAP": 1.0, "AP@k": 1.0, "R@1": 1.0, "R@10": 1.0}}
    assert set(figures["seconds"]) >= {"indexing", "index", "judge"}


def test_wrong_positives_are_measured_as_wrong(made, tmp_path, capsys):
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


def test_junk_does_not_count(made, tmp_path, capsys):
    for name in ("images", "distractors"):
        shutil.copytree(made.parent / name, tmp_path / name)
    content = json.loads(made.read_text())
    for query in content["queries"]:
        query["junk"] = query["positives"][:1]
        query["positives"] = query["positives"][1:]
    (tmp_path / "ground_truth.json").write_text(json.dumps(content))
    figures = evaluated(capsys, tmp_path / "ground_truth.json", "--judge", "geometry", "--top", "16")
    assert figures["mAP"] == 1.0, "the junk ranked before the positive was dropped"


def test_the_users_library_is_left_alone(made, own_home, capsys):
    evaluated(capsys, made)
    assert not (own_home / "library").exists()


def test_the_judge_gains_on_real_photos(data, tmp_path, capsys):
    content = json.loads((data / "dev" / "ground_truth.json").read_text())
    groups = [
        "tower_bridge",
        "graffiti_wall",
        "us_capitol",
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
