"""A photo is decoded once in its life, wherever its file goes; it is not even read while its numbers prove it."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lookalike.catalog import file_stat as file_stat_module
from lookalike.catalog.folders import Folder
from lookalike.catalog.racy_timestamps import CTIME_TICK_NS
from lookalike.errors import LookalikeError
from lookalike.ingest import indexer as indexer_module
from lookalike.ingest import photo_reader as reading_module
from lookalike.ingest.throttle import CAREFUL, Throttle
from lookalike.photos import FileBytes
from lookalike.progress import Progress
from lookalike.watching.folder_updater import FolderUpdater
from lookalike.watching.follow_timing import FollowTiming
from lookalike.watching.volumes import Mount
from lookalike.watching.watched import WatchedFolders
from tests.builders.small_library import SmallLibrary
from tests.builders.tiny_files import photo

A_WHILE = 2 * CTIME_TICK_NS / 1e9
"""After this long what is read is proven."""

OPENED: list[str] = []
LISTENING = False
HOOKED = False


def _heard(event: str, about: tuple[Any, ...]) -> None:
    if LISTENING and event == "open" and ".png" in str(about[0]):
        OPENED.append(str(about[0]))


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """Photos that were opened, by anything in this process, from now on."""
    global LISTENING, HOOKED
    if not HOOKED:
        sys.addaudithook(_heard)
        HOOKED = True
    OPENED.clear()
    LISTENING = True
    yield OPENED
    LISTENING = False


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Two folders to watch and one beside them, with photos written a while ago."""
    for name in ("one/trip", "two", "outside"):
        (tmp_path / name).mkdir(parents=True)
    for number in range(6):
        write(tmp_path / "one" / ("trip" if number % 2 else "") / f"{number}.png", number)
    time.sleep(A_WHILE)
    return tmp_path


@pytest.fixture
def library(folders: Path) -> Iterator[SmallLibrary]:
    library = SmallLibrary(
        folders / "library", timing=FollowTiming(locate=0.1, quiet=0.02, settle=0.4, tick=0.02)
    )
    for name in ("one", "two"):
        library.folders.add(folders / name)
    yield library
    library.close()


def write(path: Path, number: int) -> None:
    path.write_bytes(photo(number))
    os.utime(path, ns=(10**18 + number, 10**18 + number))


def where(library: SmallLibrary, folders: Path) -> dict[str, int | None]:
    rows = library.files.known(os.fsencode(folders))
    return {os.path.relpath(os.fsdecode(path), folders): row.content_id for path, row in rows.items()}


