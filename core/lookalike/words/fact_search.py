"""Fact search: photos by what is known of them; nothing is guessed, and every hit says where its words stand."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.facts import BEST_FIRST, Wanted
from lookalike.catalog.filters import Filters
from lookalike.terms import terms_of, tokens_of
from lookalike.words.source import Reason, WordHit
from lookalike.words.spelling import corrections

CLOSE = 3
"""Corrections of a word that are tried."""

SEPARATOR = os.sep

LONGEST_TEXT = 80
"""Letters of a title or a description in a reason."""

STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "for",
        "from",
        "in",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
        "am",
        "an",
        "auf",
        "aus",
        "bei",
        "bis",
        "das",
        "dem",
        "den",
        "der",
        "des",
        "die",
        "ein",
        "eine",
        "einem",
        "einen",
        "einer",
        "im",
        "in",
        "mit",
        "nach",
        "oder",
        "und",
        "vom",
        "von",
        "vor",
        "zu",
        "zum",
        "zur",
    ]
)
"""English and German words that say nothing by themselves; looked for only where a photo has them all the same."""


class FactSearch:
    """Finds photos by keywords, title, description, names of files and folders, camera, lens and place.

    A photo is found that has every word, or words that begin with it. Of several words each may stand elsewhere, so a
    photo may have several hits: one for each reason, with the same score.

    Args:
        catalog: the library's catalog.
    """

    name = "facts"

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def search(
        self, words: Sequence[str], phrase: str, k: int, allowed_ids: NDArray[np.int64] | None
    ) -> list[WordHit]:
        """Best first; see `WordSource.search`. A word with blanks in it has to stand as it is."""
        for some in (words, content_words(words)):
            wanted = self._catalog.facts.wanted(some)
            ids, scores = self._catalog.facts.ranked(wanted, self._allowed(allowed_ids))
            if len(ids):
                best: list[int] = ids[:k].tolist()
                reasons = self.reasons(best, wanted)
                return [
                    WordHit(number, score, reason)
                    for number, score in zip(best, scores[:k].tolist(), strict=True)
                    for reason in reasons[number]
                ]
        return []

    def count(self, words: Sequence[str], allowed_ids: NDArray[np.int64] | None = None) -> int:
        """How many photos have all the words."""
        ids = self.ids(words)
        return len(ids) if allowed_ids is None else int(np.isin(ids, allowed_ids, assume_unique=True).sum())

    def ids(self, words: Sequence[str], column: str = "") -> NDArray[np.int64]:
        """The ids of all photos that have all the words, ascending.

        Args:
            words: each one word, or several as a phrase.
            column: where they have to stand, e.g. "folder"; empty for anywhere.
        """
        ids = self._catalog.facts.ids(self._catalog.facts.wanted(words, column))
        kept: NDArray[np.int64] = ids[np.isin(ids, self._allowed(None), assume_unique=True)]
        return kept

    def _allowed(self, allowed_ids: NDArray[np.int64] | None) -> NDArray[np.int64]:
        """The ids that may be found; where a process was killed, the index still has photos that are gone."""
        return self._catalog.filters.matching(Filters()) if allowed_ids is None else allowed_ids

    def corrected(self, words: Sequence[str]) -> list[str] | None:
        """The words with those that no photo has replaced by ones that some have; None where nothing is near."""
        found: list[str] = []
        for word in words:
            if len(self.ids([word])):
                found.append(word)
                continue
            terms = terms_of(word)
            near = corrections(terms[0], self._catalog.facts.terms()) if len(terms) == 1 else []
            meant = next((other for other in near[:CLOSE] if len(self.ids([other]))), None)
            if meant is not None:
                found.append(meant)
            elif word not in STOP_WORDS:
                return None
        return found if found != list(words) else None

    def reasons(self, content_ids: Sequence[int], wanted: Sequence[Wanted]) -> dict[int, list[Reason]]:
        """Where the words stand in some photos, the most telling place of each word."""
        places: dict[int, dict[str, Wanted]] = {}
        for number, columns in self._catalog.facts.columns(content_ids).items():
            found: dict[str, Wanted] = {}
            for one in wanted:
                column = _column_of(one, columns)
                if column is not None:
                    found.setdefault(column, one)
                    continue
                for part in one.split():
                    column = _column_of(part, columns)
                    if column is not None:
                        found.setdefault(column, part)
            places[number] = found
        texts = {
            column: self._texts(column, [number for number, found in places.items() if column in found])
            for column in {column for found in places.values() for column in found}
        }
        return {
            number: [
                Reason(column, _shown(texts[column].get(number, []), part), certain=True)
                for column, part in places.get(number, {}).items()
            ]
            for number in content_ids
        }

    def _texts(self, column: str, content_ids: Sequence[int]) -> dict[int, list[str]]:
        """What photos have in a column, as people wrote it."""
        catalog = self._catalog
        read: dict[str, Callable[[], dict[int, list[str]]]] = {
            "keyword": lambda: {
                number: list(one.keywords) for number, one in catalog.annotations.get(content_ids).items()
            },
            "title": lambda: {
                number: [one.title] for number, one in catalog.annotations.get(content_ids).items()
            },
            "description": lambda: catalog.annotations.descriptions(content_ids),
            "place": lambda: {number: [name] for number, name in catalog.places.names(content_ids).items()},
            "camera": lambda: {
                number: [row.camera or ""] for number, row in catalog.contents.get(content_ids).items()
            },
            "lens": lambda: {
                number: [row.lens or ""] for number, row in catalog.contents.get(content_ids).items()
            },
        }
        if column in read:
            return read[column]()
        found: defaultdict[int, list[str]] = defaultdict(list)
        companions = catalog.contents.companions(content_ids)
        paths = catalog.files.path_texts(
            [*content_ids, *(one for some in companions.values() for one in some)]
        )
        for number in content_ids:
            for one in (number, *companions.get(number, [])):
                for path in paths[one]:
                    *folders, name = path.split(SEPARATOR)
                    found[number] += [name] if column == "name" else reversed(folders)
        return found


def _column_of(wanted: Wanted, columns: Mapping[str, str]) -> str | None:
    """The most telling column that has all of it."""
    for column in BEST_FIRST:
        if columns[column] and wanted.is_in(columns[column]):
            return column
    return None


def content_words(words: Sequence[str]) -> list[str]:
    """Words without those that say nothing by themselves; all of them where no others are left."""
    return [word for word in words if word.casefold() not in STOP_WORDS] or list(words)


@lru_cache(maxsize=10_000)
def _plain(text: str) -> str:
    """A text as it stands in the full-text index; keywords and folders are those of many photos."""
    return " ".join(tokens_of(text))


def _shown(texts: Sequence[str], part: Wanted) -> str:
    """The first of some texts that has the words; the first at all where they stand in none."""
    text = texts[0] if texts else ""
    if len(texts) > 1:
        text = next((text for text in texts if part.is_in(_plain(text))), text)
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 2]} …"
