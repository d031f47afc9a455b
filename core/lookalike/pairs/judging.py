"""Pair judging: a multimodal model decides the pairs that details leave open, where the user allows it.

Only whether two photos show the same thing is asked, and only of pairs whose match lies amid both answers. What the
model says takes the place of that match; what details had said is kept beside it, and comes back where the model is no
longer to decide. Copies are told by pixels: no model's word makes one, and none is asked for.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.pair_scores import PairScore
from lookalike.errors import LookalikeError
from lookalike.judges.protocol import Judge, JudgePhoto
from lookalike.pairs.graph import pair_of_row, row_of_pair
from lookalike.pairs.updating import PAIR_VERSION
from lookalike.pairs.verification import SAME_THING
from lookalike.pairs.verified_pair import PairKind, VerifiedPair
from lookalike.progress import Progress, ProgressMeter, Stage

UNSURE = (0.05, 0.9)
"""A match between these is left open by details (docs/benchmarks.md, "The pair graph")."""

BUDGET_SECONDS = 60.0
"""How long a model is asked before the rest waits for the next time."""

BY_DETAILS = "by_details"
"""The detail of a judged pair that keeps the match that details gave it."""

OPEN_KINDS = (PairKind.SAME_THING, PairKind.NOTHING)

READABLE_SIDE = 64
"""Longest side in pixels at which a photo is read to see whether it can be."""

Ids = tuple[int, int]
Probability = Callable[[float | None, float], float | None]
"""From a judge's match and logit to the probability that they stand for; see `Fusion.judged`."""


class PairJudging:
    """Has a judge decide the unsure pairs of one library.

    Args:
        catalog: the library's catalog.
        photo: ``photo(content_id, hash)`` is a photo as judges take it.
    """

    def __init__(self, catalog: Catalog, photo: Callable[[int, str], JudgePhoto]) -> None:
        self._contents = catalog.contents
        self._rows = catalog.verified_pairs
        self._scores = catalog.pair_scores
        self._photo = photo

    def decide(
        self, judge: Judge, probability: Probability, budget: float = BUDGET_SECONDS
    ) -> Generator[Progress, None, None]:
        """Ask a judge about the pairs that are open, those most in doubt first. May be closed at any yield.

        What was asked before, here or in a search, is not asked again. A pair with a photo that cannot be read stays
        open, and so do all that are left where the judge breaks down.

        Args:
            judge: it.
            probability: what its word stands for.
            budget: seconds after which the rest is left open for the next time.
        """
        waiting = self._rows.open(OPEN_KINDS, UNSURE)
        if not waiting:
            return
        began = time.monotonic()
        meter = ProgressMeter(Stage.COMPARING, len(waiting), unit="pairs")
        yield meter.snapshot()
        try:
            for query, pairs in _by_photo(waiting):
                with closing(self._scores_of(judge, query, pairs)) as scores:
                    for pair, score in scores:
                        match = probability(score.match, score.logit)
                        if match is not None:
                            self._put(pair, match)
                        meter.advance()
                        yield meter.snapshot()
                        if time.monotonic() - began > budget:
                            yield meter.end()
                            return
        except LookalikeError as error:
            meter.note(judge.name, str(error))
        yield meter.end()

    def forget(self) -> None:
        """Have details decide again on all pairs that a judge has decided."""
        while rows := self._rows.with_detail(BY_DETAILS):
            self._rows.put([row_of_pair(_decided(pair_of_row(row), None), PAIR_VERSION) for row in rows])

    def _put(self, ids: Ids, match: float) -> None:
        row = self._rows.one(*ids)
        # It may have been verified anew meanwhile, as a copy even.
        if row is not None and row.kind in OPEN_KINDS:
            self._rows.put([row_of_pair(_decided(pair_of_row(row), match), PAIR_VERSION)])

    def _scores_of(
        self, judge: Judge, query: int, pairs: Sequence[Ids]
    ) -> Generator[tuple[Ids, PairScore], None, None]:
        """What a judge says of some pairs of one photo, kept scores first."""
        rows = self._contents.get([query, *(number for pair in pairs for number in pair)])
        present = [pair for pair in pairs if pair[0] in rows and pair[1] in rows]
        if not present:
            return
        asked = rows[query].hash
        by_hash = {rows[_other(pair, query)].hash: pair for pair in present}
        kept = self._scores.get(judge.key, asked, list(by_hash))
        for content in by_hash.keys() - kept.keys():
            # A search may have asked the other way round.
            kept.update((content, score) for score in self._scores.get(judge.key, content, [asked]).values())
        for content, score in kept.items():
            yield by_hash[content], score
        left = [content for content in by_hash if content not in kept]
        photo = self._photo(query, asked)
        if not left or not _is_readable(photo):
            return
        candidates = (self._photo(_other(by_hash[content], query), content) for content in left)
        for verdict in judge.compare(photo, candidates):
            if verdict.match is not None:
                score = PairScore(verdict.match, verdict.logit)
                self._scores.put(judge.key, asked, {verdict.content: score})
                yield by_hash[verdict.content], score


def _by_photo(waiting: Sequence[Ids]) -> Iterator[tuple[int, list[Ids]]]:
    """The pairs, all of one photo together, as a judge prepares it only once; the first ones first."""
    near: defaultdict[int, list[Ids]] = defaultdict(list)
    for pair in waiting:
        for number in pair:
            near[number].append(pair)
    done: set[Ids] = set()
    for pair in waiting:
        if pair not in done:
            query = max(pair, key=lambda number: (len(near[number]), -number))
            together = [other for other in near[query] if other not in done]
            done.update(together)
            yield query, together


def _decided(pair: VerifiedPair, match: float | None) -> VerifiedPair:
    """A pair as a judge has decided it; with None, as details had."""
    by_details = pair.details.get(BY_DETAILS, pair.match)
    now = by_details if match is None else match
    kind = PairKind.SAME_THING if now >= SAME_THING else PairKind.NOTHING
    return replace(pair, match=now, kind=kind, details={} if match is None else {BY_DETAILS: by_details})


def _other(pair: Ids, number: int) -> int:
    return pair[1] if pair[0] == number else pair[0]


def _is_readable(photo: JudgePhoto) -> bool:
    try:
        photo.load(READABLE_SIDE)
    except LookalikeError:
        # Its drive may be away: nothing is wrong with the judge.
        return False
    return True
