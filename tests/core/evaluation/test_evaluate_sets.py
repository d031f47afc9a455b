"""Public data sets from the command line: small copies indexed, searched and measured; runs resumed and compared."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lookalike.cli.main import run
from tests.builders.benchmark_sets import (
    write_copydays,
    write_gldv2,
    write_ilias,
    write_roxford,
    write_ukbench,
)
from tests.builders.photo_files import textured_photo
from tests.core.evaluation.test_evaluate import evaluated, write_set

pytestmark = pytest.mark.slow


def painted(thing: int, view: int) -> Image.Image:
    """Views of a thing that the geometric judge tells from those of another."""
    whole = textured_photo(900 + thing, (320, 240))
    views = (
        whole,
        whole.crop((20, 10, 300, 220)),
        whole.rotate(5),
        whole.resize((240, 180)),
        whole.crop((0, 0, 280, 200)),
        whole.rotate(-8),
    )
    return views[view % len(views)]


def answers_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()[1:]]


@pytest.fixture(scope="module")
def roxford(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("roxford")
    write_roxford(root, painted, buildings=3)
    return root


def test_boxes_levels_and_junk(roxford: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save = tmp_path / "run.jsonl"
    arguments = ["--set", "roxford5k", roxford, "--judge", "geometry", "--top", "20", "--save", save]
    figures = evaluated(capsys, *arguments, "--slice", "level")
    assert figures["set"] == "roxford"
    assert (figures["queries"], figures["photos"], figures["left_out"]) == (6, 10, 0)
    for protocol in ("easy", "medium", "hard"):
        assert figures[f"mAP {protocol}"] == figures[f"mP@5 {protocol}"] == 1
    found = figures["figures"]["mAP medium"]
    assert (found["value"], found["low"], found["high"], found["queries"], found["groups"]) == (1, 1, 1, 6, 3)
    assert set(figures["slices"]) == {"kind", "level"}
    assert figures["slices"]["level"]["hard"]["mAP medium"]["value"] == 1
    assert figures["bootstrap"]["seed"] == 0
    assert figures["calibration"]["pairs"] == 6 * 9, "without the junk photo"
    assert len(figures["calibration"]["interval"]) == len(figures["line"]["intervals"]["precision"]) == 2

    answers = answers_in(save)
    assert len(answers) == 6
    for answer in answers:
        assert answer["returned"] == len(answer["results"]) == 10, "query photos are not searched in"
        assert answer["junk"] and answer["region"] is not None
        assert answer["attributes"]["scale"] == pytest.approx(0.93, abs=0.05)
        assert not [name for name, *_ in answer["results"] if name.startswith("jpg/building0_0000")]
        votes = answer["calibration"]["pairs"]["votes"]["values"]
        assert max(votes) > 1, "what was cut out votes for the photos it is in"
    scores = [score for *_, score in answers[0]["results"]]
    assert scores == sorted(scores, reverse=True), "all of them were judged"


def without_cost(content: bytes) -> list[dict[str, Any]]:
    """The lines of a saved run without the time that they took."""
    return [
        {name: value for name, value in json.loads(line).items() if name != "cost"}
        for line in content.splitlines()
    ]


def test_a_run_goes_on_where_it_was(
    roxford: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save, keep = tmp_path / "run.jsonl", tmp_path / "kept"
    arguments = [
        "--set",
        "roxford",
        roxford,
        "--judge",
        "geometry",
        "--top",
        "4",
        "--keep",
        keep,
        "--save",
        save,
    ]
    whole = evaluated(capsys, *arguments)
    content = save.read_bytes()
    lines = content.splitlines(keepends=True)
    save.write_bytes(b"".join(lines[:4]) + lines[4][:50])
    again = evaluated(capsys, *arguments)
    assert without_cost(save.read_bytes()) == without_cost(content)
    for name in ("figures", "slices", "line", "calibration", "fit", "queries"):
        assert again[name] == whole[name], name
    done = evaluated(capsys, *arguments)
    assert "index" not in done["seconds"], "nothing was asked"
    assert done["figures"] == whole["figures"]
    assert run(["evaluate", *map(str, arguments[:-4]), "--save", str(save), "--top", "2"]) == 1
    assert "top was 4 and is 2" in capsys.readouterr().err
    for name, changed in (("vote_weight", 0.3), ("details", "inverted-0")):
        head = json.loads(lines[0])
        assert head["conditions"][name]
        head["conditions"][name] = changed
        save.write_bytes(json.dumps(head).encode() + b"\n" + b"".join(lines[1:]))
        assert run(["evaluate", *map(str, arguments)]) == 1
        assert f"{name.replace('_', ' ')} was {changed} and is" in capsys.readouterr().err


def test_a_killed_run_keeps_what_it_answered(
    tmp_path: Path, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_ukbench(tmp_path / "set", painted, objects=3)
    save, keep = tmp_path / "run.jsonl", tmp_path / "kept"
    arguments = ["--set", "ukbench", str(root), "--judge", "geometry", "--top", "12"]
    arguments += ["--keep", str(keep), "--save", str(save)]
    process = subprocess.Popen(
        [sys.executable, "-m", "lookalike", "evaluate", *arguments],
        env=os.environ | {"LOOKALIKE_HOME": str(own_home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while process.poll() is None and (not save.exists() or save.read_bytes().count(b"\n") < 3):
            time.sleep(0.01)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    before = [json.loads(line)["query"] for line in save.read_bytes().split(b"\n")[1:-1]]
    assert before
    figures = evaluated(capsys, *arguments)
    answers = answers_in(save)
    assert [answer["query"] for answer in answers[: len(before)]] == before
    assert len({answer["query"] for answer in answers}) == len(answers) == 12
    assert figures["N-S score"] == 4, "each photo comes first for itself, then the others of its object"
    assert all(answer["results"][0][0].endswith(f"{answer['query']}.jpg") for answer in answers)


def test_words_are_left_out_where_the_descriptor_reads_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_ilias(tmp_path, painted, distractors=3)
    assert run(["evaluate", "--set", "ilias-5m", str(root), "--slice", "scale", "--slice", "clutter"]) == 0
    said = capsys.readouterr()
    assert "mAP@1k image" in said.out
    assert "mAP@1k text" not in said.out
    assert "2 queries (2 left out), 9 photos" in said.out
    assert said.err.count("the descriptor does not read words") == 1
    for name in ("scale under 0.0688", "scale 0.273 and more", "clutter 18 to 33"):
        assert name in said.out


def test_queries_that_lie_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_gldv2(tmp_path / "set", painted)
    save = tmp_path / "run.jsonl"
    figures = evaluated(capsys, "--set", "gldv2", root, "--judge", "geometry", "--top", "4", "--save", save)
    assert (figures["photos"], figures["queries"]) == (4, 2)
    assert figures["mAP@100"] == figures["mAP@100 private"] == figures["mAP@100 public"] == 1
    answers = answers_in(save)
    assert all(answer["image"].startswith("test/") for answer in answers)
    logits = answers[0]["calibration"]["pairs"]["logits"]["values"]
    assert len(logits) == 4 and None not in logits, "the judge's answers are found again"


def test_copies_of_one_file_are_photos_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_copydays(tmp_path / "set", painted)
    (root / "distractors").mkdir()
    for number in range(2):
        (root / "distractors" / f"{number}.jpg").write_bytes((root / "original" / "200000.jpg").read_bytes())
    (root / "crops" / "20" / "200000.jpg").write_bytes((root / "original" / "200000.jpg").read_bytes())
    save = tmp_path / "run.jsonl"
    figures = evaluated(capsys, "--set", "copydays", root, "--save", save)
    answers = {answer["query"]: answer for answer in answers_in(save)}
    twin = answers["crops/20/200000.jpg"]
    # The copies come first, by path, with similarity 1; the original is the third of them.
    assert [name for name, *_ in twin["results"][:3]] == [
        "distractors/0.jpg",
        "distractors/1.jpg",
        "original/200000.jpg",
    ]
    assert [rank for _, rank, _ in twin["positives"]] == [3]
    assert twin["returned"] == 5
    assert figures["figures"]["mAP crops/20"]["value"] == pytest.approx((1 / 6 + 1 + 1) / 3)


def test_saved_runs_are_compared_and_shown(
    roxford: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep = tmp_path / "kept"
    first, second = tmp_path / "index.jsonl", tmp_path / "geometry.jsonl"
    common = ["--set", "roxford", roxford, "--keep", keep]
    evaluated(capsys, *common, "--save", first)
    evaluated(capsys, *common, "--judge", "geometry", "--top", "20", "--save", second)
    # The index alone has put one photo too far back.
    lines = first.read_text().splitlines()
    answer = json.loads(lines[1])
    answer["positives"][0][1] = 9
    lines[1] = json.dumps(answer)
    first.write_text("\n".join(lines) + "\n")

    assert run(["evaluate", "compare", str(first), str(second), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    one = found["differences"]["mAP medium"]
    assert one["second"] == 1
    assert one["difference"] == pytest.approx(1 - one["first"])
    assert one["low"] <= one["difference"] <= one["high"]
    assert 0 < one["reversed"] < 1
    assert [moved["query"] for moved in found["moved"]] == ["building0_000000"]

    assert (
        run(["evaluate", "compare", str(first), str(second), "--metric", "mP@1 easy", "--slice", "level"])
        == 0
    )
    said = capsys.readouterr().out
    assert "judge: none → geometry" in said
    assert "level easy" in said
    assert run(["evaluate", "show", str(second), "--slice", "scale"]) == 0
    assert "6 queries, 10 photos, judge geometry" in capsys.readouterr().out

    for arguments, told in (
        (["compare", str(first), str(roxford)], "cannot be read"),
        (["compare", str(first), str(second), "--metric", "mAP"], "no figure mAP of single queries"),
        (["show", str(first), "--slice", "colour"], "an attribute colour"),
        (["--set", "rparis", str(roxford)], "gnd_rparis6k.pkl is missing"),
        (["--set", "oxford", str(roxford)], "There is no data set oxford"),
    ):
        assert run(["evaluate", *arguments]) == 1
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 1
        assert told in lines[0]


def test_folders_may_be_links(roxford: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    linked = tmp_path / "roxford5k"
    linked.mkdir()
    source = roxford / "roxford5k"
    (linked / "gnd_roxford5k.pkl").write_bytes((source / "gnd_roxford5k.pkl").read_bytes())
    (linked / "jpg").symlink_to(source / "jpg", target_is_directory=True)
    save, keep = tmp_path / "run.jsonl", tmp_path / "kept"
    arguments = [
        "--set",
        "roxford",
        linked,
        "--judge",
        "geometry",
        "--top",
        "20",
        "--save",
        save,
        "--keep",
        keep,
    ]
    figures = evaluated(capsys, *arguments)
    assert (figures["queries"], figures["photos"], figures["mAP medium"]) == (6, 10, 1)
    assert answers_in(save)[0]["results"][0][0].startswith("jpg/building0")
    assert evaluated(capsys, *arguments)["figures"] == figures["figures"]


def test_a_library_with_other_photos_is_refused(
    roxford: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep = tmp_path / "kept"
    whole = textured_photo(5, (200, 150))
    truth = write_set(tmp_path / "own", {"a": [whole, whole.rotate(5)]}, 2)
    evaluated(capsys, truth, "--keep", keep)
    assert run(["evaluate", "--set", "roxford", str(roxford), "--keep", str(keep)]) == 1
    assert "which are no part of this data set" in capsys.readouterr().err


def test_regions_words_and_attributes_of_our_own_format(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    things = [textured_photo(number, (240, 180)) for number in (11, 12)]
    both = Image.new("RGB", (480, 180))
    for number, thing in enumerate(things):
        both.paste(thing, (240 * number, 0))
    root = tmp_path / "own"
    (root / "distractors").mkdir(parents=True)
    (root / "images").mkdir()
    both.save(root / "images" / "both.jpg", quality=95)
    for number, thing in enumerate(things):
        thing.rotate(4).save(root / "images" / f"{number}.jpg", quality=95)
    queries = [
        {
            "image": "images/both.jpg",
            "region": [0.5 * number, 0, 0.5 + 0.5 * number, 1],
            "group": str(number),
            "kind": "object",
            "positives": [{"image": f"images/{number}.jpg", "scale": 0.9}],
            "junk": [],
            "side": ("left", "right")[number],
        }
        for number in range(2)
    ]
    (root / "ground_truth.json").write_text(json.dumps({"queries": queries}))
    figures = evaluated(
        capsys, root, "--judge", "geometry", "--top", "5", "--slice", "side", "--slice", "scale"
    )
    assert figures["mAP"] == 1, "each half finds its own thing"
    assert {name: part["mAP"]["value"] for name, part in figures["slices"]["side"].items()} == {
        "left": 1,
        "right": 1,
    }
    assert list(figures["slices"]["scale"]) == ["0.273 and more"]
