"""Every command, as a user types it: real library, real models, plain words and JSON."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest

from lookalike.cli.main import cli, run
from tests.builders.photo_files import textured_photo, write_album
from tests.core.cli.conftest import Call
from tests.processes import interruptible


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An indexed album whose photo "detail.jpg" is cut from "photo.jpg"; tests only read it."""
    root = tmp_path_factory.mktemp("indexed")
    album = root / "album"
    album.mkdir()
    write_album(album, 10, seed=3)
    whole = textured_photo(77, (800, 600))
    whole.save(album / "photo.jpg", quality=92)
    whole.crop((200, 150, 600, 450)).resize((640, 480)).save(album / "detail.jpg", quality=90)
    (album / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no photo")
    assert run(["--library", str(root / "library"), "add", str(album)]) == 0
    return root


@pytest.mark.slow
def test_search_finds_the_other_photo_of_the_same_thing(indexed: Path, call: Call) -> None:
    code, out, err = call(
        "--library", indexed / "library", "search", indexed / "album" / "detail.jpg", "--json"
    )
    answer = json.loads(out)
    assert code == 0, err
    assert Path(answer["results"][0]["path"]).name == "photo.jpg"
    assert answer["results"][0]["match"] > 0.5
    assert answer["same"] >= 1
    assert answer["final"]
    assert answer["judged"] == answer["to_judge"] == 11
    assert "detail.jpg" not in {Path(result["path"]).name for result in answer["results"]}


@pytest.mark.slow
def test_search_streams_better_and_better_rankings(indexed: Path, tmp_path: Path, call: Call) -> None:
    query = tmp_path / "query.png"
    textured_photo(77, (800, 600)).crop((100, 100, 500, 500)).save(query)
    code, out, _ = call("--library", indexed / "library", "search", query, "--json", "--stream")
    rankings = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert rankings[0]["judged"] == 0
    assert all(result["match"] is None for result in rankings[0]["results"])
    assert rankings[-1]["final"]
    assert {Path(result["path"]).name for result in rankings[-1]["results"][:2]} == {
        "photo.jpg",
        "detail.jpg",
    }


@pytest.mark.slow
def test_search_for_a_region(indexed: Path, call: Call) -> None:
    code, out, _ = call(
        "--library", indexed / "library", "search", indexed / "album" / "photo.jpg",
        "--region", "0.25,0.25,0.75,0.75", "--json",
    )  # fmt: skip
    assert code == 0
    assert Path(json.loads(out)["results"][0]["path"]).name == "detail.jpg"


@pytest.mark.slow
def test_search_in_plain_words(indexed: Path, call: Call) -> None:
    code, out, _ = call(
        "--library", indexed / "library", "search", indexed / "album" / "detail.jpg", "--limit", "3"
    )
    lines = out.splitlines()
    assert code == 0
    assert lines[1].endswith("photo.jpg")
    assert "similar" in lines[2]


def test_without_a_judge_nothing_is_judged(indexed: Path, call: Call) -> None:
    _, out, _ = call(
        "--library",
        indexed / "library",
        "search",
        indexed / "album" / "detail.jpg",
        "--judge",
        "none",
        "--json",
    )
    answer = json.loads(out)
    assert answer["to_judge"] == 0
    assert all(result["match"] is None for result in answer["results"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["search", "no such photo.jpg"], "no such photo.jpg"),
        (["search", "camera:leica"], "leica"),
        (["add", "/no/such/folder"], "/no/such/folder is not a folder"),
        (["models", "remove", "nothing"], "nothing"),
        (["models", "use", "nobody"], "nobody"),
        (["models", "import", "a.gguf", "b.gguf"], "a.gguf"),
        (["evaluate", "no.json"], "no.json"),
        (["evaluate", "no.json", "--json"], "no.json"),
    ],
)
def test_failures_are_one_line_and_exit_1(
    indexed: Path, call: Call, arguments: list[str], words: str
) -> None:
    code, out, err = call("--library", indexed / "library", *arguments)
    assert code == 1
    told = out if "--json" in arguments else err
    assert words in told
    assert len(told.strip().splitlines()) == 1
    if "--json" in arguments:
        assert set(json.loads(told)) == {"error", "remedy"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["search"],
        ["nonsense"],
        ["add"],
        ["search", "x.jpg", "--region", "1,2"],
        ["search", "x.jpg", "--mode", "colour"],
        ["search", "x.jpg", "--weight", "2"],
        ["models", "import", "one.gguf"],
    ],
)
def test_wrong_usage_exits_2(indexed: Path, call: Call, arguments: list[str]) -> None:
    code, _, err = call("--library", indexed / "library", *arguments)
    assert code == 2
    assert "Traceback" not in err


