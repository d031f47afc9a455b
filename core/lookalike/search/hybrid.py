"""Hybrid search: fuses word search with vector search into one stream of rankings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from lookalike.judges.protocol import Judge
from lookalike.search.cascade import SecondJudge
from lookalike.search.fusion import Fusion
from lookalike.search.query import Query
from lookalike.search.query_photos import QueryPhotos
from lookalike.search.ranking import Ranking, Result
from lookalike.search.settings import SearchSettings
from lookalike.search.vector_search import VectorSearch
from lookalike.search.word_search import FoundPhoto, WordAnswer, WordSearch, fused
from lookalike.words.source import Reason


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
        names are left out, and those that have the words of a negative. Where the descriptor model reads words, it
        is asked as well, and what it finds follows.

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
        answer = self._words.search(text, settings.filters, settings.limit if text else 0, unwanted)
        asked = _vector_query(query, answer.query.phrase if vectors.reads_words else "", vectors.reads_words)
        if asked is None:
            return self._by_words(answer, query, settings.limit)
        rankings = vectors.search(asked, judge, fusion, settings, cancelled, answer.allowed_ids, second)
        if not answer.query.words and not answer.query.dates:
            return _with_notes(rankings, answer)
        if query.words and not query.positives:
            return fuse(
                self._others(answer, query), rankings, settings.limit, answer.query.phrase, answer.notes
            )
        return fuse_by_rank(self._others(answer, query), rankings, settings.limit, answer.notes)

    def _by_words(self, answer: WordAnswer, query: Query, limit: int) -> Iterator[Ranking]:
        photos = self._others(answer, query)[:limit]
        sure = {photo.content_id for photo in answer.photos[: answer.sure]}
        same = sum(photo.content_id in sure for photo in photos)
        yield Ranking(
            tuple(_result(photo, None) for photo in photos),
            same,
            final=True,
            notes=answer.notes,
            by_words=True,
        )

    def _others(self, answer: WordAnswer, query: Query) -> list[FoundPhoto]:
        """What the words have found, without the photos that the query names itself."""
        parts = (query, *query.positives, *query.negatives)
        own = {self._photos.of(part)[1] for part in parts if not part.words}
        return [photo for photo in answer.photos if photo.content_id not in own]


def _vector_query(query: Query, phrase: str, reads_words: bool) -> Query | None:
    """A query as the descriptor model can be asked; None where nothing of it is for the model.

    Args:
        query: the query.
        phrase: its words, without filters and dates; empty where the model reads none.
        reads_words: whether the model reads words.
    """
    parts = [part for part in (query, *query.positives) if not part.words]
    if phrase:
        parts.append(Query(words=phrase))
    if not parts:
        return None
    negatives = tuple(part for part in query.negatives if reads_words or not part.words)
    return replace(parts[0], positives=tuple(parts[1:]), negatives=negatives)


def _with_notes(rankings: Iterator[Ranking], answer: WordAnswer) -> Iterator[Ranking]:
    for ranking in rankings:
        yield replace(ranking, notes=(*answer.notes, *ranking.notes))


def fuse(
    photos: Sequence[FoundPhoto],
    rankings: Iterator[Ranking],
    limit: int,
    phrase: str,
    notes: tuple[str, ...] = (),
) -> Iterator[Ranking]:
    """Put what word search has found before the results of vector search for the same words.

    Args:
        photos: what has the words, best first.
        rankings: the stream of vector search.
        limit: results at most.
        phrase: the words, as the reason of what vector search has found.
        notes: lines for the user, before those of the rankings.

    Yields:
        A ranking for each of `rankings`. A photo has the similarity that vector search found, if any.
    """
    photos = photos[:limit]
    found = {photo.content_id for photo in photos}
    seen = (Reason("model", phrase, certain=False),)
    for ranking in rankings:
        by_id = {result.content_id: result for result in ranking.results}
        first = [_result(photo, by_id.get(photo.content_id)) for photo in photos]
        kept = [result.content_id not in found for result in ranking.results]
        rest = [
            replace(result, reasons=seen)
            for result, is_kept in zip(ranking.results, kept, strict=True)
            if is_kept
        ]
        results = (*first, *rest)[:limit]
        same = min(len(first) + sum(kept[: ranking.same]), len(results))
        yield replace(ranking, results=results, same=same, notes=(*notes, *ranking.notes), by_words=True)


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
        return Result(photo.content_id, 0.0, None, photo.score, reasons=photo.reasons)
    return replace(found, reasons=photo.reasons)
