"""Fusion: how the index's similarity and a judge's match make one score, and where the line runs.

The paper (arXiv 2604.13268) sums them linearly: ``λ·similarity + (1 − λ)·match``, with the raw cosine and
``match = sigmoid(logit)``. Where the descriptor and the judge were calibrated together, the match is the fitted
probability, λ the fitted one, and the line runs where half of the pairs show the same thing. Where they were not, the
paper's sum stands as it is and the line runs where both would be undecided: at the score of a pair whose cosine stands
for a half and whose match is a half. That line is a guess, and `Fusion.calibrated` says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lookalike.search.calibration import NO_JUDGE_KEY, Calibrations
from lookalike.search.curves import EVEN, Curve, Logistic

WEIGHT = 0.5
"""λ where nothing was fitted: the paper's, and the best one measured (docs/benchmarks.md, "Fusion and calibration")."""

BROAD_COSINE = Logistic(18.0, -12.0)
"""A broad guess, for descriptors that were not calibrated."""


@dataclass(frozen=True)
class Fusion:
    """The constants of one descriptor with one judge.

    Attributes:
        weight: λ, the share of the similarity in the score, 0..1.
        cosine: from a cosine to the probability that the photo shows the same thing.
        match: from the judge's logit to that probability; None uses the judge's own probability.
        cut_off: results of at least this score lie above the line.
        calibrated: whether all this was fitted; otherwise it is a guess.
    """

    weight: float
    cosine: Curve
    match: Curve | None
    cut_off: float
    calibrated: bool

    def judged(self, match: float | None, logit: float) -> float | None:
        """The probability that a verdict stands for; None where there is no match."""
        return match if match is None or self.match is None else self.match(logit)

    def probability(self, similarity: float, match: float | None) -> float:
        """Probability of the same thing: the match, or else what the cosine stands for."""
        return self.cosine(similarity) if match is None else match

    def score(self, similarity: float, match: float | None) -> float:
        """``λ·similarity + (1 − λ)·match``; while there is no match, what the cosine stands for takes its place."""
        return self.weight * similarity + (1.0 - self.weight) * self.probability(similarity, match)

    def with_weight(self, weight: float) -> Fusion:
        """The same with another λ; the line runs where both would be undecided."""
        return replace(self, weight=weight, cut_off=undecided(weight, self.cosine))


def undecided(weight: float, cosine: Curve) -> float:
    """The score of a pair whose cosine stands for a half and whose match is a half; 1 if no cosine does."""
    even = cosine.even()
    if even is None:
        return 1.0
    return max(0.0, weight * min(max(even, -1.0), 1.0) + (1.0 - weight) * EVEN)


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
        fusion = Fusion(fitted.weight, fitted.cosine, fitted.match, fitted.cut_off, True)
    else:
        alone = calibrations.get(descriptor, NO_JUDGE_KEY)
        cosine = BROAD_COSINE if alone is None else alone.cosine
        fusion = Fusion(WEIGHT, cosine, None, undecided(WEIGHT, cosine), False)
    return fusion if weight is None or weight == fusion.weight else fusion.with_weight(weight)
