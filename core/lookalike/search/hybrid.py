"""Hybrid search: fuses word search with vector search into one stream of rankings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial

from lookalike.judges.protocol import Judge
from lookalike.search.cascade import SecondJudge
from lookalike.search.fusion import Fusion
from lookalike.search.query import Query
from lookalike.search.query_photos import QueryPhotos
from lookalike.search.ranking import Ranking, Result
from lookalike.search.settings import SearchSettings
from lookalike.search.vector_search import VectorSearch
from lookalike.search.word_search import FoundPhoto, WordAnswer, WordSearch, fused


class HybridSearch:
    """Answers queries of photos and words over one library.

    Args:
        words: answers words.
        photos: reads the photos of queries.
    """

    def __init__(self, words: WordSearch, photos: QueryPhotos) -> None:
        self._words = words
        self._photos = photos

    def search(
        self,
        vectors: VectorSearch,
        query: Query,
        judge: Judge | None,
        fusion: Fusion,
        settings: SearchSettings,
        cancelled: Callable[[], bool],
        second: SecondJudge | None = None,
    ) -> Iterator[Ranking]:
        """A stream of rankings; photos that have the words tell why they were found.

        What the words say of filters and dates holds for the search by photos too. The photos that the query itself
        names are left out, and those that have the words of a negative. Where the model for words has to be loaded
        first, there is a ranking without it before.

        Args:
            vectors: searches with the descriptor model in use.
            query: what is searched for.
            judge: judges the candidates; None for nobody.
            fusion: how similarity and match make a score.
            settings: how far the search goes.
            cancelled: once true, the stream ends.
            second: a slow judge that is asked behind `judge`; None for nobody.

        Raises:
            LookalikeError: a photo of the query cannot be read, or a filter names what there is not.
        """
        wanted = (query, *query.positives)
        text = " ".join(part.words for part in wanted if part.words)
        unwanted = [part.words for part in query.negatives if part.words]
        if text or unwanted:
            # What was fitted on pairs of photos says nothing about words.
            fusion = replace(fusion, calibrated=False)
        asked = _vector_query(query, vectors.reads_words)
        ask = partial(self._words.search, text, settings.filters, settings.limit if text else 0, unwanted)
        if asked is None and self._words.parse(text).words and not self._words.model_is_ready:
            yield self._by_words(ask(ask_model=False), query, settings.limit, final=False)
        answer = ask()
        if asked is None:
            yield self._by_words(answer, query, settings.limit)
            return
        rankings = vectors.search(asked, judge, fusion, settings, cancelled, answer.allowed_ids, second)
        if not answer.query.words and not answer.query.dates:
            yield from _with_notes(rankings, answer)
        else:
            yield from fuse_by_rank(self._others(answer, query), rankings, settings.limit, answer.notes)

    def _by_words(self, answer: WordAnswer, query: Query, limit: int, final: bool = True) -> Ranking:
        photos = self._others(answer, query)[:limit]
        sure = {photo.content_id for photo in answer.photos[: answer.sure]}
        same = sum(photo.content_id in sure for photo in photos)
        return Ranking(
            tuple(_result(photo, None) for photo in photos),
            same,
            final=final,
            notes=answer.notes,
            by_words=True,
        )

    def _others(self, answer: WordAnswer, query: Query) -> list[FoundPhoto]:
        """What the words have found, without the photos that the query names itself."""
        parts = (query, *query.positives, *query.negatives)
        own = {self._photos.of(part)[1] for part in parts if not part.words}
        return [photo for photo in answer.photos if photo.content_id not in own]


def _vector_query(query: Query, reads_words: bool) -> Query | None:
    """The photos of a query, and what it is not to resemble; None without photos, as words are for word search.

    Args:
        query: the query.
        reads_words: whether the descriptor model reads words.
    """
    parts = [part for part in (query, *query.positives) if not part.words]
    if not parts:
        return None
    negatives = tuple(part for part in query.negatives if reads_words or not part.words)
    return replace(parts[0], positives=tuple(parts[1:]), negatives=negatives)


def _with_notes(rankings: Iterator[Ranking], answer: WordAnswer) -> Iterator[Ranking]:
    for ranking in rankings:
        yield replace(ranking, notes=(*answer.notes, *ranking.notes))


def fuse_by_rank(
    photos: Sequence[FoundPhoto],
    rankings: Iterator[Ranking],
    limit: int,
    notes: tuple[str, ...] = (),
) -> Iterator[Ranking]:
    """Put photos that words and photos of a query both find first, by their reciprocal ranks.

    Args:
        photos: what has the words, best first.
        rankings: the stream of vector search for the query's photos.
        limit: results at most.
        notes: lines for the user, before those of the rankings.

    Yields:
        A ranking for each of `rankings`.
    """
    by_words = {photo.content_id: photo for photo in photos}
    for ranking in rankings:
        by_id = {result.content_id: result for result in ranking.results}
        same: Collection[int] = {
            result.content_id for result in ranking.results[: ranking.same]
        } | by_words.keys()
        order = fused([(1.0, [*by_words]), (1.0, [*by_id])])[:limit]
        results = [
            _result(by_words[number], by_id.get(number)) if number in by_words else by_id[number]
            for number, _ in order
        ]
        above = next(
            (place for place, result in enumerate(results) if result.content_id not in same), len(results)
        )
        yield replace(ranking, results=tuple(results), same=above, notes=(*notes, *ranking.notes))


def _result(photo: FoundPhoto, found: Result | None) -> Result:
    if found is None:
        return Result(photo.content_id, photo.similarity, None, photo.score, reasons=photo.reasons)
    return replace(found, reasons=photo.reasons)
