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
    """The index's answer: content ids and hashes, most similar first, with their cosines.

    `queries` says for each which of the query's photos a judge compares it with, by position.
    """

    ids: Sequence[int]
    hashes: Sequence[str]
    similarities: Sequence[float]
    queries: Sequence[int]


def rankings(
    found: Candidates,
    queries: Sequence[JudgePhoto | None],
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
        queries: the query's photos as judges see them; None for words, which no judge takes.
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
    head = min(top, len(found.ids)) if judge is not None else 0
    photos = _by_photo(found, queries, head)
    count = sum(len(contents) for _, contents in photos)
    matches: dict[int, float | None] = {}
    reasons: dict[int, str] = {}
    notes: list[str] = []

    def ranking(judged: int, final: bool) -> Ranking:
        results, same = ranked(found.ids, found.similarities, matches, reasons, head if count else 0, fusion)
        return Ranking(results, same, judged, count, final, tuple(notes), fusion.calibrated)

    if judge is None or count == 0:
        yield ranking(0, True)
        return
    ids = dict(zip(found.hashes[:head], found.ids[:head], strict=True))
    todo: list[tuple[JudgePhoto, list[str]]] = []
    for query, contents in photos:
        kept = scores.get(judge.key, query.content, contents) if query.content else {}
        matches.update(
            (ids[content], fusion.judged(score.match, score.logit)) for content, score in kept.items()
        )
        todo.append((query, [content for content in contents if content not in kept]))
    done = len(matches)
    yield ranking(done, done == count)
    if done == count:
        return

    def stop() -> bool:
        return cancelled() or (budget is not None and time.monotonic() - started > budget)

    shown = time.monotonic()
    try:
        for verdict in _compared(judge, todo, lambda content: load(ids[content], content), stop, scores):
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


def _by_photo(
    found: Candidates, queries: Sequence[JudgePhoto | None], head: int
) -> list[tuple[JudgePhoto, list[str]]]:
    """The candidates' hashes by the query photo that they are compared with, photos with the best ones first."""
    groups: dict[int, list[str]] = {}
    for number, content in zip(found.queries[:head], found.hashes[:head], strict=True):
        groups.setdefault(number, []).append(content)
    by_photo = [(queries[number], contents) for number, contents in groups.items()]
    return [(photo, contents) for photo, contents in by_photo if photo is not None]


def _compared(
    judge: Judge,
    todo: Iterable[tuple[JudgePhoto, list[str]]],
    load: Callable[[str], JudgePhoto],
    stop: Callable[[], bool],
    scores: PairScores,
) -> Iterator[Verdict]:
    """The judge's word on every pair; one query photo after the other, as judges prepare each only once."""
    for query, contents in todo:
        if contents and not stop():
            yield from _store_verdicts(judge.compare(query, map(load, contents), stop), judge, query, scores)


def _store_verdicts(
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
