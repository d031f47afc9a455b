"""Reliability of probabilities: of the pairs said to match with 80 %, do 80 % match?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15
"""Equal bins of probability, as in Guo et al., "On Calibration of Modern Neural Networks" (2017)."""


@dataclass(frozen=True)
class Bin:
    """The pairs whose probability lies in one bin.

    Attributes:
        pairs: how many.
        probability: their mean probability, weighted.
        right: the share of them that shows the same thing, weighted.
    """

    pairs: int
    probability: float
    right: float


@dataclass(frozen=True)
class Reliability:
    """The expected calibration error and the bins it comes from; empty bins are left out."""

    error: float
    bins: tuple[Bin, ...]


def reliability(
    probabilities: NDArray[np.float64],
    right: NDArray[np.bool_],
    weights: NDArray[np.float64] | None = None,
    bins: int = BINS,
) -> Reliability:
    """The expected calibration error: over equal bins, the mean gap between what was said and what is so.

    Args:
        probabilities: (pairs,), in [0, 1].
        right: (pairs,), whether a pair shows the same thing.
        weights: (pairs,), how much each pair counts; None for all alike.
        bins: how many equal bins.
    """
    weights = np.ones(len(probabilities)) if weights is None else weights
    places = np.minimum((probabilities * bins).astype(int), bins - 1)
    found = []
    error = 0.0
    for place in np.unique(places):
        inside = places == place
        share = weights[inside]
        said = float(np.average(probabilities[inside], weights=share))
        so = float(np.average(right[inside], weights=share))
        found.append(Bin(int(inside.sum()), said, so))
        error += float(share.sum()) * abs(said - so)
    return Reliability(error / float(weights.sum()) if len(weights) else 0.0, tuple(found))
