"""Text search: finds photos by the text that was read in them, and by what a model has said of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.facts import Wanted
from lookalike.catalog.filters import Filters
from lookalike.catalog.word_index import WordIndex
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
        texts = self._catalog.photo_texts
        return _hits(self._catalog, texts.words, texts.get, words, k, allowed_ids, "text", certain=True)


class CaptionSearch:
    """Finds photos by what a model has said of them; as `TextSearch`, but models err, so nothing of it is certain.

    Args:
        catalog: the library's catalog.
    """

    name = "captions"

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def search(
        self, words: Sequence[str], phrase: str, k: int, allowed_ids: NDArray[np.int64] | None
    ) -> list[WordHit]:
        """Best first; see `WordSource.search`."""
        captions = self._catalog.captions
        return _hits(
            self._catalog, captions.words, captions.get, words, k, allowed_ids, "caption", certain=False
        )


def _hits(
    catalog: Catalog,
    index: WordIndex,
    texts_of: Callable[[Sequence[int]], dict[int, str]],
    words: Sequence[str],
    k: int,
    allowed_ids: NDArray[np.int64] | None,
    kind: str,
    certain: bool,
) -> list[WordHit]:
    allowed = catalog.filters.matching(Filters()) if allowed_ids is None else allowed_ids
    for some in (words, content_words(words)):
        wanted = catalog.facts.wanted(some, "text")
        ids, scores = index.ranked(wanted, allowed)
        if len(ids):
            best: list[int] = ids[:k].tolist()
            texts = texts_of(best)
            return [
                WordHit(number, score, Reason(kind, shown(texts.get(number, ""), wanted), certain))
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
