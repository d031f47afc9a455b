"""Dates: when a photo was taken, read from whatever cameras and programs wrote, and how exact that is.

A date is text in ISO 8601, in the local time of the camera, as exact as it is known: ``1965``, ``2004-07``,
``1989-05-05``, ``1989-05-05T14``, ``…T14:08``, ``…T14:08:45``, the last with fractions of a second; a time may have the
offset from UTC. So its length says how exact it is (`precision_of`), and dates sort as text.

**What is taken from a broken one.** Everything from the left up to the first part that cannot be: a month of 00 or 13
leaves the year, the 31st of February leaves the month, hour 24 leaves the day, second 60 the minute. Only a year of
0000 or 0001, or none, is no date at all, and the next source is asked. A date in the future stays as it is written: the
clock of this computer is no better a witness than the camera's.

**Which one counts** (`Dates`). First by what it says: when the original was made, before when it was digitized, before
when the file was changed. So a day of the original goes before the exact time of a later change. Of dates that say the
same, by where they stand: an XMP file beside the photo, EXIF, XMP, IPTC; the latter three in the order of the Metadata
Working Group's guidelines (version 2.0, section 5.3). But a date that only goes on where another ends, being more
exact or having the offset, goes before that one. When an XMP file itself was changed says nothing of the photo.

It is written by hand because dateutil's parser fills in today's day and month for parts that are missing, and raises
on those that are impossible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum


class Precision(Enum):
    """How exact a date is."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    HOUR = "hour"
    MINUTE = "minute"
    SECOND = "second"


_LENGTHS = {
    4: Precision.YEAR,
    7: Precision.MONTH,
    10: Precision.DAY,
    13: Precision.HOUR,
    16: Precision.MINUTE,
}
"""Letters of a date without its offset → how exact it is; the longer ones have seconds."""

_BETWEEN = r"\s*[-:/.,\s年月]\s*"
_DATE = re.compile(
    r"\s*(\d{4})(?:(\d\d)(?:(?!\d)|(\d\d)(?=(?:\d{4}(?:\d\d)?)?(?!\d)))"
    rf"|(?!\d)(?:{_BETWEEN}(\d{{1,2}})(?!\d)(?:{_BETWEEN}(\d\d(?=\d\d:)|\d{{1,2}}(?!\d)))?)?)",
    re.ASCII,
)
_TIME = re.compile(
    r"[T\s,日]*(?P<before>[AaPp]\.?[Mm]\.?)?\s*"
    r"(?:(?P<hour>\d{1,2})\s*[:.]\s*(?P<minute>\d{1,2})(?:\s*[:.]\s*(?P<second>\d{1,2})(?:[.,:](?P<fraction>\d+))?)?"
    r"|(?P<hour2>\d\d)(?P<minute2>\d\d)(?P<second2>\d\d)?)(?!\d)"
    r"\s*(?P<after>[AaPp]\.?[Mm]\.?)?\s*(?P<offset>.*)",
    re.ASCII | re.DOTALL,
)
_OFFSET = re.compile(
    r"\s*(?:(?P<utc>[Zz])|(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?)(?!\d)", re.ASCII
)
_OFFSET_AT_END = re.compile(r"(?<=T)(.*?)[+-]\d\d:\d\d$")
_MOST_OFFSET_HOURS = 14
_FRACTION_DIGITS = 6
_MOST_LETTERS = 100
_FIRST_YEAR = "1000"
"""Years below are what programs write that know none: 0000, 0001, 0002."""
_TO_THE_SECOND = len("2004-07-04T09:05:03")


@dataclass(frozen=True)
class Dates:
    """The dates that the metadata of a photo tell, each as text in ISO 8601 or None.

    Attributes:
        original: when what it shows was photographed.
        digitized: when it was digitized; of a photo from a camera the same.
        modified: when the file was last changed.
    """

    original: str | None = None
    digitized: str | None = None
    modified: str | None = None

    @property
    def taken(self) -> str | None:
        """The one that counts as when the photo was taken."""
        return self.original or self.digitized or self.modified

    def with_fallback(self, other: Dates) -> Dates:
        """These dates, with missing ones, and what is missing in them, filled in from others."""
        return Dates(
            first_of((self.original, other.original)),
            first_of((self.digitized, other.digitized)),
            first_of((self.modified, other.modified)),
        )


