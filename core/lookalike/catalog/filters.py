"""What a search or a list is narrowed to: folders, dates, cameras, ratings, keywords, a part of the map."""

from __future__ import annotations

import calendar
import math
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lookalike.errors import LookalikeError


class FilterError(LookalikeError):
    """A filter names something that the library does not have, or cannot be understood."""


@dataclass(frozen=True)
class Area:
    """A part of the map between two parallels and two meridians, all in degrees.

    Attributes:
        south: the southern edge, -90 to 90.
        west: the western edge, -180 to 180; more than `east` where the area crosses the date line.
        north: the northern edge.
        east: the eastern edge.
    """

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True)
class Filters:
    """Conditions that a photo must all meet; what is left empty lets every photo through.

    Attributes:
        folders: one of its files lies in one of these folders or below.
        since: taken on this day or later. A photo without a date meets no condition on it; one that is known only by
            its year or month meets those that a day of it meets, so that none that may be meant is hidden.
        until: taken on this day or earlier.
        cameras: its camera's make and model contain one of these words, whatever their case.
        rating: the fewest stars, -1 (rejected) to 5.
        keywords: it has every one of these, whatever their case.
        formats: it has one of these, as in "JPEG", whatever their case.
        ids: it is one of these contents; None for any.
        area: taken in this part of the map; a photo without a position meets no condition on it.
    """

    folders: tuple[Path, ...] = ()
    since: date | None = None
    until: date | None = None
    cameras: tuple[str, ...] = ()
    rating: int | None = None
    keywords: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    ids: frozenset[int] | None = None
    area: Area | None = None

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True)
class FilterChoices:
    """What there is to filter by in a library, each with how many photos have it.

    Attributes:
        folders: every folder that photos lie in directly, by path.
        cameras: most used first.
        keywords: most used first.
        formats: most used first.
        rated: photos with at least 1, 2, 3, 4 and 5 stars.
        first: day of the earliest photo; None where no photo has a date.
        last: day of the latest photo.
    """

    folders: tuple[tuple[Path, int], ...]
    cameras: tuple[tuple[str, int], ...]
    keywords: tuple[tuple[str, int], ...]
    formats: tuple[tuple[str, int], ...]
    rated: tuple[int, ...]
    first: date | None
    last: date | None


_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


def first_day(text: str) -> date:
    """The first day of a year, a month or a day: "2019", "2019-07", "2019-07-18".

    Raises:
        FilterError: it is none of these.
    """
    return _day(text, last=False)


def last_day(text: str) -> date:
    """The last day of a year, a month or a day.

    Raises:
        FilterError: it is none of these.
    """
    return _day(text, last=True)


def area_of(text: str) -> Area:
    """An area from its edges south, west, north and east: "48.8,2.2,48.9,2.5".

    Raises:
        FilterError: it is none.
    """
    try:
        south, west, north, east = map(float, text.split(","))
    except ValueError:
        south = west = north = east = math.nan
    if -90 <= south <= north <= 90 and -180 <= west <= 180 and -180 <= east <= 180:
        return Area(south, west, north, east)
    raise FilterError(
        "{text} is not a part of the map.", "Write its edges south,west,north,east in degrees.", text=text
    )


def _day(text: str, last: bool) -> date:
    parts = _DATE.fullmatch(text.strip())
    if parts is not None:
        year = int(parts[1])
        try:
            month = int(parts[2] or (12 if last else 1))
            day = int(parts[3]) if parts[3] else calendar.monthrange(year, month)[1] if last else 1
            return date(year, month, day)
        except ValueError:
            pass
    raise FilterError("{text} is not a date.", "Write it as 2019, 2019-07 or 2019-07-18.", text=text)
