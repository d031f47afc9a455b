"""Folders in, photos found: the real pipeline with the embedded descriptor model and its worker process."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.catalog.racy_timestamps import CTIME_TICK_NS
from lookalike.errors import LookalikeError
from lookalike.ingest import photo_reader as reading_module
from lookalike.library import Library
from lookalike.progress import Progress
from lookalike.search.query import Query
from tests.builders.inside import catalog_of, engine_of, facts_of, having
from tests.builders.photo_files import textured_photo, write_album


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("album")
    write_album(folder, 12, seed=1)
    return folder


@pytest.fixture
def album(pictures: Path, tmp_path: Path) -> Path:
    return shutil.copytree(pictures, tmp_path / "album")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as library:
        yield library


def scan(library: Library) -> list[Progress]:
    return list(library.scan())


def found_files(library: Library) -> set[str]:
    return {path.name for number in library.photos.ids() for path in library.photos.paths([number])[number]}


def assert_in_line(library: Library, album: Path) -> None:
    """Catalog, record and index say the same, and what they say is what lies on disk."""
    on_disk = {path.name for path in album.rglob("*.jpg")}
    assert found_files(library) == on_disk
    assert engine_of(library).record.ids().tolist() == sorted(library.photos.ids())
    assert len(library) == len(library.photos.ids())
    assert all(number in engine_of(library).index for number in library.photos.ids())


@pytest.mark.slow
def test_a_scan_makes_every_photo_findable(library: Library, album: Path) -> None:
    library.folders.add(album)
    last = scan(library)[-1]
    assert (last.done, last.total, last.skipped) == (12, 12, ())
    assert_in_line(library, album)
    (path,) = facts_of(library, library.photos.ids()[3]).paths
    *_, ranking = library.search.rankings(Query(file=path), judge="none")
    assert len(ranking.results) == 11, "all but the query itself"
    assert library.photos.thumbnail(library.photos.ids()[0])[:2] == b"\xff\xd8"


@pytest.mark.slow
def test_descriptors_are_those_of_the_model(library: Library, album: Path) -> None:
    """What lies in the record is what the describer says of the file, whatever batch it travelled in."""
    library.folders.add(album)
    scan(library)
    ids = engine_of(library).record.ids()
    for number, stored in zip(ids[:4], engine_of(library).record.vectors(ids[:4]), strict=True):
        side = max(engine_of(library).describer.decode_size, reading_module.THUMBNAIL_SIDE)
        pixels = engine_of(library).describer.prepare(library.photos.image(int(number), side))
        fresh = engine_of(library).service.describe([pixels]).result()[0]
        assert np.dot(stored, fresh) == pytest.approx(1.0, abs=2e-3)


@pytest.mark.slow
def test_a_second_scan_decodes_nothing(library: Library, album: Path, decodes: list[str]) -> None:
    library.folders.add(album)
    scan(library)
    assert len(decodes) == 12
    scan(library)
    assert len(decodes) == 12


@pytest.mark.slow
def test_moves_and_copies_decode_nothing(library: Library, album: Path, decodes: list[str]) -> None:
    library.folders.add(album)
    scan(library)
    decodes.clear()
    first, second, *_ = sorted(album.glob("*.jpg"))
    (album / "trip").mkdir()
    first.rename(album / "trip" / "renamed.jpg")
    shutil.copy(second, album / "trip" / "a copy.jpg")
    before = set(library.photos.ids())
    scan(library)
    assert decodes == []
    assert set(library.photos.ids()) == before
    assert_in_line(library, album)


@pytest.mark.slow
def test_a_changed_file_takes_the_place_of_the_old_one(library: Library, album: Path) -> None:
    library.folders.add(album)
    scan(library)
    path = sorted(album.glob("*.jpg"))[0]
    old = catalog_of(library).files.known(os.fsencode(album))[os.fsencode(path)].content_id
    textured_photo(99, (320, 240)).save(path)
    scan(library)
    assert old not in library.photos.ids()
    assert_in_line(library, album)


@pytest.mark.slow
def test_gone_files_are_found_no_more_and_found_again_when_they_return(
    library: Library, album: Path, decodes: list[str]
) -> None:
    library.folders.add(album)
    scan(library)
    path = sorted(album.glob("*.jpg"))[0]
    kept = path.read_bytes()
    path.unlink()
    scan(library)
    assert len(library) == 11
    assert_in_line(library, album)
    decodes.clear()
    path.write_bytes(kept)
    scan(library)
    assert len(library) == 12
    assert decodes == [], "its descriptor was still known"
    assert_in_line(library, album)


@pytest.mark.slow
def test_bad_files_are_told_of_once_and_the_rest_goes_on(
    library: Library, album: Path, decodes: list[str]
) -> None:
    (album / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 this is no photo")
    (album / "empty.jpg").touch()
    # Files written within the last clock tick are read again in any case.
    for path in album.iterdir():
        os.utime(path, ns=(1_600_000_000_000_000_001, 1_600_000_000_000_000_001))
    time.sleep(2 * CTIME_TICK_NS / 1e9)
    library.folders.add(album)
    skipped = {line for progress in scan(library) for line in progress.skipped}
    assert {os.path.basename(line.path) for line in skipped} == {"broken.jpg", "empty.jpg"}
    assert all(line.reason for line in skipped)
    assert len(library) == 12
    assert {path.name for path, _ in library.status().problems} == {"broken.jpg", "empty.jpg"}
    decodes.clear()
    assert not any(progress.skipped for progress in scan(library))
    assert decodes == [], "it is not tried again until it changes"
    shutil.copy(sorted(album.glob("*.jpg"))[2], album / "empty.jpg")
    scan(library)
    assert {path.name for path, _ in library.status().problems} == {"broken.jpg"}


@pytest.mark.slow
def test_a_scan_that_is_closed_early_keeps_what_is_finished(library: Library, album: Path) -> None:
    library.folders.add(album)
    work = library.scan()
    for progress in work:
        if progress.done:
            break
    work.close()
    assert 0 < len(library) < 12
    scan(library)
    assert_in_line(library, album)


@pytest.mark.slow
def test_an_unreachable_folder_keeps_its_photos(library: Library, album: Path) -> None:
    folder = library.folders.add(album)
    scan(library)
    away = album.rename(album.with_name("elsewhere"))
    last = scan(library)[-1]
    assert [line.path for line in last.skipped] == [str(folder.path)]
    assert [entry.online for entry in library.folders.all()] == [False]
    assert len(library) == 12
    away.rename(album)
    scan(library)
    assert [entry.online for entry in library.folders.all()] == [True]
    assert_in_line(library, album)


@pytest.mark.slow
def test_no_folder_takes_over_one_that_is_offline_or_paused(
    library: Library, album: Path, tmp_path: Path
) -> None:
    folder = library.folders.add(album)
    scan(library)
    away = album.rename(tmp_path / "away")
    with pytest.raises(LookalikeError, match="cannot be reached"):
        library.folders.add(tmp_path)
    assert len(library.photos.ids()) == 12
    away.rename(album)
    library.folders.pause(folder)
    with pytest.raises(LookalikeError, match="paused"):
        library.folders.add(tmp_path)
    library.folders.pause(folder, False)
    above = library.folders.add(tmp_path)
    assert library.folders.all() == [above]
    assert len(library.photos.ids()) == 12


def test_a_folder_is_not_said_to_lie_inside_itself(library: Library, album: Path) -> None:
    folder = library.folders.add(album)
    (album / "inner").mkdir()
    for place in (album / "inner", album.parent):
        with pytest.raises(LookalikeError, match="one inside the other"):
            library.folders.relocate(folder, place)
    library.folders.relocate(folder, album)
    assert library.folders.all() == [folder]


@pytest.mark.slow
def test_removing_a_folder_takes_its_photos_out_of_the_search(library: Library, album: Path) -> None:
    folder = library.folders.add(album)
    scan(library)
    library.folders.remove(folder)
    assert len(library) == 0
    assert library.photos.ids() == []
    assert len(list(album.glob("*.jpg"))) == 12


@pytest.mark.slow
def test_a_folder_removed_while_it_is_scanned_leaves_nothing_in_the_next_one(
    library: Library, album: Path, tmp_path: Path
) -> None:
    folder = library.folders.add(album)
    write_album(tmp_path / "other", 2, seed=9)
    for progress in library.scan():
        if progress.stage == "indexing" and 0 < progress.done < 12:
            library.folders.remove(folder)
            library.folders.add(tmp_path / "other")
    scan(library)
    assert_in_line(library, tmp_path / "other")


@pytest.mark.slow
def test_a_folder_is_removed_whole_by_a_word_of_its_place_before(library: Library, album: Path) -> None:
    folder = library.folders.add(album)
    scan(library)
    moved = album.rename(album.with_name("moved"))
    library.folders.relocate(folder, moved)
    library.folders.remove(folder)
    assert (len(library), library.photos.ids(), having(library, "photo")) == (0, [], [])


@pytest.mark.slow
def test_words_of_a_removed_folder_go_with_it_even_if_the_process_ends_there(
    tmp_path: Path, album: Path
) -> None:
    with Library(tmp_path / "library") as library:
        folder = library.folders.add(album)
        scan(library)
        catalog_of(library).remove_folder(folder)
    with Library(tmp_path / "library") as library:
        assert (len(library), having(library, "photo")) == (0, [])


@pytest.mark.slow
def test_a_removal_while_the_index_is_told_of_new_photos_is_not_lost(
    library: Library, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder goes after the catalog was asked what is to be found, and before the index has it."""
    folder = library.folders.add(album)
    record = engine_of(library).record
    findable = record.findable
    removals: list[threading.Thread] = []

    def slow(content_ids: Sequence[int]) -> Any:
        found = findable(content_ids)
        if found and not removals:
            removals.append(threading.Thread(target=library.folders.remove, args=(folder,)))
            removals[0].start()
            removals[0].join(1.0)
        return found

    monkeypatch.setattr(record, "findable", slow)
    scan(library)
    removals[0].join()
    assert (len(library), library.photos.ids()) == (0, [])


