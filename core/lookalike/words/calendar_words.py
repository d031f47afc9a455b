"""Calendar words: names of months, seasons, holidays and days, in English and German.

Our own table: Babel has the names of months and weekdays only, and takes 36 MB.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

Span = tuple[date, date]
"""First and last day."""


def _numbered(names: str, first: int = 1) -> dict[str, int]:
    return {
        name: number for number, same in enumerate(names.split("|"), start=first) for name in same.split()
    }


MONTHS = _numbered(
    "january jan januar janner|february feb februar|march mar marz mrz maerz|april apr|may mai|june jun juni|"
    "july jul juli|august aug|september sep sept|october oct oktober okt|november nov|december dec dezember dez"
)
WEEKDAYS = _numbered(
    "monday montag|tuesday dienstag|wednesday mittwoch|thursday donnerstag|friday freitag|"
    "saturday samstag sonnabend|sunday sonntag",
    first=0,
)
SEASONS = _numbered("spring fruhling fruhjahr|summer sommer|autumn fall herbst|winter")
NUMBERS = _numbered(
    "a an one ein eine einem einer eins|two zwei|three drei|four vier|five funf|six sechs|seven sieben|eight acht|"
    "nine neun|ten zehn|eleven elf|twelve zwolf"
)
DECADES = {
    name: 10 * tens
    for tens, names in enumerate(
        (
            "twenties zwanziger zwanzigern",
            "thirties dreissiger dreissigern",
            "forties vierziger vierzigern",
            "fifties funfziger funfzigern",
            "sixties sechziger sechzigern",
            "seventies siebziger siebzigern",
            "eighties achtziger achtzigern",
            "nineties neunziger neunzigern",
        ),
        start=2,
    )
    for name in names.split()
}

DAY_UNITS = frozenset(["day", "days", "tag", "tage", "tagen"])
WEEK_UNITS = frozenset(["week", "weeks", "woche", "wochen"])
MONTH_UNITS = frozenset(["month", "months", "monat", "monate", "monaten", "monats"])
YEAR_UNITS = frozenset(["year", "years", "jahr", "jahre", "jahren", "jahres"])
WEEKEND = frozenset(["weekend", "weekends", "wochenende", "wochenenden"])
LAST = frozenset(
    [
        "last",
        "past",
        "previous",
        "letzte",
        "letzter",
        "letztes",
        "letzten",
        "letztem",
        "vorige",
        "voriges",
        "vorigen",
        "vergangenen",
    ]
)
THIS = frozenset(["this", "current", "diese", "dieser", "dieses", "diesen", "diesem"])
AGO = frozenset(["ago"])
TODAY = {"today": 0, "heute": 0, "yesterday": 1, "gestern": 1, "vorgestern": 2}

BEFORE = frozenset(["before", "vor"])
AFTER = frozenset(["after", "nach"])
SINCE = frozenset(["since", "from", "seit", "ab", "von"])
UNTIL = frozenset(["until", "till", "to", "bis"])
BETWEEN = frozenset(["between", "zwischen"])
AND = frozenset(["and", "und"])
DASHES = frozenset(["-", "–", "—", "..", "..."])
LEADING = frozenset(["in", "im", "am", "on", "at", "during", "the", "an", "den", "der", "um", "of"])
"""What may stand before a date and belongs to it."""


def easter(year: int) -> date:
    """Easter Sunday by the Gregorian computus (the "anonymous" algorithm; Meeus, "Astronomical Algorithms", ch. 8)."""
    golden, century, rest = year % 19, year // 100, year % 100
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    shift = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def _days(month: int, first: int, last: int | None = None) -> Callable[[int], Span]:
    return lambda year: (date(year, month, first), date(year, month, last or first))


def _around_easter(first: int, last: int) -> Callable[[int], Span]:
    return lambda year: (easter(year) + timedelta(first), easter(year) + timedelta(last))


def _new_year(year: int) -> Span:
    """The night into the next year."""
    return date(year, 12, 31), date(year + 1, 1, 1)


def _thanksgiving(year: int) -> Span:
    """The fourth Thursday of November."""
    first = date(year, 11, 1)
    day = first + timedelta((3 - first.weekday()) % 7 + 21)
    return day, day


HOLIDAYS: dict[tuple[str, ...], Callable[[int], Span]] = {
    tuple(words.split()): days
    for words, days in {
        "christmas": _days(12, 24, 26),
        "christmas eve": _days(12, 24),
        "christmas day": _days(12, 25),
        "xmas": _days(12, 24, 26),
        "weihnachten": _days(12, 24, 26),
        "heiligabend": _days(12, 24),
        "new year": _new_year,
        "new years eve": _new_year,
        "new year s eve": _new_year,
        "silvester": _new_year,
        "new years day": _days(1, 1),
        "neujahr": _days(1, 1),
        "easter": _around_easter(-2, 1),
        "ostern": _around_easter(-2, 1),
        "pentecost": _around_easter(49, 50),
        "pfingsten": _around_easter(49, 50),
        "halloween": _days(10, 31),
        "valentines day": _days(2, 14),
        "valentine s day": _days(2, 14),
        "valentinstag": _days(2, 14),
        "thanksgiving": _thanksgiving,
    }.items()
}


def season_span(season: int, year: int) -> Span:
    """A season of three whole months, as meteorologists count them; winter begins in the year it is named by.

    Seasons are those of the northern hemisphere.
    """
    first = date(year, 3 * season, 1)
    after = date(year + (season == 4), 3 * season % 12 + 3, 1)
    return first, after - timedelta(1)


def month_span(year: int, month: int) -> Span:
    """A month."""
    return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1) - timedelta(1)
