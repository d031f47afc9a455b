"""Text search: finds photos by the text that was read in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.facts import Wanted
from lookalike.catalog.filters import Filters
from lookalike.catalog.photo_texts import COLUMN
from lookalike.terms import tokens_of
from lookalike.words.fact_search import LONGEST_TEXT, content_words
from lookalike.words.source import Reason, WordHit

WORDS_BEFORE = 3
"""Words of a long line that are shown before the first one that was looked for."""


class TextSearch:
    """Finds photos by their text; see `WordSource`. A photo is found that has every word, or one that begins with it.

    Args:
        catalog: the library's catalog.
    """

    name = "texts"

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def search(
        self, words: Sequence[str], phrase: str, k: int, allowed_ids: NDArray[np.int64] | None
    ) -> list[WordHit]:
        """Best first; see `WordSource.search`. A word with blanks in it has to stand as it is."""
        allowed = self._catalog.filters.matching(Filters()) if allowed_ids is None else allowed_ids
        for some in (words, content_words(words)):
            wanted = self._catalog.facts.wanted(some, COLUMN)
            ids, scores = self._catalog.photo_texts.ranked(wanted, allowed)
            if len(ids):
                best: list[int] = ids[:k].tolist()
                texts = self._catalog.photo_texts.get(best)
                return [
                    WordHit(number, score, Reason("text", shown(texts.get(number, ""), wanted), certain=True))
                    for number, score in zip(best, scores[:k].tolist(), strict=True)
                ]
        return []


def shown(text: str, wanted: Sequence[Wanted]) -> str:
    """The line of a text that has most of the words, cut to a length that can be shown."""
    lines = [(line, " ".join(tokens_of(line))) for line in text.splitlines()]
    if not lines:
        return ""
    # A phrase may stand across two lines; then the first line with a part of it tells more than none.
    parts = [part for one in wanted for part in one.split()]
    best = max(lines, key=lambda line: sum(part.is_in(line[1]) for part in parts))[0]
    if len(best) <= LONGEST_TEXT:
        return best
    words = best.split()
    first = next((at for at, word in enumerate(words) if _has(word, parts)), 0)
    start = max(0, first - WORDS_BEFORE)
    cut = f"{'… ' if start else ''}{' '.join(words[start:])}"
    return cut if len(cut) <= LONGEST_TEXT else f"{cut[: LONGEST_TEXT - 2]} …"


def _has(word: str, parts: Sequence[Wanted]) -> bool:
    plain = " ".join(tokens_of(word))
    return any(part.is_in(plain) for part in parts)