@pytest.mark.slow
def test_a_failure_of_the_model_is_not_the_photos(
    library: Library, album: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.folders.add(album)
    service = engine_of(library).service
    describe = service.describe
    failures = 0

    def failing(batch: Sequence[NDArray[np.uint8]], urgent: bool = False) -> Any:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            future: Future[np.ndarray] = Future()
            future.set_exception(LookalikeError("The descriptor model crashed twice."))
            return future
        return describe(batch, urgent)

    monkeypatch.setattr(service, "describe", failing)
    # A batch, the first of its photos alone, and a grey picture: the model is broken.
    failures = 3
    with pytest.raises(LookalikeError, match="crashed"):
        scan(library)
    # A batch and the first of its photos alone, and then no more: it lacked memory.
    failures = 2
    assert scan(library)[-1].skipped == ()
    assert_in_line(library, album)
    # With one photo to describe, a broken model is told of, ends nothing, and is not taken for the photo's fault.
    textured_photo(60, (320, 240)).save(album / "new.jpg")
    failures = 3
    (line,) = scan(library)[-1].skipped
    assert "crashed" in line.reason
    assert (len(library), library.status().problems) == (12, ())
    scan(library)
    assert_in_line(library, album)


@pytest.mark.slow
def test_following_applies_changes_as_they_happen(library: Library, album: Path) -> None:
    library.folders.add(album)
    stop = threading.Event()
    trouble: list[BaseException] = []

    def follow() -> None:
        try:
            for _ in library.follow(stop.is_set):
                pass
        except BaseException as error:
            trouble.append(error)

    thread = threading.Thread(target=follow)
    thread.start()
    try:
        wait_for(lambda: len(library) == 12)
        textured_photo(50, (400, 300)).save(album / "new.jpg")
        (album / "trip").mkdir()
        textured_photo(51, (400, 300)).save(album / "trip" / "new too.jpg")
        wait_for(lambda: len(library) == 14)
        (album / "new.jpg").rename(album / "trip" / "moved.jpg")
        wait_for(lambda: "moved.jpg" in found_files(library))
        shutil.rmtree(album / "trip")
        wait_for(lambda: len(library) == 12)
    finally:
        stop.set()
        thread.join()
    assert not trouble
    assert_in_line(library, album)


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to pass"
        time.sleep(0.05)


@pytest.mark.slow
def test_what_another_process_indexes_is_found(library: Library, tmp_path: Path, album: Path) -> None:
    """Two libraries over one folder, as a window and a command line have it."""
    with Library(tmp_path / "library") as other:
        other.folders.add(album)
        scan(other)
    (path,) = facts_of(library, library.photos.ids()[0]).paths
    *_, ranking = library.search.rankings(Query(file=path), judge="none")
    assert len(ranking.results) == 11
    assert len(library) == 12


@pytest.mark.slow
def test_reopening_finds_everything_again(tmp_path: Path, album: Path) -> None:
    with Library(tmp_path / "library") as library:
        library.folders.add(album)
        scan(library)
        before = sorted(library.photos.ids())
    with Library(tmp_path / "library") as library:
        assert sorted(library.photos.ids()) == before
        assert len(library) == 12
        assert library.status().repairs == ()
        assert_in_line(library, album)
