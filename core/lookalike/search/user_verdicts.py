"""User verdicts: what the user said of results goes before what the index and the judges say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lookalike.search.ranking import Ranking


def with_verdicts(ranking: Ranking, said: Mapping[int, bool]) -> Ranking:
    """A ranking that heeds what the user said of some of its results.

    What was called the same is above the line: it keeps its place there, or becomes the last one above it. What was
    called not the same is the last of all. Nothing else changes its order.

    Args:
        ranking: what the index and the judges say.
        said: by content id, whether a result shows the same as the query.
    """
    if not said and all(result.said is None for result in ranking.results):
        return ranking
    results = [replace(result, said=said.get(result.content_id)) for result in ranking.results]
    above = [result for result in results[: ranking.same] if result.said is not False]
    raised = [result for result in results[ranking.same :] if result.said is True]
    below = [result for result in results[ranking.same :] if result.said is None]
    rejected = [result for result in results if result.said is False]
    return replace(ranking, results=(*above, *raised, *below, *rejected), same=len(above) + len(raised))
