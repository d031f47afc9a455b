"""Fitting of rising curves from scores to probabilities."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lookalike.search.curves import Curve, Isotonic, Logistic

Floats = NDArray[np.float64]
Fit = Callable[[Floats, NDArray[np.bool_], Floats], Curve]

KNOTS = 20
"""Of an isotonic curve at most; between them it is straight, so that it neither jumps nor chases single pairs."""

POSITIVES_PER_KNOT = 5

CLEARLY = 2.0

STEPS = 100
"""Of Newton's method; a handful is usual."""


def fit_logistic(values: Floats, right: NDArray[np.bool_], weights: Floats) -> Logistic:
    """The logistic curve of greatest likelihood, never falling.

    The targets lie a little inside 0 and 1 (Platt 1999), which keeps the slope finite where a value divides the pairs
    without error.

    Args:
        values: (pairs,), scores.
        right: (pairs,), which pairs show the same thing; both kinds must be there.
        weights: (pairs,), how much each pair counts.
    """
    weights = weights / weights.mean()
    positives, negatives = float(weights[right].sum()), float(weights[~right].sum())
    targets = np.where(right, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    flat = Logistic(
        0.0, float(np.log(np.average(targets, weights=weights) / np.average(1 - targets, weights=weights)))
    )
    spread = float(values.std())
    if spread == 0.0:
        return flat
    middle = float(values.mean())
    design = np.column_stack([(values - middle) / spread, np.ones(len(values))])
    curve = np.array([0.0, flat.offset])

    def loss(curve: Floats) -> float:
        logits = design @ curve
        return float((weights * (np.logaddexp(0.0, logits) - targets * logits)).sum())

    now = loss(curve)
    for _ in range(STEPS):
        probability = 1.0 / (1.0 + np.exp(-np.clip(design @ curve, -700.0, 700.0)))
        slope = design.T @ (weights * (probability - targets))
        bend = (design * (weights * probability * (1 - probability))[:, None]).T @ design
        step = np.linalg.solve(bend + 1e-9 * np.eye(2), slope)
        while loss(curve - step) > now and np.abs(step).max() > 1e-12:
            step = step / 2
        curve = curve - step
        before, now = now, loss(curve)
        if before - now <= 1e-10 * before:
            break
    if curve[0] <= 0:
        return flat
    return Logistic(float(curve[0] / spread), float(curve[1] - curve[0] * middle / spread))


def fit_isotonic(values: Floats, right: NDArray[np.bool_], weights: Floats) -> Curve:
    """The best curve that never falls, through at most `KNOTS` knots with equal shares of the positives.

    Pool-adjacent-violators (Zadrozny and Elkan, "Transforming Classifier Scores into Accurate Multiclass Probability
    Estimates", 2002) over bins; each bin's share is drawn half a pair towards a half, so that none is 0 or 1.

    Args:
        values: (pairs,), scores.
        right: (pairs,), which pairs show the same thing.
        weights: (pairs,), how much each pair counts.
    """
    weights = weights / weights.mean()
    order = np.argsort(values, kind="stable")
    values, right, weights = values[order], right[order], weights[order]
    knots = max(1, min(KNOTS, int(right.sum()) // POSITIVES_PER_KNOT))
    so_far = np.cumsum(weights * right)
    cuts = np.searchsorted(so_far, so_far[-1] * np.arange(1, knots) / knots)
    # Equal values share a knot.
    starts = np.unique(np.concatenate([[0], np.searchsorted(values, values[cuts])]))
    blocks: list[tuple[float, float, float]] = []
    for piece in np.split(np.arange(len(values)), starts[1:]):
        share = weights[piece]
        size = float(share.sum())
        blocks.append((float(share @ values[piece]), float(share @ right[piece]) + 0.5, size))
        while len(blocks) > 1 and _height(blocks[-2]) >= _height(blocks[-1]):
            last, before = blocks.pop(), blocks.pop()
            # The half pair is counted once.
            blocks.append((before[0] + last[0], before[1] + last[1] - 0.5, before[2] + last[2]))
    return Isotonic(tuple(block[0] / block[2] for block in blocks), tuple(_height(block) for block in blocks))


def _height(block: tuple[float, float, float]) -> float:
    return block[1] / (block[2] + 1.0)


def held_out(
    fit: Fit, values: Floats, right: NDArray[np.bool_], weights: Floats, folds: NDArray[np.int64]
) -> Floats:
    """Each pair's probability by a curve that was fitted without its fold, (pairs,)."""
    found = np.zeros(len(values))
    for fold in np.unique(folds):
        inside = folds == fold
        found[inside] = fit(values[~inside], right[~inside], weights[~inside]).over(values[inside])
    return found


def log_loss(probabilities: Floats, right: NDArray[np.bool_]) -> Floats:
    """Negative log-likelihood of each pair, natural logarithm; lower is better."""
    said = np.where(right, probabilities, 1 - probabilities)
    losses: Floats = -np.log(np.clip(said, 1e-6, 1.0))
    return losses


def better_fit(
    values: Floats,
    right: NDArray[np.bool_],
    weights: Floats,
    folds: NDArray[np.int64],
    groups: NDArray[np.str_],
    margin: float = CLEARLY,
) -> Fit:
    """Logistic, unless the isotonic curve says more of pairs that it was not fitted on.

    Args:
        values: (pairs,), scores.
        right: (pairs,), which pairs show the same thing.
        weights: (pairs,), how much each pair counts.
        folds: (pairs,), of the cross-validation.
        groups: (pairs,), what the pairs show.
        margin: by how many standard errors over the groups it must say more. A logistic curve keeps every difference
            between two scores, while an isotonic one has level pieces, which cost order where pairs are ranked by it.
    """
    one, other = (
        log_loss(held_out(fit, values, right, weights, folds), right) for fit in (fit_logistic, fit_isotonic)
    )
    gains = np.array(
        [
            float(np.average((one - other)[groups == name], weights=weights[groups == name]))
            for name in np.unique(groups)
        ]
    )
    return fit_isotonic if gains.mean() > margin * gains.std() / np.sqrt(len(gains)) else fit_logistic
