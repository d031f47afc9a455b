"""What proves a file unchanged, and what is done where nothing does: it is hashed, and decoded if it is another."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.racy_timestamps import COARSE_TICK_NS, CTIME_TICK_NS, TICK_NS, is_racy, is_same_ctime
from lookalike.ingest import photo_reader as reading_module
from lookalike.photos import Annotations, FileBytes, Photo
from lookalike.watching.follow_timing import FollowTiming
from lookalike.watching.volumes import Mount
from tests.builders.photo_files import xmp
from tests.builders.small_library import SmallLibrary
from tests.builders.tiny_files import photo

LONG_AGO = 10**18 + 1


class Deeds:
    """What was read and decoded."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.decoded: list[str] = []

    def clear(self) -> None:
        self.read.clear()
        self.decoded.clear()


@pytest.fixture
def deeds(monkeypatch: pytest.MonkeyPatch) -> Deeds:
    deeds = Deeds()
    read_file, decode = reading_module.read_file, reading_module.decode

    def counted_read(path: Path) -> FileBytes:
        deeds.read.append(path.name)
        return read_file(path)

    def counted_decode(file: FileBytes, longest_side: int) -> Photo:
        deeds.decoded.append(file.name)
        return decode(file, longest_side)

    monkeypatch.setattr(reading_module, "read_file", counted_read)
    monkeypatch.setattr(reading_module, "decode", counted_decode)
    return deeds


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    folder.mkdir()
    for number, name in enumerate(("a.png", "b.png", "broken.png")):
        write(folder / name, photo(number)[: 60 if name == "broken.png" else None])
    return folder


@pytest.fixture
def library(tmp_path: Path, album: Path) -> Iterator[SmallLibrary]:
    library = SmallLibrary(tmp_path / "library", timing=FollowTiming(locate=3600, quiet=0.05))
    library.folders.add(album)
    time.sleep(2 * CTIME_TICK_NS / 1e9)
    library.scan()
    yield library
    library.close()


def write(path: Path, data: bytes) -> None:
    """Write into a file, and give it the time it may have had before."""
    path.write_bytes(data)
    os.utime(path, ns=(LONG_AGO, LONG_AGO))


def held(library: SmallLibrary, path: Path) -> str:
    """The hash that the library has for a path."""
    number = library.files.known(os.fsencode(path.parent))[os.fsencode(path)].content_id
    assert number is not None
    return library.catalog.contents.get([number])[number].hash


def on_disk(path: Path) -> str:
    return reading_module.read_file(path).content


def test_a_file_rewritten_and_given_back_its_time_is_seen(
    library: SmallLibrary, album: Path, deeds: Deeds
) -> None:
    before = held(library, album / "a.png")
    write(album / "a.png", photo(50))
    library.scan()
    assert deeds.read == deeds.decoded == ["a.png"]
    assert held(library, album / "a.png") == on_disk(album / "a.png") != before


def test_it_is_seen_in_a_folder_that_was_not_watched_meanwhile(
    library: SmallLibrary, album: Path, deeds: Deeds
) -> None:
    library.remove_folder(album)
    write(album / "a.png", photo(50))
    library.folders.add(album)
    library.scan()
    assert held(library, album / "a.png") == on_disk(album / "a.png")
    assert "a.png" in deeds.decoded
    assert "b.png" not in deeds.read, "it has the ctime it had"


