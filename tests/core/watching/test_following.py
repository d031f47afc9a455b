"""Folders that are swapped, linked, moved or pulled while they are followed."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.catalog import database as database_module
from lookalike.catalog.racy_timestamps import CTIME_TICK_NS
from lookalike.progress import Progress
from lookalike.watching import follower as follower_module
from lookalike.watching.folder_locator import FolderLocator
from lookalike.watching.folder_updater import OFFLINE
from lookalike.watching.follow_state import FollowState
from lookalike.watching.follow_timing import FollowTiming
from lookalike.watching.reconcile import Reconciler
from tests.builders.small_library import ColourDescriber, InlineService, SmallLibrary
from tests.builders.tiny_files import photo


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SmallLibrary]:
    library = SmallLibrary(
        tmp_path / "library", timing=FollowTiming(locate=0.1, rescan=3600, quiet=0.05, tick=0.02, settle=0.1)
    )
    yield library
    library.close()


def album(folder: Path, *seeds: int) -> Path:
    folder.mkdir(parents=True)
    for seed in seeds:
        (folder / f"{seed}.png").write_bytes(photo(seed))
        os.utime(folder / f"{seed}.png", ns=(10**18 + seed, 10**18 + seed))
    return folder


def known(library: SmallLibrary, base: Path) -> list[str]:
    return sorted(
        os.fsdecode(path)[len(str(base)) + 1 :]
        for folder in library.folders.all()
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
    # What was written just now proves nothing.
    time.sleep(2 * CTIME_TICK_NS / 1e9)
    for folder in folders:
        library.folders.add(folder)
    library.scan()
    library.follow()
    wait_for(library, lambda: library.last and library.last.stage == "watching")


class Counted:
    """A method that counts its calls."""

    def __init__(self, method: Callable[..., Any]) -> None:
        self._method = method
        self.calls = 0

    def __get__(self, instance: object, owner: type) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self.calls += 1
            return self._method(instance, *arguments)

        return call


class Interrupted(InlineService):
    """Describes, but does something first when it is asked for the `at`th time."""

    def __init__(self, deed: Callable[[], object], at: int) -> None:
        super().__init__(ColourDescriber())
        self._deed, self._at = deed, at
        self._calls = 0

    def describe(
        self, batch: Sequence[NDArray[np.uint8]], urgent: bool = False
    ) -> Future[NDArray[np.float32]]:
        self._calls += 1
        if self._calls == self._at:
            self._deed()
        # Long enough for events to be told of between the batches.
        time.sleep(0.02)
        return super().describe(batch, urgent)


def interrupted(tmp_path: Path, deed: Callable[[], object], at: int = 2) -> SmallLibrary:
    service = Interrupted(deed, at)
    return SmallLibrary(
        tmp_path / "library",
        service,
        timing=FollowTiming(locate=0.1, rescan=3600, quiet=0.05, tick=0.02, settle=0.1),
    )


def test_a_link_in_the_place_of_a_folder_is_not_followed(library: SmallLibrary, tmp_path: Path) -> None:
    album(tmp_path / "album" / "trip" / "deep", 1)
    album(tmp_path / "album" / "other", 2)
    followed(library, tmp_path / "album")
    (tmp_path / "album" / "trip").rename(tmp_path / "elsewhere")
    (tmp_path / "album" / "trip").symlink_to(tmp_path / "elsewhere")
    wait_for(library, lambda: known(library, tmp_path) == ["album/other/2.png"])


def test_a_folder_moved_from_one_watched_folder_to_another_with_a_link_left_behind_is_in_one_place(
    library: SmallLibrary, tmp_path: Path
) -> None:
    album(tmp_path / "one" / "trip", 1)
    album(tmp_path / "two", 2)
    followed(library, tmp_path / "one", tmp_path / "two")
    (tmp_path / "one" / "trip").rename(tmp_path / "two" / "trip")
    (tmp_path / "one" / "trip").symlink_to(tmp_path / "two" / "trip")
    wait_for(library, lambda: known(library, tmp_path) == ["two/2.png", "two/trip/1.png"])


def test_another_directory_in_the_place_of_a_watched_folder_is_followed(
    library: SmallLibrary, tmp_path: Path
) -> None:
    folder = album(tmp_path / "data" / "album", 1, 2)
    album(tmp_path / "restored" / "album", 1, 3)
    followed(library, folder)
    (tmp_path / "data").rename(tmp_path / "before")
    (tmp_path / "restored").rename(tmp_path / "data")
    wait_for(library, lambda: known(library, folder) == ["1.png", "3.png"])
    (folder / "4.png").write_bytes(photo(4))
    wait_for(library, lambda: known(library, folder) == ["1.png", "3.png", "4.png"])


@pytest.mark.slow
@pytest.mark.parametrize("moved", ["album", ""])
def test_a_watched_folder_that_a_link_leads_to_now_is_followed_where_it_lies(
    library: SmallLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: str
) -> None:
    """The folder itself, or the one above it, was moved to a larger disk."""
    folder = album(tmp_path / "small" / "album", 1, 2)
    followed(library, folder)
    large = tmp_path / "large" / moved
    large.parent.mkdir(exist_ok=True)
    (tmp_path / "small" / moved).rename(large)
    (tmp_path / "small" / moved).symlink_to(large)
    place = tmp_path / "large" / "album"
    wait_for(library, lambda: [each.path for each in library.folders.all()] == [place])
    assert library.folders.all()[0].online
    (place / "3.png").write_bytes(photo(3))
    wait_for(library, lambda: known(library, place) == ["1.png", "2.png", "3.png"])
    wait_for(library, lambda: library.last and library.last.stage == "watching")
    looks, asked = Counted(Reconciler.diff), Counted(FolderLocator.locate)
    monkeypatch.setattr(Reconciler, "diff", looks)
    monkeypatch.setattr(FolderLocator, "locate", asked)
    wait_for(library, lambda: asked.calls > 10)
    # What it was told of last may be looked at once more; it is not looked through whenever drives are looked for.
    assert looks.calls <= 3


def test_a_link_to_something_else_in_the_place_of_a_watched_folder_is_not_followed(
    library: SmallLibrary, tmp_path: Path
) -> None:
    folder = album(tmp_path / "album", 1)
    album(tmp_path / "strangers", 2, 3)
    followed(library, folder)
    folder.rename(tmp_path / "away")
    folder.symlink_to(tmp_path / "strangers")
    wait_for(library, lambda: not library.folders.all()[0].online)
    assert known(library, tmp_path) == ["album/1.png"]


@pytest.mark.slow
def test_a_folder_that_goes_while_it_is_indexed_costs_one_line(tmp_path: Path) -> None:
    folder, away = album(tmp_path / "album", *range(120)), tmp_path / "away"
    for seed in range(3):
        (folder / f"{seed}.xmp").write_text("<x/>")
    with closing(interrupted(tmp_path, lambda: folder.rename(away))) as library:
        library.folders.add(folder)
        told = {(line.path, line.reason) for progress in library.scan() for line in progress.skipped}
        assert (str(folder), OFFLINE) in told
        assert [path for path, _ in told if path.endswith(".png")] == []
        assert 0 < len(library.index) < 120
        away.rename(folder)
        library.scan()
        assert len(library.index) == 120


def test_a_folder_that_goes_while_it_is_followed_and_indexed_is_taken_up_once_it_is_back(
    tmp_path: Path,
) -> None:
    folder, away = album(tmp_path / "album", *range(120)), tmp_path / "away"
    with closing(interrupted(tmp_path, lambda: folder.rename(away))) as library:
        library.folders.add(folder)
        told: set[str] = set()
        library.heard = lambda progress: told.update(line.path for line in progress.skipped)
        library.follow()
        wait_for(library, lambda: told)
        wait_for(library, lambda: library.last and library.last.stage == "watching")
        assert told == {str(folder)}
        away.rename(folder)
        wait_for(library, lambda: len(library.index) == 120)


def test_following_goes_on_after_another_program_has_held_the_catalog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.1)
    folder = album(tmp_path / "album", 1)
    timing = FollowTiming(rescan=3600, quiet=0.05, tick=0.02, settle=0.1, retry=0.1)
    with closing(SmallLibrary(tmp_path / "library", timing=timing)) as library:
        followed(library, folder)
        failures: list[str] = []
        library.heard = lambda progress: failures.__setitem__(
            slice(None), [x.reason for x in progress.skipped]
        )
        other = sqlite3.connect(tmp_path / "library" / "catalog.sqlite", isolation_level=None)
        with closing(other):
            other.execute("BEGIN IMMEDIATE")
            tries = Counted(FollowState.forget)
            monkeypatch.setattr(FollowState, "forget", tries)
            (folder / "2.png").write_bytes(photo(2))
            wait_for(library, lambda: tries.calls >= 2)
            wait_for(library, lambda: failures)
            # Told once, however often it was tried.
            (line,) = failures
            assert "in use by another program" in line
            other.execute("ROLLBACK")
        (folder / "3.png").write_bytes(photo(3))
        wait_for(library, lambda: known(library, folder) == ["1.png", "2.png", "3.png"])


@pytest.mark.slow
@pytest.mark.parametrize("limit", [follower_module.INTERLEAVED_PHOTOS, 2])
def test_what_happens_in_other_folders_is_taken_in_while_one_is_indexed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(follower_module, "INTERLEAVED_PHOTOS", limit)
    one, two = album(tmp_path / "one", *range(400)), album(tmp_path / "two", 1000, 1001, 1002)
    paused = album(tmp_path / "paused", 2000)

    def deed() -> None:
        library.folders.set_paused(folders[2], True)
        (paused / "2000.png").unlink()
        (two / "1000.png").unlink()
        (two / "1001.png").rename(two / "moved.png")
        for seed in range(1003, 1008):
            (two / f"{seed}.png").write_bytes(photo(seed))
            os.utime(two / f"{seed}.png", ns=(10**18 + seed, 10**18 + seed))
        (one / "7.png").unlink()

    expected = [f"{seed}.png" for seed in range(1002, 1008)] + ["moved.png"]
    left: list[int] = []

    def heard(progress: Progress) -> None:
        if not left and sorted(path.name for path in two.iterdir()) == expected == names(two):
            left.append(400 - len(names(one)))

    def names(folder: Path) -> list[str]:
        return sorted(
            os.path.basename(os.fsdecode(path)) for path in library.files.known(os.fsencode(folder))
        )

    with closing(interrupted(tmp_path, deed, at=4)) as library:
        folders = [library.folders.add(folder) for folder in (two, one, paused)]
        list(library.follower.scan([folders[0], folders[2]]))
        assert (names(two), names(one)) == (["1000.png", "1001.png", "1002.png"], [])
        # The others are looked through first, and are as they were.
        library.priority.prioritise([two, paused])
        library.heard = heard
        library.follow()
        wait_for(library, lambda: left)
        assert left[0] > 1
        wait_for(library, lambda: len(names(one)) == 399)
        assert names(paused) == ["2000.png"]


def test_what_happens_in_a_folder_that_pauses_while_another_is_indexed_is_taken_in_once_it_goes_on(
    tmp_path: Path,
) -> None:
    one, two = album(tmp_path / "one", *range(400)), album(tmp_path / "two", 1000)
    resumed: list[int] = []

    def deed() -> None:
        library.folders.set_paused(folders[0], True)
        (two / "1000.png").unlink()
        (two / "1001.png").write_bytes(photo(1001))
        os.utime(two / "1001.png", ns=(10**18, 10**18))

    def heard(progress: Progress) -> None:
        count = len(library.files.known(os.fsencode(one)))
        if not resumed and count > 250:
            library.folders.set_paused(folders[0], False)
            resumed.append(count)

    with closing(interrupted(tmp_path, deed, at=4)) as library:
        folders = [library.folders.add(folder) for folder in (two, one)]
        list(library.follower.scan([folders[0]]))
        library.priority.prioritise([two])
        library.heard = heard
        library.follow()
        wait_for(library, lambda: len(library.files.known(os.fsencode(one))) == 400)
        assert resumed and resumed[0] < 400
        wait_for(
            library, lambda: list(library.files.known(os.fsencode(two))) == [os.fsencode(two / "1001.png")]
        )


def test_a_catalog_that_is_damaged_ends_following(tmp_path: Path) -> None:
    folder = album(tmp_path / "album", 1, 2, 3)
    library = SmallLibrary(
        tmp_path / "library", timing=FollowTiming(rescan=3600, quiet=0.05, tick=0.02, settle=0.1)
    )
    try:
        followed(library, folder)
        path = tmp_path / "library" / "catalog.sqlite"
        with closing(sqlite3.connect(path)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with path.open("r+b") as file:
            file.write(b"\xff" * path.stat().st_size)
        (folder / "4.png").write_bytes(photo(4))
        deadline = time.monotonic() + 30
        while not library.trouble:
            assert time.monotonic() < deadline, library.last
            time.sleep(0.02)
        assert isinstance(library.trouble[0], database_module.CatalogDamagedError)
    finally:
        with suppress(database_module.CatalogDamagedError):
            library.close()
        library.thumbnails.close()
        library.catalog.close()


def test_an_empty_folder_that_a_link_leads_to_now_is_followed_where_it_lies(
    library: SmallLibrary, tmp_path: Path
) -> None:
    (tmp_path / "small" / "album").mkdir(parents=True)
    followed(library, tmp_path / "small" / "album")
    (tmp_path / "small").rename(tmp_path / "large")
    (tmp_path / "small").symlink_to("large")
    place = tmp_path / "large" / "album"
    wait_for(library, lambda: [each.path for each in library.folders.all()] == [place])
    (place / "1.png").write_bytes(photo(1))
    wait_for(library, lambda: known(library, place) == ["1.png"])
