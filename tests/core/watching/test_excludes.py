"""What is left out, with git itself as the judge of patterns."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lookalike.catalog.racy_timestamps import CTIME_TICK_NS
from lookalike.errors import LookalikeError
from lookalike.progress import Skipped
from lookalike.watching.excludes import Excludes, is_left_out
from lookalike.watching.folder_walk import walk
from lookalike.watching.watched import WatchedFolders
from tests.builders.small_library import SmallLibrary
from tests.builders.tiny_files import photo

FILES = [
    "a.jpg",
    "b.png",
    "trip/a.jpg",
    "trip/raw/a.jpg",
    "trip/raw/c.png",
    "raw/a.jpg",
    "raw/deep/b.png",
    "x [1].jpg",
    "#5.jpg",
]
LINES = [
    "*.jpg",
    "!a.jpg",
    "raw/",
    "/raw",
    "trip/raw",
    "**/raw/*.png",
    "trip/**",
    "!trip/raw/",
    "x \\[1\\].jpg",
    "\\#5.jpg",
    "# a comment",
    "",
    "a.*",
    "deep",
    "?.png",
    "[ab].jpg",
]


def found(top: Path) -> set[str]:
    rules = Excludes().rules(os.fsencode(top), os.fsencode(top), [])
    assert rules is not None
    return {os.path.relpath(os.fsdecode(p.path), top) for p in walk(os.fsencode(top), True, [], rules)}


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the judge")
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(
    st.dictionaries(
        st.sampled_from(["", "trip", "trip/raw", "raw"]), st.lists(st.sampled_from(LINES), max_size=4)
    )
)
def test_patterns_mean_what_they_mean_to_git(
    tmp_path_factory: pytest.TempPathFactory, ignore_files: dict[str, list[str]]
) -> None:
    top = tmp_path_factory.mktemp("album")
    for name in FILES:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).touch()
    for folder, lines in ignore_files.items():
        (top / folder / ".lookalikeignore").write_text("\n".join(lines))
    environment = {**os.environ, "GIT_DIR": str(top / ".git"), "GIT_WORK_TREE": str(top)}
    subprocess.run(["git", "init", "-q"], cwd=top, env=environment, check=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--others", "--exclude-per-directory=.lookalikeignore"],
        cwd=top,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    assert found(top) == {name for name in listed if name.endswith((".jpg", ".png"))}


def test_a_look_at_one_folder_knows_the_rules_above_it(tmp_path: Path) -> None:
    (tmp_path / "trip" / "raw").mkdir(parents=True)
    (tmp_path / ".lookalikeignore").write_text("raw/\n*.png\n")
    top = os.fsencode(tmp_path)
    excludes = Excludes(["b.*"])
    assert excludes.rules(top, top + b"/trip/raw", []) is None
    assert excludes.rules(top, top + b"/.git/objects", []) is None
    rules = excludes.rules(top, top + b"/trip", [])
    assert rules is not None
    assert [rules.exclude(top + b"/trip/" + name, False) for name in (b"a.png", b"a.jpg", b"b.jpg")] == [
        True,
        False,
        True,
    ]


def test_caches_of_other_programs_are_left_out() -> None:
    assert is_left_out(b"/p", b"@eaDir")
    assert is_left_out(b"/p", b"$RECYCLE.BIN")
    assert is_left_out(b"/p/Photos Library.photoslibrary", b"resources")
    assert not is_left_out(b"/p", b"resources")
    assert is_left_out(b"/p", b"Catalogue Previews.lrdata")


def test_an_ignore_file_that_is_none_is_told_of_and_excludes_nothing(tmp_path: Path) -> None:
    (tmp_path / ".lookalikeignore").write_bytes(b"\xef\xbb\xbfa.jpg\n!\n")
    problems: list[Skipped] = []
    rules = Excludes().rules(os.fsencode(tmp_path), os.fsencode(tmp_path), problems)
    assert rules is not None
    assert rules.exclude(os.fsencode(tmp_path / "a.jpg"), False)
    assert [line.path for line in problems] == [str(tmp_path / ".lookalikeignore")]
    (tmp_path / ".lookalikeignore").unlink()
    os.mkfifo(tmp_path / ".lookalikeignore")
    assert Excludes().rules(os.fsencode(tmp_path), os.fsencode(tmp_path), []) is not None


def test_excluded_photos_leave_the_view_and_come_back_without_decoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lookalike.ingest import photo_reader

    library = SmallLibrary(tmp_path / "library")
    watched = WatchedFolders(library.catalog)
    album = tmp_path / "album"
    (album / "raw").mkdir(parents=True)
    for number in range(4):
        path = album / ("raw" if number > 1 else "") / f"{number}.png"
        path.write_bytes(photo(number))
        os.utime(path, ns=(10**18, 10**18))
    time.sleep(2 * CTIME_TICK_NS / 1e9)
    watched.add(album)
    library.scan()
    assert len(library.index) == 4
    monkeypatch.setattr(photo_reader, "read_file", None)
    watched.set_excludes(["raw/"])
    library.scan()
    assert len(library.index) == len(library.catalog.contents.visible()) == 2
    assert len(library.record.ids()) == 2
    with pytest.raises(LookalikeError, match="a pattern leaves it out"):
        watched.add(album / "raw")
    watched.set_excludes([])
    library.scan()
    assert len(library.index) == len(library.catalog.contents.visible()) == 4
    with pytest.raises(LookalikeError, match="is not a pattern"):
        watched.set_excludes(["!"])
    library.close()


@pytest.mark.parametrize("how", ["hidden", "ignore file", "own list"])
def test_a_watched_folder_is_not_taken_over_by_one_that_leaves_it_out(tmp_path: Path, how: str) -> None:
    inner = tmp_path / "album" / (".private" if how == "hidden" else "raw")
    inner.mkdir(parents=True)
    (inner / "a.png").write_bytes(photo(1))
    library = SmallLibrary(tmp_path / "library")
    watched = WatchedFolders(library.catalog)
    watched.add(inner)
    library.scan()
    if how == "ignore file":
        (tmp_path / "album" / ".lookalikeignore").write_text("raw/\n")
    elif how == "own list":
        watched.set_excludes(["raw/"])
    with pytest.raises(LookalikeError, match="would be left out") as refused:
        watched.add(tmp_path / "album")
    assert str(inner) in str(refused.value)
    library.scan()
    assert [folder.path for folder in library.folders.all()] == [inner]
    assert len(library.index) == 1
    library.close()


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="only Linux lists open files there")
def test_a_folder_of_the_name_of_an_ignore_file_is_told_of_and_closed(tmp_path: Path) -> None:
    (tmp_path / ".lookalikeignore").mkdir()
    before = os.listdir("/proc/self/fd")
    told: list[Skipped] = []
    for _ in range(5):
        Excludes().rules(os.fsencode(tmp_path), os.fsencode(tmp_path), told)
    assert len(told) == 5
    assert len(os.listdir("/proc/self/fd")) <= len(before)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_patterns_of_names_that_are_no_text_last(tmp_path: Path) -> None:
    album = tmp_path / "album"
    odd = os.fsencode(album) + b"/caf\xe9"
    os.makedirs(odd)
    for number, name in enumerate((odd + b"/a.png", os.fsencode(album) + b"/b.png")):
        with open(name, "wb") as file:
            file.write(photo(number))
    library = SmallLibrary(tmp_path / "library")
    library.folders.add(album)
    library.scan()
    pattern = os.fsdecode(b"caf\xe9/")
    WatchedFolders(library.catalog).set_excludes([pattern, "größer/"])
    library.scan()
    assert len(library.index) == 1
    library.close()
    again = SmallLibrary(tmp_path / "library")
    assert WatchedFolders(again.catalog).excludes() == [pattern, "größer/"]
    again.close()


@pytest.mark.parametrize(
    "encoded",
    [
        "Küste/\r\n".encode(),
        b"\xef\xbb\xbf" + "Küste/".encode(),
        "Küste/\r\n*.png".encode("utf-16"),
        b"\xfe\xff" + "Küste/".encode("utf-16-be"),
        "Küste/\r\n".encode("utf-16-le"),
        "Küste/\n".encode("latin-1"),
        "Küste/ \u2013\nKüste/\n".encode("cp1252"),
    ],
    ids=["UTF-8", "with a mark", "UTF-16", "big-endian", "without a mark", "Latin-1", "Windows-1252"],
)
def test_ignore_files_are_obeyed_in_whatever_encoding_they_are(tmp_path: Path, encoded: bytes) -> None:
    for name in ("Küste", "Kueste"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.jpg").touch()
    (tmp_path / ".lookalikeignore").write_bytes(encoded)
    assert found(tmp_path) == {"Kueste/a.jpg"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, names are text")
def test_a_pattern_may_name_bytes_that_are_no_text(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/K\xfcste"
    os.mkdir(folder)
    Path(os.fsdecode(folder), "a.jpg").touch()
    (tmp_path / ".lookalikeignore").write_bytes(b"K\xfcste/\n")
    assert found(tmp_path) == set()


def test_an_ignore_file_that_is_no_text_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    (tmp_path / ".lookalikeignore").write_bytes(b"*.jpg\n\0\0\x01")
    problems: list[Skipped] = []
    rules = Excludes().rules(os.fsencode(tmp_path), os.fsencode(tmp_path), problems)
    assert rules is not None
    assert not rules.exclude(os.fsencode(tmp_path / "a.jpg"), False)
    assert [line.path for line in problems] == [str(tmp_path / ".lookalikeignore")]


def test_folders_with_a_nomedia_file_are_left_out_and_told_of(tmp_path: Path) -> None:
    album = tmp_path / "album"
    for seed, name in enumerate(("a.jpg", "stickers/b.jpg", "stickers/more/c.jpg", "trip/d.jpg")):
        (album / name).parent.mkdir(parents=True, exist_ok=True)
        (album / name).write_bytes(photo(seed))
    (album / "stickers" / ".nomedia").touch()
    # The watched folder itself was chosen by its name.
    (album / ".nomedia").touch()
    library = SmallLibrary(tmp_path / "library")
    try:
        library.folders.add(album)

        def names() -> set[str]:
            library.scan()
            known = library.files.known(os.fsencode(album))
            return {Path(os.fsdecode(path)).name for path in known}

        assert names() == {"a.jpg", "d.jpg"}
        ((path, reason),) = library.catalog.unreadable.problems()
        assert path == album / "stickers"
        assert ".nomedia" in reason
        with pytest.raises(LookalikeError, match=r"a \.nomedia file in .*stickers leaves it out"):
            WatchedFolders(library.catalog).add(album / "stickers" / "more")
        (album / "stickers" / ".nomedia").unlink()
        assert names() == {"a.jpg", "b.jpg", "c.jpg", "d.jpg"}
        assert library.catalog.unreadable.problems() == []
        (album / "stickers" / ".nomedia").touch()
        assert names() == {"a.jpg", "d.jpg"}
    finally:
        library.close()
