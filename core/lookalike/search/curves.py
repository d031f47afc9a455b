"""Calibration curves: rising functions from a score to a probability, fitted once and applied in every search."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.sigmoid import sigmoid

EVEN = 0.5


@dataclass(frozen=True)
class Logistic:
    """``sigmoid(slope · value + offset)`` (Platt, "Probabilistic Outputs for Support Vector Machines", 1999).

    Attributes:
        slope: 0 or more; at 0 the value says nothing.
        offset: log-odds at the value 0.
    """

    slope: float
    offset: float

    def __call__(self, value: float) -> float:
        """The probability, in [0, 1]."""
        return sigmoid(self.slope * value + self.offset)

    def over(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """As the call, for each value of an array of any shape."""
        # Beyond 700 the exponential overflows, and the probability has long been 0.
        return 1.0 / (1.0 + np.exp(-np.maximum(self.slope * values + self.offset, -700.0)))

    def reaching(self, probability: float) -> float | None:
        """The least value whose probability is `probability`, in (0, 1), or more; None if there is none."""
        logit = math.log(probability / (1.0 - probability))
        if self.slope > 0:
            return (logit - self.offset) / self.slope
        return -math.inf if self.offset >= logit else None

    def numbers(self) -> dict[str, Any]:
        """The curve as plain numbers, for `curve_of`."""
        return {"slope": self.slope, "offset": self.offset}


@dataclass(frozen=True)
class Isotonic:
    """Straight lines between knots that never fall; level before the first and after the last.

    Attributes:
        values: of the knots, rising; at least one.
        probabilities: there, in [0, 1], never falling.
    """

    values: tuple[float, ...]
    probabilities: tuple[float, ...]

    def __call__(self, value: float) -> float:
        """The probability, in [0, 1]."""
        place = bisect_right(self.values, value)
        if place in (0, len(self.values)):
            return self.probabilities[min(place, len(self.values) - 1)]
        left, right = self.values[place - 1], self.values[place]
        low, high = self.probabilities[place - 1], self.probabilities[place]
        return low + (high - low) * ((value - left) / (right - left))

    def over(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """As the call, for each value of an array of any shape."""
        knots, probabilities = np.array(self.values), np.array(self.probabilities)
        if len(knots) == 1:
            return np.full(np.shape(values), probabilities[0])
        # Not numpy.interp: its slope between two knots that nearly meet overflows.
        inside = np.clip(values, knots[0], knots[-1])
        right = np.clip(np.searchsorted(knots, inside, side="right"), 1, len(knots) - 1)
        share = (inside - knots[right - 1]) / (knots[right] - knots[right - 1])
        low, high = probabilities[right - 1], probabilities[right]
        result: NDArray[np.float64] = low + (high - low) * share
        return result

    def reaching(self, probability: float) -> float | None:
        """The least value whose probability is `probability`, in (0, 1), or more; None if there is none."""
        if self.probabilities[0] >= probability:
            return -math.inf
        knots = zip(self.values, self.probabilities, strict=True)
        for (left, low), (right, high) in pairwise(knots):
            if high >= probability:
                return left + (right - left) * (probability - low) / (high - low)
        return None

    def numbers(self) -> dict[str, Any]:
        """The curve as plain numbers, for `curve_of`."""
        return {"values": list(self.values), "probabilities": list(self.probabilities)}


Curve = Logistic | Isotonic


def curve_of(numbers: dict[str, Any]) -> Curve:
    """The curve that `numbers` wrote.

    Raises:
        ValueError: these are no numbers of a rising curve.
        KeyError: some are missing.
        TypeError: some are no numbers.
    """
    if "slope" in numbers:
        slope, offset = float(numbers["slope"]), float(numbers["offset"])
        if not (math.isfinite(slope) and math.isfinite(offset)) or slope < 0:
            raise ValueError("not a rising curve")
        return Logistic(slope, offset)
    values = tuple(float(value) for value in numbers["values"])
    probabilities = tuple(float(value) for value in numbers["probabilities"])
    rising = all(left < right for left, right in pairwise(values))
    rising = rising and all(low <= high for low, high in pairwise(probabilities))
    inside = all(0.0 <= value <= 1.0 for value in probabilities) and all(map(math.isfinite, values))
    if not values or len(values) != len(probabilities) or not rising or not inside:
        raise ValueError("not a rising curve")
    return Isotonic(values, probabilities)