NO_DATES = Dates()


def first_of(dates: Iterable[str | None]) -> str | None:
    """The first date that there is, or one that goes on where that one ends."""
    chosen: str | None = None
    for found in dates:
        if found is not None and (chosen is None or found.startswith(chosen)):
            chosen = found
    return chosen


def parse_date(text: str, offset: str = "", fraction: str = "") -> str | None:
    """A date as cameras and programs write it, as far as it makes sense.

    Parts may be separated by colons, dashes, slashes, dots or blanks, or by nothing (``19890505``); they may have one
    digit, or be padded with blanks; the day and the time may stand together (``2015:08:2212:30:45``); what follows the
    time is left out.

    Args:
        text: the date.
        offset: the offset from UTC where it stands by itself, as in EXIF, and the text has none.
        fraction: the digits of the fraction of a second, likewise.

    Returns:
        The date in ISO 8601, as exact as it is known; None if there is no year.
    """
    text = text[:_MOST_LETTERS]
    match = _DATE.match(text)
    if match is None or match[1] < _FIRST_YEAR:
        return None
    year, month, day = int(match[1]), int(match[2] or match[4] or 0), int(match[3] or match[5] or 0)
    if not 1 <= month <= 12:
        return match[1]
    if not _is_day(year, month, day):
        return f"{match[1]}-{month:02}"
    time = _time(text[match.end() :], offset, fraction)
    return f"{match[1]}-{month:02}-{day:02}" + (f"T{time}" if time else "")


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _time(text: str, offset: str, fraction: str) -> str:
    match = _TIME.match(text)
    if match is None:
        return ""
    hour = int(match["hour"] or match["hour2"])
    half = (match["before"] or match["after"] or "").upper()[:1]
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "P" else 0)
    minute = int(match["minute"] or match["minute2"])
    if hour > 23:
        return ""
    if minute > 59:
        return f"{hour:02}"
    found = f"{hour:02}:{minute:02}"
    second = match["second"] or match["second2"]
    if second is not None and int(second) <= 59:
        digits = match["fraction"] or fraction.strip()
        found += f":{int(second):02}"
        found += f".{digits[:_FRACTION_DIGITS]}" if digits.isascii() and digits.isdigit() else ""
    return found + (parse_offset(match["offset"]) or parse_offset(offset))


def parse_offset(text: str) -> str:
    """An offset from UTC as ``+02:00``, from ``+02:00``, ``+0200``, ``+2`` or ``Z``; empty if it is none."""
    match = _OFFSET.match(text)
    if match is None:
        return ""
    if match["utc"]:
        return "+00:00"
    hours, minutes = int(match["hours"]), int(match["minutes"] or 0)
    if hours > _MOST_OFFSET_HOURS or minutes > 59:
        return ""
    return f"{match['sign'] if hours or minutes else '+'}{hours:02}:{minutes:02}"


def precision_of(taken_at: str) -> Precision:
    """How exact a date is.

    Args:
        taken_at: in ISO 8601, as `parse_date` returns it.
    """
    return _LENGTHS.get(len(_OFFSET_AT_END.sub(r"\1", taken_at)), Precision.SECOND)


def may_be_same(one: str, other: str) -> bool:
    """Whether two dates agree as far as both are known, to the second."""
    shown = [_OFFSET_AT_END.sub(r"\1", taken_at)[:_TO_THE_SECOND] for taken_at in (one, other)]
    length = min(map(len, shown))
    return shown[0][:length] == shown[1][:length]


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def in_words(taken_at: str) -> str:
    """A date in plain English, as exact as it is known: "1965", "July 2004", "5 May 1989", "5 May 1989, 14:08:45".

    Args:
        taken_at: in ISO 8601, as `parse_date` returns it.
    """
    day, *_ = taken_at.partition("T")
    parts = day.split("-")
    words = parts[0]
    if len(parts) > 1:
        words = f"{_MONTHS[int(parts[1]) - 1]} {words}"
    if len(parts) > 2:
        words = f"{int(parts[2])} {words}"
    clock = _OFFSET_AT_END.sub(r"\1", taken_at).partition("T")[2][:8]
    return f"{words}, {clock}" if ":" in clock else words
