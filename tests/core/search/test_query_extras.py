"""Filters, several photos, *not like this* and rotations over a real library: real files and the embedded model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lookalike.catalog.filters import Filters
from lookalike.cli.main import run
from lookalike.errors import LookalikeError
from lookalike.library import Library
from lookalike.search.query import Query
from lookalike.search.ranking import Ranking
from lookalike.search.settings import SearchSettings
from tests.builders.photo_files import textured_photo, write_album


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An album with two cut-outs of one picture, lying in two folders, and one of another."""
    root = tmp_path_factory.mktemp("extras")
    album = root / "album"
    write_album(album, 8, seed=31)
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Canon", "Canon EOS 5D"
    exif[0x9003] = "2019:07:18 10:00:00"
    mug = textured_photo(501, (800, 600))
    (album / "trip").mkdir()
    mug.crop((10, 20, 740, 570)).save(album / "mug one.jpg", quality=90, exif=exif)
    mug.crop((50, 30, 790, 590)).save(album / "trip" / "mug two.jpg", quality=90)
    textured_photo(502, (800, 600)).crop((30, 20, 770, 590)).save(album / "trip" / "jug.jpg", quality=90)
    with Library(root / "library") as library:
        library.folders.add(album)
        for _ in library.scan():
            pass
    return root


@pytest.fixture
def library(root: Path) -> Iterator[Library]:
    with Library(root / "library") as library:
        yield library


def mug(root: Path) -> Query:
    path = root / "mug.png"
    textured_photo(501, (800, 600)).save(path)
    return Query(file=path)


def names(library: Library, query: Query, judge: str = "none", **settings: Any) -> list[str]:
    ranking = last(library, query, judge, **settings)
    places = library.photos.paths([result.content_id for result in ranking.results])
    return [places[result.content_id][0].stem for result in ranking.results]


def last(library: Library, query: Query, judge: str = "none", **settings: Any) -> Ranking:
    *_, ranking = library.search.rankings(query, SearchSettings(**settings), judge)
    return ranking


def photo(library: Library, name: str) -> Query:
    """A photo of the library as a query: nothing needs to be described."""
    paths = {library.photos.paths([n])[n][0].stem: n for n in library.photos.ids()}
    return Query(content_id=paths[name])


@pytest.mark.slow
def test_a_filter_is_part_of_the_search(library: Library, root: Path) -> None:
    query = photo(library, "mug one")
    everywhere = names(library, query)
    assert everywhere[0] == "mug two"
    trip = Filters(folders=(root / "album" / "trip",))
    assert names(library, query, filters=trip) == ["mug two", "jug"]
    assert names(library, query, limit=1, filters=trip) == ["mug two"]
    assert names(library, photo(library, "jug"), filters=Filters(cameras=("canon",))) == ["mug one"]
    assert len(library.photos.ids(trip)) == 2
    with pytest.raises(LookalikeError, match="Leica"):
        names(library, query, filters=Filters(cameras=("Leica",)))


def test_photos_of_the_library_that_are_asked_with_are_no_results(library: Library) -> None:
    one, two, jug = (photo(library, name) for name in ("mug one", "mug two", "jug"))
    found = names(library, replace(one, positives=(jug,)))
    assert len(found) == 9
    assert found[0] == "mug two"
    negated = replace(jug, negatives=(two,))
    assert set(names(library, jug)) - set(names(library, negated)) == {"mug two"}
    before, after = (
        {result.content_id: result.index_score for result in last(library, query).results}
        for query in (jug, negated)
    )
    assert one.content_id is not None
    assert after[one.content_id] < before[one.content_id], "it resembles what is not wanted"
    assert names(library, one, expand=True)[0] == "mug two"


