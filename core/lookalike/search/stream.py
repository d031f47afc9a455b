"""Turns the index's answer into a stream of rankings that get better as verdicts arrive."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from lookalike.catalog.pair_scores import PairScore, PairScores
from lookalike.errors import LookalikeError
from lookalike.judges.protocol import Judge, JudgePhoto, Verdict
from lookalike.search.fusion import Fusion
from lookalike.search.ranking import Ranking, ranked

YIELD_SECONDS = 0.05
"""Rankings come at most this often; more would only be drawn over."""

KEEP_SCORES = 16
"""Verdicts are written to the catalog this many at a time."""


@dataclass(frozen=True)
class Candidates:
    """The index's answer: content ids and hashes, most similar first, with their cosines."""

    ids: Sequence[int]
    hashes: Sequence[str]
    similarities: Sequence[float]


def rankings(
    found: Candidates,
    query: JudgePhoto | None,
    judge: Judge | None,
    load: Callable[[int, str], JudgePhoto],
    scores: PairScores,
    fusion: Fusion,
    top: int,
    budget: float | None,
    cancelled: Callable[[], bool],
) -> Iterator[Ranking]:
    """The index's ranking at once, then better ones as the judge goes through the candidates, best first.

    Args:
        found: the index's answer.
        query: the query as judges see it; None for words, which no judge takes.
        judge: who looks at the pairs; None for the index's answer alone.
        load: ``load(content_id, hash)`` makes a candidate for the judge.
        scores: verdicts kept from earlier searches; new ones are added.
        fusion: how similarity and match make a score.
        top: how many candidates are judged.
        budget: seconds after which the ranking stands as it is; None for no limit.
        cancelled: asked between candidates; once true the stream ends without a final ranking.

    Yields:
        Rankings; the last has `final` set, unless cancelled.
    """
    started = time.monotonic()
    count = min(top, len(found.ids)) if judge is not None and query is not None else 0
    matches: dict[int, float | None] = {}
    reasons: dict[int, str] = {}
    notes: list[str] = []

    def ranking(judged: int, final: bool) -> Ranking:
        results, same = ranked(found.ids, found.similarities, matches, reasons, count, fusion)
        return Ranking(results, same, judged, count, final, tuple(notes), fusion.calibrated)

    if judge is None or query is None or count == 0:
        yield ranking(0, True)
        return
    ids = dict(zip(found.hashes[:count], found.ids[:count], strict=True))
    kept = scores.get(judge.key, query.content, list(ids)) if query.content else {}
    matches.update((ids[content], fusion.judged(score.match, score.logit)) for content, score in kept.items())
    todo = [content for content in ids if content not in kept]
    yield ranking(len(kept), not todo)
    if not todo:
        return

    def stop() -> bool:
        return cancelled() or (budget is not None and time.monotonic() - started > budget)

    shown = time.monotonic()
    done = len(kept)
    try:
        for verdict in _kept(
            judge.compare(query, (load(ids[c], c) for c in todo), stop), judge, query, scores
        ):
            done += 1
            matches[ids[verdict.content]] = fusion.judged(verdict.match, verdict.logit)
            if verdict.reason:
                reasons[ids[verdict.content]] = verdict.reason
            if time.monotonic() - shown > YIELD_SECONDS and done < count:
                yield ranking(done, False)
                shown = time.monotonic()
    except LookalikeError as error:
        notes.append(f"Candidates were not checked further: {error}")
    if cancelled():
        return
    if done < count and not notes:
        notes.append(f"The time was up after {done} of {count} candidates.")
    yield ranking(done, True)


def _kept(
    verdicts: Iterable[Verdict], judge: Judge, query: JudgePhoto, scores: PairScores
) -> Iterator[Verdict]:
    """Pass verdicts on and keep them in the catalog, also when the search ends early."""
    fresh: dict[str, PairScore] = {}

    def keep() -> None:
        if fresh and query.content:
            scores.put(judge.key, query.content, fresh)
        fresh.clear()

    try:
        for verdict in verdicts:
            if verdict.match is not None:
                fresh[verdict.content] = PairScore(verdict.match, verdict.logit)
            if len(fresh) >= KEEP_SCORES:
                keep()
            yield verdict
    finally:
        keep()
