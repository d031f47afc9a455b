"""Hybrid search: fuses keyword search with vector search into one stream of rankings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.words import TextHit
from lookalike.errors import LookalikeError
from lookalike.judges.protocol import Judge
from lookalike.search.fusion import Fusion
from lookalike.search.keyword_search import KeywordSearch
from lookalike.search.query import Query
from lookalike.search.query_encoder import WORDS_REMEDY
from lookalike.search.query_photos import QueryPhotos
from lookalike.search.ranking import Ranking, Result
from lookalike.search.settings import SearchSettings
from lookalike.search.vector_search import VectorSearch

ONLY_KEYWORDS = (
    "Words were looked for in keywords, titles and names of files and folders only: "
    "the model in use does not read words."
)


class HybridSearch:
    """Answers queries of photos and words over one library.

    Args:
        catalog: the library's catalog.
        photos: reads the photos of queries.
    """

    def __init__(self, catalog: Catalog, photos: QueryPhotos) -> None:
        self._photos = photos
        self._keywords = KeywordSearch(catalog)

    def search(
        self,
        vectors: VectorSearch,
        query: Query,
        judge: Judge | None,
        fusion: Fusion,
        settings: SearchSettings,
        cancelled: Callable[[], bool],
    ) -> Iterator[Ranking]:
        """A stream of rankings in which photos that have the words come first: somebody wrote so, nothing is guessed.

        These leave out the photos that the query itself names, and those that have the words of a negative. Words
        beside photos are left to the model, if it reads words.

        Args:
            vectors: searches with the descriptor model in use.
            query: what is searched for.
            judge: judges the candidates; None for nobody.
            fusion: how similarity and match make a score.
            settings: how far the search goes.
            cancelled: once true, the stream ends.

        Raises:
            LookalikeError: a photo of the query cannot be read, a filter names what there is not, or no photo has
                the words and nothing else is searched for.
        """
        wanted = (query, *query.positives)
        words = " ".join(part.words for part in wanted if part.words)
        unwanted = [part.words for part in query.negatives if part.words]
        if words or unwanted:
            # What was fitted on pairs of photos says nothing about words.
            fusion = replace(fusion, calibrated=False)

        def search_vectors(asked: Query) -> Iterator[Ranking]:
            return vectors.search(asked, judge, fusion, settings, cancelled)

        if not (words or unwanted) or (vectors.reads_words and (query.positives or not words)):
            return search_vectors(query)
        excluded_ids = {self._photos.of(part)[1] for part in (*wanted, *query.negatives) if not part.words}
        for line in unwanted:
            excluded_ids.update(hit.content_id for hit in self._keywords.search(line, settings.filters))
        hits = self._keywords.search(words, settings.filters)
        hits = [hit for hit in hits if hit.content_id not in excluded_ids]
        if vectors.reads_words:
            # The model knows the negatives itself.
            return fuse(hits, search_vectors(query), settings.limit)
        photos = _photos_of(query)
        if photos is None and not hits:
            raise LookalikeError(
                f"No keyword, title or name has “{words}”, and the model in use does not read words.",
                WORDS_REMEDY,
            )
        rankings = iter([Ranking((), 0, final=True)]) if photos is None else search_vectors(photos)
        return fuse(hits, rankings, settings.limit, excluded_ids, (ONLY_KEYWORDS,))


def fuse(
    hits: Sequence[TextHit],
    rankings: Iterator[Ranking],
    limit: int,
    excluded_ids: Collection[int | None] = (),
    notes: tuple[str, ...] = (),
) -> Iterator[Ranking]:
    """Put the hits of keyword search before the results of vector search.

    Args:
        hits: photos that have the words, best first.
        rankings: the stream of vector search.
        limit: results at most.
        excluded_ids: photos that are left out of the rankings.
        notes: lines for the user, before those of the rankings.

    Yields:
        A ranking for each of `rankings`. A hit has the similarity that vector search found, if any.
    """
    hits = hits[:limit]
    hit_ids = {hit.content_id for hit in hits}
    for ranking in rankings:
        by_id = {result.content_id: result for result in ranking.results}
        first = [_result(hit, by_id.get(hit.content_id)) for hit in hits]
        kept = [
            result.content_id not in hit_ids and result.content_id not in excluded_ids
            for result in ranking.results
        ]
        rest = [result for result, is_kept in zip(ranking.results, kept, strict=True) if is_kept]
        results = (*first, *rest)[:limit]
        same = min(len(first) + sum(kept[: ranking.same]), len(results))
        yield replace(ranking, results=results, same=same, notes=(*notes, *ranking.notes))


def _photos_of(query: Query) -> Query | None:
    """A query without its words; None where nothing is left to search for."""
    photos = [part for part in (query, *query.positives) if not part.words]
    if not photos:
        return None
    negatives = tuple(part for part in query.negatives if not part.words)
    return replace(photos[0], positives=tuple(photos[1:]), negatives=negatives)


def _result(hit: TextHit, found: Result | None) -> Result:
    return Result(hit.content_id, found.similarity if found else 0.0, None, 1.0, text_match=hit.field)
