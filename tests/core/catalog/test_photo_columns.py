"""What a grid sorts and groups photos by, the folders they lie in, and the stars that the user gives them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lookalike.catalog.filters import Filters
from lookalike.library.photo_service import PhotoService
from lookalike.photos import Annotations
from lookalike.search.query_photos import QueryPhotos
from tests.builders.photo_files import camera_exif, textured_photo, xmp
from tests.builders.small_library import SmallLibrary


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SmallLibrary]:
    opened = SmallLibrary(tmp_path / "library")
    yield opened
    opened.close()


def write(path: Path, seed: int, size: tuple[int, int] = (64, 48), **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    textured_photo(seed, size).save(path, **options)
    return path


def service(library: SmallLibrary) -> PhotoService:
    return PhotoService(library.catalog, QueryPhotos(library.catalog), library.thumbnails)


def test_columns_are_the_photos_in_their_order(library: SmallLibrary, tmp_path: Path) -> None:
    album = tmp_path / "album"
    dated = write(album / "dated.jpg", 1, exif=camera_exif())
    wide = write(album / "wide.png", 2, (90, 30))
    year = write(album / "year.jpg", 3)
    (album / "year.jpg.xmp").write_bytes(xmp(Annotations(4)))
    library.folders.add(album)
    library.scan()
    photos, at = service(library), library.files.contents_at([dated, wide, year])
    columns = photos.columns()
    assert columns.ids.tolist() == photos.ids()
    rows = {number: row for row, number in enumerate(columns.ids.tolist())}
    assert columns.days.tolist() == [20230506, 0, 0]
    assert rows[at[dated]] == 0
    assert (columns.widths[rows[at[wide]]], columns.heights[rows[at[wide]]]) == (90, 30)
    assert columns.sizes[rows[at[wide]]] == wide.stat().st_size
    assert columns.ratings[rows[at[year]]] == 4
    starred = photos.columns(Filters(rating=3))
    assert starred.ids.tolist() == photos.ids(Filters(rating=3)) == [at[year]]
    assert starred.ratings.tolist() == [4]


def test_a_library_without_photos_has_empty_columns(library: SmallLibrary) -> None:
    assert len(service(library).columns()) == 0
    assert service(library).folder_counts() == []


def test_names_count_by_the_numbers_in_them_whatever_their_case(
    library: SmallLibrary, tmp_path: Path
) -> None:
    album = tmp_path / "album"
    names = ["IMG_2.jpg", "img_10.jpg", "z/a.jpg", "IMG_1.jpg"]
    paths = [write(album / name, seed) for seed, name in enumerate(names)]
    library.folders.add(album)
    library.scan()
    at = library.files.contents_at(paths)
    ids = np.array([at[path] for path in paths])
    ranks = service(library).name_ranks(ids)
    assert [names[place] for place in np.argsort(ranks)] == [
        "z/a.jpg",
        "IMG_1.jpg",
        "IMG_2.jpg",
        "img_10.jpg",
    ]


def test_folders_count_what_lies_below_them_once(library: SmallLibrary, tmp_path: Path) -> None:
    album = tmp_path / "album"
    first = write(album / "a" / "deep" / "one.jpg", 1)
    write(album / "a" / "two.jpg", 2)
    copy = album / "b" / "copy of one.jpg"
    copy.parent.mkdir()
    copy.write_bytes(first.read_bytes())
    library.folders.add(album)
    library.scan()
    counts = {os.path.relpath(found.path, album): found.photos for found in service(library).folder_counts()}
    assert counts == {".": 2, "a": 2, "a/deep": 1, "b": 1}


@pytest.mark.skipif(sys.platform != "linux", reason="names there are text")
def test_folders_whose_names_are_no_text_are_counted(library: SmallLibrary, tmp_path: Path) -> None:
    album = tmp_path / "album"
    odd = album / os.fsdecode(b"caf\xe9, 'x'")
    write(odd / "one.jpg", 1)
    write(album / "two.jpg", 2)
    library.folders.add(album)
    library.scan()
    assert [(found.path, found.photos) for found in service(library).folder_counts()] == [
        (album, 2),
        (odd, 1),
    ]


def test_the_users_stars_go_before_those_of_the_file_and_into_no_file(
    library: SmallLibrary, tmp_path: Path
) -> None:
    album = tmp_path / "album"
    path = write(album / "a.jpg", 1)
    sidecar = album / "a.jpg.xmp"
    sidecar.write_bytes(xmp(Annotations(4)))
    library.folders.add(album)
    library.scan()
    photos, number = service(library), library.files.contents_at([path])[path]
    before = {file: file.read_bytes() for file in (path, sidecar)}

    def stars() -> int | None:
        return photos.annotations([number])[number].rating

    undo = photos.rate({number: 2})
    assert (stars(), photos.ids(Filters(rating=3))) == (2, [])
    # A file that says something else later changes nothing.
    sidecar.write_bytes(xmp(Annotations(5)))
    library.scan()
    assert stars() == 2
    assert photos.rate({number: 0}) == {number: 2}
    assert stars() == 0
    assert undo == {number: None}
    photos.rate(undo)
    assert stars() == 5
    assert path.read_bytes() == before[path]
    with pytest.raises(ValueError, match="-1 to 5"):
        photos.rate({number: 6})


def test_the_users_stars_outlive_the_file(library: SmallLibrary, tmp_path: Path) -> None:
    album = tmp_path / "album"
    path = write(album / "a.jpg", 1)
    library.folders.add(album)
    library.scan()
    number = library.files.contents_at([path])[path]
    service(library).rate({number: 5})
    path.rename(tmp_path / "away.jpg")
    library.scan()
    (tmp_path / "away.jpg").rename(album / "b.jpg")
    library.scan()
    assert service(library).columns().ratings.tolist() == [5]
