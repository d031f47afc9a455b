"""Scored runs: saved runs whose rankings come of a score for every photo of the gallery, without the program's search.

So are measured the ways to store descriptors and details (`storage`) and other people's ways to search (`peers`).
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation.answering import answer_of, asked, kept_results, within_gallery
from lookalike.evaluation.answers import Answer, Cost
from lookalike.evaluation.collecting import Question, collect_answers
from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.evaluation.indexing import IndexedDataset
from lookalike.evaluation.processor_time import processor_seconds
from lookalike.evaluation.runs import SavedRun, read_answers, read_head
from lookalike.evaluation.search_conditions import head_of
from lookalike.judges.registry import NO_JUDGE
from lookalike.local_features import LocalFeatures
from lookalike.progress import Progress, Skipped
from lookalike.search.query import Query
from lookalike.search.ranking import Ranking, Result

KEPT = 20
"""Results of an answer that are kept, at most; figures over all results look at no more."""

Scores = NDArray[np.float32]
"""One for each photo of the gallery, (photos,)."""


@dataclass(frozen=True)
class ScoredQuery:
    """A query as scorers take it.

    Attributes:
        query: as the data set has it.
        search: as the program searches for it.
        vector: its descriptor, unit vector (dimension,).
        features: its local features; None where there are none.
    """

    query: GroundTruthQuery
    search: Query
    vector: NDArray[np.float32]
    features: LocalFeatures | None


@dataclass(frozen=True)
class Scorer:
    """A way to search.

    Attributes:
        name: as figures and files call it.
        score: the scores of a query. Raises `LookalikeError` where it cannot take the query.
        facts: what is known of it besides: bytes a photo takes, processor milliseconds that preparing a photo took ...
    """

    name: str
    score: Callable[[ScoredQuery], Scores]
    facts: dict[str, Any]


def scored_run(
    indexed: IndexedDataset, ids: NDArray[np.int64], scorer: Scorer, save: Path, *, details: bool = False
) -> Generator[Progress, None, tuple[Skipped, ...]]:
    """Ask the photo queries of a data set one by one.

    Args:
        indexed: the data set in its library.
        ids: content ids of the photos that scores are of, (photos,), ascending.
        scorer: gives the scores.
        save: where the answers are written; what is there already is not asked again.
        details: whether it needs the local features of queries.

    Returns:
        What was skipped.

    Raises:
        LookalikeError: the run cannot be saved.
    """
    library = indexed.library
    conditions = {"judge": NO_JUDGE, "descriptor": library.status().descriptor, "search": scorer.name}
    run = SavedRun(save, head_of(indexed.dataset, conditions, indexed.photos, scorer.facts))

    def questions() -> Iterator[Question]:
        for query in indexed.dataset.queries():
            yield Question(query.name, lambda query=query: ask(query))  # type: ignore[misc]

    def ask(query: GroundTruthQuery) -> Answer | None:
        if query.image is None:
            return None
        own = indexed.gallery.ids([query.image]).get(query.image)
        search, attributes = asked(query, own)
        encoded = library.search.encode(search, details)
        given = ScoredQuery(query, search, encoded.vectors[0], encoded.features[0])
        used, began = processor_seconds(), time.perf_counter()
        scores = scorer.score(given)
        order = _best_first(scores, query.name)
        clock, processor = time.perf_counter() - began, processor_seconds() - used
        ranking = _ranking(ids[order], scores[order], own)
        kept = min(kept_results(indexed.dataset.depth), KEPT)
        ranking = within_gallery(ranking, indexed.gallery)
        answer = answer_of(
            query, attributes, search.region, ranking, indexed.gallery, own, kept, stages=False
        )
        return replace(answer, cost=Cost(round(1000 * processor, 3), 0.0, round(1000 * clock, 3), 0.0, 0))

    return (yield from collect_answers(questions(), indexed.dataset.count(), run, lambda answer: None))


def is_done(indexed: IndexedDataset, save: Path) -> bool:
    """Whether a file has the answers to all photo queries already, so that nothing need be prepared for them.

    Raises:
        LookalikeError: it is no saved run.
    """
    if not save.exists() or not save.stat().st_size:
        return False
    head = read_head(save)
    answered = sum(1 for _ in read_answers(save))
    asked_for = sum(query.image is not None for query in indexed.dataset.queries())
    same = (head.dataset, head.root, head.gallery) == (
        indexed.dataset.name,
        str(indexed.dataset.root),
        indexed.photos,
    )
    return same and answered == asked_for


def _best_first(scores: Scores, name: str) -> NDArray[np.intp]:
    """The places of the photos, best score first, (photos,).

    Equal scores, of which hashes give many, are in an order of chance that the query's name decides: that in which
    photos were indexed would favour one folder.
    """
    chance = np.random.default_rng(zlib.crc32(name.encode("utf-8", "surrogateescape"))).permutation(
        len(scores)
    )
    return np.lexsort((chance, -scores))


def _ranking(ids: NDArray[np.int64], scores: Scores, own: int | None) -> Ranking:
    """A ranking of all photos but the query's own.

    Args:
        ids: content ids, best first, (photos,).
        scores: in the same order, (photos,).
        own: content id of the query's photo.
    """
    results = tuple(
        Result(number, score, None, score, index_score=score)
        for number, score in zip(ids.tolist(), scores.tolist(), strict=True)
        if number != own
    )
    return Ranking(results, 0, final=True)
