"""Geometric evidence: from the matches of two photos to the probability that both show the same thing.

Two kinds of points are looked at. SIFT's are exact, and tell one print or facade from another; XFeat's, matched by
LighterGlue, are found again from other sides and in other light. Three numbers say what their matches amount to, and a
logistic curve over the logarithms makes them a probability. More numbers of the same matches say nothing new.

Measured by ``python -m tests.benchmarks.judge_choices``; figures in docs/benchmarks.md, "The geometric judge".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.geometry.matching import Correspondence, correspond, correspond_learned
from lookalike.judges.geometry.photo_features import PhotoFeatures
from lookalike.sigmoid import sigmoid

WEIGHTS = (0.226, 0.549, 1.343)
"""What the logarithm of each number of `numbers` counts."""

OFFSET = -4.179
"""Log-odds where nothing matches."""

CHANCE = 0.5
"""Distinctness that any two photos share; up to here a mirror image says nothing."""

KNEE = 2.5
"""Beyond this the geometry of a mirror image is no accident."""

MIRROR_OFFSET, MIRROR_RISE, MIRROR_BEYOND = -8.46, 6.71, 0.64
"""The curve of a mirror image, over log(1 + distinctness): its height, its slope up to the knee and beyond it."""

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


def numbers(sift: Correspondence, learned: Correspondence) -> tuple[float, ...]:
    """What the matches of two photos amount to, each number 0 or more.

    Returns:
        Of SIFT the summed distinctness of the matches that obey the homography, and the distinctness that agrees on
        rotation, scale and place; of LighterGlue the summed probability of the matches that obey the homography.
    """
    return float(sift.weights.sum()), sift.agreement, float(learned.weights.sum())


def logit_of(amounts: tuple[float, ...]) -> float:
    """Log-odds of the same thing for what `numbers` returned."""
    return OFFSET + sum(weight * math.log1p(amount) for weight, amount in zip(WEIGHTS, amounts, strict=True))


def mirror_logit(evidence: float) -> float:
    """Log-odds of the same thing for the summed distinctness of a mirror image; never falls as it grows.

    Steep where matches stop being chance, flat beyond, because two photos can also share a background.
    """
    knee = math.log1p(KNEE)
    amount = max(math.log1p(evidence), math.log1p(CHANCE))
    return MIRROR_OFFSET + MIRROR_RISE * min(amount, knee) + MIRROR_BEYOND * max(amount - knee, 0.0)


def weigh(query: PhotoFeatures, candidate: PhotoFeatures) -> Evidence:
    """Compare the query, and where that proves nothing its mirror image, with a candidate."""
    sift = correspond(query.sift, candidate.sift)
    learned = correspond_learned(query.learned, candidate.learned)
    logit = logit_of(numbers(sift, learned))
    if logit < PROVEN:
        in_mirror = correspond(query.mirrored_sift, candidate.sift)
        turned = mirror_logit(float(in_mirror.weights.sum()))
        if turned > PROVEN:
            points = [(1.0 - float(x), float(y)) for x, y in in_mirror.query]
            return Evidence(turned, True, points, _pairs(in_mirror.candidate))
    shown = max(sift, learned, key=lambda found: len(found.query))
    return Evidence(logit, False, _pairs(shown.query), _pairs(shown.candidate))


def _pairs(points: NDArray[np.float32]) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in points]
