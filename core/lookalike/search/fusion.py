"""How the index's similarity and a judge's match make one score.

The paper (arXiv 2604.13268) sums them linearly: ``λ·similarity + (1 − λ)·match``. Cosines of different descriptors
have different ranges, so λ and the probability that a cosine stands for belong to a descriptor.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from lookalike.descriptors.efficientnet import EfficientNetDescriber


@dataclass(frozen=True)
class Fusion:
    """The constants of one descriptor.

    Attributes:
        weight: λ, the share of the similarity in the score, 0..1.
        cosine_slope: with `cosine_offset`, ``sigmoid(slope · cosine + offset)`` is the probability that a
            photo of this cosine shows the same thing.
        cosine_offset: see `cosine_slope`.
        cut_off: results of at least this score lie above the line.
    """

    weight: float
    cosine_slope: float
    cosine_offset: float
    cut_off: float

    def probability(self, similarity: float, match: float | None) -> float:
        """Probability of the same thing: the judge's word, or what the cosine stands for."""
        if match is not None:
            return match
        return 1.0 / (1.0 + math.exp(-(self.cosine_slope * similarity + self.cosine_offset)))

    def score(self, similarity: float, match: float | None) -> float:
        """``λ·similarity + (1 − λ)·match``; while there is no match, what the cosine stands for takes its place."""
        return self.weight * similarity + (1.0 - self.weight) * self.probability(similarity, match)


WEIGHT = 0.5
"""λ, the paper's; on evaluation data 0.5 to 0.7 bring the same with the embedded descriptor and the geometric judge."""

BROAD_COSINE = (18.0, -12.0)
"""Slope and offset for descriptors whose cosines have not been fitted: a broad guess."""

FITTED_COSINES = {EfficientNetDescriber.key: (30.7, -25.6)}
"""Slope and offset by descriptor, found by ``python -m tests.benchmarks.fusion_choices`` (452 queries)."""


CUT_OFF = 0.62
"""The score at which half of the judged pairs show the same thing, found by the same command."""


def fusion_for(descriptor: str) -> Fusion:
    """The constants for a descriptor, by its key."""
    slope, offset = FITTED_COSINES.get(descriptor, BROAD_COSINE)
    return Fusion(WEIGHT, slope, offset, CUT_OFF)
