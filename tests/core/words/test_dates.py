"""Dates in words, English and German, against days counted by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.words.calendar_words import easter
from lookalike.words.dates import find_dates, read_date

TODAY = date(2026, 11, 29)
"""A Sunday."""


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019", "2019-01-01", "2019-12-31"),
        ("2019-05", "2019-05-01", "2019-05-31"),
        ("2019-05-03", "2019-05-03", "2019-05-03"),
        ("3.5.2019", "2019-05-03", "2019-05-03"),
        ("12/25/2019", "2019-12-25", "2019-12-25"),
        ("summer 2019", "2019-06-01", "2019-08-31"),
        ("Sommer 2019", "2019-06-01", "2019-08-31"),
        ("winter 2019", "2019-12-01", "2020-02-29"),
        ("Winter 2018/19", "2018-12-01", "2019-02-28"),
        ("Frühling 2020", "2020-03-01", "2020-05-31"),
        ("in the 90s", "1990-01-01", "1999-12-31"),
        ("in den 90ern", "1990-01-01", "1999-12-31"),
        ("the 2010s", "2010-01-01", "2019-12-31"),
        ("neunziger Jahre", "1990-01-01", "1999-12-31"),
        ("May 2018 – June 2019", "2018-05-01", "2019-06-30"),
        ("Mai 2018 bis Juni 2019", "2018-05-01", "2019-06-30"),
        ("from may to july 2020", "2020-05-01", "2020-07-31"),
        ("between 2015 and 2018", "2015-01-01", "2018-12-31"),
        ("2015-2018", "2015-01-01", "2018-12-31"),
        ("May 5th, 2018", "2018-05-05", "2018-05-05"),
        ("5. Mai 2018", "2018-05-05", "2018-05-05"),
        ("yesterday", "2026-11-28", "2026-11-28"),
        ("gestern", "2026-11-28", "2026-11-28"),
        ("3 days ago", "2026-11-26", "2026-11-26"),
        ("vor drei Tagen", "2026-11-26", "2026-11-26"),
        ("last week", "2026-11-16", "2026-11-22"),
        ("letzten Monat", "2026-10-01", "2026-10-31"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("dieses Jahr", "2026-01-01", "2026-12-31"),
        ("last weekend", "2026-11-21", "2026-11-22"),
        ("last christmas", "2025-12-24", "2025-12-26"),
        ("letzte Weihnachten", "2025-12-24", "2025-12-26"),
        ("last summer", "2026-06-01", "2026-08-31"),
        ("last august", "2026-08-01", "2026-08-31"),
        ("Ostern 2021", "2021-04-02", "2021-04-05"),
        ("new year's eve 2019", "2019-12-31", "2020-01-01"),
        ("Silvester 2019", "2019-12-31", "2020-01-01"),
        ("thanksgiving 2023", "2023-11-23", "2023-11-23"),
        ("before 2020", "0001-01-01", "2019-12-31"),
        ("seit Mai 2018", "2018-05-01", "9999-12-31"),
        ("29.2.2020", "2020-02-29", "2020-02-29"),
    ],
)
def test_a_date_is_a_span_of_days(text: str, first: str, last: str) -> None:
    (found,) = find_dates(text.split(), TODAY)
    assert (found.start, found.end) == (0, len(text.split()))
    assert not found.recurring
    assert found.spans == ((date.fromisoformat(first), date.fromisoformat(last)),)


@pytest.mark.parametrize(
    ("text", "of_2024"),
    [
        ("august", ("2024-08-01", "2024-08-31")),
        ("christmas", ("2024-12-24", "2024-12-26")),
        ("im Februar", ("2024-02-01", "2024-02-29")),
        ("winter", ("2024-12-01", "2025-02-28")),
        ("24.12.", ("2024-12-24", "2024-12-24")),
        ("november - january", ("2024-11-01", "2025-01-31")),
    ],
)
def test_a_date_without_a_year_comes_back_every_year(text: str, of_2024: tuple[str, str]) -> None:
    (found,) = find_dates(text.split(), TODAY)
    assert found.recurring
    assert tuple(map(date.fromisoformat, of_2024)) in found.spans


@pytest.mark.parametrize(
    "text", ["1600", "IMG_2045", "2019-13", "32.1.2019", "last", "ago 3 days", "99999 days ago", "a"]
)
def test_other_words_are_no_dates(text: str) -> None:
    assert find_dates(text.split(), TODAY) == []


def test_dates_among_other_words() -> None:
    texts = ["beach", "in", "summer", "2019", "nikon"]
    (found,) = find_dates(texts, TODAY)
    assert texts[found.start : found.end] == ["in", "summer", "2019"]
    assert read_date("summer-2019", TODAY) is not None
    assert read_date("beach 2019", TODAY) is None


def test_easter_is_that_of_the_tables() -> None:
    # From the tables of the U.S. Naval Observatory.
    days = ["2000-04-23", "2008-03-23", "2011-04-24", "2019-04-21", "2024-03-31", "2038-04-25"]
    assert [easter(int(day[:4])).isoformat() for day in days] == days


SOME = ["last", "vor", "3", "tagen", "ago", "may", "2019", "-", "bis", "to", "in", "the", "90s", "summer"]
SOME += ["31", "christmas", "between", "and"]


@given(st.lists(st.sampled_from(SOME)))
def test_every_span_is_in_order_and_no_text_fails(texts: list[str]) -> None:
    for found in find_dates(texts, TODAY):
        assert 0 <= found.start < found.end <= len(texts)
        for first, last in found.spans:
            assert first <= last or last - first == timedelta(-1)