@pytest.mark.slow
def test_several_photos_and_photos_that_lie_on_their_side(library: Library, root: Path) -> None:
    jug, on_its_side = root / "jug.png", root / "turned.png"
    textured_photo(502, (800, 600)).save(jug)
    textured_photo(501, (800, 600)).transpose(Image.Transpose.ROTATE_90).save(on_its_side)
    asked = Query(file=mug(root).file, positives=(Query(file=jug),))
    ranking = last(library, asked, "geometry")
    assert ranking.final
    assert ranking.judged == ranking.to_judge == 11
    matched = {result.content_id for result in ranking.results if (result.match or 0) > 0.5}
    assert {library.photos.paths([n])[n][0].stem for n in matched} == {"mug one", "mug two", "jug"}
    assert library.search.explain(asked, matched.pop(), "geometry") is not None

    def similarities(query: Query, **settings: Any) -> dict[int, float]:
        return {r.content_id: r.similarity for r in last(library, query, **settings).results}

    upright = similarities(mug(root))
    plain = similarities(Query(file=on_its_side))
    turned = similarities(Query(file=on_its_side), rotations=True)
    assert all(turned[number] >= max(plain[number], upright[number]) - 2e-3 for number in upright)
    assert max(turned[number] - plain[number] for number in upright) > 0.01
    judged = last(library, Query(file=on_its_side), "geometry", rotations=True)
    assert {library.photos.paths([r.content_id])[r.content_id][0].stem for r in judged.results[:2]} == {
        "mug one",
        "mug two",
    }


def test_words_with_what_the_results_shall_not_resemble(library: Library) -> None:
    two = photo(library, "mug two")
    assert set(names(library, Query(words="mug"))) == {"mug one", "mug two"}
    assert names(library, Query(words="mug", negatives=(two,))) == ["mug one"]
    assert set(names(library, Query(words="album", negatives=(Query(words="photo"),)))) == {
        "mug one",
        "mug two",
        "jug",
    }
    # A photo as the query: the model is not asked to read what it cannot.
    everything = names(library, photo(library, "jug"))
    assert set(everything) - set(
        names(library, replace(photo(library, "jug"), negatives=(Query(words="mug"),)))
    ) == {
        "mug one",
        "mug two",
    }


@pytest.mark.slow
@pytest.mark.parametrize("words_first", [True, False])
def test_photos_with_the_words_come_first_beside_photos(library: Library, words_first: bool) -> None:
    jug = photo(library, "jug")
    words = Query(words="mug")
    query = replace(words, positives=(jug,)) if words_first else replace(jug, positives=(words,))
    ranking = last(library, query)
    assert ranking.final
    assert sum(bool(result.reasons) for result in ranking.results) == 2
    found = names(library, query)
    assert set(found[:2]) == {"mug one", "mug two"}
    assert len(found) == len(set(found)) == 10
    assert "jug" not in found
    assert len(names(library, query, limit=3)) == 3
    assert last(library, query, limit=1).same == 1
    assert library.search.explain(query, ranking.results[0].content_id, "geometry") is not None


def test_a_word_of_any_length_can_be_asked_for(library: Library) -> None:
    assert last(library, Query(words="a" * 60_000)).results == ()


def call(root: Path, capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(["--library", str(root / "library"), *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def stems(out: str) -> list[str]:
    return [Path(result["path"]).stem for result in json.loads(out)["results"]]


def test_the_command_line_takes_all_of_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    album = root / "album"
    code, out, _ = call(
        root, capsys, "search", album / "mug one.jpg", album / "trip/jug.jpg", "--not", album / "photo_003.jpg",
        "--rotations", "--expand", "--in", album / "trip", "--judge", "none", "--json",
    )  # fmt: skip
    assert (code, stems(out)) == (0, ["mug two"])
    code, out, _ = call(root, capsys, "photos", "--camera", "canon", "--from", "2019-07", "--to", "2019")
    assert (code, out.strip()) == (0, str(album / "mug one.jpg"))
    code, out, _ = call(root, capsys, "photos", "--in", album / "trip", "--json")
    assert {Path(photo["path"]).stem for photo in json.loads(out)} == {"mug two", "jug"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--camera", "Leica"], 1, "camera Leica"),
        (["--in", "/nowhere"], 1, "/nowhere"),
        (["--keyword", "bird"], 1, "keyword bird"),
        (["--from", "last week"], 2, "last week is not a date"),
        (["--from", "2020", "--to", "2019"], 2, "later"),
        (["--rating", "9"], 2, "9"),
    ],
)
def test_filters_that_cannot_be_are_told_in_words(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    outcome, _, err = call(root, capsys, "photos", *arguments)
    assert outcome == code
    assert words in err
    assert "Traceback" not in err
