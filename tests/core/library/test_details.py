"""Details of photos: there as soon as a photo is indexed, made up for older libraries, and gone with the photo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lookalike.ingest.throttle import FAST, Throttle
from lookalike.library import Library, detail_preparation
from lookalike.library.detail_preparation import DetailPreparation, DetailStatus
from lookalike.progress import Stage
from lookalike.search.curves import Logistic
from lookalike.search.fusion import Fusion
from lookalike.search.index_score import IndexScore
from lookalike.search.query import Query
from lookalike.search.settings import SearchSettings
from tests.builders.photo_files import textured_photo
from tests.builders.small_library import SmallLibrary

FUSION = Fusion(0.5, IndexScore(0.1), Logistic(10.0, -5.0), None, 0.5, calibrated=True)


@pytest.fixture
def album(tmp_path: Path) -> Path:
    album = tmp_path / "album"
    album.mkdir()
    for number in range(4):
        textured_photo(40 + number, (320, 240)).save(album / f"{number}.png")
    return album


def opened(tmp_path: Path, album: Path) -> SmallLibrary:
    library = SmallLibrary(tmp_path / "library")
    if not library.folders.all():
        library.folders.add(album)
    return library


def preparation_of(library: SmallLibrary, tmp_path: Path) -> DetailPreparation:
    return DetailPreparation(
        tmp_path / "library" / "details",
        library.catalog,
        library.features,
        library.inverted,
        library.details_updater,
        lambda: library.reader,
        Throttle(lambda: FAST),
        lambda: False,
    )


def number_of(library: SmallLibrary, name: str) -> int:
    (number,) = [
        n
        for n, paths in library.files.paths(library.catalog.contents.visible()).items()
        if paths[0].name == name
    ]
    return number


def test_what_is_indexed_has_details_at_once_and_loses_them_with_its_file(
    tmp_path: Path, album: Path
) -> None:
    library = opened(tmp_path, album)
    library.scan()
    visible = sorted(library.catalog.contents.visible())
    assert library.inverted.ids().tolist() == visible
    for number, content in library.catalog.contents.visible_among(visible).items():
        features = library.features.get(content)
        assert features is not None
        votes = library.inverted.vote(features, 10)
        assert votes.ids[0] == number
    gone = number_of(library, "1.png")
    (album / "1.png").rename(tmp_path / "away.png")
    library.scan()
    assert gone not in library.inverted
    (tmp_path / "away.png").rename(album / "back.png")
    library.scan()
    assert number_of(library, "back.png") in library.inverted
    library.close()


def test_details_outlive_the_process(tmp_path: Path, album: Path) -> None:
    library = opened(tmp_path, album)
    library.scan()
    before = library.inverted.ids().tolist()
    library.close()
    again = opened(tmp_path, album)
    assert again.inverted.ids().tolist() == before
    again.close()


@pytest.mark.slow
def test_an_older_library_gets_its_details(tmp_path: Path, album: Path) -> None:
    with Library(tmp_path / "library") as library:
        library.folders.add(album)
        for _ in library.scan():
            pass
        newest = library.photos.ids()
        assert library.details.status() == DetailStatus(4, 4, 0, library.details.status().bytes)
        assert library.details.status().bytes > 0
    # As a version without details left it, with one photo that is gone.
    for file in (tmp_path / "library" / "details").iterdir():
        file.unlink()
    (tmp_path / "library" / "cache.sqlite").unlink()
    broken = album / "2.png"
    broken.write_bytes(b"")
    with Library(tmp_path / "library") as library:
        assert library.details.status().lacking == 4
        assert library.details.lacking() == newest, "the newest first, where nothing was searched for"
        steps = []
        work = library.details.make()
        while True:
            try:
                steps.append(next(work))
            except StopIteration as end:
                unread = end.value
                break
        assert {step.stage for step in steps} == {Stage.EXTRACTING}
        assert steps[-1].ended and steps[-1].done == 4
        assert [Path(line.path).name for line in steps[-1].skipped] == ["2.png"]
        assert len(unread) == 1
        assert library.details.status().lacking == 1
        assert list(library.details.make())[-1].done == 4, "only what is lacking is tried again"


@pytest.mark.slow
def test_a_photo_is_found_by_its_details_where_the_descriptor_knows_nothing(
    tmp_path: Path, album: Path
) -> None:
    """A detail turned upside down in another photo: rotations do not matter to the vote."""
    part = textured_photo(40, (320, 240)).rotate(180)
    with Library(tmp_path / "library") as library:
        library.folders.add(album)
        for _ in library.scan():
            pass
        *_, ranking = library.search.rankings(Query(image=part), SearchSettings(), "none")
        first = ranking.results[0]
        assert library.photos.paths([first.content_id])[first.content_id][0].name == "0.png"
        assert first.vote is not None and first.vote > 1
        assert first.index_score > first.similarity
        assert all(result.vote is not None for result in ranking.results)


@pytest.mark.slow
def test_check_removes_details_of_what_is_gone(tmp_path: Path, album: Path) -> None:
    with Library(tmp_path / "library") as library:
        library.folders.add(album)
        for _ in library.scan():
            pass
        inverted, features = library._checked_details.inverted, library._checked_details.features
        content = next(iter(library._catalog.contents.visible_among(library.photos.ids()).values()))
        kept = features.get(content)
        assert kept is not None
        inverted.add(np.array([9999], np.int64), [kept])
        work = library.check()
        while True:
            try:
                next(work)
            except StopIteration as end:
                report = end.value
                break
        assert report.sound
        assert "There were details of 1 photo that no longer exists." in report.damage
        assert 9999 not in inverted


def test_a_photo_that_another_process_has_taken_in_as_gone_is_found_no_more(
    tmp_path: Path, album: Path
) -> None:
    library, other = opened(tmp_path, album), opened(tmp_path, album)
    try:
        library.scan()
        other.look()
        gone = number_of(library, "1.png")
        query = Query(image=textured_photo(41, (320, 240)).rotate(180))

        def found() -> set[int]:
            *_, ranking = library.engine.vector_search.search(
                query, None, FUSION, SearchSettings(), lambda: False
            )
            return {result.content_id for result in ranking.results}

        assert gone in found()
        (album / "1.png").unlink()
        other.scan()
        library.look()
        assert gone not in found()
        assert gone in library.inverted, "only the catalog knows; the next preparation removes it"
    finally:
        other.close()
        library.close()


def test_a_photo_that_went_while_its_features_were_extracted_is_not_added(
    tmp_path: Path, album: Path
) -> None:
    library = opened(tmp_path, album)
    library.scan()
    gone = number_of(library, "1.png")
    (album / "1.png").unlink()
    library.scan()
    assert library.details_updater.add([gone]) == set()
    assert gone not in library.inverted
    library.close()


def test_where_features_cannot_be_kept_not_all_photos_are_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    album = tmp_path / "album"
    album.mkdir()
    for number in range(24):
        textured_photo(number, (64, 48)).save(album / f"{number}.png")
    library = opened(tmp_path, album)
    try:
        library.scan()
        everything = library.inverted.ids()
        library.inverted.remove(everything)
        # As on a full disk, where the cache drops what it is given.
        monkeypatch.setattr(library.features, "get", lambda content: None)
        monkeypatch.setattr(detail_preparation, "BATCH", 1)
        decoded: list[int] = []
        reader = library.reader
        extract_again = reader.extract_again

        def counted(number: int, content: str) -> str | None:
            decoded.append(number)
            return extract_again(number, content)

        monkeypatch.setattr(reader, "extract_again", counted)
        assert list(preparation_of(library, tmp_path).make())[-1].ended
        assert 0 < len(decoded) < len(everything)
    finally:
        library.close()


def test_photos_of_a_paused_folder_wait_and_are_no_failures(tmp_path: Path, album: Path) -> None:
    library = opened(tmp_path, album)
    library.scan()
    photos = library.inverted.ids()
    library.close()
    for file in (tmp_path / "library" / "details").iterdir():
        file.unlink()
    (tmp_path / "library" / "cache.sqlite").unlink()
    library = opened(tmp_path, album)
    try:
        (folder,) = library.folders.all()
        library.folders.set_paused(folder, True)
        preparation = preparation_of(library, tmp_path)
        last = list(preparation.make())[-1]
        assert (last.done, last.skipped) == (0, ())
        assert len(library.inverted) == 0
        library.folders.set_paused(folder, False)
        assert list(preparation.make())[-1].done == len(photos)
        assert library.inverted.ids().tolist() == photos.tolist()
    finally:
        library.close()
