"""Words as a query: photos whose keywords, title or names have them, and what a model makes of the words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from lookalike.catalog.words import WordHit
from lookalike.errors import LookalikeError
from lookalike.search.ranking import Ranking, Result


def with_named(
    hits: Sequence[WordHit], words: str, described: Callable[[], Iterator[Ranking]] | None
) -> Iterator[Ranking]:
    """Rankings with the photos that have the words by name first: somebody wrote so, nothing is guessed.

    Args:
        hits: these photos, best first.
        words: the query.
        described: makes the rankings of a model that reads words; None where the model in use reads none.

    Raises:
        LookalikeError: no photo has the words, and no model reads them.
    """
    if described is None:
        if not hits:
            raise LookalikeError(
                f"No keyword, title or name has “{words}”, and the model in use does not read words.",
                "Search with a photo, or import a model that reads words (`lookalike models --help`).",
            )
        note = (
            "Found by keywords, titles and names of files and folders: the model in use does not read words."
        )
        yield Ranking(tuple(map(_result, hits)), len(hits), final=True, notes=(note,))
        return
    for ranking in described():
        yield _merged(hits, ranking)


def _merged(hits: Sequence[WordHit], ranking: Ranking) -> Ranking:
    ranked = {result.content_id: result for result in ranking.results}
    first = [_result(hit, ranked.get(hit.content_id)) for hit in hits]
    named = {hit.content_id for hit in hits}
    rest = [result for result in ranking.results if result.content_id not in named]
    above = {result.content_id for result in ranking.results[: ranking.same]} - named
    return replace(ranking, results=(*first, *rest), same=len(first) + len(above))


def _result(hit: WordHit, ranked: Result | None = None) -> Result:
    return Result(hit.content_id, ranked.similarity if ranked else 0.0, None, 1.0, named=hit.where)
