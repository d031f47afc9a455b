"""What could not be read is told of by the library too, until it can be."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lookalike.watching.follow_timing import FollowTiming
from lookalike.watching.watched import WatchedFolders
from tests.builders.small_library import SmallLibrary
from tests.builders.tiny_files import photo


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    (folder / "trip").mkdir(parents=True)
    for number, name in enumerate(("a.png", "b.png", "trip/c.png")):
        (folder / name).write_bytes(photo(number))
    return folder


@pytest.fixture
def library(tmp_path: Path, album: Path) -> Iterator[SmallLibrary]:
    library = SmallLibrary(tmp_path / "library", timing=FollowTiming(locate=3600))
    library.folders.add(album)
    yield library
    library.close()


def told(library: SmallLibrary) -> list[str]:
    return [f"{path.name}: {why}" for path, why in library.catalog.unreadable.problems()]


def close(path: Path) -> None:
    """Take the rights of a file or folder away."""
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("This user may read everything.")


def test_bad_patterns_are_told_of_until_they_are_put_right(library: SmallLibrary, album: Path) -> None:
    for folder in (album, album / "trip"):
        (folder / ".lookalikeignore").write_text("!\n")
    library.scan()
    assert told(library).count(".lookalikeignore: “!” is not a pattern.") == 2
    (album / ".lookalikeignore").unlink()
    library.scan()
    assert told(library) == [".lookalikeignore: “!” is not a pattern."]
    (album / "trip" / ".lookalikeignore").unlink()
    library.scan()
    assert told(library) == []


def test_what_is_met_again_is_not_written_again(library: SmallLibrary, album: Path) -> None:
    (folder,) = library.folders.all()
    (album / ".lookalikeignore").write_text("!\n")
    found = [(os.fsencode(album / ".lookalikeignore"), "“!” is not a pattern.")]
    library.catalog.unreadable.record_scan(folder.id, os.fsencode(album), True, found)
    with closing(sqlite3.connect(album.parent / "library" / "catalog.sqlite")) as other:
        before = other.execute("PRAGMA data_version").fetchone()
        for place, deep in ((album, True), (album / "trip", False), (album, False)):
            library.catalog.unreadable.record_scan(folder.id, os.fsencode(place), deep, found)
        assert other.execute("PRAGMA data_version").fetchone() == before
        library.catalog.unreadable.record_scan(folder.id, os.fsencode(album), False, [])
        assert other.execute("PRAGMA data_version").fetchone() != before
    assert told(library) == []


def test_what_is_no_longer_watched_is_forgotten(library: SmallLibrary, album: Path) -> None:
    (album / ".lookalikeignore").write_text("!\n")
    library.scan()
    assert told(library)
    library.remove_folder(album)
    assert told(library) == []


def test_a_folder_that_lies_elsewhere_now_is_told_of_there(library: SmallLibrary, album: Path) -> None:
    (album / ".lookalikeignore").write_text("!\n")
    library.scan()
    elsewhere = album.rename(album.parent / "elsewhere")
    watched = WatchedFolders(library.catalog)
    watched.relocate(watched.at(album), elsewhere)
    library.scan()
    assert [path.parent for path, _ in library.catalog.unreadable.problems()] == [elsewhere]


def test_files_and_folders_without_rights_are_told_of_until_they_have_them(
    library: SmallLibrary, album: Path
) -> None:
    close(album / "a.png")
    close(album / "trip")
    try:
        library.scan()
        assert told(library) == [
            "a.png: a.png may not be read. Check the file's permissions.",
            "trip: This folder cannot be listed (Permission denied).",
        ]
    finally:
        (album / "a.png").chmod(0o644)
        (album / "trip").chmod(0o755)
    library.scan()
    assert told(library) == []
    assert len(library.index) == 3


def test_a_known_photo_whose_rights_are_taken_stays_and_is_told_of(
    library: SmallLibrary, album: Path
) -> None:
    library.scan()
    close(album / "b.png")
    library.scan()
    assert told(library) == ["b.png: b.png may not be read. Check the file's permissions."]
    assert len(library.index) == 3
    (album / "b.png").chmod(0o644)
    library.scan()
    assert told(library) == []


def test_an_xmp_file_without_rights_is_told_of(library: SmallLibrary, album: Path) -> None:
    (album / "a.xmp").write_bytes(b"<x/>")
    close(album / "a.xmp")
    library.scan()
    assert told(library) == ["a.xmp: a.xmp may not be read. Check the file's permissions."]
    (album / "a.xmp").unlink()
    library.scan()
    assert told(library) == []
