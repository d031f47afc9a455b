"""Calibration: fitted on judged pairs, and measured on groups held out of the fit."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import LookalikeError
from lookalike.evaluation.fitting import Floats, better_fit, held_out
from lookalike.evaluation.metrics import mean_by_group
from lookalike.evaluation.pairs import JudgedPairs
from lookalike.evaluation.reliability import reliability
from lookalike.search.calibration import NO_JUDGE_KEY, Calibration
from lookalike.search.fusion import WEIGHT, undecided

FOLDS = 8
"""Folds of the cross-validation; all photos of a group are in one."""

WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""The λ that are tried."""

LEAST_OF_EACH = 20
"""JudgedPairs of the same thing, and of different things, that a fit needs."""

LEAST_GROUPS = 4

LEAST_SPREAD = 0.1
"""A judge whose surest yes and surest no are less than this apart is not worth waiting for."""

REMEDY = "Take a data set with more queries, or have more candidates judged."


@dataclass(frozen=True)
class Fitted:
    """A calibration and what it brings on groups that were left out of the fit.

    Attributes:
        calibration: the constants.
        precision: mAP of re-ranking with match and λ from the other folds, groups weighing the same.
        informative: whether the judge's answers tell pairs of the same thing from others.
    """

    calibration: Calibration
    precision: float
    informative: bool


def calibrate(pairs: JudgedPairs, descriptor: str, judge: str) -> Fitted:
    """Fit the curves, λ and the cut-off of a descriptor with a judge.

    Args:
        pairs: what was judged, of all queries.
        descriptor: key of the descriptor model.
        judge: key of the judge; `NO_JUDGE_KEY` for none.

    Raises:
        LookalikeError: the pairs are too few, or all of one kind.
    """
    alone = judge == NO_JUDGE_KEY
    looked = np.ones(len(pairs.right), bool) if alone else ~np.isnan(pairs.logits)
    right, weights = pairs.right[looked], pairs.weights[looked]
    _check(right, len(set(pairs.groups[looked])))
    folds = deal(pairs.groups)
    values = (pairs.similarities if alone else pairs.logits)[looked]
    fit = better_fit(values, right, weights, folds[looked], pairs.groups[looked])
    curve = fit(values, right, weights)
    said = held_out(fit, values, right, weights, folds[looked])
    error = reliability(said, right, weights).error
    size = {
        "pairs": len(right),
        "positives": int(right.sum()),
        "groups": len(set(pairs.groups[looked])),
    }
    if alone:
        precision = mean_by_group(
            (query.group, query.precision(query.similarities)) for query in pairs.queries
        )
        made = Calibration(descriptor, judge, WEIGHT, curve, None, undecided(WEIGHT, curve), error, **size)
        return Fitted(made, precision, True)
    cosine_fit = better_fit(pairs.similarities, pairs.right, pairs.weights, folds, pairs.groups)
    cosine = cosine_fit(pairs.similarities, pairs.right, pairs.weights)
    honest = held_out(cosine_fit, pairs.similarities, pairs.right, pairs.weights, folds)
    honest[looked] = said
    weight, precision = _tuned(pairs, honest, folds)
    match = cosine.over(pairs.similarities)
    match[looked] = curve.over(values)
    score = weight * pairs.similarities + (1 - weight) * match
    line_fit = better_fit(score, pairs.right, pairs.weights, folds, pairs.groups)
    line = line_fit(score, pairs.right, pairs.weights).even()
    cut_off = 1.0 if line is None else min(max(line, 0.0), 1.0)
    made = Calibration(descriptor, judge, weight, cosine, curve, cut_off, error, **size)
    return Fitted(made, precision, bool(np.ptp(curve.over(values)) >= LEAST_SPREAD))


def _check(right: NDArray[np.bool_], groups: int) -> None:
    same, other = int(right.sum()), int((~right).sum())
    if min(same, other) < LEAST_OF_EACH or groups < LEAST_GROUPS:
        raise LookalikeError(
            f"{same} pairs of the same thing and {other} of different things, of {groups} things in all, are too "
            f"few to calibrate with; {LEAST_OF_EACH} of each and {LEAST_GROUPS} things are needed.",
            REMEDY,
        )


def deal(groups: Sequence[str] | NDArray[np.str_]) -> NDArray[np.int64]:
    """The fold of each pair, (pairs,): its group's, dealt out by a fixed shuffle."""
    names = sorted(set(map(str, groups)))
    random.Random(0).shuffle(names)
    fold = {name: number % min(FOLDS, len(names)) for number, name in enumerate(names)}
    return np.array([fold[str(name)] for name in groups], np.int64)


def _tuned(pairs: JudgedPairs, match: Floats, folds: NDArray[np.int64]) -> tuple[float, float]:
    """λ on all groups, and mAP where each fold's λ was chosen on the others."""
    ends = np.cumsum([len(query.right) for query in pairs.queries])[:-1]
    heads = np.split(match, ends)
    names = sorted({query.group for query in pairs.queries})
    precisions = np.zeros((len(WEIGHTS), len(names)))
    for row, weight in enumerate(WEIGHTS):
        values: dict[str, list[float]] = {name: [] for name in names}
        for query, head in zip(pairs.queries, heads, strict=True):
            score = weight * query.similarities + (1 - weight) * head
            values[query.group].append(query.precision(score))
        precisions[row] = [float(np.mean(values[name])) for name in names]
    fold = dict(zip(map(str, pairs.groups), folds.tolist(), strict=True))
    of_name = np.array([fold.get(name, 0) for name in names])
    found = np.zeros(len(names))
    for number in np.unique(of_name):
        inside = of_name == number
        found[inside] = precisions[_choice(precisions[:, ~inside]), inside]
    return WEIGHTS[_choice(precisions)], float(found.mean())


def _choice(precisions: Floats) -> int:
    """The row to take: of those within one standard error of the best, the one nearest to the paper's λ."""
    best = int(np.argmax(precisions.mean(axis=1)))
    behind = precisions[best] - precisions
    error = behind.std(axis=1) / np.sqrt(precisions.shape[1])
    near = np.flatnonzero(behind.mean(axis=1) <= error)
    return int(min(near, key=lambda row: abs(WEIGHTS[row] - WEIGHT)))
