"""The ranking stream: the index's answer at once, then better rankings as verdicts arrive."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from lookalike.catalog.pair_scores import PairScores
from lookalike.errors import LookalikeError, Phrase
from lookalike.judges.protocol import Judge, JudgePhoto, Verdict
from lookalike.log import log_failure
from lookalike.search.fusion import Fusion
from lookalike.search.ranking import Candidates, Ranking, ranked
from lookalike.search.second_hop import SecondHop, is_sure
from lookalike.search.stored_verdicts import store_verdicts

logger = logging.getLogger(__name__)

YIELD_SECONDS = 0.05
"""Rankings come at most this often; more would only be drawn over."""


@dataclass(frozen=True)
class SearchPlan:
    """All that a stream of rankings needs.

    Attributes:
        candidates: the index's answer.
        query_photos: the query's photos as judges take them; None for words, which no judge takes.
        judge: judges the pairs; None for the index's answer alone.
        load: ``load(content_id, hash)`` makes a candidate for the judge.
        scores: verdicts stored by earlier searches; new ones are added.
        fusion: how index score and match make a score.
        top: how many candidates are judged.
        budget: seconds after which the ranking stands as it is; None for no limit.
        cancelled: asked between candidates; once true the stream ends without a final ranking.
        second_hop: has sure photos ask again; None where nobody does.
    """

    candidates: Candidates
    query_photos: Sequence[JudgePhoto | None]
    judge: Judge | None
    load: Callable[[int, str], JudgePhoto]
    scores: PairScores
    fusion: Fusion
    top: int
    budget: float | None
    cancelled: Callable[[], bool]
    second_hop: SecondHop | None = None


class RankingStream:
    """The index's ranking at once, then better ones as the judge goes through the candidates, best first.

    Iterate over it once. The last ranking has `final` set, unless the search was cancelled.

    Args:
        plan: what is ranked, and how.
    """

    def __init__(self, plan: SearchPlan) -> None:
        self._plan = plan
        self._started = time.monotonic()
        self._head = min(plan.top, len(plan.candidates.ids)) if plan.judge is not None else 0
        self._by_photo = self._group_by_photo()
        self._count = sum(len(contents) for _, contents in self._by_photo)
        self._ids = dict(
            zip(plan.candidates.hashes[: self._head], plan.candidates.ids[: self._head], strict=True)
        )
        self._matches: dict[int, float | None] = {}
        self._reasons: dict[int, str] = {}
        self._notes: list[str] = []

    def __iter__(self) -> Iterator[Ranking]:
        """The rankings."""
        judge = self._plan.judge
        if judge is None or self._count == 0:
            yield self._ranking(0, final=True)
            return
        todo = self._take_stored_verdicts(judge)
        judged = len(self._matches)
        asks = judged == self._count and self._asks_again()
        yield self._ranking(judged, final=judged == self._count and not asks)
        if judged == self._count:
            if asks:
                yield self._after_second_hop(judged)
            return
        shown = time.monotonic()
        try:
            for verdict in self._compare(judge, todo):
                judged += 1
                self._take(verdict)
                if time.monotonic() - shown > YIELD_SECONDS and judged < self._count:
                    yield self._ranking(judged, final=False)
                    shown = time.monotonic()
        except LookalikeError as error:
            self._notes.append(str(Phrase("Candidates were not checked further: {error}", error=str(error))))
        if self._plan.cancelled():
            return
        if judged < self._count and not self._notes:
            told = Phrase(
                "The time was up after {done} of {count} candidates.", done=judged, count=self._count
            )
            self._notes.append(str(told))
        yield self._after_second_hop(judged) if self._asks_again() else self._ranking(judged, final=True)

    def _asks_again(self) -> bool:
        if self._plan.second_hop is None or self._is_over():
            return False
        return any(map(is_sure, self._matches.values()))

    def _after_second_hop(self, judged: int) -> Ranking:
        """The last ranking, with what sure photos say of others."""
        ranking = self._ranking(judged, final=True)
        assert self._plan.second_hop is not None
        try:
            results, same = self._plan.second_hop.applied(ranking.results, self._head, self._plan.fusion)
        except LookalikeError as error:
            log_failure(logger, "Asking the index again", error)
            return ranking
        return replace(ranking, results=results, same=same)

    def _ranking(self, judged: int, *, final: bool) -> Ranking:
        found, fusion = self._plan.candidates, self._plan.fusion
        head = self._head if self._count else 0
        results, same = ranked(found, self._matches, self._reasons, head, fusion)
        return Ranking(results, same, judged, self._count, final, tuple(self._notes), fusion.calibrated)

    def _group_by_photo(self) -> list[tuple[JudgePhoto, list[str]]]:
        """The hashes of the candidates by the query photo they are compared with, photos with the best ones first."""
        found = self._plan.candidates
        groups: dict[int, list[str]] = {}
        for number, content in zip(found.queries[: self._head], found.hashes[: self._head], strict=True):
            groups.setdefault(number, []).append(content)
        by_photo = [(self._plan.query_photos[number], contents) for number, contents in groups.items()]
        return [(photo, contents) for photo, contents in by_photo if photo is not None]

    def _take_stored_verdicts(self, judge: Judge) -> list[tuple[JudgePhoto, list[str]]]:
        """Take the verdicts of earlier searches; returns the candidates that are left, as `_group_by_photo`."""
        todo: list[tuple[JudgePhoto, list[str]]] = []
        for query, contents in self._by_photo:
            stored = self._plan.scores.get(judge.key, query.content, contents) if query.content else {}
            self._matches.update(
                (self._ids[content], self._plan.fusion.judged(score.match, score.logit))
                for content, score in stored.items()
            )
            todo.append((query, [content for content in contents if content not in stored]))
        return todo

    def _take(self, verdict: Verdict) -> None:
        number = self._ids[verdict.content]
        self._matches[number] = self._plan.fusion.judged(verdict.match, verdict.logit)
        if verdict.reason:
            self._reasons[number] = verdict.reason

    def _is_over(self) -> bool:
        budget = self._plan.budget
        return self._plan.cancelled() or (budget is not None and time.monotonic() - self._started > budget)

    def _compare(self, judge: Judge, todo: Iterable[tuple[JudgePhoto, list[str]]]) -> Iterator[Verdict]:
        """The verdict on every pair; one query photo after the other, as judges prepare each only once."""
        for query, contents in todo:
            if contents and not self._is_over():
                candidates = (self._plan.load(self._ids[content], content) for content in contents)
                verdicts = judge.compare(query, candidates, self._is_over)
                yield from store_verdicts(verdicts, self._plan.scores, judge, query)
