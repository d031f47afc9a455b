"""A raw file and its picture are one photo: through the real pipeline, decodes counted."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from lookalike.catalog.filters import Filters
from lookalike.library import Library
from lookalike.search.query import Query
from tests.builders.inside import facts_of
from tests.builders.photo_files import (
    camera_exif,
)
from tests.core.watching.sidecars.album_files import (
    ALONE,
    aged,
    assert_in_line,
    info_of,
    picture,
    raw,
    scan,
    shown,
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("raw_name", "picture_name"),
    [
        ("IMG_1.DNG", "img_1.jpg"),
        ("PXL_9.RAW-02.ORIGINAL.dng", "PXL_9.RAW-01.COVER.jpg"),
        ("PXL_9.RAW-02.ORIGINAL.dng", "PXL_9.RAW-01.MP.COVER.jpg"),
        ("PXL_9.NIGHT.RAW-02.ORIGINAL.dng", "PXL_9.NIGHT.RAW-01.COVER.jpg"),
        ("Küste.dng", "Ku\u0308ste.JPG"),
    ],
)
def test_a_raw_file_and_its_picture_are_one_photo(
    library: Library, album: Path, raw_name: str, picture_name: str
) -> None:
    raw(album / raw_name)
    picture(album / picture_name, exif=camera_exif())
    scan(library)
    assert shown(library) == ALONE | {(picture_name, raw_name)}
    info = info_of(library, album / picture_name)
    assert info.facts.format == "JPEG"
    assert info.companions == (album / raw_name,)
    *_, ranking = library.search.rankings(Query(file=album / "photo_000.jpg"), judge="none")
    assert len(ranking.results) == 3
    # The raw file as the query is the same photo, which is left out.
    *_, ranking = library.search.rankings(Query(file=album / raw_name), judge="none")
    assert info.content_id not in {result.content_id for result in ranking.results}
    assert len(ranking.results) == 3


def test_filters_take_a_raw_file_and_its_picture_as_one(library: Library, album: Path) -> None:
    raw(album / "IMG_1.dng")
    scan(library)
    assert dict(library.photos.filter_choices().folders) == {album: 4}
    picture(album / "IMG_1.jpg")
    scan(library)
    (found,) = library.photos.ids(Filters(formats=("RAW",)))
    assert facts_of(library, found).paths == (album / "IMG_1.jpg",)
    assert found in library.photos.ids(Filters(formats=("JPEG",)))
    assert dict(library.photos.filter_choices().folders) == {album: 4}
    assert dict(library.photos.filter_choices().formats)["RAW"] == 1
    (album / "IMG_1.jpg").unlink()
    scan(library)
    (found,) = library.photos.ids(Filters(formats=("RAW",)))
    assert facts_of(library, found).paths == (album / "IMG_1.dng",)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("raw_name", "raw_options", "picture_name"),
    [
        ("IMG_1.dng", {}, "IMG_1-edited.jpg"),
        ("IMG_1.dng", {}, "sub/IMG_1.jpg"),
        ("IMG_1.dng", {"taken": "2023:05:06 07:08:10"}, "IMG_1.jpg"),
        ("IMG_1.dng", {"camera": "Acme Two"}, "IMG_1.jpg"),
    ],
)
def test_what_is_not_one_shot_stays_two_photos(
    library: Library, album: Path, raw_name: str, raw_options: dict[str, Any], picture_name: str
) -> None:
    raw(album / raw_name, **raw_options)
    path = picture(album / picture_name, exif=camera_exif())
    scan(library)
    assert shown(library) == ALONE | {(raw_name,), (path.name,)}


def test_what_a_pixel_phone_names_as_one_shot_is_one_whatever_the_times(
    library: Library, album: Path
) -> None:
    # The raw file's time in UTC.
    raw(album / "PXL_9.RAW-02.ORIGINAL.dng", taken="2023:05:06 05:08:09")
    picture(album / "PXL_9.RAW-01.COVER.jpg", exif=camera_exif())
    scan(library)
    assert shown(library) == ALONE | {("PXL_9.RAW-01.COVER.jpg", "PXL_9.RAW-02.ORIGINAL.dng")}


def test_a_picture_without_metadata_is_still_its_raw_files(library: Library, album: Path) -> None:
    raw(album / "IMG_1.dng")
    picture(album / "IMG_1.jpg")
    scan(library)
    assert shown(library) == ALONE | {("IMG_1.jpg", "IMG_1.dng")}


def test_either_of_a_shot_may_come_and_go(library: Library, album: Path, decodes: list[str]) -> None:
    both = raw(album / "IMG_1.dng"), picture(album / "IMG_1.jpg")
    scan(library)
    taken = dict(zip(both, (path.read_bytes() for path in both), strict=True))
    decodes.clear()

    both[1].unlink()
    scan(library)
    assert shown(library) == ALONE | {("IMG_1.dng",)}
    *_, ranking = library.search.rankings(Query(file=both[0]), judge="none")
    assert len(ranking.results) == 3

    both[1].write_bytes(taken[both[1]])
    scan(library)
    assert shown(library) == ALONE | {("IMG_1.jpg", "IMG_1.dng")}

    both[0].unlink()
    scan(library)
    assert shown(library) == ALONE | {("IMG_1.jpg",)}

    both[0].write_bytes(taken[both[0]])
    scan(library)
    (album / "trip").mkdir()
    both[0].rename(album / "trip" / "IMG_1.dng")
    scan(library)
    assert shown(library) == ALONE | {("IMG_1.jpg",), ("IMG_1.dng",)}

    both[1].rename(album / "trip" / "IMG_1.jpg")
    scan(library)
    assert shown(library) == ALONE | {("IMG_1.jpg", "IMG_1.dng")}
    assert decodes == [], "none of this needs a photo to be read again"


def test_a_picture_that_changes_takes_its_raw_file_with_it(library: Library, album: Path) -> None:
    raw(album / "IMG_1.dng")
    path = picture(album / "IMG_1.jpg")
    scan(library)
    picture(path, seed=51)
    scan(library)
    assert shown(library) == ALONE | {("IMG_1.jpg", "IMG_1.dng")}


def test_a_copy_of_the_raw_file_elsewhere_is_the_same_photo(
    library: Library, album: Path, tmp_path: Path
) -> None:
    path = raw(album / "IMG_1.dng")
    picture(album / "IMG_1.jpg")
    other = tmp_path / "backup"
    other.mkdir()
    shutil.copy(path, other / "IMG_1.dng")
    library.folders.add(other)
    scan(library)
    assert shown(library) == ALONE | {("IMG_1.jpg", "IMG_1.dng", "IMG_1.dng")}
    folder = next(folder for folder in library.folders.all() if folder.path == album)
    library.folders.remove(folder)
    assert_in_line(library)
    assert shown(library) == {("IMG_1.dng",)}


@pytest.mark.slow
def test_shots_survive_a_restart(library: Library, album: Path, tmp_path: Path) -> None:
    raw(album / "IMG_1.dng")
    picture(album / "IMG_1.jpg")
    scan(library)
    with Library(tmp_path / "library") as again:
        assert again.status().repairs == ()
        assert_in_line(again)
        assert len(again) == 4


@pytest.mark.slow
def test_a_file_that_failed_is_tried_again_when_it_changes_or_decoders_do(
    library: Library, album: Path, decodes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (album / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 this is no photo")
    aged(album / "broken.jpg")
    scan(library)
    decodes.clear()
    scan(library)
    assert decodes == []
    monkeypatch.setattr("lookalike.catalog.files.decoders", lambda: "better ones")
    scan(library)
    assert decodes == ["broken.jpg"]
    scan(library)
    assert decodes == ["broken.jpg"], "once for these decoders"
    picture(album / "broken.jpg")
    scan(library)
    assert library.status().problems == ()
