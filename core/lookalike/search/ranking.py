"""The ranking: results, their order, and the line between *the same* and *similar*."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lookalike.search.fusion import Fusion
from lookalike.words.source import Reason


@dataclass(frozen=True)
class Result:
    """One photo of a ranking.

    Attributes:
        content_id: the photo.
        similarity: cosine of its descriptor with the query's; 0 where they were not compared.
        match: the judge's probability that it shows the same thing; None while it was not judged.
        score: what the ranking is ordered by.
        reason: why it could not be judged; empty otherwise.
        reasons: why the query's words have found it, the most telling first; empty where they have not.
        vote: how many details of the query it shares in one arrangement, weighted; None where that is not known.
        index_score: what the index makes of similarity and vote; the order before and behind what is judged.
        said: whether the user said that it shows the same; None where nothing was said.
    """

    content_id: int
    similarity: float
    match: float | None
    score: float
    reason: str = ""
    reasons: tuple[Reason, ...] = ()
    vote: float | None = None
    index_score: float = 0.0
    said: bool | None = None


@dataclass(frozen=True)
class Ranking:
    """One state of the answer; later ones know more.

    Attributes:
        results: best first.
        same: how many of the first results lie above the relevance cut-off.
        judged: candidates that have been judged so far.
        to_judge: candidates to be judged in all.
        final: whether this is the last state.
        notes: lines for the user (a judge that failed, a time budget that ran out).
        calibrated: whether matches and the cut-off were fitted; otherwise the line is a guess.
        by_words: whether words alone were asked for; above the line is then what is known or sure.
    """

    results: tuple[Result, ...]
    same: int
    judged: int = 0
    to_judge: int = 0
    final: bool = False
    notes: tuple[str, ...] = ()
    calibrated: bool = True
    by_words: bool = False


@dataclass(frozen=True)
class Candidates:
    """The index's answer, best index score first.

    Attributes:
        ids: content ids.
        hashes: content hashes.
        similarities: cosines.
        votes: of their details; None where that is not known.
        index_scores: what the index makes of both.
        queries: which of the query's photos a judge compares each with, by position.
    """

    ids: Sequence[int]
    hashes: Sequence[str]
    similarities: Sequence[float]
    votes: Sequence[float | None]
    index_scores: Sequence[float]
    queries: Sequence[int]


def ranked(
    found: Candidates,
    matches: Mapping[int, float | None],
    reasons: Mapping[int, str],
    candidates: int,
    fusion: Fusion,
) -> tuple[tuple[Result, ...], int]:
    """Order the index's answer by what is known so far.

    Only the first `candidates` change places; the rest follow in the index's order.

    Args:
        found: the index's answer.
        matches: the verdicts so far, by content id.
        reasons: why candidates could not be judged, by content id.
        candidates: how many of the first are judged; 0 without a judge.
        fusion: how index score and match make a score.

    Returns:
        The results, best first, and how many of them lie above the cut-off.
    """
    results = [
        Result(
            number,
            similarity,
            matches.get(number),
            fusion.score(index_score, matches.get(number)),
            reasons.get(number, ""),
            vote=vote,
            index_score=index_score,
        )
        for number, similarity, vote, index_score in zip(
            found.ids, found.similarities, found.votes, found.index_scores, strict=True
        )
    ]
    head = sorted(results[:candidates], key=lambda result: (-result.score, result.content_id))
    ordered = head + results[candidates:]
    same = 0
    for result in ordered:
        if result.score < fusion.cut_off:
            break
        same += 1
    return tuple(ordered), same
