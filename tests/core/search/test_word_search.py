"""Words over a real catalog: what is found by which facts, in which order, and what is said where nothing is."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.filters import FilterError, Filters
from lookalike.photos import Annotations
from lookalike.photos.dates import Dates
from lookalike.search.word_search import WordAnswer, WordSearch, fused
from lookalike.words.source import Reason, WordHit
from tests.core.catalog.test_facts import to_version_of_words

TODAY = date(2026, 11, 29)
PARIS, VIENNA = {"latitude": 48.8584, "longitude": 2.2945}, {"latitude": 48.1845, "longitude": 16.3122}


def content(name: str, **facts: object) -> ContentRow:
    return replace(ContentRow(name.encode().hex(), 10, 4, 3, "JPEG"), **facts)  # type: ignore[arg-type]


PHOTOS: tuple[tuple[str, dict[str, Any], Annotations], ...] = (
    ("Trips/Paris 2018/IMG_0001.jpg", {**PARIS, "camera": "NIKON D750", "taken_at": "2018-05-06T10:00:00"},
     Annotations(keywords=("Eiffel Tower", "Golden Retriever"))),
    ("wien.jpg", {**VIENNA, "camera": "Apple iPhone 12", "taken_at": "2019-07-01T10:00:00"},
     Annotations(title="Küste am Abend")),
    ("Screenshot 1.png", {"format": "PNG", "taken_at": "2019-08-14T10:00:00"}, Annotations(rating=5)),
    ("raw.nef", {"format": "RAW", "camera": "NIKON D850", "lens": "NIKKOR 24-70mm",
                 "taken_at": "2020-12-25T10:00:00"}, Annotations(rating=3, description="a quasar in the sky")),
    ("北京烤鸭.jpg", {}, Annotations(keywords=("東京タワー",))),
    ("old tree.jpg", {"taken_at": "1995"}, Annotations()),
    ("Summer 2019/beach.jpg", {}, Annotations(keywords=("sea",))),
)  # fmt: skip


def fill(path: Path) -> Catalog:
    catalog = Catalog(path / "catalog.sqlite")
    (path / "Pictures").mkdir(exist_ok=True)
    folder = catalog.folders.add(path / "Pictures")
    with catalog.unit_of_work() as work:
        for number, (name, facts, annotations) in enumerate(PHOTOS, start=1):
            row = content(name, **facts)
            number_of = work.put_content(row)
            work.put_annotations(number_of, replace(annotations, dates=Dates(original=row.taken_at)))
            place = os.fsencode(path / "Pictures" / name)
            work.put_file(folder, FileStat(place, 1, 1_000_000_007, number, 1), number_of)
    return catalog


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    catalog = fill(tmp_path_factory.mktemp("facts"))
    yield catalog
    catalog.close()


class Looks:
    """Knows what two photos look like."""

    name = "looks"
    known: ClassVar = {"dog": [2, 1], "beach": [7], "tower": [1]}

    def search(
        self, words: Sequence[str], phrase: str, k: int, allowed_ids: NDArray[np.int64] | None
    ) -> list[WordHit]:
        found = [number for word in words for number in self.known.get(word, ())]
        if allowed_ids is not None:
            found = [number for number in found if number in allowed_ids]
        return [
            WordHit(number, 1 / rank, Reason("label", phrase, certain=rank == 1))
            for rank, number in enumerate(found[:k], start=1)
        ]


def ask(catalog: Catalog, text: str, *sources: Looks) -> WordAnswer:
    return WordSearch(catalog, sources, today=lambda: TODAY).search(text, Filters(), 100)


def names(answer: WordAnswer) -> list[str]:
    return [PHOTOS[photo.content_id - 1][0].rpartition("/")[2] for photo in answer.photos]


@pytest.mark.parametrize(
    ("text", "found", "kind", "reason"),
    [
        ("paris", ["IMG_0001.jpg"], "place", "Paris, France"),
        ("Frankreich", ["IMG_0001.jpg"], "place", "Paris, France"),
        ("Wien", ["wien.jpg"], "place", "Vienna, Austria"),
        ("vienna", ["wien.jpg"], "place", "Vienna, Austria"),
        ("Österreich", ["wien.jpg"], "place", "Vienna, Austria"),
        ("kuste", ["wien.jpg"], "title", "Küste am Abend"),
        ("retr", ["IMG_0001.jpg"], "keyword", "Golden Retriever"),
        ("golden retreiver", ["IMG_0001.jpg"], "keyword", "Golden Retriever"),
        ("d750", ["IMG_0001.jpg"], "camera", "NIKON D750"),
        ("nikkor", ["raw.nef"], "lens", "NIKKOR 24-70mm"),
        ("trips", ["IMG_0001.jpg"], "folder", "Trips"),
        ("quasar", ["raw.nef"], "description", "a quasar in the sky"),
        ("タワー", ["北京烤鸭.jpg"], "keyword", "東京タワー"),
        ("烤鸭", ["北京烤鸭.jpg"], "name", "北京烤鸭.jpg"),
        ("in the 90s", ["old tree.jpg"], "date", "1995"),
        ("christmas", ["raw.nef"], "date", "2020-12-25"),
        ("nikon type:raw", ["raw.nef"], "camera", "NIKON D850"),
        ("nikon -paris", ["raw.nef"], "camera", "NIKON D850"),
        ("place:Wien", ["wien.jpg"], "place", "Vienna, Austria"),
        ('"eiffel tower"', ["IMG_0001.jpg"], "keyword", "Eiffel Tower"),
    ],
)
def test_photos_are_found_by_what_is_known_of_them(
    catalog: Catalog, text: str, found: list[str], kind: str, reason: str
) -> None:
    answer = ask(catalog, text)
    assert names(answer) == found
    assert answer.photos[0].reasons[0] == Reason(kind, reason, certain=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2019", ["Screenshot 1.png", "wien.jpg", "beach.jpg"]),
        ("summer 2019", ["Screenshot 1.png", "wien.jpg", "beach.jpg"]),
        ("2019 -screenshot", ["wien.jpg", "beach.jpg"]),
        ("summer 2019 sea", ["beach.jpg"]),
        ("type:screenshot", ["Screenshot 1.png"]),
        ("rating:3", ["raw.nef", "Screenshot 1.png"]),
        ("rating:<5 rating:3", ["raw.nef"]),
        ("★★★★★", []),
        ("rating:★★★★★", ["Screenshot 1.png"]),
        ("camera:nikon before:2019", ["IMG_0001.jpg"]),
        ("after:2019", ["raw.nef"]),
        ("type:raw type:png", ["raw.nef", "Screenshot 1.png"]),
        ("camera:nikon -type:raw", ["IMG_0001.jpg"]),
        ("folder:trips/paris", ["IMG_0001.jpg"]),
        ('"tower eiffel"', []),
        ("date:2020-12", ["raw.nef"]),
        ("keyword:sea", ["beach.jpg"]),
        ("before:christmas after:2019-07", ["raw.nef", "Screenshot 1.png"]),
    ],
)
def test_filters_and_dates_narrow_a_search(catalog: Catalog, text: str, found: list[str]) -> None:
    assert names(ask(catalog, text)) == found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("type:foo", "There are: JPEG, PNG, RAW"),
        ("rating:abc", "not a number of stars"),
        ("before:soon", "not a date"),
        ("folder:nowhere", "There are: Paris 2018"),
        ("place:Timbuktu", "There are: "),
        ("camera:leica", "NIKON D750"),
        ("thing:fountain", "thing fountain"),
    ],
)
def test_a_filter_that_cannot_be_met_is_told_with_what_there_is(
    catalog: Catalog, text: str, told: str
) -> None:
    with pytest.raises(FilterError, match=told):
        ask(catalog, text)


class OneThing:
    """A fountain that two photos show."""

    def matching(self, value: str) -> NDArray[np.int64] | None:
        return np.array([2, 4], np.int64) if value == "fountain" else None

    def values(self) -> list[tuple[str, int]]:
        return [("fountain", 2)]


def test_other_services_know_their_filters(catalog: Catalog) -> None:
    search = WordSearch(catalog, filters={"thing": OneThing()}, today=lambda: TODAY)
    assert names(search.search("thing:fountain nikon", Filters(), 9)) == ["raw.nef"]
    assert search.filter_values()["thing"] == [("fountain", 2)]


@pytest.mark.parametrize(
    ("text", "found", "note"),
    [
        ("quaser", ["raw.nef"], "No photo has “quaser”; these have “quasar”."),
        ("xyzzy", [], "No photo has “xyzzy” in its names, keywords, texts, place or camera."),
        (
            "quasar 2018",
            [],
            "Nothing found for “quasar” here; one photo has it, but does not meet the rest of the query.",
        ),
        ("1950", [], "No photo meets all of “1950”."),
        ("type: nikon", ["raw.nef", "IMG_0001.jpg"], "type: has no value yet, so it was left out."),
    ],
)
def test_little_or_nothing_is_explained(catalog: Catalog, text: str, found: list[str], note: str) -> None:
    answer = ask(catalog, text)
    assert (names(answer), answer.notes) == (found, (note,))


def test_where_nothing_looks_like_the_words_it_is_said_who_has_them(catalog: Catalog) -> None:
    answer = ask(catalog, "raw", Looks())
    assert answer.notes == ("Nothing looks like “raw”; 1 photo has it in its name.",)
    answer = ask(catalog, "xyzzy", Looks())
    assert answer.notes == (
        "Nothing looks like “xyzzy”, and no photo has it in its names, keywords, texts, place or camera.",
    )


def test_what_is_known_and_what_it_looks_like_make_one_list(catalog: Catalog) -> None:
    answer = ask(catalog, "dog", Looks())
    assert (names(answer), answer.sure) == (["wien.jpg", "IMG_0001.jpg"], 1)
    assert [photo.reasons[0].certain for photo in answer.photos] == [True, False]
    answer = ask(catalog, "tower", Looks())
    assert [reason.kind for reason in answer.photos[0].reasons] == ["keyword", "label"]
    assert answer.notes == ()


def test_each_word_may_be_known_by_another_source(catalog: Catalog) -> None:
    (first, *_) = ask(catalog, "dog paris", Looks()).photos
    assert first.content_id == 1
    assert {reason.kind for reason in first.reasons} == {"label", "place"}
    assert names(ask(catalog, "dog 2019", Looks())) == ["wien.jpg"]
    assert names(ask(catalog, "dog july", Looks()))[0] == "wien.jpg"


def test_reciprocal_ranks_put_first_what_several_lists_have() -> None:
    order = fused([(1.0, [1, 2, 3]), (1.0, [3, 4])])
    assert [number for number, _ in order] == [3, 1, 2, 4]
    assert order[0][1] == pytest.approx(1 / 63 + 1 / 61)


def test_a_library_of_before_knows_its_facts_without_reading_photos(tmp_path: Path) -> None:
    fill(tmp_path).close()
    to_version_of_words(tmp_path / "catalog.sqlite")
    catalog = Catalog(tmp_path / "catalog.sqlite")
    assert names(ask(catalog, "wien")) == ["wien.jpg"]
    assert names(ask(catalog, "quasar")) == ["raw.nef"]
    catalog.close()


def test_facts_follow_what_changes(tmp_path: Path) -> None:
    catalog = fill(tmp_path)
    search = WordSearch(catalog, today=lambda: TODAY)
    assert names(search.search("retriever", Filters(), 9)) == ["IMG_0001.jpg"]
    with catalog.unit_of_work() as work:
        work.put_annotations(1, Annotations(keywords=("Poodle",)))
    assert search.search("retriever", Filters(), 9).photos == ()
    assert names(search.search("poodel", Filters(), 9)) == ["IMG_0001.jpg"]
    (folder,) = catalog.folders.all()
    catalog.remove_folder(folder)
    assert search.search("poodle", Filters(), 9).photos == ()
    catalog.close()
