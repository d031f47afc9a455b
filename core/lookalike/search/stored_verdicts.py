"""Stored verdicts: those of a search are kept in the catalog as they arrive, so that no pair is judged twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lookalike.catalog.pair_scores import PairScore, PairScores
from lookalike.judges.protocol import Judge, JudgePhoto, Verdict

SCORES_AT_ONCE = 16
"""Verdicts that are written to the catalog together."""


def store_verdicts(
    verdicts: Iterable[Verdict], scores: PairScores, judge: Judge, query: JudgePhoto
) -> Iterator[Verdict]:
    """Pass verdicts on and store them in the catalog, also when the search ends early."""
    fresh: dict[str, PairScore] = {}

    def store() -> None:
        if fresh and query.content:
            scores.put(judge.key, query.content, fresh)
        fresh.clear()

    try:
        for verdict in verdicts:
            if verdict.match is not None:
                fresh[verdict.content] = PairScore(verdict.match, verdict.logit)
            if len(fresh) >= SCORES_AT_ONCE:
                store()
            yield verdict
    finally:
        store()
