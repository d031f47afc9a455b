"""The outcome of one query: its retrieval figures, the line, and its judged pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.evaluation.metrics import mean_by_group
from lookalike.evaluation.pairs import JudgedPairs, QueryPairs
from lookalike.evaluation.reliability import reliability
from lookalike.judges.protocol import Judge
from lookalike.library import Library
from lookalike.search.curves import Curve
from lookalike.search.ranking import Ranking, Result


@dataclass(frozen=True)
class Gallery:
    """What queries are searched in, and how.

    Attributes:
        library: the library.
        ids: the content at every place of it.
        judge: who judged the candidates; None for nobody.
        top: candidates that were judged.
        first: who judged them before; None where nobody did.
        index: what the search takes the index's score for where there is no match.
    """

    library: Library
    ids: Mapping[Path, int]
    judge: Judge | None
    top: int
    index: Curve
    first: Judge | None = None


@dataclass(frozen=True)
class Outcome:
    """One query's figures.

    Attributes:
        group: what it shows.
        kind: the sort of thing.
        pairs: the first `top` candidates.
        said: the probabilities that the search gave these, in the same order.
        above: results above the line.
        right_above: positives among them.
    """

    group: str
    kind: str
    pairs: QueryPairs
    said: list[float]
    above: int
    right_above: int


def score(gallery: Gallery, query: GroundTruthQuery, ranking: Ranking, query_content: str) -> Outcome:
    """Measure the last ranking of a query; the query and its junk do not count.

    Args:
        gallery: what was searched in; its ids need have the photos of the ground truth only.
        query: the query, with at least one positive.
        ranking: its last ranking.
        query_content: what the judge's scores of the query are stored under, see `SearchService.identify`.
    """
    ids = gallery.ids
    own = None if query.image is None else ids.get(query.image)
    # Positives that could not be indexed count as not found.
    missing = {-1 - number for number, path in enumerate(sorted(query.positives)) if path not in ids}
    positives = ({ids[path] for path in query.positives if path in ids} | missing) - {own}
    junk = {ids[path] for path in query.junk if path in ids} - positives
    by_index = sorted(ranking.results, key=lambda result: (-result.index_score, result.content_id))
    head = [result for result in by_index[: gallery.top] if result.content_id not in junk]
    behind = [result for result in by_index[gallery.top :] if result.content_id not in junk]
    ranks = [place for place, result in enumerate(behind, len(head) + 1) if result.content_id in positives]
    pairs = QueryPairs(
        group=query.group,
        cosines=np.array([result.similarity for result in head]),
        votes=np.array([np.nan if result.vote is None else result.vote for result in head], np.float64),
        logits=_logits(gallery, gallery.judge, query_content, head),
        right=np.array([result.content_id in positives for result in head], bool),
        tail=np.array(ranks, np.int64),
        positives=len(positives),
        first_logits=None if gallery.first is None else _logits(gallery, gallery.first, query_content, head),
    )
    above = [result.content_id for result in ranking.results[: ranking.same]]
    above = [number for number in above if number not in junk]
    return Outcome(
        query.group,
        query.kind,
        pairs,
        [gallery.index(one.index_score) if one.match is None else one.match for one in head],
        len(above),
        sum(number in positives for number in above),
    )


def _logits(
    gallery: Gallery, judge: Judge | None, query_content: str, head: Sequence[Result]
) -> NDArray[np.float64]:
    """A judge's stored logits, NaN where there is none."""
    candidates = [result.content_id for result in head]
    logits = np.full(len(candidates), np.nan)
    if judge is not None:
        kept = gallery.library.search.stored_scores(judge, query_content, candidates)
        for position, number in enumerate(candidates):
            if number in kept:
                logits[position] = kept[number].logit
    return logits


def line_figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Precision of what lies above the line, and the share of the positives that does; groups weigh the same."""
    drawn = [one for one in outcomes if one.above]
    return {
        "precision": round(mean_by_group((one.group, one.right_above / one.above) for one in drawn), 4),
        "recall": round(
            mean_by_group((one.group, one.right_above / one.pairs.positives) for one in outcomes), 4
        ),
    }


def calibration_figures(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The expected calibration error of what the search said, and its bins."""
    pairs = JudgedPairs([one.pairs for one in outcomes])
    said = np.array([value for one in outcomes for value in one.said])
    found = reliability(said, pairs.right, pairs.weights)
    return {
        "error": round(found.error, 4),
        "pairs": len(said),
        "positives": int(pairs.right.sum()),
        "bins": [{name: round(value, 4) for name, value in asdict(one).items()} for one in found.bins],
    }