def test_an_unknown_judge_is_told_and_the_index_still_answers(indexed: Path, call: Call) -> None:
    code, out, _ = call(
        "--library",
        indexed / "library",
        "search",
        indexed / "album" / "detail.jpg",
        "--judge",
        "nobody",
        "--json",
    )
    answer = json.loads(out)
    assert code == 0
    assert "nobody" in answer["notes"][0]
    assert answer["results"]


def test_status_names_folders_photos_and_problems(indexed: Path, call: Call) -> None:
    code, out, _ = call("--library", indexed / "library", "status", "--json")
    state = json.loads(out)
    assert code == 0
    assert (state["files"], state["photos"], state["indexed"]) == (13, 12, 12)
    assert [Path(path).name for path, _ in state["problems"]] == ["broken.jpg"]
    assert state["folders"][0]["path"] == str(indexed / "album")
    _, plain, _ = call("--library", indexed / "library", "status")
    assert "12 in 13 files, 12 can be searched" in plain


def test_an_empty_library_says_what_to_do(tmp_path: Path, call: Call) -> None:
    code, _, err = call("--library", tmp_path / "library", "search", "x.jpg")
    assert code == 2
    assert "lookalike add" in err


@pytest.mark.slow
def test_details_can_be_left_for_later(indexed: Path, tmp_path: Path, call: Call) -> None:
    album, library = indexed / "album", ("--library", tmp_path / "library")

    def details() -> tuple[int, int]:
        found = json.loads(call(*library, "status", "--json")[1])["details"]
        return found["done"], found["lacking"]

    def scores() -> dict[str, float]:
        answer = json.loads(call(*library, "search", album / "detail.jpg", "--judge", "none", "--json")[1])
        return {result["path"]: result["score"] for result in answer["results"]}

    code, out, err = call(*library, "add", album, "--details-later")
    assert code == 0, err
    assert "12 photos can be searched." in out
    assert "0 of 12 photos can be found by their details" in out
    assert details() == (0, 12)
    whole = str(album / "photo.jpg")
    by_looks = scores()[whole]
    code, out, err = call(*library, "scan")
    assert code == 0, err
    assert "by their details" not in out
    assert details() == (12, 0)
    found = scores()
    assert found[whole] > by_looks + 0.1
    library = ("--library", indexed / "library")
    # The first search looked for the details of its query itself, in pixels of another decode.
    assert found == pytest.approx(scores(), abs=0.05), "as if they had been found at once"


@pytest.mark.slow
def test_folders_can_be_listed_and_removed(tmp_path: Path, call: Call) -> None:
    album, library = tmp_path / "album", tmp_path / "library"
    album.mkdir()
    write_album(album, 2, seed=8)
    assert call("--library", library, "add", album, "--json")[0] == 0
    _, out, _ = call("--library", library, "folders", "--json")
    assert [folder["path"] for folder in json.loads(out)] == [str(album)]
    code, out, _ = call("--library", library, "remove", album, "--json")
    assert (code, json.loads(out)["photos"]) == (0, 0)
    assert len(list(album.iterdir())) == 2