def wait_for(library: SmallLibrary, condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came to pass"
        assert not library.trouble, library.trouble
        time.sleep(0.02)


def test_moves_need_no_reading(library: SmallLibrary, folders: Path, opened: list[str]) -> None:
    library.scan()
    before = where(library, folders)
    assert len(opened) == 6
    opened.clear()
    (folders / "one" / "0.png").rename(folders / "two" / "zero.png")
    (folders / "one" / "trip").rename(folders / "two" / "journey")
    (folders / "one" / "2.png").rename(folders / "one" / "2.PNG")
    library.scan()
    assert where(library, folders) == {
        "two/zero.png": before["one/0.png"],
        "two/journey/1.png": before["one/trip/1.png"],
        "two/journey/3.png": before["one/trip/3.png"],
        "two/journey/5.png": before["one/trip/5.png"],
        "one/2.PNG": before["one/2.png"],
        "one/4.png": before["one/4.png"],
    }
    assert opened == []
    assert len(library.index) == 6


def test_files_that_left_and_come_back_need_no_reading(
    library: SmallLibrary, folders: Path, opened: list[str]
) -> None:
    library.scan()
    before = where(library, folders)
    shutil.move(folders / "one" / "trip", folders / "outside")
    library.scan()
    assert len(library.index) == 3
    library.close()
    opened.clear()
    again = SmallLibrary(folders / "library")
    shutil.move(folders / "outside" / "trip", folders / "two" / "back")
    again.scan()
    assert where(again, folders)["two/back/1.png"] == before["one/trip/1.png"]
    assert len(again.index) == 6
    assert opened == []
    again.close()


def test_files_that_go_back_where_they_were_need_no_reading(
    library: SmallLibrary, folders: Path, opened: list[str]
) -> None:
    library.scan()
    before = where(library, folders)
    opened.clear()
    for here, there in (("one/0.png", "two/0.png"), ("two/0.png", "one/0.png"), ("one/0.png", "two/0.png")):
        (folders / here).rename(folders / there)
        library.scan()
        assert where(library, folders)[there] == before["one/0.png"]
    # The folder to which a file goes back may be looked at before the one it leaves.
    (folders / "two" / "0.png").rename(folders / "one" / "0.png")
    library.scan()
    assert where(library, folders) == before
    assert opened == []


def test_moves_are_recognised_though_the_system_numbers_its_volumes_anew(
    library: SmallLibrary, folders: Path, opened: list[str]
) -> None:
    """As after a restart of the computer."""
    library.scan()
    with library.catalog.transaction() as db:
        db.execute("UPDATE files SET device = device + 77")
    opened.clear()
    (folders / "one" / "0.png").rename(folders / "one" / "zero.png")
    library.scan()
    assert "one/zero.png" in where(library, folders)
    assert opened == []


def test_a_swap_and_a_replacement_of_the_same_size_and_time_are_seen(
    library: SmallLibrary, folders: Path
) -> None:
    write(folders / "one" / "a.png", 50)
    write(folders / "one" / "b.png", 51)
    os.utime(folders / "one" / "b.png", ns=(10**18 + 50, 10**18 + 50))
    library.scan()
    before = where(library, folders)
    (folders / "one" / "a.png").rename(folders / "one" / "x")
    (folders / "one" / "b.png").rename(folders / "one" / "a.png")
    (folders / "one" / "x").rename(folders / "one" / "b.png")
    library.scan()
    after = where(library, folders)
    assert (after["one/a.png"], after["one/b.png"]) == (before["one/b.png"], before["one/a.png"])


def test_a_moved_root_is_told_where_it_lies_now(
    library: SmallLibrary, folders: Path, opened: list[str]
) -> None:
    library.scan()
    before = where(library, folders)
    watched = WatchedFolders(library.catalog)
    (folders / "one").rename(folders / "renamed")
    library.scan()
    assert not watched.at(folders / "one").online
    with pytest.raises(LookalikeError, match="overlaps"):
        watched.relocate(watched.at(folders / "one"), folders / "two")
    opened.clear()
    watched.relocate(watched.at(folders / "one"), folders / "renamed")
    library.scan()
    after = where(library, folders)
    assert after["renamed/trip/1.png"] == before["one/trip/1.png"]
    assert len(after) == 6
    assert opened == []


def test_live_moves_across_folders_need_no_reading(
    library: SmallLibrary, folders: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    library.follow()
    wait_for(library, lambda: len(library.index) == 6 and library.last and library.last.stage == "watching")
    opened.clear()
    (folders / "one" / "trip").rename(folders / "two" / "trip")
    (folders / "one" / "0.png").rename(folders / "two" / "0.png")
    wait_for(library, lambda: {"two/trip/1.png", "two/0.png"} <= where(library, folders).keys())
    wait_for(library, lambda: len(where(library, folders)) == len(library.index) == 6)
    assert opened == []


def test_a_copy_that_is_still_being_written_is_waited_for(
    library: SmallLibrary, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.follow()
    wait_for(library, lambda: len(library.index) == 6 and library.last and library.last.stage == "watching")
    problems = []
    content = photo(99)
    with open(folders / "one" / "slow.png", "wb") as file:
        for start in range(0, len(content), 20):
            file.write(content[start : start + 20])
            file.flush()
            time.sleep(0.1)
            problems += library.files.problems()
    wait_for(library, lambda: len(library.index) == 7)
    assert problems == [], "it was never read half"


def test_a_file_that_changes_while_it_is_read_is_looked_at_again(
    library: SmallLibrary, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.scan()
    read_file = reading_module.read_file

    disturbed_paths: list[Path] = []

    def disturbed(path: Path) -> FileBytes:
        file = read_file(path)
        if path.name == "new.png" and not disturbed_paths:
            disturbed_paths.append(path)
            write(path, 71)
        return file

    monkeypatch.setattr(reading_module, "read_file", disturbed)
    write(folders / "one" / "new.png", 70)
    told = [line.reason for progress in library.scan() for line in progress.skipped]
    assert "It is being changed, and is looked at again." in told
    assert "one/new.png" not in where(library, folders)
    library.scan()
    number = where(library, folders)["one/new.png"]
    assert number is not None
    assert (
        library.catalog.contents.get([number])[number].hash
        == reading_module.read_file(folders / "one" / "new.png").content
    )


def test_a_change_within_one_tick_of_the_clock_is_seen(library: SmallLibrary, folders: Path) -> None:
    path = folders / "one" / "quick.png"
    path.write_bytes(photo(80))
    library.scan()
    facts = path.stat()
    path.write_bytes(photo(81))
    # What a coarse clock does: the same time for both.
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    library.scan()
    number = where(library, folders)["one/quick.png"]
    assert number is not None
    assert library.catalog.contents.get([number])[number].hash == reading_module.read_file(path).content


def test_a_paused_folder_is_left_alone_until_it_goes_on(library: SmallLibrary, folders: Path) -> None:
    watched = WatchedFolders(library.catalog)
    library.scan()
    watched.pause(watched.at(folders / "one"))
    write(folders / "one" / "new.png", 60)
    write(folders / "two" / "new.png", 61)
    library.scan()
    assert "one/new.png" not in where(library, folders)
    assert "two/new.png" in where(library, folders)
    assert len(library.index) == 7, "its photos are still found"
    watched.pause(watched.at(folders / "one"), False)
    library.scan()
    assert "one/new.png" in where(library, folders)


def test_pausing_stops_a_scan_at_its_next_step(library: SmallLibrary, folders: Path) -> None:
    for number in range(100, 200):
        write(folders / "one" / f"{number}.png", number)
    watched = WatchedFolders(library.catalog)
    for progress in library.follower.scan():
        if progress.folder == watched.at(folders / "one").id and progress.done:
            watched.pause(watched.at(folders / "one"))
    assert 0 < len(library.index) < 100


def following(library: SmallLibrary, met: Callable[[Progress], object]) -> None:
    """Follow in this thread until nothing more happens, giving every progress to `met`."""
    stages: list[str] = []
    for progress in library.follower.follow(lambda: stages[-6:] == ["watching"] * 6):
        met(progress)
        stages.append(progress.stage)


def test_a_folder_paused_and_resumed_within_one_look_is_looked_through_again(
    library: SmallLibrary, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100, 200):
        write(folders / "one" / f"{number}.png", number)
    watched = WatchedFolders(library.catalog)
    is_watched = FolderUpdater.is_watched
    given_up = []

    def watched_then_resumed(self: FolderUpdater, folder: Folder) -> bool:
        still = is_watched(self, folder)
        if not still:
            given_up.append(folder)
            watched.pause(watched.at(folders / "one"), False)
        return still

    def pause(progress: Progress) -> None:
        if progress.stage == "indexing" and not given_up:
            watched.pause(watched.at(folders / "one"))

    monkeypatch.setattr(FolderUpdater, "is_watched", watched_then_resumed)
    following(library, pause)
    assert len(given_up) == 1
    assert len(library.index) == 106


def test_patterns_changed_and_changed_back_within_one_look_leave_nothing_out(
    library: SmallLibrary, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = WatchedFolders(library.catalog)
    watched.set_excludes([])
    stages = []

    def change(progress: Progress) -> None:
        stages.append(progress.stage)
        watched.set_excludes(["trip/"] if len(stages) == 1 else [])

    following(library, change)
    assert stages[0] == "looking"
    assert len(library.index) == 6


def test_a_gentle_job_rests_and_can_be_stopped_meanwhile(
    library: SmallLibrary, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(indexer_module.time, "sleep", slept.append)
    library.indexer._throttle = Throttle(lambda: CAREFUL, battery=lambda: True)
    for number in range(100, 140):
        write(folders / "one" / f"{number}.png", number)
    library.scan()
    assert len(library.index) == 46
    assert slept
    assert max(slept) <= indexer_module.REST_STEP_SECONDS


def test_photos_that_are_looked_at_are_described_first(
    library: SmallLibrary, folders: Path, opened: list[str]
) -> None:
    for number in range(100, 200):
        write(folders / "one" / f"{number}.png", number)
    opened.clear()
    library.priority.prioritise([folders / "one" / "trip"])
    library.scan()
    # Several threads read at once, and any of them may be held up: their order is not quite that of the work.
    first_half = [Path(path).parent.name for path in opened[: len(opened) // 2]]
    assert first_half.count("trip") == 3


@pytest.mark.slow
def test_a_thousand_photos_arrive_while_searches_go_on(library: SmallLibrary, folders: Path) -> None:
    library.scan()
    vector = library.record.vectors(library.record.ids()[:1])[0]
    many = folders / "one" / "many"
    many.mkdir()
    for number in range(1000, 2000):
        write(many / f"{number}.png", number)
    # What was written within a tick of the clock is read once more, and would come after the others.
    time.sleep(2 * CTIME_TICK_NS / 1e9)
    sizes: list[int] = []

    def sizes_while(work: Callable[[], object]) -> list[int]:
        stop = threading.Event()

        def search() -> None:
            while not stop.is_set():
                assert len(library.index.search(vector, 1).ids) == 1
                sizes.append(len(library.index))

        sizes.clear()
        searcher = threading.Thread(target=search)
        searcher.start()
        work()
        stop.set()
        searcher.join()
        return sizes

    grown = sizes_while(library.scan)
    assert len(library.index) == 1006
    assert grown == sorted(grown)
    many.rename(folders / "outside" / "many")
    library.scan()
    (folders / "outside" / "many").rename(folders / "two" / "many")
    assert set(sizes_while(library.scan)) <= {6, 1006}, "known ones come all at once"
    assert len(library.index) == 1006


WHOLE_SECONDS = 1_700_000_000 * 10**9


def swap_for_another(folder: Path) -> None:
    """Delete 1.png and make 2.png, of the same size and time, until the system gives it the number of 1.png."""
    number = (folder / "1.png").stat().st_ino
    (folder / "1.png").unlink()
    for attempt in range(50):
        write(folder / "2.png", 92)
        os.utime(folder / "2.png", ns=(WHOLE_SECONDS, WHOLE_SECONDS))
        if (folder / "2.png").stat().st_ino == number:
            return
        (folder / "2.png").rename(folder.parent / f"kept {attempt}")
    pytest.skip("This file system gives no file number twice.")


@pytest.mark.parametrize("knows", ["births", "ctimes", "neither"])
def test_another_file_with_the_number_of_a_deleted_one_is_read(
    library: SmallLibrary, folders: Path, monkeypatch: pytest.MonkeyPatch, knows: str
) -> None:
    if knows == "neither":
        monkeypatch.setattr(Mount, "ctimes", property(lambda mount: False))
    if knows != "births":
        monkeypatch.setattr(file_stat_module, "birth_time_ns", lambda path: None)
    write(folders / "one" / "1.png", 91)
    os.utime(folders / "one" / "1.png", ns=(WHOLE_SECONDS, WHOLE_SECONDS))
    time.sleep(A_WHILE)
    library.scan()
    swap_for_another(folders / "one")
    library.scan()
    number = where(library, folders)["one/2.png"]
    assert number is not None
    held = library.catalog.contents.get([number])[number].hash
    assert held == reading_module.read_file(folders / "one" / "2.png").content


def test_a_fine_time_tells_a_file_where_nobody_knows_when_it_was_made(
    library: SmallLibrary, folders: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_stat_module, "birth_time_ns", lambda path: None)
    library.scan()
    before = where(library, folders)
    opened.clear()
    (folders / "one" / "trip" / "1.png").rename(folders / "two" / "1.png")
    (folders / "one" / "0.png").rename(folders / "two" / "0.png")
    library.scan()
    after = where(library, folders)
    assert (after["two/1.png"], after["two/0.png"]) == (before["one/trip/1.png"], before["one/0.png"])
    assert [Path(path).name for path in opened] == ["0.png"], "its time is in whole seconds"
