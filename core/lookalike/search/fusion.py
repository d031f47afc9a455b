"""Fusion: how the index's score and a judge's match make one score, and where the line runs.

The paper (arXiv 2604.13268) sums them linearly: ``λ·similarity + (1 − λ)·match``, with the raw cosine and
``match = sigmoid(logit)``. Here the index's score, to which the vote of details is added, takes the cosine's place.
Where the descriptor and the judge were calibrated together, the match is the fitted probability, λ the fitted one, and
the line runs where most of the pairs show the same thing. Where they were not, the paper's sum stands as it is and the
line runs where both would be undecided: at the score of a pair whose index score stands for a half and whose match is a
half. That line is a guess, and `Fusion.calibrated` says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lookalike.search.answer_worth import GUESS, AnswerWorth
from lookalike.search.calibration import NEVER, NO_JUDGE_KEY, Calibrations
from lookalike.search.curves import EVEN, Curve, Logistic
from lookalike.search.index_score import IndexScore

WEIGHT = 0.5
"""λ where nothing was fitted: the paper's."""

BROAD_INDEX = Logistic(18.0, -12.0)
"""A broad guess, for descriptors that were not calibrated."""

BROAD_INDEX_SCORE = IndexScore(0.03)
"""Half of what was fitted for the embedded descriptor: other descriptors' cosines lie closer together."""


@dataclass(frozen=True)
class Fusion:
    """The constants of one descriptor with one judge.

    Attributes:
        weight: λ, the share of the index's score in the score, 0..1.
        index_score: how a cosine and a vote make the index's score.
        index: from the index's score to the probability that the photo shows the same thing.
        match: from the judge's logit to that probability; None uses the judge's own probability.
        cut_off: results of at least this score lie above the line.
        calibrated: whether all this was fitted; otherwise it is a guess.
    """

    weight: float
    index_score: IndexScore
    index: Curve
    match: Curve | None
    cut_off: float
    calibrated: bool

    def judged(self, match: float | None, logit: float) -> float | None:
        """The probability that a verdict stands for; None where there is no match."""
        return match if match is None or self.match is None else self.match(logit)

    def probability(self, index_score: float, match: float | None) -> float:
        """Probability of the same thing: the match, or else what the index's score stands for."""
        return self.index(index_score) if match is None else match

    def score(self, index_score: float, match: float | None) -> float:
        """``λ·index_score + (1 − λ)·match``; while there is no match, what the index's score stands for."""
        return self.weight * index_score + (1.0 - self.weight) * self.probability(index_score, match)

    def with_weight(self, weight: float) -> Fusion:
        """The same with another λ; the line runs where both would be undecided."""
        return replace(self, weight=weight, cut_off=undecided(weight, self.index))


def undecided(weight: float, index: Curve) -> float:
    """The score of a pair whose index score stands for a half and whose match is a half; `NEVER` if none does."""
    even = index.reaching(EVEN)
    if even is None:
        return NEVER
    return max(0.0, weight * min(max(even, -1.0), NEVER) + (1.0 - weight) * EVEN)


def fusion_for(
    descriptor: str, judge: str, calibrations: Calibrations, weight: float | None = None
) -> Fusion:
    """The constants for a descriptor and a judge.

    Args:
        descriptor: key of the descriptor model.
        judge: key of the judge; `NO_JUDGE_KEY` for none.
        calibrations: what was fitted.
        weight: the user's own λ, 0..1; None for the fitted one, or else the paper's.
    """
    fitted = calibrations.get(descriptor, judge)
    if fitted is not None:
        fusion = Fusion(
            fitted.weight, fitted.index_score, fitted.index, fitted.match, fitted.cut_off, calibrated=True
        )
    else:
        alone = calibrations.get(descriptor, NO_JUDGE_KEY)
        index_score, index = (
            (BROAD_INDEX_SCORE, BROAD_INDEX) if alone is None else (alone.index_score, alone.index)
        )
        cut_off = undecided(WEIGHT, index)
        fusion = Fusion(WEIGHT, index_score, index, None, cut_off, calibrated=False)
    return fusion if weight is None or weight == fusion.weight else fusion.with_weight(weight)


def answer_worth_for(
    descriptor: str, first: str, second: str, fusion: Fusion, calibrations: Calibrations
) -> AnswerWorth:
    """What the answers of a second judge are worth behind a first one.

    Args:
        descriptor: key of the descriptor model.
        first: key of the judge before it; `NO_JUDGE_KEY` for none.
        second: key of the judge.
        fusion: of the index with the first judge.
        calibrations: what was fitted; for another λ or line it does not apply.
    """
    fitted = calibrations.answers(descriptor, first, second)
    if fitted is not None and fitted.belongs_to(fusion.weight, fusion.cut_off):
        return fitted.worth
    return GUESS