def test_it_is_seen_while_followed_too(
    library: SmallLibrary, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.follow()
    wait_for(lambda: library.last and library.last.stage == "watching")
    write(album / "a.png", photo(50))
    wait_for(lambda: held(library, album / "a.png") == on_disk(album / "a.png"))
    assert not library.trouble


def test_other_rights_cost_a_reading_and_no_decoding(
    library: SmallLibrary, album: Path, deeds: Deeds
) -> None:
    problem = library.files.problems()
    for path in album.iterdir():
        path.chmod(0o640)
    time.sleep(2 * CTIME_TICK_NS / 1e9)
    library.scan()
    assert sorted(deeds.read) == ["a.png", "b.png", "broken.png"]
    assert deeds.decoded == []
    assert library.files.problems() == problem
    deeds.clear()
    library.scan()
    assert deeds.read == []


def test_a_library_that_knows_no_ctimes_takes_those_it_finds(
    library: SmallLibrary, album: Path, deeds: Deeds
) -> None:
    (album / "a.xmp").write_bytes(xmp(Annotations(3)))
    os.utime(album / "a.xmp", ns=(LONG_AGO, LONG_AGO))
    time.sleep(2 * CTIME_TICK_NS / 1e9)
    library.scan()
    with library.catalog.transaction() as db:
        for table in ("files", "sidecars"):
            db.execute(f"UPDATE {table} SET ctime_ns = NULL")
    for path in album.iterdir():
        path.chmod(0o640)
    library.scan()
    assert deeds.read == []
    write(album / "a.png", photo(50))
    write(album / "a.xmp", xmp(Annotations(4)))
    library.scan()
    assert deeds.read == deeds.decoded == ["a.png"]
    number = library.files.known(os.fsencode(album))[os.fsencode(album / "a.png")].content_id
    assert number is not None
    assert library.catalog.annotations.get([number])[number].rating == 4


def test_another_name_of_a_file_is_read_and_not_decoded(
    library: SmallLibrary, album: Path, deeds: Deeds
) -> None:
    os.link(album / "a.png", album / "again.png")
    time.sleep(2 * CTIME_TICK_NS / 1e9)
    library.scan()
    assert sorted(deeds.read) == ["a.png", "again.png"]
    assert deeds.decoded == []
    (album / "trip").mkdir()
    os.link(album / "a.png", album / "trip" / "third.png")
    time.sleep(2 * CTIME_TICK_NS / 1e9)
    library.scan()
    deeds.clear()
    (album / "trip").rename(album / "journey")
    library.scan()
    assert held(library, album / "journey" / "third.png") == held(library, album / "a.png")
    assert deeds.read == [], "a whole tree was moved, and its files have the ctime they had"


def test_another_name_of_a_rewritten_file_holds_what_the_file_does(
    library: SmallLibrary, album: Path
) -> None:
    write(album / "a.png", photo(50))
    os.link(album / "a.png", album / "again.png")
    library.scan()
    assert held(library, album / "again.png") == held(library, album / "a.png") == on_disk(album / "a.png")


def test_a_sidecar_rewritten_and_given_back_its_time_is_seen(library: SmallLibrary, album: Path) -> None:
    number = library.files.known(os.fsencode(album))[os.fsencode(album / "a.png")].content_id
    assert number is not None
    for rating in (3, 4):
        write(album / "a.xmp", xmp(Annotations(rating)))
        time.sleep(2 * CTIME_TICK_NS / 1e9)
        library.scan()
        assert library.catalog.annotations.get([number])[number].rating == rating


def test_times_that_prove_nothing_yet() -> None:
    now = 1_700_000_000_123_456_789

    def place(mtime: int, ctime: int | None = None) -> FileStat:
        return FileStat(b"a", 1, mtime, 1, 1, ctime)

    old = now - 10 * COARSE_TICK_NS
    assert is_racy(place(now - TICK_NS + 1), now)
    assert not is_racy(place(now - TICK_NS), now)
    assert is_racy(place(now - now % 10**9), now), "whole seconds come from coarse clocks"
    assert is_racy(place(old, now - CTIME_TICK_NS + 1), now)
    assert not is_racy(place(old, now - CTIME_TICK_NS), now)
    assert is_racy(place(old, now - now % 10**9), now)
    assert not is_racy(place(now + 1, now + 1), now), "a clock that goes wrong"
    assert [is_same_ctime(*pair) for pair in ((1, 1), (1, 2), (None, 1), (1, None))] == [
        True,
        False,
        True,
        True,
    ]


def test_ctimes_are_taken_where_they_are_kept() -> None:
    assert [
        Mount(b"/", kind).ctimes for kind in ("ext4", "tmpfs", "apfs", "vfat", "exfat", "cifs", "fuse.x")
    ] == [
        True,
        True,
        True,
        False,
        False,
        False,
        False,
    ]


def test_a_file_system_without_ctimes_is_asked_for_none(
    library: SmallLibrary, album: Path, deeds: Deeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Mount, "ctimes", property(lambda mount: False))
    (album / "a.png").chmod(0o640)
    write(album / "new.png", photo(70))
    library.scan()
    assert deeds.read == ["new.png"]
    rows = library.files.known(os.fsencode(album))
    assert rows[os.fsencode(album / "new.png")].stat.ctime_ns is None
    assert rows[os.fsencode(album / "a.png")].stat.ctime_ns is not None


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came to pass"
        threading.Event().wait(0.02)
