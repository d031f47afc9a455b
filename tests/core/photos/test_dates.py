"""Dates as cameras and programs write them: a good day is never lost for a bad time."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.photos.dates import Dates, Precision, in_words, parse_date, parse_offset, precision_of


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2004:07:04 09:05:03", "2004-07-04T09:05:03"),
        ("2004:07:0409:05:03", "2004-07-04T09:05:03"),
        ("20040704090503", "2004-07-04T09:05:03"),
        ("200407040905", "2004-07-04T09:05"),
        ("2004年7月4日 9:05:03", "2004-07-04T09:05:03"),
        ("2004-07-04T09:05:03", "2004-07-04T09:05:03"),
        ("2004/07/04 09:05:03", "2004-07-04T09:05:03"),
        ("2004.07.04 09.05.03", "2004-07-04T09:05:03"),
        ("2004:7:4 9:5:3", "2004-07-04T09:05:03"),
        ("2004: 7: 4  9: 5: 3", "2004-07-04T09:05:03"),
        (" 2004:07:04 09:05:03 ", "2004-07-04T09:05:03"),
        ("2004 07 04 09:05:03", "2004-07-04T09:05:03"),
        ("2004:07:04, 09:05:03", "2004-07-04T09:05:03"),
        ("20040704", "2004-07-04"),
        ("20040704T090503", "2004-07-04T09:05:03"),
        ("20040704 090503+0200", "2004-07-04T09:05:03+02:00"),
        ("200407", "2004-07"),
        ("20040700", "2004-07"),
        ("20040000", "2004"),
        ("2004:07:04 09:05", "2004-07-04T09:05"),
        ("2004-07-04T09:05Z", "2004-07-04T09:05+00:00"),
        ("2004-07-04T09:05:03.125+02:00", "2004-07-04T09:05:03.125+02:00"),
        ("2004-07-04T09:05:03.123456789Z", "2004-07-04T09:05:03.123456+00:00"),
        ("2004:07:04 09:05:03,5", "2004-07-04T09:05:03.5"),
        ("2004:07:04 09:05:03+0200", "2004-07-04T09:05:03+02:00"),
        ("2004:07:04 09:05:03 -7", "2004-07-04T09:05:03-07:00"),
        ("2004:07:04 09:05:03+99:00", "2004-07-04T09:05:03"),
        ("2004:07:04 09:05:03 PM", "2004-07-04T21:05:03"),
        ("2004:07:04 12:05:03 a.m.", "2004-07-04T00:05:03"),
        ("2004:07:04 pm 9:05", "2004-07-04T21:05"),
        ("2004:07:04 21:05:03 PM", "2004-07-04T21:05:03"),
        ("2004:07:04 09:05:03garbage", "2004-07-04T09:05:03"),
        ("2004:07:04 09:05:03\0\0\x07", "2004-07-04T09:05:03"),
        ("2004:07:04 오후 3:04", "2004-07-04"),
        ("2004:07:04 24:08:19", "2004-07-04"),
        ("2004:07:04 10:61:19", "2004-07-04T10"),
        ("2004:07:04 23:59:60", "2004-07-04T23:59"),
        ("2004:07:04 99:99:99", "2004-07-04"),
        ("2004:07:04", "2004-07-04"),
        ("2004:07:04 ", "2004-07-04"),
        ("2004:07:04   :  :  ", "2004-07-04"),
        ("2004:07:04 at noon", "2004-07-04"),
        ("2004:02:31 09:05:03", "2004-02"),
        ("2003:02:29 09:05:03", "2003-02"),
        ("2004:07:00 09:05:03", "2004-07"),
        ("2004:07:  ", "2004-07"),
        ("2004-07", "2004-07"),
        ("2004:00:04 09:05:03", "2004"),
        ("1965:00:00 00:00:00", "1965"),
        ("2004:13:04 09:05:03", "2004"),
        ("1965", "1965"),
        ("1965:  :  ", "1965"),
        ("0000:00:00 00:00:00", None),
        ("0000-07-04", None),
        ("0001:01:01 00:00:00", None),
        ("0002:11:30 00:00:00", None),
        ("1640", "1640"),
        ("    :  :     :  :  ", None),
        ("", None),
        ("\0", None),
        ("yesterday", None),
        ("65:07:04", None),
        ("123456", "1234"),
        ("12345", None),
        ("1234567", None),
    ],
)
def test_dates(written: str, read: str | None) -> None:
    assert parse_date(written) == read
    if read is not None and len(read) >= 10:
        datetime.fromisoformat(read)


def test_offset_and_fraction_that_stand_by_themselves() -> None:
    assert parse_date("2004:07:04 09:05:03", "+02:00", "042") == "2004-07-04T09:05:03.042+02:00"
    assert parse_date("2004:07:04 09:05:03.5Z", "+02:00", "042") == "2004-07-04T09:05:03.5+00:00"
    assert parse_date("2004:07:04 09:05:60", "+02:00", "042") == "2004-07-04T09:05+02:00"
    assert parse_date("2004:07:04 24:05:03", "+02:00", "042") == "2004-07-04"
    assert parse_date("2004:07:04 09:05:03", "summer", "x") == "2004-07-04T09:05:03"


@pytest.mark.parametrize(
    ("written", "read"),
    [("Z", "+00:00"), ("-00:00", "+00:00"), ("+5", "+05:00"), ("-0330", "-03:30"), ("+15:00", ""), ("?", "")],
)
def test_offsets(written: str, read: str) -> None:
    assert parse_offset(written) == read


@pytest.mark.parametrize(
    ("date", "precision", "words"),
    [
        ("1965", Precision.YEAR, "1965"),
        ("2004-07", Precision.MONTH, "July 2004"),
        ("1989-05-05", Precision.DAY, "5 May 1989"),
        ("1989-05-05T14", Precision.HOUR, "5 May 1989"),
        ("1989-05-05T14:08", Precision.MINUTE, "5 May 1989, 14:08"),
        ("1989-05-05T14:08-03:30", Precision.MINUTE, "5 May 1989, 14:08"),
        ("1989-05-05T14:08:45", Precision.SECOND, "5 May 1989, 14:08:45"),
        ("1989-05-05T14:08:45.5+02:00", Precision.SECOND, "5 May 1989, 14:08:45"),
    ],
)
def test_how_exact_a_date_is(date: str, precision: Precision, words: str) -> None:
    assert precision_of(date) is precision
    assert in_words(date) == words


def test_the_original_goes_before_what_came_later() -> None:
    assert Dates("1965", "2010-01-02T03:04:05", "2020-01-02").taken == "1965"
    assert Dates(None, "2010", "2020-01-02").taken == "2010"
    assert Dates(modified="2020-01-02").taken == "2020-01-02"
    assert Dates().taken is None


def test_what_goes_on_where_a_date_ends_completes_it() -> None:
    day, exact = Dates("1989-05-05"), Dates("1989-05-05T14:08:45+02:00")
    assert day.with_fallback(exact) == exact
    assert exact.with_fallback(day) == exact
    assert day.with_fallback(Dates("1989-05-06T14:08:45")) == day
    assert day.with_fallback(Dates(digitized="2010")) == Dates("1989-05-05", "2010")


@given(st.text(max_size=30) | st.from_regex(r"[0-9: \-T.]{4,30}"))
def test_whatever_is_written_gives_a_date_or_none(text: str) -> None:
    read = parse_date(text, text, text)
    if read is not None:
        assert precision_of(read) in Precision
        assert in_words(read)
        if len(read) >= 10:
            datetime.fromisoformat(read)
