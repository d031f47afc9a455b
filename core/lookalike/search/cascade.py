"""The cascade: a slow judge is asked only where it can change what the user sees.

The index answers at once, a quick judge goes through the first candidates, and what these two make of them is the
ranking that a second, slow judge works on. Its questions go in the order of what each is expected to gain for the time
it takes (`expected_gains`), until none gains much, so many pairs are asked about as are worth it, or the time is up.
Its answers move the scores (`AnswerWorth`): a photo that nobody asks about keeps its place. So a search that ends
early is no worse than one without the second judge. Measured by ``python -m tests.benchmarks.cascade_curves``;
figures in docs/benchmarks.md, "The cascade of judges".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.pair_scores import PairScores
from lookalike.errors import LookalikeError, Phrase
from lookalike.judges.protocol import Judge, JudgePhoto
from lookalike.judges.token_judge import TokenJudge
from lookalike.search.answer_worth import AnswerWorth
from lookalike.search.expected_gain import expected_gains
from lookalike.search.fusion import Fusion
from lookalike.search.ranking import Ranking, Result
from lookalike.search.stored_verdicts import store_verdicts
from lookalike.sigmoid import sigmoid

YIELD_SECONDS = 0.05
"""Rankings come at most this often; more would only be drawn over."""

PAIRS = 30
"""Candidates that the second judge is asked about where the user has not said."""

LEAST_GAIN = 0.002
"""A question that is expected to gain less is not asked."""

NEW_COST = 10.0
"""How many times longer a photo takes that the judge has not read yet."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SecondJudge:
    """A slow judge behind a quick one, and how it is asked.

    Attributes:
        judge: the judge.
        worth: what its answers are worth.
        reach: how many of the first candidates it may be asked about.
        pairs: about how many of them it is asked at most, those counted that earlier searches have asked about.
    """

    judge: Judge
    worth: AnswerWorth
    reach: int
    pairs: int


@dataclass(frozen=True)
class CascadePlan:
    """All that a second judge needs to know of a search.

    Attributes:
        second: the second judge.
        fusion: of what goes before.
        query_photos: the query's photos as judges take them; None for words, which no judge takes.
        query_of: which of them each candidate is compared with, by content id; the first for those that are missing.
        hashes_of: ``hashes_of(content_ids)`` gives their hashes, without those that are gone.
        load: ``load(content_id, hash)`` makes a candidate for the judge.
        scores: verdicts stored by earlier searches; new ones are added.
        budget: seconds after which the ranking stands as it is; None for no limit.
        cancelled: asked between candidates; once true the stream ends without a final ranking.
    """

    second: SecondJudge
    fusion: Fusion
    query_photos: Sequence[JudgePhoto | None]
    query_of: Mapping[int, int]
    hashes_of: Callable[[Sequence[int]], Mapping[int, str]]
    load: Callable[[int, str], JudgePhoto]
    scores: PairScores
    budget: float | None
    cancelled: Callable[[], bool]


def cascade(first: Iterator[Ranking], plan: CascadePlan) -> Iterator[Ranking]:
    """The rankings of the index and a first judge, and then what a second one makes of the last of them.

    Args:
        first: their stream; it has begun when this is iterated.
        plan: the second judge, and what it needs.
    """
    started = time.monotonic()
    pairs = plan.second.pairs if any(photo is not None for photo in plan.query_photos) else 0
    for ranking in first:
        expected = min(pairs, plan.second.reach, len(ranking.results))
        if ranking.final and expected:
            yield from _SecondOpinion(plan, ranking, expected, started)
            return
        yield replace(ranking, to_judge=ranking.to_judge + expected)


def base_scores(scores: Sequence[float] | Floats) -> Floats:
    """Scores of a ranking that never rise, (results,): what stands behind a photo is worth no more than it.

    The first judge's candidates stand before the rest whatever they score, and a second judge's answer must not move
    one of the rest by that alone.

    Args:
        scores: in the ranking's order.
    """
    return np.minimum.accumulate(np.asarray(scores, np.float64))


