"""Fitting of what a second judge's answers are worth behind a first one, measured on groups held out of the fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import LookalikeError
from lookalike.evaluation.calibrating import LEAST_GROUPS, LEAST_OF_EACH, NO_MARGIN, REMEDY, deal
from lookalike.evaluation.fitting import CLEARLY, Floats, better_fit, fit_logistic, held_out, log_loss
from lookalike.evaluation.pairs import JudgedPairs
from lookalike.evaluation.reliability import reliability
from lookalike.search.cascade import base_scores
from lookalike.search.evidence import Evidence, EvidenceCalibration
from lookalike.search.fusion import Fusion

RIDGE = 1.0
"""Pull of the constants towards an answer that says nothing, in pairs."""

STEPS = 50
"""Of Newton's method; a handful is usual."""

Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class FittedEvidence:
    """A calibration of a second judge, and what it brings on groups that were left out of the fit.

    Attributes:
        calibration: the constants.
        precision: mAP of re-ranking with constants from the other folds, groups weighing the same.
        informative: whether the answers tell pairs of the same thing from others that look the same so far.
    """

    calibration: EvidenceCalibration
    precision: float
    informative: bool


def fit_evidence(
    pairs: JudgedPairs, descriptor: str, judges: tuple[str, str], fusion: Fusion
) -> FittedEvidence:
    """Fit the constants of a second judge.

    What goes before it stays as it is; for what is told of groups left out, its curves are fitted without them too.

    Args:
        pairs: what was judged, of all queries, with the first judge's logits and the second's.
        descriptor: key of the descriptor model.
        judges: keys of the first and the second judge.
        fusion: of the index with the first judge.

    Raises:
        LookalikeError: the pairs are too few, or all of one kind.
    """
    asked = ~np.isnan(pairs.logits)
    same, other = int(pairs.right[asked].sum()), int((~pairs.right[asked]).sum())
    groups = len(set(pairs.groups[asked]))
    if min(same, other) < LEAST_OF_EACH or groups < LEAST_GROUPS:
        raise LookalikeError(
            f"{same} pairs of the same thing and {other} of different things, of {groups} things in all, are too "
            f"few to calibrate with; {LEAST_OF_EACH} of each and {LEAST_GROUPS} things are needed.",
            REMEDY,
        )
    folds = deal(pairs.groups)
    honest = _base(pairs, fusion, folds)
    informative = _says_more(pairs, honest, folds)
    said, scores = np.zeros(len(asked)), honest.copy()
    for fold in np.unique(folds):
        inside = folds == fold
        evidence = fit(honest[~inside], pairs, ~inside, informative)
        scores[inside] = evidence.moved(honest[inside], pairs.logits[inside])
        said[inside] = 1.0 / (1.0 + np.exp(-np.clip(evidence.odds(scores[inside]), -700.0, 700.0)))
    every = np.ones(len(asked), bool)
    calibration = EvidenceCalibration(
        descriptor,
        *judges,
        fusion.weight,
        fusion.cut_off,
        fit(_base(pairs, fusion, None), pairs, every, informative),
        reliability(said, pairs.right, pairs.weights).error,
        reliability(said[asked], pairs.right[asked], pairs.weights[asked]).error,
        int(asked.sum()),
        same,
        groups,
    )
    return FittedEvidence(calibration, mean_precision(pairs, scores), informative)


def fit(base: Floats, pairs: JudgedPairs, chosen: Booleans, informative: bool = True) -> Evidence:
    """The constants by some of the pairs.

    Args:
        base: scores of the chosen pairs before any answer, (chosen pairs,).
        pairs: all pairs.
        chosen: the pairs to take, (pairs,).
        informative: whether answers count at all.
    """
    right, weights, logits = pairs.right[chosen], pairs.weights[chosen], pairs.logits[chosen]
    line = fit_logistic(base, right, weights)
    # A line that does not rise would divide by nothing; so flat, no answer moves a photo far.
    slope = max(line.slope, 1.0)
    odds = slope * base + line.offset
    asked = ~np.isnan(logits)
    if not informative or not asked.any():
        return Evidence(slope, line.offset, 1.0, 0.0, 0.0, 0.0, calibrated=True)
    known, answer, bias = _weigh(odds[asked], logits[asked], right[asked], weights[asked])
    middle = np.average(logits[asked], weights=weights[asked])
    spread = np.sqrt(np.average((logits[asked] - middle) ** 2, weights=weights[asked]))
    return Evidence(slope, line.offset, known, answer, bias, float(answer * spread), calibrated=True)


