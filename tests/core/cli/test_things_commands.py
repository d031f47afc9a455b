"""The commands ``things …``, on a library whose pairs are as a test says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image

from lookalike.library import Library
from lookalike.pairs.graph import row_of_pair
from lookalike.pairs.updating import PAIR_VERSION
from lookalike.pairs.verified_pair import PairKind, VerifiedPair
from tests.builders.photo_files import textured_photo
from tests.core.cli.conftest import Call


@pytest.fixture(scope="module")
def paired(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An album of six photos, 0 to 2 and 3 to 4 of one thing each, 4 in two files, 3 with a position; tests copy it."""
    root = tmp_path_factory.mktemp("paired")
    album = root / "album"
    album.mkdir()
    for number in range(6):
        exif = Image.Exif()
        if number == 3:
            exif[ExifTags.IFD.GPSInfo] = {1: "N", 2: (48.0, 8.0, 24.0), 3: "E", 4: (11.0, 31.0, 12.0)}
        textured_photo(800 + number, (64, 48)).save(album / f"{number}.png", exif=exif)
    shutil.copy(album / "4.png", album / "again.png")
    with Library(root / "library") as library:
        library.folders.add(album)
        # What is known then is not compared again by the commands, nor measured against another sample.
        for job in (library.scan(), library.pairs.update(), library.things.update()):
            for _ in job:
                pass
        ids = [
            library.photos.ids_at([album / f"{number}.png"])[album / f"{number}.png"] for number in range(6)
        ]
        pairs = [sorted((ids[one], ids[other])) for one, other in ((0, 1), (0, 2), (1, 2), (3, 4))]
        library._catalog.verified_pairs.put(
            [
                row_of_pair(VerifiedPair(one, other, PairKind.SAME_THING, 0.99, 0.0, 0.0), PAIR_VERSION)
                for one, other in pairs
            ]
        )
        # To the model all made-up photos look alike.
        known = [(pair.first, pair.second) for pair in library.pairs.pairs()]
        library._catalog.things.put_excesses(known, [0.05] * len(known))
    return root


@pytest.fixture
def library(paired: Path, tmp_path: Path) -> Path:
    shutil.copytree(paired / "library", tmp_path / "library")
    return tmp_path / "library"


def names(thing: dict[str, Any]) -> list[str]:
    return sorted(Path(path).name for path in thing["photos"])


def test_things_are_listed_largest_first(library: Path, call: Call) -> None:
    code, out, err = call("--library", library, "things", "--json")
    assert code == 0, err
    large, small = json.loads(out)["things"]
    assert names(large) == ["0.png", "1.png", "2.png"]
    assert names(small) == ["3.png", "4.png", "again.png"], "every place of a photo"
    assert large["cover"] in large["photos"]
    assert {key: large[key] for key in ("name", "first_taken_at", "last_taken_at", "place")} == {
        "name": "",
        "first_taken_at": None,
        "last_taken_at": None,
        "place": None,
    }
    assert small["place"] == {
        "latitude": pytest.approx(48.14),
        "longitude": pytest.approx(11.52),
        "name": "Munich, Germany",
    }
    code, out, _ = call("--library", library, "things")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == f"{large['id']}  (no name)  (3 photos)"
    assert f"{small['id']}  (no name)  (2 photos; Munich, Germany)" in lines


def test_a_thing_gets_a_name(library: Path, call: Call) -> None:
    _, out, _ = call("--library", library, "things", "--json")
    number = json.loads(out)["things"][0]["id"]
    code, out, _ = call("--library", library, "things", "name", number, "Fountain", "--json")
    assert code == 0 and json.loads(out)["name"] == "Fountain"
    code, out, _ = call("--library", library, "things", "--json", "name", number, "The fountain")
    assert code == 0 and json.loads(out)["name"] == "The fountain", "--json may stand in front"
    code, out, _ = call("--library", library, "things", "name", number, "")
    assert code == 0 and "(no name)" in out
    code, _, err = call("--library", library, "things", "name", 99, "x")
    assert code == 1 and "There is no thing 99 in this library." in err


def test_a_photo_is_taken_out_and_two_things_are_joined(paired: Path, library: Path, call: Call) -> None:
    _, out, _ = call("--library", library, "things", "--json")
    large, small = (thing["id"] for thing in json.loads(out)["things"])
    code, out, _ = call("--library", library, "things", "apart", large, paired / "album" / "2.png", "--json")
    assert code == 0 and names(json.loads(out)) == ["0.png", "1.png"]
    code, out, _ = call("--library", library, "things", "join", large, small, "--json")
    assert code == 0 and names(json.loads(out)) == ["0.png", "1.png", "3.png", "4.png", "again.png"]
    large = json.loads(out)["id"]
    _, out, _ = call("--library", library, "things", "--json")
    assert [thing["id"] for thing in json.loads(out)["things"]] == [large]
    code, _, err = call("--library", library, "things", "apart", large, paired / "album" / "5.png")
    assert code == 1 and "not one of thing" in err
    code, _, err = call("--library", library, "things", "apart", large, paired / "none.png")
    assert code == 1 and "not a photo of this library" in err
    code, _, err = call("--library", library, "things", "join", large)
    assert code == 2 and "at least two" in err


def test_a_thing_of_two_without_one_is_none(paired: Path, library: Path, call: Call) -> None:
    _, out, _ = call("--library", library, "things", "--json")
    small = json.loads(out)["things"][1]["id"]
    code, out, _ = call("--library", library, "things", "apart", small, paired / "album" / "3.png")
    assert code == 0 and "is none any more" in out


def test_without_things_it_is_said(tmp_path: Path, call: Call) -> None:
    code, out, err = call("--library", tmp_path / "library", "things")
    assert code == 0 and out == "" and "No two photos" in err
    code, out, _ = call("--library", tmp_path / "library", "things", "--json")
    assert code == 0 and json.loads(out) == {"things": []}


def test_a_judge_decides_only_where_it_is_allowed_to(library: Path, call: Call) -> None:
    code, out, _ = call("--library", library, "things", "judge", "--json")
    assert code == 0 and json.loads(out) == {"judging": False}, "off at first"
    code, _, err = call("--library", library, "things", "judge", "on")
    assert code == 1 and "No multimodal model is imported." in err
    code, out, _ = call("--library", library, "things", "judge", "off")
    assert code == 0 and out.strip() == "Photos are compared by their details alone."
