"""Answers: what one search of an evaluation returned, against its ground truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lookalike.evaluation.ground_truth import Attributes
from lookalike.evaluation.metrics import Ranks

DESCRIPTOR, INDEX, JUDGE = "descriptor", "index", "judge"
"""The stages of a search: by the cosine of the descriptors alone, by what the index makes of it and of the details,
and as the judge leaves it."""


@dataclass(frozen=True)
class RankedImage:
    """One of the first results.

    Attributes:
        image: name of the photo within the data set.
        similarity: cosine of its descriptor with the query's.
        match: the judge's probability; None where it was not judged.
        score: what the ranking is ordered by.
    """

    image: str
    similarity: float
    match: float | None
    score: float


@dataclass(frozen=True)
class Positive:
    """A photo that the ground truth calls right.

    Attributes:
        image: its name within the data set.
        rank: its rank from 1, junk and all; None where it was not returned.
        attributes: what else is known of it.
    """

    image: str
    rank: int | None
    attributes: Attributes = field(default_factory=dict)


@dataclass(frozen=True)
class StageRanks:
    """Where an earlier stage of the search had put the photos of the ground truth.

    Attributes:
        positives: the rank of each positive from 1, junk and all, in the order of `Answer.positives`; None where it
            was not returned.
        junk: ranks from 1 of the returned photos that count neither way, ascending.
    """

    positives: tuple[int | None, ...]
    junk: tuple[int, ...]


@dataclass(frozen=True)
class Cost:
    """What an answer took, in milliseconds.

    Attributes:
        index: processor time until the index had answered, of this program and its child processes.
        judge: the same for judging, of all candidates together.
        index_clock: the time by the clock until the index had answered.
        judge_clock: the same for judging.
        judged: candidates that were judged; those of which a verdict was kept are not among them.
    """

    index: float
    judge: float
    index_clock: float
    judge_clock: float
    judged: int


@dataclass(frozen=True)
class Answer:
    """The answer to one query.

    Attributes:
        query: name of the query.
        group: what it shows.
        kind: the sort of thing.
        image: name of the query photo; None for words.
        words: what was searched for where it was no photo.
        region: the part of the photo that was meant; None for all of it.
        attributes: what else is known of the query.
        positives: all photos that are right.
        junk: ranks from 1 of the returned photos that count neither way, ascending.
        returned: how many photos the ranking has.
        results: the first of them, best first.
        calibration: what a calibration is fitted to and checked on, see `evaluate`; None where there is nothing.
        stages: the same ranking as earlier stages of the search had it, by `DESCRIPTOR` and `INDEX`.
        cost: what it took; None where that is not known.
    """

    query: str
    group: str
    kind: str
    image: str | None
    words: str
    region: tuple[float, ...] | None
    attributes: Attributes
    positives: tuple[Positive, ...]
    junk: tuple[int, ...]
    returned: int
    results: tuple[RankedImage, ...]
    calibration: Mapping[str, Any] | None = field(default=None, repr=False)
    stages: Mapping[str, StageRanks] = field(default_factory=dict)
    cost: Cost | None = None

    def ranks(self) -> Ranks:
        """Ranks of the returned positives from 1, ascending, in the ranking without junk."""
        found = np.sort([one.rank for one in self.positives if one.rank is not None]).astype(np.int64)
        return found - np.searchsorted(np.array(self.junk, np.int64), found)

    def only(self, wanted: Callable[[Positive], bool]) -> Answer:
        """The same with some positives alone; the others count neither way."""
        kept = tuple(one for one in self.positives if wanted(one))
        junk = [one.rank for one in self.positives if one.rank is not None and not wanted(one)]
        return replace(self, positives=kept, junk=tuple(sorted([*self.junk, *junk])))

    def at(self, stage: str) -> Answer:
        """The answer that an earlier stage of the search would have given, without its results.

        Raises:
            KeyError: the answer does not have that stage.
        """
        found = self.stages[stage]
        positives = tuple(
            replace(one, rank=rank) for one, rank in zip(self.positives, found.positives, strict=True)
        )
        return replace(self, positives=positives, junk=found.junk, results=(), calibration=None, stages={})


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """An answer as JSON; results are lists of image, similarity, match and score."""
    content = {name: getattr(answer, name) for name in ("query", "group", "kind", "image", "words", "region")}
    return {
        **content,
        "attributes": dict(answer.attributes),
        "positives": [[one.image, one.rank, dict(one.attributes)] for one in answer.positives],
        "junk": answer.junk,
        "returned": answer.returned,
        "results": [[one.image, one.similarity, one.match, one.score] for one in answer.results],
        "calibration": answer.calibration,
        "stages": {name: [one.positives, one.junk] for name, one in answer.stages.items()},
        "cost": None if answer.cost is None else vars(answer.cost),
    }


def answer_from_json(content: Mapping[str, Any]) -> Answer:
    """The reverse of `answer_to_json`.

    Raises:
        KeyError, TypeError, ValueError: it is not an answer.
    """
    return Answer(
        query=str(content["query"]),
        group=str(content["group"]),
        kind=str(content["kind"]),
        image=content["image"],
        words=content["words"],
        region=None if content["region"] is None else tuple(content["region"]),
        attributes=dict(content["attributes"]),
        positives=tuple(Positive(*one) for one in content["positives"]),
        junk=tuple(content["junk"]),
        returned=int(content["returned"]),
        results=tuple(RankedImage(*one) for one in content["results"]),
        calibration=content["calibration"],
        # Runs of earlier versions have neither.
        stages={
            name: StageRanks(tuple(positives), tuple(junk))
            for name, (positives, junk) in content.get("stages", {}).items()
        },
        cost=None if content.get("cost") is None else Cost(**content["cost"]),
    )
