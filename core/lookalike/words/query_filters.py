"""Query filters: from ``type:raw`` and "summer 2019" to the ids of the photos that meet them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.filters import FilterError, Filters
from lookalike.errors import Phrase
from lookalike.words.dates import OPEN_BEGINNING, OPEN_END, DateWords, read_date
from lookalike.words.fact_search import FactSearch
from lookalike.words.photo_kinds import DOCUMENT, KINDS, RECEIPT, SCREENSHOT
from lookalike.words.query_syntax import TextQuery, Token

Ids = NDArray[np.int64]


class FilterSource(Protocol):
    """Knows which photos meet a filter that the catalog by itself knows too little of."""

    def matching(self, value: str) -> Ids | None:
        """The ids of the photos that meet the filter with this value, ascending; None where it has no such value."""
        ...

    def values(self) -> list[tuple[str, int]]:
        """The values that there are, with how many photos have each, most first."""
        ...


FORMATS = {
    "jpg": "JPEG",
    "heic": "HEIF",
    "tif": "TIFF",
    "jxl": "JPEG XL",
    "jpegxl": "JPEG XL",
    "jp2": "JPEG 2000",
    "jpeg2000": "JPEG 2000",
}
"""What formats are called, beside their own names."""

KIND_WORDS = {
    **{f"{kind}{plural}": kind for kind in KINDS for plural in ("", "s")},
    **dict.fromkeys(("bildschirmfoto", "bildschirmfotos"), SCREENSHOT),
    **dict.fromkeys(("dokument", "dokumente"), DOCUMENT),
    **dict.fromkeys(("beleg", "belege", "quittung", "quittungen"), RECEIPT),
}
"""What kinds of pictures are called as values of ``type:``, in English and in German."""

SCREENSHOTS = (
    "screenshot",
    "screen shot",
    "screencast",
    "bildschirmfoto",
    "bildschirmaufnahme",
    "capture d’écran",
)
"""What programs call a picture of the screen."""

_RATING = re.compile(r"(?P<sign>>=|<=|=|<|>)?\s*(?P<low>-?\d)\s*(?:-\s*(?P<high>\d))?\s*(?P<more>\+)?")
_STARS = re.compile(r"[★*]{1,5}")
_ANY = frozenset(("camera", "folder", "format", "lens", "name", "place", "title", "type", "date"))
"""Filters of which several values widen the search; several of another one narrow it."""


class QueryFilters:
    """Resolves the filters and dates of query texts.

    Args:
        catalog: the library's catalog.
        facts: finds photos by what is known of them.
        sources: those of other filters by their names, and of further values of these; asked first.
    """

    def __init__(
        self, catalog: Catalog, facts: FactSearch, sources: Mapping[str, FilterSource] | None = None
    ) -> None:
        self._catalog = catalog
        self._facts = facts
        self._sources = dict(sources or {})

    def allowed(self, query: TextQuery, filters: Filters, today: date) -> tuple[Ids | None, list[str]]:
        """The only ids that a query's results may have.

        Args:
            query: the text, taken apart.
            filters: those set beside the text.
            today: what "yesterday" is counted from.

        Returns:
            Ids, ascending, None for all; and a line for every filter without a value.

        Raises:
            FilterError: a filter names what there is not.
        """
        ids = self._catalog.filters.matching(filters) if filters else None
        notes = []
        met: dict[str, list[Ids]] = {}
        excluded: list[Ids] = []
        for token in query.filters:
            if not token.value:
                told = Phrase("{filter}: has no value yet, so it was left out.", filter=token.typed)
                notes.append(str(told))
            elif token.negated:
                try:
                    excluded.append(self._met(token, today))
                except FilterError as error:
                    if token.name not in _ANY:
                        raise
                    notes.append(str(error))
            else:
                met.setdefault(token.name, []).append(self._met(token, today))
        for name, some in met.items():
            for one in [union(some)] if name in _ANY else some:
                ids = one if ids is None else both(ids, one)
        if excluded:
            ids = self._catalog.filters.matching(Filters()) if ids is None else ids
            ids = minus(ids, union(excluded))
        return ids, notes

    def taken(self, days: DateWords) -> Ids:
        """The ids of the photos taken on some days, ascending."""
        return self._catalog.filters.taken_in(days.spans, whole=days.recurring)

    def values(self) -> dict[str, list[tuple[str, int]]]:
        """The values that filters can take, by the filters' names, with how many photos have each, most first."""
        choices = self._catalog.filters.choices()
        folders: Counter[str] = Counter()
        for path, count in choices.folders:
            for part in dict.fromkeys(path.parts):
                folders[part] += count
        formats = [(name.replace(" ", "").lower(), count) for name, count in choices.formats]
        found: dict[str, list[tuple[str, int]]] = {
            "camera": list(choices.cameras),
            "folder": [(name, count) for name, count in folders.most_common() if name.strip("/\\")],
            "format": formats,
            "keyword": list(choices.keywords),
            "place": self._catalog.places.counts(),
            "rating": [(str(stars), count) for stars, count in enumerate(choices.rated, start=1)],
            "type": [*formats, *self._catalog.photo_kinds.counts().items()],
        }
        dates: list[tuple[str, int]] = []
        if choices.first is not None and choices.last is not None:
            for year in range(choices.last.year, choices.first.year - 1, -1):
                count = len(self._catalog.filters.taken_in(((date(year, 1, 1), date(year, 12, 31)),)))
                dates += [(str(year), count)] if count else []
        for name, source in self._sources.items():
            found[name] = [*found.get(name, ()), *source.values()]
        return {**found, "date": dates, "before": dates, "after": dates}

    def _met(self, token: Token, today: date) -> Ids:
        """The ids of the photos that meet one filter, whether or not a minus stands before it."""
        source = self._sources.get(token.name)
        if source is not None:
            ids = source.matching(token.value)
            if ids is not None:
                return ids
        if token.name in ("after", "before", "date"):
            return self._dated(token, today)
        if token.name in ("lens", "name", "place", "title"):
            return self._known(token)
        matching = self._catalog.filters.matching
        if token.name == "folder":
            path = Path(token.value)
            return matching(Filters(folders=(path,))) if path.is_absolute() else self._known(token)
        if token.name == "camera":
            return matching(Filters(cameras=(token.value,)))
        if token.name == "keyword":
            return matching(Filters(keywords=(token.value,)))
        if token.name == "rating":
            return self._rated(token)
        if token.name in ("type", "format"):
            kind = KIND_WORDS.get(token.value.casefold())
            if token.name == "type" and kind is not None:
                return self._of_kind(kind)
            name = FORMATS.get(token.value.casefold(), token.value)
            return matching(Filters(formats=(name,)))
        raise FilterError(
            "No photo of the library has the {name} {value}.", "", name=token.typed, value=token.value
        )

    def _of_kind(self, kind: str) -> Ids:
        """The photos that were recognised as one of `KINDS`, and those that are called screenshots."""
        ids = both(self._catalog.photo_kinds.ids(kind), self._catalog.filters.matching(Filters()))
        if kind != SCREENSHOT:
            return ids
        named = [self._facts.ids([name], column) for name in SCREENSHOTS for column in ("name", "folder")]
        return union([ids, *named])

    def _known(self, token: Token) -> Ids:
        """The photos that have the words of a filter in a column of the same name."""
        ids = self._facts.ids(
            token.value.replace("/", " ").replace("\\", " ").split() if not token.quoted else [token.value],
            token.name,
        )
        if not len(ids) and token.name in ("folder", "place"):
            raise FilterError(
                "No photo of the library has the {name} {value}.",
                "There are: {some}.",
                name=token.typed,
                value=token.value,
                some=", ".join(self._some(token.name)) or "–",
            )
        return ids

    def _some(self, name: str) -> list[str]:
        """Values that a filter might have."""
        if name == "place":
            return [place for place, _ in self._catalog.places.counts()[:8]]
        return sorted({path.name for path, _ in self._catalog.filters.choices().folders if path.name})[:8]

    def _dated(self, token: Token, today: date) -> Ids:
        days = read_date(token.value, today)
        if days is None:
            raise FilterError(
                "{value} is not a date.", "Write it as 2019, 2019-07 or 2019-07-18.", value=token.value
            )
        if token.name == "date":
            return self.taken(days)
        # Of one that comes back every year the latest is meant.
        first, last = next((span for span in reversed(days.spans) if span[0] <= today), days.spans[-1])
        if token.name == "before":
            span = OPEN_BEGINNING, date.fromordinal(max(first.toordinal() - 1, 1))
        else:
            span = date.fromordinal(min(last.toordinal() + 1, OPEN_END.toordinal())), OPEN_END
        return self._catalog.filters.taken_in((span,))

    def _rated(self, token: Token) -> Ids:
        stars = _STARS.fullmatch(token.value)
        parts = _RATING.fullmatch(str(len(token.value)) if stars else token.value)
        lowest, highest = -1, 5
        if parts is not None:
            low, high = int(parts["low"]), int(parts["high"] or 5)
            lowest, highest = {
                None: (low, high),
                ">=": (low, 5),
                ">": (low + 1, 5),
                "=": (low, low),
                "<=": (-1, low),
                "<": (-1, low - 1),
            }[parts["sign"]]
        if parts is None or not -1 <= int(parts["low"]) <= 5:
            raise FilterError(
                "{value} is not a number of stars.",
                "Write rating:4 for four stars or more.",
                value=token.value,
            )
        ids = self._catalog.filters.matching(Filters(rating=lowest))
        if highest < 5:
            ids = minus(ids, self._catalog.filters.matching(Filters(rating=highest + 1)))
        return ids


def both(ids: Ids, others: Ids) -> Ids:
    """Those of some ids, ascending, that are among others."""
    kept: Ids = ids[np.isin(ids, others, assume_unique=True)]
    return kept


def minus(ids: Ids, others: Ids) -> Ids:
    """Those of some ids, ascending, that are not among others."""
    kept: Ids = ids[np.isin(ids, others, assume_unique=True, invert=True)]
    return kept


def union(several: Sequence[Ids]) -> Ids:
    """All ids of some arrays, ascending."""
    if len(several) == 1:
        return several[0]
    found: Ids = np.unique(np.concatenate([np.zeros(0, np.int64), *several]))
    return found
