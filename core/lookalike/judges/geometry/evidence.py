"""Geometric evidence: from the matches of two photos to the probability that both show the same thing.

The evidence is the summed distinctness of the matches that one homography explains, so that one unmistakable detail
weighs as much as several doubtful ones. A logistic curve over its logarithm makes it a probability: steep where matches
stop being chance, flat beyond, because two photos can also share a background in perfect geometry.

Measured by ``python -m tests.benchmarks.geometry_choices``; figures in docs/benchmarks.md, "The geometric judge".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.geometry.matching import Correspondence, correspond
from lookalike.local_features import LocalFeatures
from lookalike.sigmoid import sigmoid

CHANCE = 0.5
"""Evidence that any two photos share; up to here it says nothing."""

KNEE = 2.5
"""Beyond this the geometry is no accident; what stays uncertain is whether the thing or its background matches."""

OFFSET, RISE, BEYOND = -8.46, 6.71, 0.64
"""The logistic curve over log(1 + evidence): its height, its slope up to the knee and its slope beyond."""

PROVEN = 0.0
"""From this logit on a pair is settled, and the mirror image is not tried."""


@dataclass(frozen=True)
class Evidence:
    """The outcome for one pair.

    Attributes:
        logit: log-odds that both photos show the same thing.
        mirrored: whether the matches are those of the query's mirror image.
        query_points: (x, y) of the matches in the query as it is, in 0..1 of its width and height.
        candidate_points: the same details in the candidate, in the same order and units.
    """

    logit: float
    mirrored: bool
    query_points: list[tuple[float, float]]
    candidate_points: list[tuple[float, float]]

    @property
    def match(self) -> float:
        """The probability, in [0, 1]."""
        return sigmoid(self.logit)


def logit_of(evidence: float) -> float:
    """Log-odds of the same thing for a sum of distinctness (0 or more); never falls as it grows."""
    knee = math.log1p(KNEE)
    amount = max(math.log1p(evidence), math.log1p(CHANCE))
    return OFFSET + RISE * min(amount, knee) + BEYOND * max(amount - knee, 0.0)


def weigh(query: LocalFeatures, mirrored: LocalFeatures, candidate: LocalFeatures) -> Evidence:
    """Compare the query, and where that proves nothing its mirror image, with a candidate.

    Args:
        query: the query's features.
        mirrored: ``query.mirrored()``, made once for all candidates.
        candidate: the candidate's features.
    """
    found = correspond(query, candidate)
    logit = _logit(found)
    if logit < PROVEN:
        in_mirror = correspond(mirrored, candidate)
        if _logit(in_mirror) > max(logit, PROVEN):
            points = [(1.0 - float(x), float(y)) for x, y in in_mirror.query]
            return Evidence(_logit(in_mirror), True, points, _pairs(in_mirror.candidate))
    return Evidence(logit, False, _pairs(found.query), _pairs(found.candidate))


def _logit(found: Correspondence) -> float:
    return logit_of(float(found.distinctness.sum()))


def _pairs(points: NDArray[np.float32]) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in points]
