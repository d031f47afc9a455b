"""Filter columns: what photos are filtered by, in memory as compact arrays.

When a filter selects many photos, fetching their ids with SQL costs more than an index search. So the columns are read
once, when a filter is first used, and then kept up to date from the catalog's list of changes
(``python -m tests.benchmarks.filtering`` compares the two). About 40 bytes a photo.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, timedelta
from functools import reduce
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.filters import Area, FilterChoices, FilterError, Filters
from lookalike.catalog.sql import chunks, path_range, placeholders
from lookalike.errors import Phrase
from lookalike.user_paths import resolved

EPOCH = date(1970, 1, 1)
NO_DAY = np.iinfo(np.int32).min
"""Stands for a photo without a date."""

LISTED = 8
"""So many of the names that are there are told where one is asked for that is not."""

MANY_CHANGES = 0.2
"""Beyond this share of contents changed, reading everything again is the quicker way."""

_CONTENTS = (
    # Days since 1970, from the local date that the camera wrote; NULL where there is none. Of a photo known only by its
    # year or month these are the first and the last day on which it may have been taken.
    "SELECT id, CAST(julianday(substr(taken_at || '-01-01', 1, 10)) - 2440587.5 AS INTEGER), "
    "CAST(CASE length(taken_at) WHEN 4 THEN julianday(taken_at || '-12-31') "
    "WHEN 7 THEN julianday(taken_at || '-01', '+1 month', '-1 day') "
    "ELSE julianday(substr(taken_at, 1, 10)) END - 2440587.5 AS INTEGER), camera, rating, latitude, longitude "
    "FROM contents"
)
# A raw file beside its picture is not a photo of its own; what it is says something of the picture.
_FILES = (
    "SELECT content_id, path FROM files JOIN contents ON contents.id = content_id WHERE companion_of IS NULL"
)
_FORMATS = "SELECT coalesce(companion_of, id), format FROM contents"
_KEYWORDS = "SELECT content_id, keyword FROM keywords"

Name = TypeVar("Name", bound=Hashable)


class _ValueCodes(Generic[Name]):
    """Values, each under a small number."""

    def __init__(self) -> None:
        self.all: list[Name] = []
        self._codes: dict[Name, int] = {}

    def code(self, name: Name) -> int:
        number = self._codes.get(name)
        if number is None:
            number = self._codes[name] = len(self.all)
            self.all.append(name)
        return number

    def which(self, wanted: Callable[[Name], bool]) -> NDArray[np.bool_]:
        """Per code whether its value is wanted."""
        return np.fromiter(map(wanted, self.all), np.bool_, len(self.all))


class _MultiValues(Generic[Name]):
    """Rows and the values that they have, any number each."""

    def __init__(self) -> None:
        self.names: _ValueCodes[Name] = _ValueCodes()
        self._rows = np.zeros(0, np.int32)
        self._codes = np.zeros(0, np.int32)

    def replace(self, rows: NDArray[np.bool_], pairs: Iterable[tuple[int, Name]]) -> None:
        """Give some rows (a mask over all) other values."""
        added = np.array([(row, self.names.code(name)) for row, name in pairs], np.int32).reshape(-1, 2)
        kept = ~rows[self._rows]
        self._rows = np.concatenate([self._rows[kept], added[:, 0]])
        self._codes = np.concatenate([self._codes[kept], added[:, 1]])

    def having(self, wanted: NDArray[np.bool_], rows: int) -> NDArray[np.bool_]:
        """Per row whether it has a value of a wanted code."""
        found = np.zeros(rows, np.bool_)
        found[self._rows[wanted[self._codes]]] = True
        return found

    def used(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Per code whether any row of those in a mask has it."""
        return np.bincount(self._codes[mask[self._rows]], minlength=len(self.names.all)) > 0

    def counts(self, mask: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Per code how many rows of a mask have it; one that has it through several files counts once."""
        pairs = self._rows.astype(np.int64) * (len(self.names.all) + 1) + self._codes
        pairs = np.unique(pairs[mask[self._rows]])
        return np.bincount(pairs % (len(self.names.all) + 1), minlength=len(self.names.all))


class FilterColumns:
    """Answers which contents meet `Filters`. Any thread may ask.

    Args:
        database: the catalog's database.
    """

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._latest_change: int | None = None
        self._clear()

    def _clear(self) -> None:
        self._ids = np.zeros(0, np.int64)
        self._first_days = np.zeros(0, np.int32)
        self._last_days = np.zeros(0, np.int32)
        self._camera_codes = np.zeros(0, np.int32)
        self._ratings = np.zeros(0, np.int8)
        # Degrees; not a number where a photo has no position.
        self._latitudes = np.zeros(0, np.float32)
        self._longitudes = np.zeros(0, np.float32)
        self._cameras: _ValueCodes[str] = _ValueCodes()
        self._formats: _MultiValues[str] = _MultiValues()
        self._folders: _MultiValues[bytes] = _MultiValues()
        self._keywords: _MultiValues[str] = _MultiValues()
        # Per row whether it lies in some file.
        self._placed = np.zeros(0, np.bool_)

    def matching(self, filters: Filters) -> NDArray[np.int64]:
        """Ids, ascending, of the contents that lie in some file and meet every condition.

        Raises:
            FilterError: the library has no such folder, camera, keyword or format at all.
        """
        with self._lock:
            self._follow()
            mask = self._placed.copy()
            for condition in self._conditions(filters):
                mask &= condition
            return self._ids[mask]

    def taken_in(self, spans: Sequence[tuple[date, date]], whole: bool = False) -> NDArray[np.int64]:
        """Ids, ascending, of the contents that lie in some file and were taken on certain days.

        Args:
            spans: first and last day of each run of days.
            whole: whether all days on which a photo may have been taken have to be in a span; else one is enough.
        """
        with self._lock:
            self._follow()
            dated = self._placed & (self._first_days != NO_DAY)
            if not dated.any():
                return self._ids[:0]
            begin, end = int(self._first_days[dated].min()), int(self._last_days[dated].max())
            found = np.zeros(len(self._ids), np.bool_)
            for since, until in spans:
                first, last = (since - EPOCH).days, (until - EPOCH).days
                if last < begin or first > end:
                    continue
                if whole:
                    found |= (self._first_days >= first) & (self._last_days <= last)
                else:
                    found |= (self._last_days >= first) & (self._first_days <= last)
            kept: NDArray[np.int64] = self._ids[found & dated]
            return kept

    def newest_first(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Some ids, ascending, in the order of the days on which they were taken, those without one last."""
        with self._lock:
            self._follow()
            known = ids[np.isin(ids, self._ids, assume_unique=True)]
            days = self._last_days[np.searchsorted(self._ids, known)]
            newest: NDArray[np.int64] = known[np.lexsort((-known, -days.astype(np.int64)))]
            return newest

    def positions(self) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
        """Where photos were taken, of those that lie in some file and have a position.

        Returns:
            Content ids, ascending, degrees north and degrees east, an entry for each photo.
        """
        with self._lock:
            self._follow()
            known = self._placed & ~np.isnan(self._latitudes)
            return self._ids[known], self._latitudes[known], self._longitudes[known]

    def choices(self) -> FilterChoices:
        """What there is to filter by."""
        with self._lock:
            self._follow()
            placed = self._placed
            dated = placed & (self._first_days != NO_DAY)
            first, last = self._first_days[dated], self._last_days[dated]
            ratings = self._ratings[placed]
            folders = zip(self._folders.names.all, self._folders.counts(placed).tolist(), strict=True)
            return FilterChoices(
                folders=tuple((Path(os.fsdecode(name)), count) for name, count in sorted(folders) if count),
                cameras=_most_used_first(self._cameras, np.bincount(self._camera_codes[placed])),
                keywords=_most_used_first(self._keywords.names, self._keywords.counts(placed)),
                formats=_most_used_first(self._formats.names, self._formats.counts(placed)),
                rated=tuple(int(np.count_nonzero(ratings >= stars)) for stars in range(1, 6)),
                first=EPOCH + timedelta(int(first.min())) if len(first) else None,
                last=EPOCH + timedelta(int(last.max())) if len(last) else None,
            )

    def _conditions(self, filters: Filters) -> Iterable[NDArray[np.bool_]]:
        rows = len(self._ids)
        if filters.folders:
            yield self._folders.having(self._folders_in(filters.folders), rows)
        if filters.since is not None:
            yield self._last_days >= (filters.since - EPOCH).days
        if filters.until is not None:
            yield (self._first_days <= (filters.until - EPOCH).days) & (self._first_days != NO_DAY)
        if filters.cameras:
            words = [camera.casefold() for camera in filters.cameras]
            wanted = self._cameras.which(lambda name: any(word in name.casefold() for word in words))
            wanted &= _named(self._cameras)
            used = np.bincount(self._camera_codes[self._placed], minlength=len(wanted)) > 0
            if not (wanted & used).any():
                there = _listed(self._cameras.all, used)
                raise FilterError(
                    "No photo of the library has the camera {names}.",
                    "There are: {some}." if there else "None of its photos has a camera.",
                    names=_either(filters.cameras),
                    some=there,
                )
            yield wanted[self._camera_codes]
        if filters.rating is not None:
            yield self._ratings >= filters.rating
        for keyword in filters.keywords:
            wanted = self._keywords.names.which(lambda name: name.casefold() == keyword.casefold())  # noqa: B023
            used = self._keywords.used(self._placed)
            if not (wanted & used).any():
                there = _listed(self._keywords.names.all, used)
                raise FilterError(
                    "No photo of the library has the keyword {name}.",
                    "There are: {some}." if there else "None of its photos has a keyword.",
                    name=keyword,
                    some=there,
                )
            yield self._keywords.having(wanted, rows)
        if filters.formats:
            formats = {name.casefold() for name in filters.formats}
            wanted = self._formats.names.which(lambda name: name.casefold() in formats)
            used = self._formats.used(self._placed)
            if not (wanted & used).any():
                there = _listed(self._formats.names.all, used)
                raise FilterError(
                    "No photo of the library has the format {names}.",
                    "There are: {some}." if there else "None of its photos has a format.",
                    names=_either(filters.formats),
                    some=there,
                )
            yield self._formats.having(wanted, rows)
        if filters.ids is not None:
            yield np.isin(self._ids, np.fromiter(filters.ids, np.int64, len(filters.ids)))
        if filters.area is not None:
            yield self._inside(filters.area)

    def _inside(self, area: Area) -> NDArray[np.bool_]:
        """Per row whether it was taken in an area."""
        east_of, west_of = self._longitudes >= area.west, self._longitudes <= area.east
        between = east_of & west_of if area.west <= area.east else east_of | west_of
        return between & (self._latitudes >= area.south) & (self._latitudes <= area.north)

    def _folders_in(self, folders: Sequence[Path]) -> NDArray[np.bool_]:
        """Per folder code whether it is one of these or lies below one."""
        wanted = np.zeros(len(self._folders.names.all), np.bool_)
        used = self._folders.used(self._placed)
        for folder in folders:
            path = os.fsencode(resolved(folder))
            start, end = path_range(path)
            below = self._folders.names.which(lambda name: name == path or start <= name < end)  # noqa: B023
            if not (below & used).any():
                raise FilterError(
                    "No photo of the library lies in {folder}.",
                    "Choose a folder that is watched, or one inside it.",
                    folder=folder,
                )
            wanted |= below
        return wanted

    def _update_placed(self) -> None:
        everywhere = np.ones(len(self._folders.names.all), np.bool_)
        self._placed = self._folders.having(everywhere, len(self._ids))

    # Following the catalog

    def _follow(self) -> None:
        """Take in what changed since the last time; everything at the first."""
        latest = self._database.rows("SELECT coalesce(max(number), 0) FROM filter_changes")[0][0]
        if latest == self._latest_change:
            return
        if self._latest_change is not None:
            changed = [
                row[0]
                for row in self._database.rows(
                    "SELECT content_id FROM filter_changes WHERE number > ? ORDER BY content_id",
                    (self._latest_change,),
                )
            ]
            if len(changed) <= max(1000, MANY_CHANGES * len(self._ids)) and self._reread(changed):
                self._update_placed()
                self._latest_change = latest
                return
        self._clear()
        rows = self._database.rows(f"{_CONTENTS} ORDER BY id")
        self._append(rows)
        everything = np.ones(len(self._ids), np.bool_)
        self._folders.replace(everything, self._with_rows(self._database.rows(_FILES)))
        self._keywords.replace(everything, self._with_rows(self._database.rows(_KEYWORDS), text=True))
        self._formats.replace(everything, self._with_rows(self._database.rows(_FORMATS), text=True))
        self._update_placed()
        self._latest_change = latest

    def _reread(self, changed: Sequence[int]) -> bool:
        """Read some contents again; False where that cannot be done row by row."""
        rows: list[tuple[Any, ...]] = []
        files: list[tuple[Any, ...]] = []
        keywords: list[tuple[Any, ...]] = []
        formats: list[tuple[Any, ...]] = []
        for chunk in chunks(changed):
            ids = placeholders(len(chunk))
            rows += self._database.rows(f"{_CONTENTS} WHERE id IN ({ids}) ORDER BY id", chunk)
            files += self._database.rows(f"{_FILES} AND content_id IN ({ids})", chunk)
            keywords += self._database.rows(f"{_KEYWORDS} WHERE content_id IN ({ids})", chunk)
            formats += self._database.rows(
                f"{_FORMATS} WHERE (id IN ({ids}) AND companion_of IS NULL) OR companion_of IN ({ids})",
                [*chunk, *chunk],
            )
        last = int(self._ids[-1]) if len(self._ids) else 0
        known = [row for row in rows if row[0] <= last]
        positions = np.searchsorted(self._ids, [row[0] for row in known])
        if len(known) and not np.array_equal(self._ids[positions], [row[0] for row in known]):
            return False
        if len(rows) < len(changed):
            # One was deleted, or its insertion is not committed yet as this connection sees it.
            return False
        self._set_values(positions, known)
        self._append(rows[len(known) :])
        mask = np.zeros(len(self._ids), np.bool_)
        mask[np.searchsorted(self._ids, changed)] = True
        self._folders.replace(mask, self._with_rows(files))
        self._keywords.replace(mask, self._with_rows(keywords, text=True))
        self._formats.replace(mask, self._with_rows(formats, text=True))
        return True

    def _append(self, rows: Sequence[tuple[Any, ...]]) -> None:
        before = len(self._ids)
        self._ids = np.concatenate([self._ids, np.fromiter((row[0] for row in rows), np.int64, len(rows))])
        for name in ("_first_days", "_last_days", "_camera_codes", "_ratings", "_latitudes", "_longitudes"):
            column = getattr(self, name)
            setattr(self, name, np.concatenate([column, np.zeros(len(rows), column.dtype)]))
        self._set_values(np.arange(before, len(self._ids)), rows)

    def _set_values(self, positions: NDArray[np.intp], rows: Sequence[tuple[Any, ...]]) -> None:
        if not rows:
            return
        _, first, last, cameras, ratings, latitudes, longitudes = zip(*rows, strict=True)
        self._first_days[positions] = [NO_DAY if day is None else day for day in first]
        self._last_days[positions] = [NO_DAY if day is None else day for day in last]
        self._camera_codes[positions] = [self._cameras.code(camera or "") for camera in cameras]
        self._ratings[positions] = ratings
        # A camera without a fix writes zeros for both.
        fixes = [
            north is not None and east is not None and (north, east) != (0, 0)
            for north, east in zip(latitudes, longitudes, strict=True)
        ]
        self._latitudes[positions] = [
            north if fix else np.nan for north, fix in zip(latitudes, fixes, strict=True)
        ]
        self._longitudes[positions] = [
            east if fix else np.nan for east, fix in zip(longitudes, fixes, strict=True)
        ]

    def _with_rows(self, pairs: Sequence[tuple[int, Any]], text: bool = False) -> Iterable[tuple[int, Any]]:
        """Pairs with row numbers in the place of content ids, and folders in the place of paths."""
        if not pairs:
            return []
        ids = np.fromiter((pair[0] for pair in pairs), np.int64, len(pairs))
        positions = np.minimum(np.searchsorted(self._ids, ids), max(len(self._ids) - 1, 0))
        there = (self._ids[positions] == ids) if len(self._ids) else np.zeros(len(ids), np.bool_)
        separator = os.fsencode(os.sep)
        return [
            (position, value if text else value.rpartition(separator)[0] or separator)
            for position, known, (_, value) in zip(positions.tolist(), there.tolist(), pairs, strict=True)
            if known
        ]


def _named(names: _ValueCodes[str]) -> NDArray[np.bool_]:
    return names.which(bool)


def _most_used_first(names: _ValueCodes[str], counts: NDArray[np.intp]) -> tuple[tuple[str, int], ...]:
    used = [(name, int(count)) for name, count in zip(names.all, counts, strict=False) if name and count]
    return tuple(sorted(used, key=lambda entry: (-entry[1], entry[0])))


def _listed(known: Sequence[str], used: NDArray[np.bool_]) -> str | Phrase:
    """The first of the names that are used; empty where none is."""
    there = sorted(name for name, some in zip(known, used.tolist(), strict=True) if name and some)
    first = ", ".join(there[:LISTED])
    return (
        Phrase("{names} and {count} more", names=first, count=len(there) - LISTED)
        if there[LISTED:]
        else first
    )


def _either(names: Sequence[str]) -> Phrase:
    first, *others = names
    return reduce(lambda some, name: Phrase("{some} or {name}", some=some, name=name), others, Phrase(first))
