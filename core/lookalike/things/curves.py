"""Curves: how what is known of a pair becomes one weight, the log-odds that both photos show the same thing.

Logistic curves, one for each of what may be known. ``python -m tests.benchmarks.thing_curves`` fits them; figures in
docs/benchmarks.md, "Things and places".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Curve:
    """The weights of what is known of a pair.

    Attributes:
        offset: the log-odds where the others are 0.
        geometry: of the log-odds of the geometry.
        nearness: of the excess.
        animals: what is added where both photos show a cat or a dog. These move and have fur: that hardly a detail
            agrees says less against two photos of one than against two of a house.
        judged: of the log-odds of the geometric judge.
    """

    offset: float
    geometry: float
    nearness: float
    animals: float
    judged: float = 0.0


WHOLE = Curve(offset=-10.3, geometry=0.63, nearness=31.8, animals=0.8)
"""Where the excess of whole photos is known, ..."""

REGIONS = Curve(offset=-15.4, geometry=0.5, nearness=44.3, animals=1.0)
"""... where that of their regions is known, ..."""

JUDGED = Curve(offset=-14.5, geometry=0.18, nearness=41.0, animals=0.0, judged=0.52)
"""... and where the geometric judge was asked as well. That it finds nothing says nothing of two cats."""

CONFIRMED = 2.0
"""What is added where details and the judge both support a pair: they look for points in different ways, and seldom
find the same by chance."""

GEOMETRY_ALONE = -0.5
"""The offset where no likeness is known."""

SUPPORTED = 0.1
"""From this match on, details of a pair say more than that both photos are of one sort."""

SUPPORTED_BY_JUDGE = -0.5
"""The same of the log-odds of the geometric judge."""

LEAST_OPEN, MOST_OPEN = -2.5, 4.0
"""Log-odds between which the regions of a pair are compared, ..."""

LEAST_UNSURE, MOST_UNSURE = -1.5, 2.4
"""... and between which the geometric judge is asked then."""

LEAST_EXCESS, MOST_EXCESS = 0.22, 0.44
"""What lies beyond counts as these: photos that agree in very many details are joined, however little alike the rest of
them is, and none that have no detail in common, however much."""

MOST_GEOMETRY = 9.0
"""Log-odds of the geometry count up to here."""

CERTAIN = 6.0
"""No single pair counts more, and no single verdict."""


def geometry_of(matches: NDArray[np.float64]) -> NDArray[np.float64]:
    """The log-odds (n,) of the graph's matches (n,), as they count."""
    clipped = matches.clip(1e-12, 1.0 - 1e-12)
    geometry: NDArray[np.float64] = np.log(clipped / (1.0 - clipped)).clip(-CERTAIN, MOST_GEOMETRY)
    return geometry


def verdicts_of(judged: NDArray[np.float64], animals: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The judge's log-odds (n,), as they count: that it finds nothing says nothing of cats and dogs."""
    return judged.clip(np.where(animals, 0.0, -CERTAIN), CERTAIN)


def are_supported(matches: NDArray[np.float64], judged: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether details or the judge support each pair (n,)."""
    supported: NDArray[np.bool_] = (matches >= SUPPORTED) | (judged >= SUPPORTED_BY_JUDGE)
    return supported


def confirmations(matches: NDArray[np.float64], judged: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is added to each pair (n,) because details and the judge both support it."""
    both = (matches >= SUPPORTED) & (judged >= SUPPORTED_BY_JUDGE)
    return np.where(both, CONFIRMED, 0.0)


def log_odds(
    matches: NDArray[np.float64],
    excess: NDArray[np.float64],
    regional: NDArray[np.float64],
    judged: NDArray[np.float64],
    animals: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Log-odds (n,) that both photos of each pair show the same thing.

    Args:
        matches: by the pair graph, probabilities (n,).
        excess: what `Likeness.excesses` returned of whole photos (n,); not a number where these cannot be compared.
        regional: what it returned of their regions (n,); not a number where these were not compared.
        judged: log-odds of the geometric judge (n,); not a number where it was not asked, or the regions are not known.
        animals: whether both show a cat or a dog (n,).
    """
    geometry = geometry_of(matches)

    def on(curve: Curve, nearness: NDArray[np.float64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = (
            curve.offset
            + curve.geometry * geometry
            + curve.nearness * nearness.clip(LEAST_EXCESS, MOST_EXCESS)
            + curve.animals * animals
        )
        return found

    alone = geometry + GEOMETRY_ALONE + WHOLE.animals * animals
    weights = np.where(np.isnan(excess), alone, on(WHOLE, excess))
    weights = np.where(np.isnan(regional), weights, on(REGIONS, regional))
    closest = on(JUDGED, regional) + JUDGED.judged * verdicts_of(judged, animals)
    weights = np.where(np.isnan(judged), weights, closest + confirmations(matches, judged))
    found: NDArray[np.float64] = weights.clip(-CERTAIN, CERTAIN)
    return found
