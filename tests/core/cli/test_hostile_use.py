"""The real command under what systems and hands do to it: one line, the right exit code, never a traceback."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lookalike.library import Library
from tests.builders.photo_files import write_album
from tests.core.cli.conftest import Call
from tests.core.cli.real_command import POSIX, one_line, run_command, shell, tell
from tests.processes import needs_permissions, obey_permissions

FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")


@pytest.fixture(autouse=True)
def no_pictures(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The computer's own pictures are no part of a test."""
    monkeypatch.setenv("XDG_PICTURES_DIR", str(tmp_path_factory.mktemp("pictures")))


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an album and a library that knows it."""
    root = tmp_path_factory.mktemp("hostile")
    write_album(root / "album", 3, seed=12)
    # A photo that an emoji and words with dots find.
    (root / "album" / "photo_000.jpg").rename(root / "album" / "St. Moritz \N{CAT FACE}.jpg")
    with Library(root / "library") as library:
        library.folders.add(root / "album")
        for _ in library.scan():
            pass
    return root


# Words and paths


@pytest.mark.parametrize(
    "words", ["St. Moritz", "\N{CAT FACE}", "\N{CAT FACE}\N{VARIATION SELECTOR-16} moritz"]
)
def test_words_with_dots_and_emoji_find_photos(indexed: Path, call: Call, words: str) -> None:
    code, out, err = call("--library", indexed / "library", "search", words, "--json")
    assert code == 0, err
    (first, *_) = json.loads(out)["results"]
    assert (Path(first["path"]).name, first["why"][0]["kind"]) == ("St. Moritz \N{CAT FACE}.jpg", "name")


@pytest.mark.parametrize(
    "words", ["~1950", "10.5.2019", "字" * 90, "qwxzy", "..", "~", "\x1b[31m", "\N{DOG FACE}"]
)
def test_words_that_nothing_has_are_told_as_words(
    indexed: Path, call: Call, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(indexed)
    (indexed / "qwxzy").mkdir(exist_ok=True)
    code, out, err = call("--library", indexed / "library", "search", words)
    assert (code, out) == (0, "")
    assert any(
        told in err for told in ("Nothing looks like", "no words to look for", "No photo meets all of")
    )
    assert "\x1b" not in err


@POSIX
@pytest.mark.parametrize("form", ["file://{}", "file://localhost{}", "'{}'", '"{}"'])
def test_a_dropped_photo_is_searched_with(indexed: Path, call: Call, form: str) -> None:
    photo = str(indexed / "album" / "photo_001.jpg")
    code, out, err = call(
        "--library", indexed / "library", "search", form.format(photo), "--judge", "none", "--json"
    )
    assert code == 0, err
    assert photo not in {result["path"] for result in json.loads(out)["results"]}


# Wrong usage


@pytest.mark.parametrize(
    "arguments",
    [
        ["add", ""],
        ["--library", "", "status"],
        ["search", ""],
        ["search", "   "],
        ["search", "x", "--not", ""],
        ["search", "x", "--judge", ""],
        ["search", "x", "--in", ""],
        ["search", "x", "--camera", " "],
        ["search", "x", "--from", ""],
        ["search", "x", "--limit", "-3"],
        ["search", "x", "--limit", "0"],
        ["search", "x", "--limit", "9" * 30],
        ["search", "x", "--limit", "1.5"],
        ["search", "x", "--budget", "nan"],
        ["search", "x", "--budget", "inf"],
        ["search", "x", "--budget", "-1"],
        ["search", "x", "--weight", "nan"],
        ["search", "x", "--weight", "inf"],
        ["search", "x", "--lambda", "-0.1"],
        ["search", "x", "--weight", "2"],
        ["search", "x", "--top", "-1"],
        ["search", "x", "--top", "9" * 30],
        ["search", "x", "--rating", "6"],
        ["search", "x", "--region", "nan,0,1,1"],
        ["search", "x", "--region", ""],
        ["photos", "--limit", "0"],
        ["photos", "--keyword", ""],
        ["photos", "--from", "0000"],
        ["settings", "--weight", "nan"],
        ["remove", ""],
        ["start", ""],
        ["app", ""],
        ["folders", "pause", ""],
        ["folders", "relocate", "x", ""],
        ["folders", "pace", ""],
        ["folders", "exclude", "add", ""],
        ["models", "use", ""],
        ["models", "check", ""],
        ["models", "import", "", ""],
        ["models", "import", "a.gguf", "b.gguf", "--name", ""],
        ["tokens", "status", "--judge", ""],
        ["tokens", "set", "--limit", "infGB"],
        ["tokens", "set", "--limit", "nanGB"],
        ["tokens", "set", "--limit", "-1GB"],
        ["tokens", "set", "--limit", "1e400GB"],
        ["tokens", "set", "--compression", ""],
        ["evaluate", ""],
        ["evaluate", "x.json", "--keep", ""],
        ["evaluate", "x.json", "--save", ""],
        ["evaluate", "x.json", "--set", " "],
        ["evaluate", "x.json", "--slice", ""],
        ["evaluate", "x.json", "--judge", ""],
        ["evaluate", "show", ""],
        ["evaluate", "show", "x.jsonl", "--slice", ""],
        ["evaluate", "compare", "x.jsonl", ""],
        ["evaluate", "compare", "", "x.jsonl"],
        ["evaluate", "compare", "x.jsonl", "y.jsonl", "--moved", "-1"],
        ["evaluate", "compare", "x.jsonl", "y.jsonl", "--metric", ""],
        ["evaluate", "failures", "", "x.html"],
        ["evaluate", "failures", "x.jsonl", ""],
        ["evaluate", "failures", "x.jsonl", "x.html", "--worst", "0"],
        ["evaluate", "failures", "x.jsonl", "x.html", "--worst", "9" * 30],
        ["evaluate", "failures", "x.jsonl", "x.html", "--metric", " "],
        ["evaluate", "failures", "x.jsonl", "x.html", "--judge", ""],
        ["\x1b[31m"],
    ],
)
def test_what_no_option_takes_is_wrong_usage(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert "Error: " in err
    assert "\x1b" not in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["geometry", "none", "default", "a\x1bb", "a/b", "-x", ".x", "x" * 300])
def test_a_model_cannot_have_any_name(tmp_path: Path, call: Call, name: str) -> None:
    code, _, err = call("models", "import", tmp_path / "a.gguf", tmp_path / "b.gguf", f"--name={name}")
    assert code == 1
    assert "name" in err and "`--name NAME` gives the model another one." in err
    assert len(err.splitlines()) == 1
    assert "\x1b" not in err


def test_large_numbers_are_numbers(indexed: Path, call: Call) -> None:
    photo = indexed / "album" / "photo_001.jpg"
    code, out, err = call(
        "--library", indexed / "library", "search", photo, "--json", "--judge", "none",
        "--limit", 10**9, "--top", 10**9, "--budget", 1e300,
    )  # fmt: skip
    assert code == 0, err
    assert len(json.loads(out)["results"]) == 2


# Where the library lies


@pytest.mark.slow
@POSIX
def test_without_a_home(tmp_path: Path) -> None:
    home: dict[str, Any] = {"unset": ("LOOKALIKE_HOME", "XDG_DATA_HOME"), "HOME": "", "cwd": tmp_path}
    one_line(tell("status", **home), 1, "no home folder")
    told = tell("start", "--json", **home)
    assert set(json.loads(told[1])) == {"error", "remedy"}
    assert tell("--version", **home)[0] == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@POSIX
def test_a_home_that_is_a_file_or_locked(tmp_path: Path) -> None:
    needs_permissions()
    file, locked = tmp_path / "file", tmp_path / "locked"
    file.touch()
    locked.mkdir(mode=0)
    try:
        for home in (file, locked, locked / "below"):
            for command in (["status"], ["search", "--json", "x"], ["models", "check"]):
                code, out, err = tell(*command, before=obey_permissions, LOOKALIKE_HOME=str(home))
                assert "Traceback" not in err
                assert (code, len((out + err).splitlines())) == (
                    0 if home == file and "check" in command else 1,
                    1,
                )
    finally:
        locked.chmod(0o700)


@pytest.mark.slow
@POSIX
def test_paths_in_locked_folders(indexed: Path, tmp_path: Path) -> None:
    needs_permissions()
    locked = tmp_path / "locked"
    write_album(locked / "inner", 1)
    photo = next((locked / "inner").iterdir())
    locked.chmod(0)
    library = ("--library", indexed / "library")
    try:
        for arguments in (
            [*library, "search", photo],
            [*library, "add", locked / "inner"],
            [*library, "folders", "relocate", indexed / "album", locked / "inner"],
            [*library, "models", "import", locked / "a.gguf", locked / "b.gguf"],
            [*library, "evaluate", locked / "x.json"],
            [*library, "evaluate", "--set", "roxford", locked],
            [*library, "evaluate", "--set", "roxford", locked / "inner"],
            [*library, "evaluate", "show", locked / "x.jsonl"],
            [*library, "evaluate", "failures", locked / "x.jsonl", locked / "x.html"],
            ["--library", locked / "library", "status"],
        ):
            one_line(tell(*arguments, before=obey_permissions), 1, str(locked))
    finally:
        locked.chmod(0o700)


@pytest.mark.slow
@POSIX
def test_a_working_folder_that_is_gone(indexed: Path, tmp_path: Path) -> None:
    gone = f"mkdir {tmp_path}/gone && cd {tmp_path}/gone && rmdir {tmp_path}/gone && LOOKALIKE "
    library = f"--library {indexed}/library "
    assert shell(f"{gone} {library} status")[0] == 0
    one_line(shell(f"{gone} {library} add here"), 1, "no longer exists")
    one_line(shell(f"{gone} {library} photos --in here"), 1, "no longer exists")
    one_line(shell(f"{gone} --library here status"), 1, "no longer exists")
    one_line(shell(f"{gone} {library} search here.jpg"), 1, "here.jpg")


@pytest.mark.slow
@pytest.mark.parametrize("content", [b"", b"no database" * 1000, None])
def test_a_catalog_that_holds_nothing_is_told_of(
    indexed: Path, tmp_path: Path, call: Call, content: bytes | None
) -> None:
    library = shutil.copytree(indexed / "library", tmp_path / "library")
    catalog = library / "catalog.sqlite"
    whole = catalog.read_bytes()
    catalog.write_bytes(whole[: len(whole) // 2] if content is None else content)
    before = catalog.read_bytes()
    for arguments in (["status"], ["add", indexed / "album"], ["photos"]):
        one_line(call("--library", library, *arguments), 1, "catalog.sqlite is ")
    assert catalog.read_bytes() == before


# Streams


@pytest.mark.slow
@FULL
@pytest.mark.parametrize("command", ["status", "status --json", "search no.jpg --json", "--help", "photos"])
def test_output_to_a_full_disk(indexed: Path, command: str) -> None:
    for unbuffered in ("", "1"):
        told = shell(
            f"LOOKALIKE --library {indexed}/library {command} > /dev/full", PYTHONUNBUFFERED=unbuffered
        )
        one_line(told, 1, "The output cannot be written: the disk is full.")


@pytest.mark.slow
@FULL
def test_an_error_stream_that_takes_nothing(indexed: Path) -> None:
    library = f"LOOKALIKE --library {indexed}/library"
    for stream in ("2> /dev/full", "2>&-"):
        code, out, _ = shell(f"{library} status {stream}")
        assert code == 0 and "can be searched" in out
        assert shell(f"{library} search no.jpg {stream}")[0] == 1
        assert shell(f"{library} nonsense {stream}")[0] == 2
    assert shell(f"{library} status <&- >&- 2>&-")[0] == 0


@pytest.mark.slow
@POSIX
@pytest.mark.parametrize("command", ["status", "photos --json", "--help"])
def test_a_reader_that_leaves(indexed: Path, command: str) -> None:
    code, out, err = shell(f"LOOKALIKE --library {indexed}/library {command} | true; echo ${{PIPESTATUS[0]}}")
    assert (code, out.strip(), err) == (0, "0", "")


@pytest.mark.slow
@POSIX
def test_poor_terminals_and_locales(indexed: Path, tmp_path: Path) -> None:
    poor: dict[str, Any] = {
        "LC_ALL": "C",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
        "PYTHONIOENCODING": "ascii:strict",
        "COLUMNS": "1",
        "LINES": "1",
        "TERM": "dumb",
        "NO_COLOR": "1",
    }
    library = ("--library", indexed / "library")
    code, out, err = tell(*library, "search", "moritz \N{CAT FACE}", **poor)
    assert (code, err.count("\n")) == (0, 1), err
    assert "Moritz \\U0001f431.jpg" in out or "Moritz \N{CAT FACE}.jpg" in out
    for arguments in (["photos", "--json"], ["status"], ["search", "--help"]):
        assert tell(*library, *arguments, **poor)[0] == 0


# The last net


@POSIX
@pytest.mark.parametrize(
    "work",
    [
        "raise ZeroDivisionError",
        "raise RuntimeError('two\\nlines')",
        "raise OSError(28, 'No space left on device')",
        "import threading\nthread = threading.Thread(target=lambda: 1 / 0)\nthread.start()\nthread.join()\n"
        "raise SystemExit(1)",
    ],
)
def test_what_nobody_foresaw_is_one_line_with_the_place_of_the_log(own_home: Path, work: str) -> None:
    log = own_home / "logs" / "lookalike.log"
    one_line(run_command(work), 1, f"The log tells more: {log}")
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_a_broken_installation_is_one_line(own_home: Path) -> None:
    code = (
        "import sys; sys.modules['lookalike.cli.search'] = None; sys.argv = ['lookalike', 'status'];"
        "from lookalike.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    one_line((done.returncode, done.stdout, done.stderr), 1, "ModuleNotFoundError")
    assert "Traceback" in (own_home / "logs" / "lookalike.log").read_text(encoding="utf-8")
