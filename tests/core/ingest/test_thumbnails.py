"""The grid's pictures: made while a photo is decoded anyway, and later without ever decoding a whole one."""

from __future__ import annotations

import io
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.errors import LookalikeError
from lookalike.library import Library
from lookalike.photos import decoding, raw
from lookalike.photos.jpeg import JpegFile
from tests.builders.inside import catalog_of
from tests.builders.photo_files import encoded, textured_photo


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    folder.mkdir()
    large = textured_photo(1, (2400, 1800))
    (folder / "large.jpg").write_bytes(encoded(large, "JPEG", quality=90))
    (folder / "progressive.jpg").write_bytes(
        encoded(textured_photo(2, (1600, 1200)), "JPEG", progressive=True)
    )
    (folder / "small.png").write_bytes(encoded(textured_photo(3, (300, 200)), "PNG"))
    return folder


@pytest.fixture
def library(tmp_path: Path, album: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as library:
        library.folders.add(album)
        for _ in library.scan():
            pass
        yield library


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Sizes at which JPEGs are decoded."""
    sizes: list[tuple[int, int]] = []
    load = JpegFile.load

    def counted(self: JpegFile) -> object:
        if self.tile:
            sizes.append(self.size)
        return load(self)

    monkeypatch.setattr(JpegFile, "load", counted)
    return sizes


def forbid_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(*_: object) -> object:
        raise AssertionError("a photo was decoded")

    monkeypatch.setattr(decoding, "_decode", decode)
    monkeypatch.setattr(decoding, "_decode_raw", decode)


def forget_thumbnails(library: Library) -> None:
    with closing(sqlite3.connect(library.folder / "thumbnails.sqlite", isolation_level=None)) as database:
        database.execute("DELETE FROM entries")


def number_of(library: Library, path: Path) -> int:
    content_id = catalog_of(library).files.known(os.fsencode(path.parent))[os.fsencode(path)].content_id
    assert content_id is not None
    return content_id


def size_of(thumbnail: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(thumbnail)).size


@pytest.mark.slow
def test_the_grid_of_an_indexed_library_decodes_nothing(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid_decoding(monkeypatch)
    shown = {size_of(library.photos.thumbnail(number)) for number in library.photos.ids()}
    assert shown == {(256, 192), (256, 171)}


@pytest.mark.slow
def test_lost_thumbnails_are_made_from_a_fraction_of_the_pixels(
    library: Library, album: Path, loaded: list[tuple[int, int]]
) -> None:
    forget_thumbnails(library)
    assert size_of(library.photos.thumbnail(number_of(library, album / "large.jpg"))) == (256, 192)
    assert loaded == [(300, 225)], "an eighth of the width and height, a sixty-fourth of the pixels"
    loaded.clear()
    library.photos.thumbnail(number_of(library, album / "large.jpg"))
    assert loaded == [], "it is kept"


@pytest.mark.slow
def test_larger_ones_are_made_when_they_are_asked_for(
    library: Library, album: Path, loaded: list[tuple[int, int]]
) -> None:
    number = number_of(library, album / "large.jpg")
    assert size_of(library.photos.thumbnail(number, 300)) == (512, 384)
    assert loaded == [(600, 450)]
    assert size_of(library.photos.thumbnail(number, 5000)) == (512, 384)
    assert loaded == [(600, 450)], "it is kept"
    assert size_of(library.photos.thumbnail(number_of(library, album / "small.png"), 512)) == (300, 200)


@pytest.mark.slow
def test_a_photo_out_of_reach_shows_the_thumbnail_there_is(library: Library, album: Path) -> None:
    path = album / "large.jpg"
    number = number_of(library, path)
    path.rename(album.parent / "away.jpg")
    assert size_of(library.photos.thumbnail(number, 512)) == (256, 192)
    forget_thumbnails(library)
    with pytest.raises(LookalikeError, match="no longer there"):
        library.photos.thumbnail(number, 512)


def test_raw_files_show_their_preview_undeveloped(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def develop(*_: object) -> object:
        raise AssertionError("a raw file was developed")

    monkeypatch.setattr(raw, "_develop", develop)
    image = decoding.open_image(data / "formats" / "raw" / "canon_eos_6d.dng", 256)
    assert max(image.size) == 256


def test_heic_uses_the_thumbnail_inside(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pillow_heif import HeifImageFile

    sizes = []
    load = HeifImageFile.load

    def counted(self: Any) -> Any:
        sizes.append(self.size)
        return load(self)

    monkeypatch.setattr(HeifImageFile, "load", counted)
    image = decoding.open_image(data / "formats" / "heic" / "iphone_15_pro.heic", 256)
    assert max(image.size) == 256
    assert max(sizes[0]) < 1000, "of 4032"


def test_the_least_recently_seen_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lookalike.caches import content_cache

    monkeypatch.setattr(content_cache, "TOUCH_SECONDS", 0.0)
    cache = ThumbnailCache(tmp_path / "thumbnails.sqlite", limit_bytes=10_000)
    for number in range(9):
        cache.put(f"{number}", 256, bytes(1000))
    assert cache.get("0", 256) is not None
    for number in range(9, 13):
        cache.put(f"{number}", 256, bytes(1000))
    assert cache.get("0", 256) is not None, "it was looked at since"
    assert cache.get("1", 256) is None
    assert cache.get("12", 256) is not None
    assert cache.best("12") == bytes(1000)
    cache.close()