class Agenda:
    """Which candidate to ask about next.

    Args:
        base: the candidates' scores before any answer, (candidates,).
        known: their log-odds before any answer, (candidates,).
        worth: what answers are worth.
        costs: what a question about each costs, (candidates,), above 0.

    Attributes:
        logits: the answers, (candidates,); NaN where there is none.
        closed: which candidates are not to be asked about, (candidates,): they have been, or cannot be.
    """

    def __init__(self, base: Floats, known: Floats, worth: AnswerWorth, costs: Floats) -> None:
        self.logits = np.full(len(base), np.nan)
        self.closed = np.zeros(len(base), bool)
        self._base = base
        self._known = known
        self._worth = worth
        self._costs = costs

    def scores(self) -> Floats:
        """The scores with the answers so far, (candidates,)."""
        return self._base + self._evidence() / self._worth.slope

    def odds(self) -> Floats:
        """The log-odds with the answers so far, (candidates,)."""
        return self._known + self._evidence()

    def gains(self) -> Floats:
        """What a question about each is worth now, (candidates,); 0 where none is to be asked."""
        gains = expected_gains(self.scores(), self.odds(), self._worth.swing)
        return np.where(self.closed, 0.0, gains)

    def next(self, among: NDArray[np.bool_]) -> int | None:
        """The open candidate whose question gains most for what it costs; None where none gains enough.

        Args:
            among: those to choose from, (candidates,).
        """
        gains = np.where(among, self.gains(), 0.0)
        worth = np.where(gains >= LEAST_GAIN, gains / self._costs, 0.0)
        best = int(np.argmax(worth)) if len(worth) else 0
        return best if len(worth) and worth[best] > 0 else None

    def _evidence(self) -> Floats:
        return self._worth.evidence(self._known, self.logits)


