"""Folders that are swapped, linked, moved or pulled while they are followed."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lookalike.watching import follower as follower_module
from lookalike.watching import observer as observer_module
from tests.builders.small_library import SmallLibrary
from tests.builders.tiny_files import photo


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(observer_module, "QUIET_SECONDS", 0.05)
    monkeypatch.setattr(follower_module, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(follower_module, "SETTLE_SECONDS", 0.1)


@pytest.fixture
def library(tmp_path):
    library = SmallLibrary(tmp_path / "library", reach_seconds=0.1, rescan_seconds=3600)
    yield library
    library.close()


def album(folder: Path, *seeds: int) -> Path:
    folder.mkdir(parents=True)
    for seed in seeds:
        (folder / f"{seed}.png").write_bytes(photo(seed))
    return folder


def known(library: SmallLibrary, base: Path) -> list[str]:
    return sorted(
        os.fsdecode(path)[len(str(base)) + 1 :]
        for folder in library.files.folders()
        for path in library.files.known(os.fsencode(folder.path))
    )


def wait_for(library: SmallLibrary, condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, library.last
        assert not library.trouble, library.trouble
        time.sleep(0.02)


def followed(library: SmallLibrary, *folders: Path) -> None:
    """Follow folders; they are in the library, and nothing is left to be done."""
    for folder in folders:
        library.files.add_folder(folder)
    library.scan()
    library.follow()
    wait_for(library, lambda: library.last and library.last.stage == "watching")


def test_a_link_in_the_place_of_a_folder_is_not_followed(library, tmp_path):
    album(tmp_path / "album" / "trip" / "deep", 1)
    album(tmp_path / "album" / "other", 2)
    followed(library, tmp_path / "album")
    (tmp_path / "album" / "trip").rename(tmp_path / "elsewhere")
    (tmp_path / "album" / "trip").symlink_to(tmp_path / "elsewhere")
    wait_for(library, lambda: known(library, tmp_path) == ["album/other/2.png"])


def test_a_folder_moved_from_one_watched_folder_to_another_with_a_link_left_behind_is_in_one_place(
    library, tmp_path
):
    album(tmp_path / "one" / "trip", 1)
    album(tmp_path / "two", 2)
    followed(library, tmp_path / "one", tmp_path / "two")
    (tmp_path / "one" / "trip").rename(tmp_path / "two" / "trip")
    (tmp_path / "one" / "trip").symlink_to(tmp_path / "two" / "trip")
    wait_for(library, lambda: known(library, tmp_path) == ["two/2.png", "two/trip/1.png"])
