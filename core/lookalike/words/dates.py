"""Dates in words: "summer 2019", "last christmas", "May 2018 – June 2019", "vor drei Tagen".

Our own reader: dateparser and its like give one moment and not a span of days ("summer 2019" is a moment in 2019, "the
90s" is nothing), know neither seasons nor holidays, and take many words for dates that are none.

A date with a year, and one that is counted from today, is one span. One without a year ("august", "christmas") comes
back every year. Seasons are those of the northern hemisphere, as words do not tell where a photo was taken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lookalike.words import calendar_words as words
from lookalike.words.calendar_words import Span

FIRST_YEAR = 1826
"""Of the oldest photograph."""

OPEN_BEGINNING = date(1, 1, 1)
OPEN_END = date(9999, 12, 31)

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?")
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_MONTH_FIRST = re.compile(r"(\d{1,2})[./](\d{4})")
_DAY_MONTH = re.compile(r"(\d{1,2})\.(\d{1,2})\.")
_DECADE = re.compile(r"(?:(\d{2})?(\d0))(?:s|er|ern)")
_APOSTROPHES = str.maketrans(dict.fromkeys("'’‘`", ""))
_YEARS = re.compile(r"(\d{4})[-–/](\d{4}|\d{2})")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?")


@dataclass(frozen=True)
class DateWords:
    """Words of a text that are a date.

    Attributes:
        start: number of the first of the words.
        end: one past the last.
        spans: the days that are meant, one span, or one a year.
        recurring: whether they come back every year.
    """

    start: int
    end: int
    spans: tuple[Span, ...]
    recurring: bool = False


@dataclass(frozen=True)
class _Found:
    """Days, by how they are made for a year, or as they are; and how many words told them."""

    used: int
    span: Span | None = None
    of_year: Callable[[int], Span] | None = None


def find_dates(texts: Sequence[str], today: date) -> list[DateWords]:
    """The dates among the words of a text, in their order.

    Args:
        texts: words as they were written, one by one.
        today: what "yesterday" is counted from.
    """
    return _Reader(texts, today).all()


def read_date(text: str, today: date) -> DateWords | None:
    """The date that a text is, all of it; None where it is none."""
    # In a filter words are often tied together: "date:summer-2019".
    for candidate in (text, text.replace("_", " "), text.replace("-", " ").replace("_", " ")):
        texts = candidate.split()
        found = find_dates(texts, today)
        if len(found) == 1 and (found[0].start, found[0].end) == (0, len(texts)):
            return found[0]
    return None


class _Reader:
    """Reads dates by trying each form at each place, the longest first."""

    def __init__(self, texts: Sequence[str], today: date) -> None:
        self._words = [_folded(text) for text in texts]
        self._today = today

    def all(self) -> list[DateWords]:
        found: list[DateWords] = []
        at = 0
        while at < len(self._words):
            one = self._range(at) or self._bounded(at) or self._single(at)
            if one is None:
                at += 1
                continue
            start = at
            while start > (found[-1].end if found else 0) and self._words[start - 1] in words.LEADING:
                start -= 1
            found.append(DateWords(start, one.end, one.spans, one.recurring))
            at = one.end
        return found

    def _word(self, at: int) -> str:
        return self._words[at] if 0 <= at < len(self._words) else ""

    def _skip(self, at: int) -> int:
        while self._word(at) in words.LEADING:
            at += 1
        return at

    # Ranges

    def _range(self, at: int) -> DateWords | None:
        """As in "May 2018 – June 2019", "from 2015 to 2018", "between 2015 and 2018", "2015-2018"."""
        years = _YEARS.fullmatch(self._word(at))
        if years is not None:
            first = int(years[1])
            last = int(years[2]) if len(years[2]) == 4 else first // 100 * 100 + int(years[2])
            # "2019-07" is a month.
            if (
                self._is_year(first)
                and self._is_year(last)
                and first < last
                and (len(years[2]) == 4 or last % 100 > 12)
            ):
                return DateWords(at, at + 1, ((date(first, 1, 1), date(last, 12, 31)),))
        start, joints = at, words.UNTIL | words.DASHES
        if self._word(at) in words.BETWEEN:
            start, joints = at + 1, words.AND
        elif self._word(at) in words.SINCE:
            start = at + 1
        first_found = self._atom(self._skip(start))
        if first_found is None:
            return None
        joint = self._skip(start) + first_found.used
        if self._word(joint) not in joints:
            return None
        last_at = self._skip(joint + 1)
        last_found = self._atom(last_at)
        if last_found is None:
            return None
        end = last_at + last_found.used
        if last_found.span is None:
            if first_found.span is not None:
                # "May 2018 to June": the next June.
                later = first_found.span[0]
                last_span = next(
                    span
                    for year in (later.year, later.year + 1)
                    if (span := _made(last_found, year))[1] >= later
                )
                return DateWords(at, end, ((first_found.span[0], last_span[1]),))
            return DateWords(at, end, self._every_year(first_found, last_found), recurring=True)
        first_span = first_found.span or next(
            span
            for year in (last_found.span[0].year, last_found.span[0].year - 1)
            if (span := _made(first_found, year))[0] <= last_found.span[1]
        )
        if first_span[0] > last_found.span[1]:
            first_span, last_found = last_found.span, _Found(0, first_span)
        assert last_found.span is not None
        return DateWords(at, end, ((first_span[0], last_found.span[1]),))

    def _every_year(self, first: _Found, last: _Found) -> tuple[Span, ...]:
        spans = []
        for year in self._years():
            begin, end = _made(first, year), _made(last, year)
            if end[1] < begin[0]:
                end = _made(last, year + 1)
            spans.append((begin[0], end[1]))
        return tuple(spans)

    def _bounded(self, at: int) -> DateWords | None:
        """As in "before 2020", "seit Mai 2018"."""
        word = self._word(at)
        if not any(word in some for some in (words.BEFORE, words.AFTER, words.SINCE, words.UNTIL)):
            return None
        start = self._skip(at + 1)
        found = self._atom(start)
        if found is None:
            return None
        span = found.span or self._latest(found, complete=False)
        if word in words.BEFORE:
            days = OPEN_BEGINNING, _shifted(span[0], -1)
        elif word in words.AFTER:
            days = _shifted(span[1], 1), OPEN_END
        elif word in words.SINCE:
            days = span[0], OPEN_END
        else:
            days = OPEN_BEGINNING, span[1]
        return DateWords(at, start + found.used, (days,))

    # Single dates

    def _single(self, at: int) -> DateWords | None:
        found = self._atom(at)
        if found is None:
            return None
        if found.span is not None:
            return DateWords(at, at + found.used, (found.span,))
        spans = tuple(_made(found, year) for year in self._years())
        return DateWords(at, at + found.used, spans, recurring=True)

    def _atom(self, at: int) -> _Found | None:
        forms = (
            self._relative,
            self._counted_back,
            self._numeric,
            self._decade,
            self._named,
            self._year,
        )
        found = [one for form in forms if (one := form(at)) is not None]
        return max(found, key=lambda one: one.used, default=None)

    def _year(self, at: int) -> _Found | None:
        word = self._word(at)
        if word.isascii() and word.isdigit() and len(word) == 4 and self._is_year(int(word)):
            return _Found(1, (date(int(word), 1, 1), date(int(word), 12, 31)))
        return None

    def _numeric(self, at: int) -> _Found | None:
        word = self._word(at)
        try:
            if parts := _ISO.fullmatch(word):
                year, month = int(parts[1]), int(parts[2])
                if self._is_year(year):
                    return _Found(
                        1, _day(year, month, int(parts[3])) if parts[3] else words.month_span(year, month)
                    )
            elif parts := _DAY_FIRST.fullmatch(word):
                day, month, year = map(int, parts.groups())
                if month > 12:
                    # As Americans write it.
                    day, month = month, day
                if self._is_year(year):
                    return _Found(1, _day(year, month, day))
            elif parts := _MONTH_FIRST.fullmatch(word):
                if self._is_year(int(parts[2])):
                    return _Found(1, words.month_span(int(parts[2]), int(parts[1])))
            elif parts := _DAY_MONTH.fullmatch(word):
                day, month = int(parts[1]), int(parts[2])
                _day(2000, month, day)
                return _Found(1, of_year=lambda year: _day(year, month, day))
        except ValueError:
            pass
        return None

    def _decade(self, at: int) -> _Found | None:
        word = self._word(at)
        parts = _DECADE.fullmatch(word)
        tens = int(parts[2]) if parts else words.DECADES.get(word)
        if tens is None:
            return None
        century = parts[1] if parts else None
        latest = self._today.year // 100
        first = int(century or latest) * 100 + tens
        if century is None and first > self._today.year:
            first -= 100
        used = 1
        if parts is None or not word.endswith("s"):
            used += self._word(at + 1) in words.YEAR_UNITS
        return _Found(used, (date(first, 1, 1), date(first + 9, 12, 31))) if self._is_year(first) else None

    def _named(self, at: int) -> _Found | None:
        """A month with or without day and year, a season, a holiday."""
        found = self._day_and_month(at) or self._season(at) or self._holiday(at)
        if found is None or found.of_year is None:
            return found
        end = at + found.used
        while self._word(end) in ("of", "in", "im", "the"):
            end += 1
        years = _YEARS.fullmatch(self._word(end))
        if years is not None and self._is_year(int(years[1])):
            return _Found(end + 1 - at, _made(found, int(years[1])))
        year = self._year(end)
        if year is not None and year.span is not None:
            return _Found(end + 1 - at, _made(found, year.span[0].year))
        return found

    def _day_and_month(self, at: int) -> _Found | None:
        first = _DAY.fullmatch(self._word(at))
        after = at + 1 + (self._word(at + 1) == "of")
        if first is not None and (month := words.MONTHS.get(self._word(after))) is not None:
            return self._of_month(after + 1 - at, month, int(first[1]))
        month = words.MONTHS.get(self._word(at))
        if month is None:
            return None
        day = _DAY.fullmatch(self._word(at + 1))
        if day is not None and (found := self._of_month(2, month, int(day[1]))) is not None:
            return found
        number = month
        return _Found(1, of_year=lambda year: words.month_span(year, number))

    def _of_month(self, used: int, month: int, day: int) -> _Found | None:
        try:
            date(2000, month, day)
        except ValueError:
            return None
        return _Found(used, of_year=lambda year: _day(year, month, day))

    def _season(self, at: int) -> _Found | None:
        season = words.SEASONS.get(self._word(at))
        return None if season is None else _Found(1, of_year=lambda year: words.season_span(season, year))

    def _holiday(self, at: int) -> _Found | None:
        for length in (4, 3, 2, 1):
            days = words.HOLIDAYS.get(tuple(self._words[at : at + length]))
            if days is not None and at + length <= len(self._words):
                return _Found(length, of_year=days)
        return None

    # Counted from today

    def _relative(self, at: int) -> _Found | None:
        word, today = self._word(at), self._today
        if word in words.TODAY:
            return _Found(1, _one(today - timedelta(words.TODAY[word])))
        if self._words[at : at + 4] == ["the", "day", "before", "yesterday"]:
            return _Found(4, _one(today - timedelta(2)))
        if word not in words.LAST and word not in words.THIS:
            return None
        last = word in words.LAST
        unit = self._word(at + 1)
        monday = today - timedelta(today.weekday())
        if unit in words.WEEK_UNITS:
            return _Found(2, (monday - timedelta(7 * last), monday + timedelta(6 - 7 * last)))
        if unit in words.WEEKEND:
            saturday = monday + timedelta(5)
            if last and saturday + timedelta(1) >= today:
                saturday -= timedelta(7)
            return _Found(2, (saturday, saturday + timedelta(1)))
        if unit in words.MONTH_UNITS:
            return _Found(2, words.month_span(*_month_before(today, int(last))))
        if unit in words.YEAR_UNITS:
            year = today.year - last
            return _Found(2, (date(year, 1, 1), date(year, 12, 31)))
        if unit in words.WEEKDAYS:
            back = (today.weekday() - words.WEEKDAYS[unit]) % 7 or 7 * last
            return _Found(2, _one(today - timedelta(back)))
        count = self._number(at + 1)
        if last and count is not None and (span := self._back(count, self._word(at + 2))) is not None:
            return _Found(3, (span[0], today))
        found = self._day_and_month(at + 1) or self._season(at + 1) or self._holiday(at + 1)
        if found is None:
            return None
        return _Found(
            found.used + 1, self._latest(found, complete=True) if last else _made(found, today.year)
        )

    def _counted_back(self, at: int) -> _Found | None:
        """As in "3 days ago", "vor drei Tagen"."""
        german = self._word(at) == "vor"
        start = at + german
        count = self._number(start)
        if count is None:
            return None
        if not german and self._word(start + 2) not in words.AGO:
            return None
        span = self._back(count, self._word(start + 1))
        return None if span is None else _Found(start + 3 - german - at, span)

    def _number(self, at: int) -> int | None:
        word = self._word(at)
        if word.isascii() and word.isdigit() and len(word) <= 4:
            return int(word)
        return words.NUMBERS.get(word)

    def _back(self, count: int, unit: str) -> Span | None:
        """The day, week, month or year some of them ago."""
        today = self._today
        try:
            if unit in words.DAY_UNITS:
                return _one(today - timedelta(count))
            if unit in words.WEEK_UNITS:
                monday = today - timedelta(today.weekday() + 7 * count)
                return monday, monday + timedelta(6)
            if unit in words.MONTH_UNITS:
                return words.month_span(*_month_before(today, count))
            if unit in words.YEAR_UNITS:
                return date(today.year - count, 1, 1), date(today.year - count, 12, 31)
        except (ValueError, OverflowError):
            pass
        return None

    def _latest(self, found: _Found, complete: bool) -> Span:
        """The latest that is over, or that has begun."""
        for year in (self._today.year, self._today.year - 1):
            span = _made(found, year)
            if span[1 if complete else 0] < self._today or (not complete and span[0] == self._today):
                return span
        return _made(found, self._today.year - 2)

    def _years(self) -> range:
        return range(FIRST_YEAR, self._today.year + 2)

    def _is_year(self, year: int) -> bool:
        return FIRST_YEAR <= year <= self._today.year + 1


def _made(found: _Found, year: int) -> Span:
    if found.span is not None:
        return found.span
    assert found.of_year is not None
    return found.of_year(year)


def _folded(text: str) -> str:
    """A word without case, accents, apostrophes, and the commas around it."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_APOSTROPHES))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = plain.strip(",;()!?") or plain
    # The end of a sentence; "5." and "24.12." are dates.
    return plain[:-1] if plain.endswith(".") and plain[:-1].isdigit() and len(plain) == 5 else plain


def _one(day: date) -> Span:
    return day, day


def _day(year: int, month: int, day: int) -> Span:
    """One day; the 29th of February is the 28th where there is none.

    Raises:
        ValueError: it is none in any year.
    """
    if (month, day) == (2, 29) and (year % 4 or (year % 100 == 0 and year % 400)):
        day = 28
    return _one(date(year, month, day))


def _shifted(day: date, days: int) -> date:
    try:
        return day + timedelta(days)
    except OverflowError:
        return day


def _month_before(day: date, months: int) -> tuple[int, int]:
    """Year and month some months before a day.

    Raises:
        ValueError: there is no such year.
    """
    number = day.year * 12 + day.month - 1 - months
    if number < 12:
        raise ValueError("before the first year")
    return number // 12, number % 12 + 1