def _weigh(odds: Floats, logits: Floats, right: Booleans, weights: Floats) -> tuple[float, float, float]:
    """What log-odds before, an answer, and having asked count: of greatest likelihood, none of the first two below 0.

    Small sets are pulled towards what is known before, and an answer that says nothing.
    """
    middle, spread = float(logits.mean()), float(logits.std()) + 1e-9
    design = np.column_stack([odds, (logits - middle) / spread, np.ones(len(odds))])
    weights = weights / weights.mean()
    start = np.array([1.0, 0.0, 0.0])
    active = np.ones(3, bool)
    while True:
        found = np.where(active, start, 0.0)
        for _ in range(STEPS):
            probability = 1.0 / (1.0 + np.exp(-np.clip(design @ found, -700.0, 700.0)))
            slope = design.T @ (weights * (probability - right)) + RIDGE * (found - start)
            bend = (design * (weights * probability * (1 - probability))[:, None]).T @ design
            step = np.linalg.solve(
                bend[np.ix_(active, active)] + RIDGE * np.eye(int(active.sum())), slope[active]
            )
            # Far from the goal Newton's step may overshoot.
            found[active] -= np.clip(step, -1.0, 1.0)
        falling = np.append(found[:2] < 0, False)
        if not falling.any():
            break
        active &= ~falling
    answer = float(found[1] / spread)
    return float(found[0]), answer, float(found[2] - answer * middle)


def _says_more(pairs: JudgedPairs, base: Floats, folds: NDArray[np.int64]) -> bool:
    """Whether answers make held-out pairs clearly more probable as they are, by the things that these show."""
    asked = ~np.isnan(pairs.logits)
    losses = []
    for informative in (False, True):
        said = np.zeros(len(asked))
        for fold in np.unique(folds):
            inside = folds == fold
            evidence = fit(base[~inside], pairs, ~inside, informative)
            odds = evidence.odds(evidence.moved(base[inside], pairs.logits[inside]))
            said[inside] = 1.0 / (1.0 + np.exp(-np.clip(odds, -700.0, 700.0)))
        losses.append(log_loss(said[asked], pairs.right[asked]))
    names, weights = pairs.groups[asked], pairs.weights[asked]
    saved = losses[0] - losses[1]
    gains = np.array(
        [float(np.average(saved[names == name], weights=weights[names == name])) for name in np.unique(names)]
    )
    return bool(gains.mean() > CLEARLY * gains.std() / np.sqrt(len(gains)))


def _base(pairs: JudgedPairs, fusion: Fusion, folds: NDArray[np.int64] | None) -> Floats:
    """The scores before any answer, (pairs,): as in a search, or with curves fitted without each pair's fold."""
    scores = fusion.index_score(pairs.cosines, pairs.votes).astype(np.float64)
    judged = ~np.isnan(pairs.first_logits)
    index, first = fusion.index.over(scores), np.zeros(len(scores))
    if fusion.match is None:
        # The judge's own word.
        first[judged] = 1.0 / (1.0 + np.exp(-pairs.first_logits[judged]))
    else:
        first[judged] = fusion.match.over(pairs.first_logits[judged])
    if folds is not None:
        right, weights, groups = pairs.right, pairs.weights, pairs.groups
        index_fit = better_fit(scores, right, weights, folds, groups, NO_MARGIN)
        index = held_out(index_fit, scores, right, weights, folds)
        if len(set(right[judged].tolist())) > 1:
            logits, parts = pairs.first_logits[judged], (right[judged], weights[judged], folds[judged])
            match_fit = better_fit(logits, *parts, groups[judged])
            first[judged] = held_out(match_fit, logits, *parts)
    fused = fusion.weight * scores + (1.0 - fusion.weight) * np.where(judged, first, index)
    return settled(pairs, fused, judged)


def settled(pairs: JudgedPairs, scores: Floats, judged: Booleans) -> Floats:
    """Scores as a second judge finds them, (pairs,): see `base_scores`.

    Args:
        pairs: all pairs, each query's in the order of the index.
        scores: the fused ones, (pairs,).
        judged: which pairs the first judge has looked at, (pairs,).
    """
    found, start = scores.copy(), 0
    for query in pairs.queries:
        part = slice(start, start + len(query.right))
        mine, seen = scores[part], judged[part]
        order = np.concatenate(
            [np.flatnonzero(seen)[np.argsort(-mine[seen], kind="stable")], np.flatnonzero(~seen)]
        )
        lowered = np.empty(len(mine))
        lowered[order] = base_scores(mine[order])
        found[part] = lowered
        start = part.stop
    return found


def mean_precision(pairs: JudgedPairs, scores: Floats) -> float:
    """MAP with each query's pairs ordered by `scores` (pairs,), groups weighing the same."""
    ends = np.cumsum([len(query.right) for query in pairs.queries])[:-1]
    values: dict[str, list[float]] = {}
    for query, part in zip(pairs.queries, np.split(scores, ends), strict=True):
        values.setdefault(query.group, []).append(query.precision(part))
    return float(np.mean([np.mean(found) for found in values.values()]))
