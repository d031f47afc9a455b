"""Words as a query: photos whose keywords, title or names have them, and what a model makes of the words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.words import TextHit
from lookalike.errors import LookalikeError
from lookalike.search.query import Query
from lookalike.search.query_encoder import WORDS_REMEDY
from lookalike.search.query_photos import QueryPhotos
from lookalike.search.ranking import Ranking, Result
from lookalike.search.searcher import SearchSettings

_ONLY_NAMES = (
    "Words were looked for in keywords, titles and names of files and folders only: "
    "the model in use does not read words."
)


class KeywordSearch:
    """Answers queries with words by what photos are called, beside what a model finds.

    Args:
        catalog: the library's catalog.
        photos: says which photos a query names itself.
    """

    def __init__(self, catalog: Catalog, photos: QueryPhotos) -> None:
        self._catalog = catalog
        self._photos = photos

    def search(
        self,
        query: Query,
        settings: SearchSettings,
        reads_words: bool,
        described: Callable[[Query], Iterator[Ranking]],
    ) -> Iterator[Ranking]:
        """Rankings with the photos that have the words by name first: somebody wrote so, nothing is guessed.

        Photos that the query names itself are left out of them, and so are those that have the words of what the
        results shall not resemble. Words beside photos are the model's, where it reads them.

        Args:
            query: what is searched for.
            settings: limit and filters.
            reads_words: whether the model in use does.
            described: the model's rankings of a query, which has words only where it reads them.

        Raises:
            LookalikeError: a photo of the query cannot be read, a filter names what there is not, or no photo has
                the words and nothing else is asked for.
        """
        asked = [query, *query.positives]
        words = " ".join(part.words for part in asked if part.words)
        unlike = [part.words for part in query.negatives if part.words]
        if (reads_words and (query.positives or not words)) or not (words or unlike):
            return described(query)
        excluded_ids = {self._photos.of(part)[1] for part in (*asked, *query.negatives) if not part.words}
        for line in unlike:
            excluded_ids.update(hit.content_id for hit in self._hits(line, settings))
        hits = [hit for hit in self._hits(words, settings) if hit.content_id not in excluded_ids]
        if reads_words:
            # What its rankings shall not resemble is known to the model.
            return _merged(hits, (), described(query), settings.limit)
        photos = [part for part in asked if not part.words]
        if photos:
            seen = replace(
                photos[0],
                positives=tuple(photos[1:]),
                negatives=tuple(part for part in query.negatives if not part.words),
            )
            return _merged(hits, excluded_ids, described(seen), settings.limit, (_ONLY_NAMES,))
        if not hits:
            raise LookalikeError(
                f"No keyword, title or name has “{words}”, and the model in use does not read words.",
                WORDS_REMEDY,
            )
        alone = Ranking((), 0, final=True)
        return _merged(hits, excluded_ids, iter([alone]), settings.limit, (_ONLY_NAMES,))

    def _hits(self, words: str, settings: SearchSettings) -> list[TextHit]:
        hits = self._catalog.words.find(words, self._catalog.contents.count())
        if not settings.filters:
            return hits
        among = set(self._catalog.filters.matching(settings.filters).tolist())
        return [hit for hit in hits if hit.content_id in among]


def _merged(
    hits: Sequence[TextHit],
    excluded_ids: Collection[int | None],
    described: Iterator[Ranking],
    limit: int,
    notes: tuple[str, ...] = (),
) -> Iterator[Ranking]:
    """Rankings with the hits before all else and without what is set apart, of `limit` results at most."""
    hits = hits[:limit]
    named = {hit.content_id for hit in hits}
    for ranking in described:
        ranked = {result.content_id: result for result in ranking.results}
        first = [_result(hit, ranked.get(hit.content_id)) for hit in hits]
        kept = [
            result.content_id not in named and result.content_id not in excluded_ids
            for result in ranking.results
        ]
        rest = [result for result, is_kept in zip(ranking.results, kept, strict=True) if is_kept]
        results = (*first, *rest)[:limit]
        same = min(len(first) + sum(kept[: ranking.same]), len(results))
        yield replace(ranking, results=results, same=same, notes=(*notes, *ranking.notes))


def _result(hit: TextHit, ranked: Result | None) -> Result:
    return Result(hit.content_id, ranked.similarity if ranked else 0.0, None, 1.0, text_match=hit.field)
