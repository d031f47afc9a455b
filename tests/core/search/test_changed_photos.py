"""Photos changed on disk that no scan has seen yet: what is made of their new bytes is not kept for the old ones."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from lookalike.errors import LookalikeError
from lookalike.library import Library
from lookalike.search.query import Query
from tests.builders.inside import facts_of
from tests.builders.photo_files import textured_photo


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    folder.mkdir()
    return folder


@pytest.fixture
def library(tmp_path: Path, album: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as library:
        library.folders.add(album)
        yield library


def scan(library: Library) -> None:
    for _ in library.scan():
        pass


def plain(path: Path, colour: str) -> None:
    Image.new("RGB", (1200, 800), colour).save(path, quality=90)


def is_red(image: Image.Image) -> bool:
    red, _, blue = image.convert("RGB").resize((1, 1)).tobytes()
    return red > blue


def shows_red(library: Library, content_id: int, side: int) -> bool:
    return is_red(Image.open(io.BytesIO(library.photos.thumbnail(content_id, side))))


@pytest.mark.slow
def test_a_thumbnail_is_made_from_a_copy_that_still_is_the_photo(library: Library, album: Path) -> None:
    plain(album / "a.jpg", "red")
    (album / "b.jpg").write_bytes((album / "a.jpg").read_bytes())
    scan(library)
    (red,) = library.photos.ids()
    plain(album / "a.jpg", "blue")
    assert shows_red(library, red, 512)
    assert is_red(library.photos.image(red, 64))
    scan(library)
    (blue,) = set(library.photos.ids()) - {red}
    assert shows_red(library, red, 512)
    assert not shows_red(library, blue, 512)


@pytest.mark.slow
def test_new_bytes_may_be_looked_at_and_are_not_kept(library: Library, album: Path) -> None:
    plain(album / "a.jpg", "red")
    original = (album / "a.jpg").read_bytes()
    scan(library)
    (red,) = library.photos.ids()
    plain(album / "a.jpg", "blue")
    assert not is_red(library.photos.image(red, 64)), "the viewer shows what there is"
    assert shows_red(library, red, 512), "the smaller one that is kept"
    (album / "a.jpg").write_bytes(original)
    scan(library)
    assert shows_red(library, red, 512)


@pytest.mark.slow
def test_a_judge_keeps_nothing_of_new_bytes(library: Library, album: Path) -> None:
    thing = textured_photo(1, (640, 480))
    thing.save(album / "a.jpg", quality=95)
    query = album.parent / "query.jpg"
    thing.crop((20, 20, 620, 460)).save(query, quality=90)
    for number in range(3):
        textured_photo(10 + number, (640, 480)).save(album / f"other {number}.jpg")
    original = (album / "a.jpg").read_bytes()
    scan(library)
    number = next(n for n in library.photos.ids() if facts_of(library, n).paths[0].name == "a.jpg")

    def match() -> float | None:
        *_, last = library.search.rankings(Query(file=query), judge="geometry")
        return next(result.match for result in last.results if result.content_id == number)

    textured_photo(99, (640, 480)).save(album / "a.jpg")
    assert match() is None
    with pytest.raises(LookalikeError, match=r"a\.jpg has changed"):
        library.search.explain(Query(file=query), number, "geometry")
    with pytest.raises(LookalikeError, match=r"a\.jpg has changed"):
        list(library.search.rankings(Query(content_id=number, region=(0.1, 0.1, 0.9, 0.9)), judge="geometry"))
    (album / "a.jpg").write_bytes(original)
    scan(library)
    found = match()
    assert found is not None
    assert found > 0.9
