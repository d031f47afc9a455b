"""Filters over a real catalog: what the columns in memory say is what SQL says, whatever was written since."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.filters import FilterError, Filters, area_of, first_day, last_day

PHOTOS = [
    # name, taken at, camera, rating, keywords, format
    ("trip/a.jpg", "2018-05-01T10:00:00", "Canon EOS 5D", 0, (), "JPEG"),
    ("trip/b.jpg", "2019-07-18T23:59:59", "Canon PowerShot", 3, ("Dog", "sea"), "JPEG"),
    ("trip/day two/c.png", "2019-07-19T00:00:00", "NIKON D70", 5, ("dog",), "PNG"),
    ("trips/d.jpg", None, None, -1, ("cat",), "JPEG"),
    ("e.jpg", "1962-01-31T08:00:00", None, 1, (), "JPEG"),
]


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with_photos = Catalog(tmp_path / "catalog.sqlite")
    yield with_photos
    with_photos.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "photos").mkdir()
    return tmp_path / "photos"


def put(catalog: Catalog, root: Path, name: str, content: str, **facts: Any) -> int:
    folder = catalog.folders.all() or [catalog.folders.add(root)]
    with catalog.transaction() as db:
        row = ContentRow(
            content, 10, 4, 3, str(facts.get("format", "JPEG")), facts.get("taken_at"), facts.get("camera")
        )
        content_id = catalog.contents.ensure(db, row)
        place = FileStat(os.fsencode(root / name), 10, 0, 0, 0)
        catalog.files.put(db, folder[0].id, place, content_id, None)
        db.execute("UPDATE contents SET rating = ? WHERE id = ?", (facts.get("rating", 0), content_id))
        for keyword in facts.get("keywords", ()):
            db.execute("INSERT OR IGNORE INTO keywords VALUES (?, ?)", (content_id, keyword))
    return content_id


@pytest.fixture
def filled(catalog: Catalog, root: Path) -> Any:
    for name, taken_at, camera, rating, keywords, kind in PHOTOS:
        put(
            catalog,
            root,
            name,
            name,
            taken_at=taken_at,
            camera=camera,
            rating=rating,
            keywords=keywords,
            format=kind,
        )
    return catalog


def names(catalog: Catalog, filters: Filters) -> list[str]:
    ids = catalog.filters.matching(filters).tolist()
    rows = catalog.contents.get(ids)
    return [rows[number].hash for number in ids]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, "a b c d e"),
        ({"folders": ("trip",)}, "a b c"),
        ({"folders": ("trip/day two", "trips")}, "c d"),
        ({"since": "2019-07-19"}, "c"),
        ({"until": "2019-07-18"}, "a b e"),
        ({"since": "2018", "until": "2019-07"}, "a b c"),
        ({"cameras": ("canon",)}, "a b"),
        ({"cameras": ("d70", "5d")}, "a c"),
        ({"rating": 3}, "b c"),
        ({"rating": 0}, "a b c e"),
        ({"keywords": ("DOG",)}, "b c"),
        ({"keywords": ("dog", "sea")}, "b"),
        ({"formats": ("png",)}, "c"),
        ({"folders": ("trip",), "cameras": ("canon",), "rating": 1}, "b"),
        ({"ids": frozenset({1, 4, 99})}, "a d"),
        ({"cameras": ("nikon",), "rating": 1, "until": "2019-07-18"}, ""),
    ],
)
def test_every_condition_must_be_met(filled: Any, root: Path, filters: dict[str, Any], expected: str) -> None:
    if "folders" in filters:
        filters = {**filters, "folders": tuple(root / name for name in filters["folders"])}
    for key, reader in (("since", first_day), ("until", last_day)):
        if key in filters:
            filters = {**filters, key: reader(filters[key])}
    found = names(filled, Filters(**filters))
    assert [Path(name).stem for name in found] == expected.split()


PARTLY_DATED = {"1965": "1965", "July 2004": "2004-07", "a day": "2004-07-31", "an hour": "2004-08-01T10"}


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("1965-03", "1965-03", "1965"),
        ("1965-12-31", None, "1965, July 2004, a day, an hour"),
        ("1966", None, "July 2004, a day, an hour"),
        (None, "1964", ""),
        (None, "1965-01-01", "1965"),
        ("2004-07-15", "2004-07-16", "July 2004"),
        ("2004-07-31", "2004-07", "July 2004, a day"),
        ("2004-08", None, "an hour"),
    ],
)
def test_a_photo_that_may_be_meant_is_found(
    catalog: Catalog, root: Path, since: str | None, until: str | None, expected: str
) -> None:
    for name, taken_at in PARTLY_DATED.items():
        put(catalog, root, name + ".jpg", name, taken_at=taken_at)
    filters = Filters(since=first_day(since) if since else None, until=last_day(until) if until else None)
    assert ", ".join(names(catalog, filters)) == expected
    choices = catalog.filters.choices()
    assert (str(choices.first), str(choices.last)) == ("1965-01-01", "2004-08-01")


def test_partly_dated_photos_are_sorted_among_the_others(catalog: Catalog, root: Path) -> None:
    for name in ("1964-12-31", "1965", "1965-02", "1965-02-03", "1965-02-03T10:00:00", "1966"):
        put(catalog, root, name + ".jpg", name, taken_at=name)
    rows = catalog.contents.get(catalog.contents.visible())
    assert [rows[number].taken_at for number in catalog.contents.visible()] == [
        "1966",
        "1965-02-03T10:00:00",
        "1965-02-03",
        "1965-02",
        "1965",
        "1964-12-31",
    ]


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"cameras": ("leica",)}, "camera leica"),
        ({"keywords": ("bird",)}, "keyword bird"),
        ({"formats": ("tiff",)}, "format tiff"),
        ({"folders": (Path("/nowhere"),)}, "/nowhere"),
    ],
)
def test_what_the_library_does_not_have_is_told(filled: Any, filters: dict[str, Any], words: str) -> None:
    with pytest.raises(FilterError) as caught:
        filled.filters.matching(Filters(**filters))
    assert words in caught.value.message
    assert caught.value.remedy


POSITIONS = {
    "Paris": (48.86, 2.35),
    "Suva": (-18.14, 178.44),
    "Apia": (-13.83, -171.76),
    "no fix": (0.0, 0.0),
    "none": (None, None),
}


@pytest.mark.parametrize(
    ("area", "expected"),
    [
        ("48,2,49,3", "Paris"),
        ("-90,-180,90,180", "Apia Paris Suva"),
        ("-30,170,0,-160", "Apia Suva"),  # across the date line
        ("-30,170,0,180", "Suva"),
        ("-1,-1,1,1", ""),
    ],
)
def test_an_area_holds_what_was_taken_in_it(catalog: Catalog, root: Path, area: str, expected: str) -> None:
    for name in POSITIONS:
        put(catalog, root, f"{name}.jpg", name)
    assert len(catalog.filters.positions()[0]) == 0
    with catalog.transaction() as db:
        for name, position in POSITIONS.items():
            content_id = catalog.contents.id_of(name)
            assert content_id is not None
            catalog.contents.put_facts(db, content_id, None, None, *position)
    assert sorted(names(catalog, Filters(area=area_of(area)))) == expected.split()
    ids, north, east = catalog.filters.positions()
    assert [row.hash for row in catalog.contents.get(ids.tolist()).values()] == ["Paris", "Suva", "Apia"]
    assert np.stack([north, east], axis=1).tolist() == [
        pytest.approx(place) for place in list(POSITIONS.values())[:3]
    ]


@pytest.mark.parametrize("text", ["", "1,2,3", "a,b,c,d", "50,0,40,1", "-91,0,0,1", "0,0,1,181", "nan,0,1,1"])
def test_what_is_no_area_is_told(text: str) -> None:
    with pytest.raises(FilterError, match="part of the map"):
        area_of(text)


def test_an_empty_library_can_be_asked(catalog: Catalog) -> None:
    assert len(catalog.filters.matching(Filters(rating=2))) == 0
    assert catalog.filters.choices().cameras == ()


def test_choices_name_what_there_is(filled: Any, root: Path) -> None:
    choices = filled.filters.choices()
    assert [(path.relative_to(root).as_posix(), count) for path, count in choices.folders] == [
        (".", 1), ("trip", 2), ("trip/day two", 1), ("trips", 1),
    ]  # fmt: skip
    assert choices.cameras == (("Canon EOS 5D", 1), ("Canon PowerShot", 1), ("NIKON D70", 1))
    assert choices.formats == (("JPEG", 4), ("PNG", 1))
    assert choices.rated == (3, 2, 2, 1, 1)
    assert (choices.first, choices.last) == (date(1962, 1, 31), date(2019, 7, 19))


def test_photos_that_are_gone_and_companions_are_not_counted(filled: Any, root: Path) -> None:
    raw = put(filled, root, "e.dng", "e.dng", keywords=("cat",), camera="Canon Old", format="RAW")
    picture = put(filled, root, "e2.jpg", "e2.jpg", keywords=("cat",))
    assert dict(filled.filters.choices().keywords)["cat"] == 3
    known = filled.files.known(os.fsencode(root))
    with filled.transaction() as db:
        db.execute("UPDATE contents SET companion_of = ? WHERE id = ?", (picture, raw))
        gone = [known[os.fsencode(root / name)].id for name in ("trip/b.jpg", "trips/d.jpg")]
        filled.files.remove(db, filled.folders.all()[0].id, gone)
    choices = filled.filters.choices()
    assert choices.keywords == (("cat", 1), ("dog", 1))
    assert dict(choices.cameras) == {"Canon EOS 5D": 1, "NIKON D70": 1}
    with pytest.raises(FilterError, match="sea") as caught:
        filled.filters.matching(Filters(keywords=("sea",)))
    assert caught.value.remedy == "There are: cat, dog."
    put(filled, root, "f.jpg", "f.jpg", keywords=tuple("abcdefgh"))
    with pytest.raises(FilterError, match="sea") as caught:
        filled.filters.matching(Filters(keywords=("sea",)))
    assert caught.value.remedy == "There are: a, b, c, cat, d, dog, e, f and 2 more."
    with pytest.raises(FilterError):
        filled.filters.matching(Filters(cameras=("PowerShot",)))


@pytest.mark.parametrize("text", ["", "19", "2019-13", "2019-02-30", "07/18/2019", "2019-07-18-1"])
def test_what_is_no_date_is_told(text: str) -> None:
    with pytest.raises(FilterError):
        first_day(text)


def test_the_end_of_a_month_is_its_last_day() -> None:
    assert (first_day("2020-02"), last_day("2020-02")) == (date(2020, 2, 1), date(2020, 2, 29))
    assert last_day("2019") == date(2019, 12, 31)


def test_columns_follow_this_process_and_others(filled: Any, root: Path, tmp_path: Path) -> None:
    assert names(filled, Filters(rating=4)) == ["trip/day two/c.png"]
    with filled.transaction() as db:
        db.execute("UPDATE contents SET rating = 4 WHERE hash = 'e.jpg'")
    assert names(filled, Filters(rating=4)) == ["trip/day two/c.png", "e.jpg"]

    other = Catalog(tmp_path / "catalog.sqlite")
    put(other, root, "new/f.jpg", "f", rating=5, keywords=("bird",))
    other.close()
    assert names(filled, Filters(rating=4))[-1] == "f"
    assert names(filled, Filters(folders=(root / "new",))) == ["f"]
    assert names(filled, Filters(keywords=("bird",))) == ["f"]

    # A move, a removed file, a keyword that is gone, and a whole folder that is no longer watched.
    put(filled, root, "elsewhere/f.jpg", "f")
    with filled.transaction() as db:
        db.execute("DELETE FROM files WHERE path = ?", (os.fsencode(root / "new/f.jpg"),))
        db.execute("DELETE FROM keywords WHERE keyword = 'bird'")
    assert names(filled, Filters(folders=(root / "elsewhere",))) == ["f"]
    with pytest.raises(FilterError):
        filled.filters.matching(Filters(folders=(root / "new",)))
    with pytest.raises(FilterError):
        filled.filters.matching(Filters(keywords=("bird",)))
    filled.remove_folder(filled.folders.all()[0])
    assert names(filled, Filters()) == []


acts = st.lists(
    st.tuples(
        st.sampled_from(["put", "rate", "unplace", "tag", "untag"]),
        st.integers(0, 7),
        st.integers(-1, 5),
        st.sampled_from(["x", "y/z", "y"]),
    ),
    max_size=25,
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_columns_say_what_sql_says(
    tmp_path_factory: pytest.TempPathFactory, acts: Sequence[tuple[Any, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("library")
    root = folder / "photos"
    root.mkdir()
    catalog = Catalog(folder / "catalog.sqlite")
    try:
        for number, (act, photo, rating, place) in enumerate(acts):
            if act == "put":
                put(catalog, root, f"{place}/{photo}-{number % 3}.jpg", str(photo), rating=rating)
            else:
                statement = {
                    "rate": "UPDATE contents SET rating = :rating WHERE hash = :photo",
                    "unplace": "DELETE FROM files WHERE id % 8 = :photo",
                    "tag": "INSERT OR IGNORE INTO keywords SELECT id, :place FROM contents WHERE hash = :photo",
                    "untag": "DELETE FROM keywords WHERE keyword = :place",
                }[act]
                with catalog.transaction() as db:
                    db.execute(
                        statement,
                        {
                            "rating": rating,
                            "photo": photo if act == "unplace" else str(photo),
                            "place": place,
                        },
                    )
            if number % 3 == 0:
                catalog.filters.matching(Filters())
        rows = catalog._database.rows
        placed = (
            "EXISTS (SELECT 1 FROM files WHERE content_id = contents.id AND CAST(path AS TEXT) LIKE :path)"
        )
        for filters, sql, path in (
            (Filters(rating=2), f"rating >= 2 AND {placed}", "%"),
            (Filters(folders=(root / "y",)), placed, f"{root}/y/%"),
            (
                Filters(keywords=("x",)),
                f"id IN (SELECT content_id FROM keywords WHERE keyword = 'x') AND {placed}",
                "%",
            ),
        ):
            expected = [
                row[0] for row in rows(f"SELECT id FROM contents WHERE {sql} ORDER BY id", {"path": path})
            ]
            try:
                found = catalog.filters.matching(filters)
            except FilterError:
                found = np.zeros(0, np.int64)
            assert found.tolist() == expected
    finally:
        catalog.close()