@pytest.mark.slow
def test_folders_can_be_paused_relocated_and_have_photos_left_out(tmp_path: Path, call: Call) -> None:
    album, library = tmp_path / "album", ("--library", tmp_path / "library")
    album.mkdir()
    write_album(album, 4, seed=8)
    assert call(*library, "add", album)[0] == 0
    names = sorted(path.name for path in album.iterdir())

    code, out, _ = call(*library, "folders", "exclude", "add", names[0], "--json")
    assert (code, json.loads(out)["photos"]) == (0, 3)
    _, out, _ = call(*library, "folders", "exclude", "list", "--json")
    assert json.loads(out) == {"excludes": [names[0]]}
    code, out, _ = call(*library, "folders", "exclude", "remove", names[0], "--json")
    assert (code, json.loads(out)["photos"]) == (0, 4)
    assert call(*library, "folders", "exclude", "remove", "never said")[0] == 1

    assert call(*library, "folders", "pause", album)[0] == 0
    (album / names[0]).unlink()
    _, out, _ = call(*library, "scan", "--json")
    assert json.loads(out)["photos"] == 4
    assert "(paused)" in call(*library, "folders")[1]
    assert call(*library, "folders", "resume", album)[0] == 0

    album.rename(tmp_path / "renamed")
    assert "(cannot be reached" in (call(*library, "scan") and call(*library, "folders"))[1]
    code, out, _ = call(*library, "folders", "relocate", album, tmp_path / "renamed", "--json")
    assert (code, json.loads(out)["photos"]) == (0, 3)
    assert json.loads(out)["folders"] == [str(tmp_path / "renamed")]

    assert call(*library, "folders", "pace", "fast")[0] == 0
    assert json.loads(call(*library, "folders", "pace", "--json")[1]) == {"pace": "fast"}


