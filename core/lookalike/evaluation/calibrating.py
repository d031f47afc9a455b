"""Calibration: fitted on judged pairs, and measured on groups held out of the fit."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import LookalikeError
from lookalike.evaluation.fitting import CLEARLY, Floats, better_fit, held_out
from lookalike.evaluation.pairs import JudgedPairs
from lookalike.evaluation.reliability import reliability
from lookalike.search.calibration import NEVER, NO_JUDGE_KEY, Calibration
from lookalike.search.fusion import WEIGHT, undecided
from lookalike.search.index_score import IndexScore

FOLDS = 8
"""Folds of the cross-validation; all photos of a group are in one."""

WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""The λ that are tried."""

VOTE_WEIGHTS = (0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.075, 0.09, 0.1, 0.125, 0.15, 0.2)
"""The weights of the vote that are tried."""

LOSS = 3.0
"""What a thing that is found worse with the vote than without it counts, against one that is found as much better: who
gets no votes should not lose much by those that others get."""

SAME = 0.6
"""The line runs where so many pairs show the same thing. At a half, more than a tenth of what lies above was wrong on
things that were left out of the fit (docs/benchmarks.md, "Fusion and calibration")."""

NO_MARGIN = 0.0
"""For curves that put nothing in order: the index's score ranks by itself, and of the line only its place is used."""

LEAST_SLOPE = 0.1
"""Photos whose details are not known keep the order of their cosines, whatever the votes of the others."""

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
        precision: mAP of re-ranking with weights and match from the other folds, groups weighing the same.
        informative: whether the judge's answers tell pairs of the same thing from others.
    """

    calibration: Calibration
    precision: float
    informative: bool


def calibrate(pairs: JudgedPairs, descriptor: str, judge: str, index_score: IndexScore) -> Fitted:
    """Fit the curves, the weights and the cut-off of a descriptor with a judge.

    Args:
        pairs: what was judged, of all queries.
        descriptor: key of the descriptor model.
        judge: key of the judge; `NO_JUDGE_KEY` for none.
        index_score: what the index makes of cosine and vote. It is kept with a judge, and fitted anew without one.

    Raises:
        LookalikeError: the pairs are too few, or all of one kind.
    """
    alone = judge == NO_JUDGE_KEY
    looked = np.ones(len(pairs.right), bool) if alone else ~np.isnan(pairs.logits)
    right, weights = pairs.right[looked], pairs.weights[looked]
    _check(right, len(set(pairs.groups[looked])))
    folds = deal(pairs.groups)
    precision = 0.0
    if alone:
        weight, precision = _chosen(pairs, _by_vote(pairs), VOTE_WEIGHTS, folds, nearest_to=0.0, loss=LOSS)
        index_score = fit_index_score(pairs, weight)
    scores = index_score(pairs.cosines, pairs.votes).astype(np.float64)
    values = (scores if alone else pairs.logits)[looked]
    margin = NO_MARGIN if alone else CLEARLY
    fit = better_fit(values, right, weights, folds[looked], pairs.groups[looked], margin)
    curve = fit(values, right, weights)
    said = held_out(fit, values, right, weights, folds[looked])
    error = reliability(said, right, weights).error
    size = {
        "pairs": len(right),
        "positives": int(right.sum()),
        "groups": len(set(pairs.groups[looked])),
    }
    if alone:
        cut_off = undecided(WEIGHT, curve)
        made = Calibration(descriptor, judge, WEIGHT, index_score, curve, None, cut_off, error, **size)
        return Fitted(made, precision, True)
    index_fit = better_fit(scores, pairs.right, pairs.weights, folds, pairs.groups, NO_MARGIN)
    index = index_fit(scores, pairs.right, pairs.weights)
    honest = held_out(index_fit, scores, pairs.right, pairs.weights, folds)
    honest[looked] = said
    orders = [weight * scores + (1 - weight) * honest for weight in WEIGHTS]
    weight, precision = _chosen(pairs, orders, WEIGHTS, folds, nearest_to=WEIGHT)
    match = index.over(scores)
    match[looked] = curve.over(values)
    score = weight * scores + (1 - weight) * match
    line_fit = better_fit(score, pairs.right, pairs.weights, folds, pairs.groups, NO_MARGIN)
    line = line_fit(score, pairs.right, pairs.weights).reaching(SAME)
    cut_off = NEVER if line is None else min(max(line, 0.0), NEVER)
    made = Calibration(descriptor, judge, weight, index_score, index, curve, cut_off, error, **size)
    return Fitted(made, precision, bool(np.ptp(curve.over(values)) >= LEAST_SPREAD))


def fit_index_score(pairs: JudgedPairs, weight: float) -> IndexScore:
    """The index score with a weight of the vote, and the line for photos whose details are not known.

    Args:
        pairs: pairs with votes; without any, a cosine is its own score.
        weight: what a vote counts.
    """
    known = ~np.isnan(pairs.votes)
    cosines, shares = pairs.cosines[known], weight * np.log1p(pairs.votes[known])
    if not known.any() or np.ptp(cosines) == 0:
        return IndexScore(weight)
    # numpy.polyfit squares its weights.
    rise, offset = np.polyfit(cosines, shares, 1, w=np.sqrt(pairs.weights[known]))
    return IndexScore(weight, max(1.0 + float(rise), LEAST_SLOPE), float(offset))


def _check(right: NDArray[np.bool_], groups: int) -> None:
    same, other = int(right.sum()), int((~right).sum())
    if min(same, other) < LEAST_OF_EACH or groups < LEAST_GROUPS:
        raise LookalikeError(
            "{same} pairs of the same thing and {other} of different things, of {groups} things in all, are too "
            "few to calibrate with; {least} of each and {least_groups} things are needed.",
            REMEDY,
            same=same,
            other=other,
            groups=groups,
            least=LEAST_OF_EACH,
            least_groups=LEAST_GROUPS,
        )


def deal(groups: Sequence[str] | NDArray[np.str_]) -> NDArray[np.int64]:
    """The fold of each pair, (pairs,): its group's, dealt out by a fixed shuffle."""
    names = sorted(set(map(str, groups)))
    random.Random(0).shuffle(names)
    fold = {name: number % min(FOLDS, len(names)) for number, name in enumerate(names)}
    return np.array([fold[str(name)] for name in groups], np.int64)


