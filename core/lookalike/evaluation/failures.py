"""Failures: the worst queries of a saved run, with what came first and what a judge sees in it."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PIL import Image

from lookalike.errors import LookalikeError
from lookalike.evaluation.alterations import ALTERATION, STRENGTH, altered
from lookalike.evaluation.answers import Answer, Positive, RankedImage
from lookalike.evaluation.measures import QueryMeasure
from lookalike.evaluation.runs import RunHead, read_answers, read_head
from lookalike.evaluation.tally import query_measure, read_tally
from lookalike.judges.protocol import Judge, JudgePhoto
from lookalike.photos import open_image, thumbnail
from lookalike.progress import Progress, ProgressMeter, Stage
from lookalike.search.query import crop

WORST = 20
"""Queries that are shown by default."""

SHOWN = 6
"""Results shown of each query."""

SIDE = 224
"""Longest side of a thumbnail, pixels."""

POINTS = 40
"""Matching points drawn of a pair."""


class Standing(StrEnum):
    """What the ground truth says of a result."""

    RIGHT = "right"
    WRONG = "wrong"
    JUNK = "junk"


@dataclass(frozen=True)
class ShownPhoto:
    """A photo as it is shown.

    Attributes:
        name: its name within the data set; empty for the query.
        picture: a thumbnail, JPEG; empty where the photo cannot be read.
        problem: why it cannot; empty otherwise.
        points: matching points, (x, y) each in 0..1 of its width and height.
    """

    name: str
    picture: bytes
    problem: str = ""
    points: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class ShownResult:
    """One of the first results.

    Attributes:
        rank: from 1.
        standing: whether it is right.
        result: its scores.
        photo: how it looks.
    """

    rank: int
    standing: Standing
    result: RankedImage
    photo: ShownPhoto


@dataclass(frozen=True)
class ShownPair:
    """What a judge says of the query and one photo.

    Attributes:
        standing: `RIGHT` for the best right photo, `WRONG` for the first wrong result.
        summary: the judge's sentence, or why it has none.
        match: its probability before calibration; None where there is none.
        query: the query with its points; None where the judge has none, or the query is words.
        photo: the photo with its points; None where the judge has none.
    """

    standing: Standing
    summary: str
    match: float | None
    query: ShownPhoto | None
    photo: ShownPhoto | None


@dataclass(frozen=True)
class Failure:
    """One of the worst queries.

    Attributes:
        answer: its answer.
        value: what it is worth.
        query: how it looks; None for words.
        results: the first of them.
        pairs: what the judge says.
    """

    answer: Answer
    value: float
    query: ShownPhoto | None
    results: tuple[ShownResult, ...]
    pairs: tuple[ShownPair, ...]


def worst_answers(answers: Iterable[Answer], measure: QueryMeasure, count: int) -> list[tuple[float, Answer]]:
    """The answers that are worth least, worst first, with what they are worth."""
    valued = (
        (value, answer.query, answer) for answer in answers if (value := measure.of(answer)) is not None
    )
    return [
        (value, answer)
        for value, _, answer in heapq.nsmallest(count, valued, key=lambda one: (one[0], one[1]))
    ]


def worst_queries(
    run: Path, measure: QueryMeasure, judge: Judge | None, count: int
) -> Generator[Progress, None, list[Failure]]:
    """The worst queries of a saved run, worst first.

    Args:
        run: the saved run; its photos are read where they were then.
        measure: what queries are worth.
        judge: who explains the first wrong result and the best right one; None for probabilities alone.
        count: how many queries.

    Raises:
        LookalikeError: the run cannot be read.
    """
    root = Path(read_head(run).root)
    worst = worst_answers(read_answers(run), measure, count)
    meter = ProgressMeter(Stage.READING, total=len(worst), unit="queries")
    found = []
    for value, answer in worst:
        found.append(_Looking(root, answer, judge).failure(value))
        meter.advance()
        yield meter.snapshot()
    yield meter.end()
    return found


@dataclass(frozen=True)
class FailureReport:
    """The worst queries of a run.

    Attributes:
        head: what was run.
        measure: name of the figure by which they are worst.
        failures: the queries, worst first.
    """

    head: RunHead
    measure: str
    failures: list[Failure]


def failure_report(
    run: Path, judge: Judge | None, count: int = WORST
) -> Generator[Progress, None, FailureReport]:
    """The worst queries of a saved run by its data set's first figure.

    Args:
        run: the saved run.
        judge: who explains; None for nobody.
        count: how many queries.

    Raises:
        LookalikeError: the run cannot be read.
    """
    head, tally = read_tally(run)
    measure = query_measure(tally, None)
    found = yield from worst_queries(run, measure, judge, count)
    return FailureReport(head, measure.name, found)


class _Looking:
    """Looks at one query.

    Args:
        root: the data set's folder.
        answer: the answer.
        judge: who explains; None for nobody.
    """

    def __init__(self, root: Path, answer: Answer, judge: Judge | None) -> None:
        self._root = root
        self._answer = answer
        self._judge = judge
        self._right = {one.image for one in answer.positives}

    def failure(self, value: float) -> Failure:
        """The query as it is shown."""
        results = tuple(
            ShownResult(rank, self._standing(rank, one), one, self._photo(one.image))
            for rank, one in enumerate(self._answer.results[:SHOWN], 1)
        )
        query = None if self._answer.image is None else self._query()
        return Failure(self._answer, value, query, results, tuple(self._pairs()))

    def _standing(self, rank: int, one: RankedImage) -> Standing:
        if one.image in self._right:
            return Standing.RIGHT
        return Standing.JUNK if rank in self._answer.junk else Standing.WRONG

    def _pairs(self) -> Generator[ShownPair, None, None]:
        """What the judge sees in the first wrong result, and in the best right photo."""
        if self._judge is None or self._answer.image is None:
            return
        for rank, one in enumerate(self._answer.results, 1):
            if self._standing(rank, one) is Standing.WRONG:
                yield self._pair(self._judge, one.image, Standing.WRONG)
                break
        best = min(self._answer.positives, key=_rank_of, default=None)
        if best is not None:
            yield self._pair(self._judge, best.image, Standing.RIGHT)

    def _pair(self, judge: Judge, image: str, standing: Standing) -> ShownPair:
        try:
            found = judge.explain(
                JudgePhoto("", self._load_query), JudgePhoto("", lambda side: self._load(image, side))
            )
        except LookalikeError as error:
            return ShownPair(standing, str(error), None, None, None)
        return ShownPair(
            standing,
            found.summary,
            found.verdict.match,
            self._query(found.query_points),
            self._photo(image, found.candidate_points),
        )

    def _query(self, points: Iterable[tuple[float, float]] = ()) -> ShownPhoto:
        return _shown("", self._load_query, points)

    def _photo(self, image: str, points: Iterable[tuple[float, float]] = ()) -> ShownPhoto:
        return _shown(image, lambda side: self._load(image, side), points)

    def _load(self, image: str, side: int) -> Image.Image:
        # A name outside the data set's folder is a whole path, which the join leaves as it is.
        return open_image(self._root / image, side)

    def _load_query(self, side: int) -> Image.Image:
        """The query as it was searched for: the region alone, of a decode in which it is large enough, altered."""
        region, attributes = self._answer.region, self._answer.attributes
        image = self._answer.image or ""
        if region is None:
            shown = self._load(image, side)
        else:
            left, top, right, bottom = region
            share = max(right - left, bottom - top, 0.05)
            shown = crop(self._load(image, int(side / share)), (left, top, right, bottom))
        if ALTERATION not in attributes:
            return shown
        query = self._answer.query.rpartition(" · ")[0]
        return altered(shown, str(attributes[ALTERATION]), float(attributes.get(STRENGTH, 0)), query)


def _rank_of(positive: Positive) -> float:
    return float("inf") if positive.rank is None else positive.rank


def _shown(
    name: str, load: Callable[[int], Image.Image], points: Iterable[tuple[float, float]]
) -> ShownPhoto:
    drawn = tuple(itertools.islice(points, POINTS))
    try:
        return ShownPhoto(name, thumbnail(load(SIDE), SIDE), points=drawn)
    except LookalikeError as error:
        return ShownPhoto(name, b"", str(error))