@pytest.mark.slow
def test_start_without_a_display_indexes_and_says_what_to_type_next(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    album = tmp_path / "album"
    album.mkdir()
    write_album(album, 2, seed=9)
    code, out, _ = call("--library", tmp_path / "library", "start", album)
    assert code == 0
    assert "2 photos can be searched" in out
    assert "search PHOTO.jpg" in out


def test_choosing_a_judge_lasts(tmp_path: Path, call: Call) -> None:
    library = tmp_path / "library"
    assert call("--library", library, "models", "use", "none")[0] == 0
    _, out, _ = call("--library", library, "models", "list", "--json")
    assert json.loads(out)["judge"] == "none"


def test_how_searches_are_checked_lasts(tmp_path: Path, call: Call) -> None:
    library = tmp_path / "library"
    _, out, _ = call("--library", library, "settings", "--json")
    first = {
        "mode": "object",
        "both_orders": False,
        "alone": False,
        "pairs": None,
        "top": 20,
        "weight": None,
    }
    assert json.loads(out) == first
    arguments = [
        "--mode",
        "landmark",
        "--both-orders",
        "--alone",
        "--pairs",
        "5",
        "--top",
        "7",
        "--weight",
        "0.25",
    ]
    assert call("--library", library, "settings", *arguments)[0] == 0
    _, out, _ = call("--library", library, "settings", "--json")
    assert json.loads(out) == {
        "mode": "landmark",
        "both_orders": True,
        "alone": True,
        "pairs": 5,
        "top": 7,
        "weight": 0.25,
    }
    _, out, _ = call("--library", library, "settings", "--one-order")
    assert "both orders  no" in out
    assert "weight       0.25" in out
    _, out, _ = call("--library", library, "settings", "--reset", "--json")
    assert json.loads(out) == first


def test_settings_and_options_reach_the_search(indexed: Path, call: Call) -> None:
    library, photo = indexed / "library", indexed / "album" / "detail.jpg"
    try:
        call("--library", library, "settings", "--top", "3", "--weight", "1")
        _, out, _ = call("--library", library, "search", photo, "--json")
        answer = json.loads(out)
        assert answer["judged"] == 3
        assert answer["results"][0]["score"] == answer["results"][0]["index_score"]
        assert answer["calibrated"]
        _, out, _ = call("--library", library, "search", photo, "--top", "4", "--lambda", "0", "--json")
        answer = json.loads(out)
        assert answer["judged"] == 4
        assert answer["results"][0]["score"] == answer["results"][0]["match"]
    finally:
        call("--library", library, "settings", "--reset")


def test_every_command_has_help_and_json() -> None:
    def commands(group: click.Group, name: str = "") -> Iterator[tuple[str, click.Command]]:
        for key, command in group.commands.items():
            if isinstance(command, click.Group):
                yield from commands(command, f"{key} ")
            else:
                yield name + key, command

    for name, command in commands(cli):
        assert command.help, name
        assert "--json" in {option for parameter in command.params for option in parameter.opts}, name


@pytest.mark.slow
def test_ctrl_c_stops_cleanly_and_keeps_what_is_finished(tmp_path: Path) -> None:
    album, library = tmp_path / "album", tmp_path / "library"
    album.mkdir()
    write_album(album, 200, seed=4, size=(160, 120))
    command = [sys.executable, "-m", "lookalike", "--library", str(library)]
    process = subprocess.Popen(
        [*command, "add", str(album)], stderr=subprocess.PIPE, text=True, preexec_fn=interruptible
    )
    catalog = library / "catalog.sqlite"
    deadline = time.monotonic() + 60
    # By the file: until another process had told, all might be done.
    while not _described(catalog):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped" in err
    assert "Traceback" not in err
    assert 0 < _indexed(command) < 200


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux")
def test_names_that_are_no_text_are_told_where_the_system_speaks_utf_8(tmp_path: Path) -> None:
    album = os.fsencode(tmp_path / "album") + b"\xe9"
    os.mkdir(album)
    good, broken = os.path.join(album, b"good\xff.jpg"), os.path.join(album, b"broken\xff.jpg")
    textured_photo(1, (320, 240)).save(os.fsdecode(good), "JPEG")
    with open(broken, "wb") as file:
        file.write(b"no photo")
    # What Python makes of any language but C's.
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    command = [sys.executable, "-m", "lookalike", "--library", str(tmp_path / "library")]

    def told(*arguments: str | bytes) -> bytes:
        return subprocess.run([*command, *arguments], env=environment, capture_output=True, check=True).stdout

    summary = json.loads(told("add", "--json", album))
    assert [os.fsencode(line["path"]) for line in summary["skipped"]] == [broken]
    assert told("photos") == good + b"\n"
    assert broken in told("status")


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_names_that_break_lines_or_steer_the_terminal_are_told_in_one_line(
    tmp_path: Path, call: Call
) -> None:
    album = tmp_path / "album"
    album.mkdir()
    (album / "two\n  skipped nothing.jpg").write_bytes(b"no photo")
    (album / "\x1b[31mred\x9b0m.jpg").write_bytes(b"no photo")
    library = ("--library", tmp_path / "library")
    code, out, err = call(*library, "add", album)
    assert code == 0
    told = [line for line in err.splitlines() if "skipped /" in line]
    assert len(told) == 2
    status = call(*library, "status")[1]
    told += [line for line in status.splitlines() if line.startswith("skipped")]
    assert len(told) == 4
    assert not any(letter in "".join((out, err, status)) for letter in "\x1b\x9b")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert call(*library, "remove", "no\nsuch\x1b[0m")[2].count("\n") == 1


def _described(catalog: Path) -> bool:
    """Whether a catalog has the descriptor of any photo."""
    if not catalog.exists():
        return False
    with closing(sqlite3.connect(f"{catalog.as_uri()}?mode=ro", uri=True)) as connection:
        try:
            return connection.execute("SELECT 1 FROM descriptors LIMIT 1").fetchone() is not None
        except sqlite3.OperationalError:
            # Its tables are being made.
            return False


def _indexed(command: list[str]) -> int:
    done = subprocess.run([*command, "status", "--json"], capture_output=True, text=True, check=True)
    return int(json.loads(done.stdout)["indexed"])


@pytest.mark.slow
def test_a_photo_is_never_written_to(indexed: Path, tmp_path: Path, call: Call) -> None:
    album = shutil.copytree(indexed / "album", tmp_path / "album")
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in album.iterdir()}
    for path in album.iterdir():
        os.chmod(path, 0o444)
    os.chmod(album, 0o555)
    assert call("--library", tmp_path / "library", "add", album)[0] == 0
    os.chmod(album, 0o755)
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in album.iterdir()} == before