class _SecondOpinion:
    """What a second judge makes of a ranking; iterate over it once."""

    def __init__(self, plan: CascadePlan, base: Ranking, pairs: int, started: float) -> None:
        self._plan = plan
        self._base = base
        self._started = started
        self._left = pairs
        self._asked = 0
        self._all = base.to_judge
        self._head = base.results[: plan.second.reach]
        self._places = {result.content_id: place for place, result in enumerate(self._head)}
        self._scores = base_scores([result.score for result in base.results])
        self._hashes = plan.hashes_of([result.content_id for result in self._head])
        known = {content: self._places[number] for number, content in self._hashes.items()}
        self._place_of = known
        self._reasons: dict[int, str] = {}
        self._notes: list[str] = []
        self._agenda = self._open_agenda()

    def __iter__(self) -> Iterator[Ranking]:
        photos = self._by_query_photo()
        self._take_stored_verdicts(photos)
        yield self._ranking(final=False)
        shown = time.monotonic()
        judge = self._plan.second.judge
        try:
            for photo, mine in self._most_telling_first(photos):
                verdicts = judge.compare(photo, self._questions(mine), self._is_over)
                for verdict in store_verdicts(verdicts, self._plan.scores, judge, photo):
                    place = self._place_of[verdict.content]
                    self._asked += 1
                    if verdict.match is None:
                        self._reasons[place] = verdict.reason
                    else:
                        self._agenda.logits[place] = verdict.logit
                    if time.monotonic() - shown > YIELD_SECONDS:
                        yield self._ranking(final=False)
                        shown = time.monotonic()
        except LookalikeError as error:
            self._notes.append(
                str(Phrase("{judge} was not asked further: {error}", judge=judge.name, error=str(error)))
            )
        if self._plan.cancelled():
            return
        if self._is_over() and self._has_questions() and (self._asked or not self._base.notes):
            told = Phrase(
                "The time was up after {judge} was asked about {count} photos.",
                judge=judge.name,
                count=self._asked,
            )
            self._notes.append(str(told))
        self._all = self._base.judged + self._asked
        yield self._ranking(final=True)

    def _open_agenda(self) -> Agenda:
        second = self._plan.second
        lacking = self._lacking()
        costs = [NEW_COST if self._hashes.get(one.content_id) in lacking else 1.0 for one in self._head]
        index = [self._plan.fusion.index(one.index_score) for one in self._head]
        first = [np.nan if one.match is None else one.match for one in self._head]
        known = second.worth.known(np.array(index), np.array(first, np.float64))
        agenda = Agenda(self._scores[: len(self._head)], known, second.worth, np.array(costs))
        agenda.closed[:] = [one.content_id not in self._hashes for one in self._head]
        return agenda

    def _lacking(self) -> set[str]:
        """The contents that the judge has to read first, where it keeps what it reads."""
        judge = self._plan.second.judge
        tokens = judge.token_set if isinstance(judge, TokenJudge) else None
        return set() if tokens is None else set(tokens.lacking(list(self._hashes.values())))

    def _by_query_photo(self) -> list[tuple[JudgePhoto, NDArray[np.bool_]]]:
        """The query's photos, and for each the candidates that are compared with it, (candidates,)."""
        photos = self._plan.query_photos
        default = next(number for number, photo in enumerate(photos) if photo is not None)
        numbers = np.array([self._plan.query_of.get(one.content_id, default) for one in self._head])
        return [(photo, numbers == number) for number, photo in enumerate(photos) if photo is not None]

    def _take_stored_verdicts(self, photos: Sequence[tuple[JudgePhoto, NDArray[np.bool_]]]) -> None:
        for photo, mine in photos:
            contents = [content for content, place in self._place_of.items() if mine[place]]
            key = self._plan.second.judge.key
            stored = self._plan.scores.get(key, photo.content, contents) if photo.content else {}
            for content, score in stored.items():
                self._agenda.logits[self._place_of[content]] = score.logit
                self._agenda.closed[self._place_of[content]] = True
            self._asked += len(stored)
        # They count, or the same search would ask about others each time.
        self._all = self._base.to_judge + max(self._left, self._asked)
        self._left = max(0, self._left - self._asked)

    def _most_telling_first(
        self, photos: Sequence[tuple[JudgePhoto, NDArray[np.bool_]]]
    ) -> Iterator[tuple[JudgePhoto, NDArray[np.bool_]]]:
        """The query's photos by what their candidates gain; a judge prepares each only once."""
        gains = self._agenda.gains()
        order = sorted(range(len(photos)), key=lambda number: -float(gains[photos[number][1]].sum()))
        for number in order:
            photo, mine = photos[number]
            if not self._is_over() and self._left and self._agenda.next(mine) is not None:
                yield photo, mine

    def _questions(self, mine: NDArray[np.bool_]) -> Iterator[JudgePhoto]:
        """The candidates to ask about, each chosen when the judge takes it, by the answers until then."""
        while self._left:
            place = self._agenda.next(mine)
            if place is None:
                return
            self._agenda.closed[place] = True
            self._left -= 1
            number = self._head[place].content_id
            yield self._plan.load(number, self._hashes[number])

    def _has_questions(self) -> bool:
        everywhere = np.ones(len(self._head), bool)
        return not self._notes and self._left > 0 and self._agenda.next(everywhere) is not None

    def _is_over(self) -> bool:
        budget = self._plan.budget
        return self._plan.cancelled() or (budget is not None and time.monotonic() - self._started > budget)

    def _ranking(self, *, final: bool) -> Ranking:
        fusion, worth = self._plan.fusion, self._plan.second.worth
        scores, odds = self._scores.copy(), self._agenda.odds()
        scores[: len(self._head)] = self._agenda.scores()
        results = list(self._base.results)
        answered = np.flatnonzero(~np.isnan(self._agenda.logits)).tolist()
        for place in answered:
            match = sigmoid(float(odds[place]))
            results[place] = replace(results[place], match=match, score=float(scores[place]), reason="")
        for place, reason in self._reasons.items():
            if results[place].match is None:
                results[place] = replace(results[place], reason=reason)
        order = np.argsort(-scores, kind="stable").tolist()
        ordered: tuple[Result, ...] = tuple(results[place] for place in order)
        same = int((scores >= fusion.cut_off).sum())
        return replace(
            self._base,
            results=ordered,
            same=same,
            judged=self._base.judged + self._asked,
            to_judge=self._all,
            final=final,
            notes=(*self._base.notes, *self._notes),
            calibrated=fusion.calibrated and (worth.calibrated or not answered),
        )
