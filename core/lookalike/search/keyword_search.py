"""Keyword search: the photos whose keywords, title or names contain words."""

from __future__ import annotations

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.filters import Filters
from lookalike.catalog.words import TextHit


class KeywordSearch:
    """Finds photos by what people have written about them; no model takes part.

    Args:
        catalog: the library's catalog.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def search(self, words: str, filters: Filters) -> list[TextHit]:
        """The photos that have all the words, best first.

        Args:
            words: what is searched for.
            filters: what every photo must meet.

        Raises:
            FilterError: a filter names what there is not.
        """
        hits = self._catalog.words.find(words, self._catalog.contents.count())
        if not filters:
            return hits
        allowed_ids = set(self._catalog.filters.matching(filters).tolist())
        return [hit for hit in hits if hit.content_id in allowed_ids]