def _by_vote(pairs: JudgedPairs) -> list[Floats]:
    """The index's scores of all pairs for each of `VOTE_WEIGHTS`; a vote that is not known counts as none."""
    votes = np.nan_to_num(pairs.votes)
    return [pairs.cosines + weight * np.log1p(votes) for weight in VOTE_WEIGHTS]


def _chosen(
    pairs: JudgedPairs,
    orders: Sequence[Floats],
    weights: Sequence[float],
    folds: NDArray[np.int64],
    nearest_to: float,
    loss: float = 1.0,
) -> tuple[float, float]:
    """The weight on all groups, and mAP where each fold's weight was chosen on the others.

    Args:
        pairs: all pairs.
        orders: for each weight the scores of all pairs, (pairs,).
        weights: those to choose from.
        folds: the fold of each pair.
        nearest_to: of the weights that are as good as the best one, the one nearest to this is taken.
        loss: what a group counts that is worse than with the first weight.
    """
    ends = np.cumsum([len(query.right) for query in pairs.queries])[:-1]
    names = sorted({query.group for query in pairs.queries})
    precisions = np.zeros((len(weights), len(names)))
    for row, scores in enumerate(orders):
        values: dict[str, list[float]] = {name: [] for name in names}
        for query, head in zip(pairs.queries, np.split(scores, ends), strict=True):
            values[query.group].append(query.precision(head))
        precisions[row] = [float(np.mean(values[name])) for name in names]
    gains = precisions - precisions[0]
    worth = np.maximum(gains, 0.0) + loss * np.minimum(gains, 0.0)
    fold = dict(zip(map(str, pairs.groups), folds.tolist(), strict=True))
    of_name = np.array([fold.get(name, 0) for name in names])
    found = np.zeros(len(names))
    for number in np.unique(of_name):
        inside = of_name == number
        row = _choice(worth[:, ~inside], weights, nearest_to)
        found[inside] = precisions[row, inside]
    return weights[_choice(worth, weights, nearest_to)], float(found.mean())


def _choice(worth: Floats, weights: Sequence[float], nearest_to: float) -> int:
    """The row to take: of those within one standard error of the best, the one nearest to a weight."""
    best = int(np.argmax(worth.mean(axis=1)))
    behind = worth[best] - worth
    error = behind.std(axis=1) / np.sqrt(worth.shape[1])
    near = np.flatnonzero(behind.mean(axis=1) <= error).tolist()
    return int(min(near, key=lambda row: abs(weights[row] - nearest_to)))
