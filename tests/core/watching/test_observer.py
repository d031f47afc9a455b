"""Events of real folders, the system's limits included."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Never

import pytest

from lookalike.watching.follow_timing import FollowTiming
from lookalike.watching.inotify import Inotify
from lookalike.watching.observer import MARKED_LIMIT, FolderWatch
from tests.builders.small_library import SmallLibrary
from tests.builders.tiny_files import photo

linux = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


@pytest.fixture
def watch() -> Iterator[FolderWatch]:
    with FolderWatch(FollowTiming(rescan=3600, quiet=0.05)) as watch:
        yield watch


def heard(watch: FolderWatch, *paths: Path, seconds: float = 30.0) -> set[bytes]:
    """Wait until all of these places were told of."""
    missing = {os.fsencode(path) for path in paths}
    told: set[bytes] = set()
    deadline = time.monotonic() + seconds
    while missing - told:
        assert time.monotonic() < deadline, (missing, told)
        told |= {place for place, _ in watch.wait(0.1)}
    return told


def test_files_and_folders_are_told_of_where_they_are(watch: FolderWatch, tmp_path: Path) -> None:
    (tmp_path / "trip").mkdir()
    watch.add(os.fsencode(tmp_path))
    (tmp_path / "a.jpg").write_bytes(b"x")
    heard(watch, tmp_path)
    (tmp_path / "trip" / "b.jpg").write_bytes(b"x")
    heard(watch, tmp_path / "trip")
    (tmp_path / "trip").rename(tmp_path / "journey")
    heard(watch, tmp_path / "trip", tmp_path / "journey")
    # The watch has gone along.
    (tmp_path / "journey" / "b.jpg").unlink()
    assert os.fsencode(tmp_path / "trip") not in heard(watch, tmp_path / "journey")


def test_deep_new_trees_and_moved_in_trees_are_watched(watch: FolderWatch, tmp_path: Path) -> None:
    top = tmp_path / "top"
    (tmp_path / "other" / "deep").mkdir(parents=True)
    top.mkdir()
    watch.add(os.fsencode(top))
    (top / "one" / "two").mkdir(parents=True)
    (tmp_path / "other").rename(top / "other")
    heard(watch, top / "one", top / "other")
    time.sleep(0.2)
    (top / "one" / "two" / "a.jpg").write_bytes(b"x")
    (top / "other" / "deep" / "a.jpg").write_bytes(b"x")
    heard(watch, top / "one" / "two", top / "other" / "deep")


def test_hidden_folders_are_not_listened_to(watch: FolderWatch, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    watch.add(os.fsencode(tmp_path))
    (tmp_path / ".git" / "a.jpg").write_bytes(b"x")
    (tmp_path / "b.jpg").write_bytes(b"x")
    assert heard(watch, tmp_path) == {os.fsencode(tmp_path)}


@pytest.mark.parametrize("name", [".lookalikeignore", ".nomedia"])
def test_an_edited_ignore_file_concerns_all_below(watch: FolderWatch, tmp_path: Path, name: str) -> None:
    watch.add(os.fsencode(tmp_path))
    (tmp_path / name).write_text("trip/")
    deadline = time.monotonic() + 30
    while not (found := watch.wait(0.1)):
        assert time.monotonic() < deadline
    assert found == [(os.fsencode(tmp_path), True)]


def test_a_folder_that_was_replaced_is_watched_anew(watch: FolderWatch, tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    watch.add(os.fsencode(top))
    top.rename(tmp_path / "away")
    top.mkdir()
    heard(watch, top)
    (top / "a.jpg").write_bytes(b"x")
    heard(watch, top)


def test_a_folder_made_anew_after_its_watch_ended_is_watched_once_added_again(
    watch: FolderWatch, tmp_path: Path
) -> None:
    top = tmp_path / "top"
    top.mkdir()
    watch.add(os.fsencode(top))
    top.rename(tmp_path / "away")
    deadline = time.monotonic() + 30
    while watch.tops():
        assert time.monotonic() < deadline
        watch.wait(0.1)
    assert watch.note(os.fsencode(top)) == ""
    watch.add(os.fsencode(top))
    assert watch.tops() == set()
    top.mkdir()
    watch.add(os.fsencode(top))
    (top / "a.jpg").write_bytes(b"x")
    heard(watch, top)


@pytest.mark.slow
def test_a_folder_moved_away_and_made_anew_while_followed_is_followed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes back right after its watch was found to have ended, before anybody saw it missing."""
    album = tmp_path / "album"
    album.mkdir()
    (album / "a.png").write_bytes(photo(1))
    # The end of the watch is acted on before it has been quiet for long enough for a look.
    # Nothing else makes it look again.
    library = SmallLibrary(
        tmp_path / "library", timing=FollowTiming(locate=3600, rescan=3600, quiet=0.5, tick=0.05)
    )
    library.folders.add(album)
    renew = FolderWatch.renew

    def renew_then_make(self: FolderWatch, top: bytes) -> None:
        renew(self, top)
        album.mkdir(exist_ok=True)

    def wait_for(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline and not library.trouble, library.trouble
            time.sleep(0.02)

    try:
        library.follow()
        wait_for(lambda: len(library.index) == 1 and library.last and library.last.stage == "watching")
        monkeypatch.setattr(FolderWatch, "renew", renew_then_make)
        album.rename(tmp_path / "away")
        wait_for(lambda: len(library.index) == 0)
        (album / "b.png").write_bytes(photo(2))
        wait_for(lambda: len(library.index) == 1)
        (album / "c.png").write_bytes(photo(3))
        wait_for(lambda: len(library.index) == 2)
    finally:
        library.close()


def test_places_are_bounded(watch: FolderWatch, tmp_path: Path) -> None:
    watch.add(os.fsencode(tmp_path))
    for number in range(MARKED_LIMIT + 10):
        watch.mark(b"/somewhere/%d" % number)
    assert len(watch._dirty) < MARKED_LIMIT
    assert watch._dirty[os.fsencode(tmp_path)]


def test_network_folders_are_looked_through_from_time_to_time(tmp_path: Path) -> None:
    with FolderWatch(FollowTiming(rescan=0.1, quiet=0.05)) as watch:
        watch.add(os.fsencode(tmp_path), network=True)
        assert "network drive" in watch.note(os.fsencode(tmp_path))
        heard(watch, tmp_path)
        heard(watch, tmp_path)


@pytest.mark.slow
@linux
def test_dropped_events_are_told_of_and_lose_nothing(tmp_path: Path) -> None:
    album = tmp_path / "album"
    album.mkdir()
    with FolderWatch(FollowTiming(rescan=3600, quiet=0.05)) as watch:
        watch.add(os.fsencode(album))
        source = watch._source
        assert isinstance(source, Inotify)
        # The reader is held up while more happens than the kernel keeps.
        limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
        with source._lock:
            for number in range(limit):
                path = album / f"{number}.tmp"
                path.touch()
                path.unlink()
            (album / "trip").mkdir()
        deadline = time.monotonic() + 60
        while not watch.overflows:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert (os.fsencode(album), True) in watch.wait(10)
        # The folder whose making was among the dropped is watched.
        (album / "trip" / "a.png").write_bytes(photo(1))
        heard(watch, album / "trip")


@linux
def test_a_deleted_folder_costs_no_look_at_all_the_others(tmp_path: Path) -> None:
    class Counted(dict[bytes, int]):
        passes = 0

        def __iter__(self) -> Iterator[bytes]:
            self.passes += 1
            return super().__iter__()

    for number in range(30):
        (tmp_path / "top" / str(number) / "inner").mkdir(parents=True)
    with FolderWatch(FollowTiming(rescan=3600, quiet=0.05)) as watch:
        watch.add(os.fsencode(tmp_path / "top"))
        source = watch._source
        assert isinstance(source, Inotify)
        numbers = source._numbers = Counted(source._numbers)
        assert len(numbers) == 61
        for number in range(30):
            shutil.rmtree(tmp_path / "top" / str(number))
        deadline = time.monotonic() + 30
        while len(numbers) > 1:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        heard(watch, tmp_path / "top" / "29")
        assert numbers.passes == 0


LIMITED = """
import os, sys, time
from pathlib import Path
open("/proc/sys/user/max_inotify_watches", "w").write("40")
from lookalike.watching import observer
observer.QUIET_SECONDS = 0.05
from lookalike.watching.follow_timing import FollowTiming
from tests.builders.small_library import SmallLibrary
from tests.builders.tiny_files import photo

base = Path(sys.argv[1])
album = base / "album"
for number in range(20):
    (album / str(number)).mkdir(parents=True)
    (album / str(number) / "a.png").write_bytes(photo(number))
library = SmallLibrary(base / "library", timing=FollowTiming(rescan=0.5))
library.folders.add(album)

def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline and not library.trouble, library.trouble
        time.sleep(0.02)

library.follow()
wait_for(lambda: len(library.index) == 20)
assert library.folders.all()[0].note == ""
for number in range(20, 60):
    (album / str(number)).mkdir()
    (album / str(number) / "a.png").write_bytes(photo(number))
wait_for(lambda: library.folders.all()[0].note)
print(library.folders.all()[0].note)
wait_for(lambda: len(library.index) == 60)
(album / "59" / "a.png").unlink()
wait_for(lambda: len(library.index) == 59)
library.close()
"""


@pytest.mark.slow
@linux
def test_at_the_limit_of_watches_folders_are_looked_through_and_it_is_said(tmp_path: Path) -> None:
    if subprocess.run(["unshare", "--user", "--map-root-user", "true"], capture_output=True).returncode:
        pytest.skip("this system lets no test make namespaces")
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", sys.executable, "-c", LIMITED, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "max_user_watches" in done.stdout
    assert "looked through every" in done.stdout


def test_a_system_without_events_is_polled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(self: FolderWatch) -> Never:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(FolderWatch, "_open_source", none)
    with FolderWatch(FollowTiming(rescan=0.1, quiet=0.05)) as watch:
        watch.add(os.fsencode(tmp_path))
        assert "max_user_instances" in watch.note(os.fsencode(tmp_path))
        heard(watch, tmp_path)


def test_watchdog_tells_the_same_elsewhere(tmp_path: Path) -> None:
    from lookalike.watching.watchdog_events import WatchdogEvents

    with FolderWatch(FollowTiming(rescan=3600, quiet=0.05)) as watch:
        assert watch._source is not None
        watch._source.close()
        watch._source = WatchdogEvents(watch)
        watch.add(os.fsencode(tmp_path))
        (tmp_path / "trip").mkdir()
        heard(watch, tmp_path)
        time.sleep(0.2)
        (tmp_path / "trip" / "a.jpg").write_bytes(b"x")
        heard(watch, tmp_path / "trip")
        watch.remove(os.fsencode(tmp_path))
