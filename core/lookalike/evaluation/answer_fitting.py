"""Fitting of what a second judge's answers are worth behind a first one, measured on groups held out of the fit."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import LookalikeError
from lookalike.evaluation.calibrating import LEAST_GROUPS, LEAST_OF_EACH, NO_MARGIN, REMEDY, deal
from lookalike.evaluation.fitting import CLEARLY, Floats, better_fit, held_out, log_loss
from lookalike.evaluation.pairs import JudgedPairs
from lookalike.evaluation.reliability import reliability
from lookalike.search.answer_worth import GUESS, AnswerCalibration, AnswerWorth, log_odds
from lookalike.search.cascade import base_scores
from lookalike.search.fusion import Fusion

RIDGE = 1.0
"""Pull of the constants towards answers that say nothing, in pairs."""

OWN_LEVEL = 0.1
"""Pull of the level of each query towards a common one, in pairs: it may be some 3 away in log-odds."""

STEPS = 100
"""Of Newton's method; a handful is usual."""

Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class FittedAnswers:
    """A calibration of a second judge, and what it brings on groups that were left out of the fit.

    Attributes:
        calibration: the constants.
        precision: mAP of re-ranking with constants from the other folds, groups weighing the same.
        informative: whether the answers tell pairs of the same thing from others that look the same so far.
    """

    calibration: AnswerCalibration
    precision: float
    informative: bool


@dataclass(frozen=True)
class Before:
    """What is known of pairs before a second judge is asked, each (pairs,).

    Attributes:
        scores: that they are ranked by, see `base_scores`.
        index: probabilities that the index's scores stand for.
        first: those of the first judge; NaN where it has none.
    """

    scores: Floats
    index: Floats
    first: Floats

    def of(self, chosen: Booleans) -> Before:
        """Those of some pairs."""
        return Before(self.scores[chosen], self.index[chosen], self.first[chosen])


def fit_answers(
    pairs: JudgedPairs, descriptor: str, judges: tuple[str, str], fusion: Fusion
) -> FittedAnswers:
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
            "{same} pairs of the same thing and {other} of different things, of {groups} things in all, are too "
            "few to calibrate with; {least} of each and {least_groups} things are needed.",
            REMEDY,
            same=same,
            other=other,
            groups=groups,
            least=LEAST_OF_EACH,
            least_groups=LEAST_GROUPS,
        )
    folds = deal(pairs.groups)
    honest = before(pairs, fusion, folds)
    loss, precision, said = _held_out(pairs, honest, folds, informative=True)
    silent = _held_out(pairs, honest, folds, informative=False)
    informative = _clearly_less(loss, silent[0], pairs, asked)
    if not informative:
        _, precision, said = silent
    every = np.ones(len(asked), bool)
    worth = fit(before(pairs, fusion, None), pairs, every)
    if not informative:
        worth = replace(worth, answer=0.0, bias=0.0, swing=0.0)
    calibration = AnswerCalibration(
        descriptor,
        *judges,
        fusion.weight,
        fusion.cut_off,
        worth,
        reliability(said, pairs.right, pairs.weights).error,
        reliability(said[asked], pairs.right[asked], pairs.weights[asked]).error,
        int(asked.sum()),
        same,
        groups,
    )
    return FittedAnswers(calibration, precision, informative)


def fit(known: Before, pairs: JudgedPairs, chosen: Booleans) -> AnswerWorth:
    """The constants by some of the pairs.

    Args:
        known: what is known of all pairs before.
        pairs: all pairs.
        chosen: the pairs to take, (pairs,).
    """
    mine, right, weights = known.of(chosen), pairs.right[chosen], pairs.weights[chosen]
    logits, asked, seen = pairs.logits[chosen], ~np.isnan(pairs.logits[chosen]), ~np.isnan(mine.first)
    index, first = log_odds(mine.index), log_odds(mine.first)
    worth = replace(GUESS, slope=_slope(mine.scores, pairs, chosen), calibrated=True)
    ones, nothing = np.ones(len(right)), np.zeros(len(right))
    if seen.any():
        design = np.column_stack([index, first, ones])[seen]
        of_index, of_first, added = _rising(design, nothing[seen], right[seen], weights[seen]).tolist()
        worth = replace(worth, seen=(of_index, of_first, added))
    if not seen.all():
        design = np.column_stack([index, ones])[~seen]
        of_index, added = _rising(design, nothing[~seen], right[~seen], weights[~seen]).tolist()
        worth = replace(worth, unseen=(of_index, added))
    odds, answers = worth.known(mine.index, mine.first)[asked], logits[asked]
    middle, spread = float(answers.mean()), float(answers.std()) + 1e-9
    design = np.column_stack([(answers - middle) / spread, np.ones(len(answers))])
    by_spread, level = _rising(design, odds, right[asked], weights[asked])
    answer = float(by_spread / spread)
    return replace(worth, answer=answer, bias=float(level - answer * middle), swing=float(by_spread))


def _rising(design: Floats, odds: Floats, right: Booleans, weights: Floats) -> Floats:
    """The weights of the columns of greatest likelihood beside log-odds that are known, none but the last below 0.

    Args:
        design: (pairs, columns), the last one of ones. The others are pulled towards 0, so that few pairs say little.
        odds: (pairs,), what counts in any case.
        right: (pairs,), which pairs show the same thing.
        weights: (pairs,), how much each counts.
    """
    weights = weights / weights.mean()
    pull = np.append(np.full(design.shape[1] - 1, RIDGE), 1e-6)
    active = np.ones(design.shape[1], bool)
    while True:
        found = np.zeros(design.shape[1])
        for _ in range(STEPS):
            probability = _probabilities(odds + design @ found)
            slope = design.T @ (weights * (probability - right)) + pull * found
            bend = (design * (weights * probability * (1 - probability))[:, None]).T @ design + np.diag(pull)
            step = np.linalg.solve(bend[np.ix_(active, active)], slope[active])
            # Far from the goal Newton's step may overshoot.
            found[active] -= np.clip(step, -2.0, 2.0)
            if np.abs(step).max() < 1e-9:
                break
        falling = np.append(found[:-1] < 0, False)
        if not falling.any():
            return found
        active &= ~falling


def _slope(scores: Floats, pairs: JudgedPairs, chosen: Booleans) -> float:
    """Log-odds for each unit of the score between pairs of one query, whose own level is fitted beside it."""
    query = np.repeat(np.arange(len(pairs.queries)), [len(one.right) for one in pairs.queries])[chosen]
    right, weights = pairs.right[chosen], pairs.weights[chosen] / pairs.weights[chosen].mean()
    ahead = scores - scores.mean()
    common = float(log_odds(np.array([np.average(right, weights=weights)]))[0])
    slope, levels = GUESS.slope, np.full(len(pairs.queries), common)
    for _ in range(STEPS):
        for _ in range(2):
            probability = _probabilities(slope * ahead + levels[query])
            excess, bend = weights * (probability - right), weights * probability * (1 - probability)
            gradient = np.bincount(query, excess, len(levels)) + OWN_LEVEL * (levels - common)
            levels -= np.clip(gradient / (np.bincount(query, bend, len(levels)) + OWN_LEVEL), -1.0, 1.0)
        step = float(excess @ ahead) / max(float(bend @ ahead**2), 1e-9)
        slope = max(slope - float(np.clip(step, -5.0, 5.0)), 1.0)
        if abs(step) < 1e-4:
            break
    return slope


def _held_out(
    pairs: JudgedPairs, known: Before, folds: NDArray[np.int64], *, informative: bool
) -> tuple[Floats, float, Floats]:
    """With constants of the other folds: each pair's log loss, mAP, and each pair's probability."""
    said, scores = np.zeros(len(folds)), known.scores.copy()
    for fold in np.unique(folds):
        inside = folds == fold
        worth, mine = fit(known, pairs, ~inside), known.of(inside)
        odds = worth.known(mine.index, mine.first)
        added = worth.evidence(odds, pairs.logits[inside]) if informative else np.zeros(len(odds))
        scores[inside] += added / worth.slope
        said[inside] = _probabilities(odds + added)
    return log_loss(said, pairs.right), mean_precision(pairs, scores), said


def _clearly_less(loss: Floats, other: Floats, pairs: JudgedPairs, asked: Booleans) -> bool:
    """Whether answers make pairs clearly more probable as they are, by the things that these show."""
    names, weights, saved = pairs.groups[asked], pairs.weights[asked], (other - loss)[asked]
    gains = np.array(
        [float(np.average(saved[names == name], weights=weights[names == name])) for name in np.unique(names)]
    )
    return bool(gains.mean() > CLEARLY * gains.std() / np.sqrt(len(gains)))


def before(pairs: JudgedPairs, fusion: Fusion, folds: NDArray[np.int64] | None) -> Before:
    """What is known before: as in a search, or with curves that were fitted without each pair's fold.

    Args:
        pairs: all pairs, each query's in the order of the index.
        fusion: of the index with the first judge.
        folds: of each pair, (pairs,); None for the fusion's own curves.
    """
    scores = fusion.index_score(pairs.cosines, pairs.votes).astype(np.float64)
    seen = ~np.isnan(pairs.first_logits)
    logits, first = pairs.first_logits[seen], np.full(len(scores), np.nan)
    # Without a curve it is the judge's own word.
    first[seen] = _probabilities(logits) if fusion.match is None else fusion.match.over(logits)
    index = fusion.index.over(scores)
    if folds is not None:
        right, weights, groups = pairs.right, pairs.weights, pairs.groups
        index_fit = better_fit(scores, right, weights, folds, groups, NO_MARGIN)
        index = held_out(index_fit, scores, right, weights, folds)
        if len(set(right[seen].tolist())) > 1:
            parts = right[seen], weights[seen], folds[seen]
            first[seen] = held_out(better_fit(logits, *parts, groups[seen]), logits, *parts)
    fused = fusion.weight * scores + (1.0 - fusion.weight) * np.where(seen, first, index)
    return Before(settled(pairs, fused, seen), index, first)


def settled(pairs: JudgedPairs, scores: Floats, seen: Booleans) -> Floats:
    """Scores as a second judge finds them, (pairs,): see `base_scores`.

    Args:
        pairs: all pairs, each query's in the order of the index.
        scores: the fused ones, (pairs,).
        seen: which pairs the first judge has looked at, (pairs,).
    """
    found, start = scores.copy(), 0
    for query in pairs.queries:
        part = slice(start, start + len(query.right))
        order = base_order(scores[part], seen[part])
        lowered = np.empty(len(order))
        lowered[order] = base_scores(scores[part][order])
        found[part] = lowered
        start = part.stop
    return found


def base_order(scores: Floats, seen: Booleans) -> NDArray[np.int64]:
    """The places of a query's candidates in the order in which a first judge leaves them, (candidates,).

    Args:
        scores: the fused ones, (candidates,), in the order of the index.
        seen: which of them the first judge has looked at, (candidates,).
    """
    head = np.flatnonzero(seen)
    return np.concatenate([head[np.argsort(-scores[head], kind="stable")], np.flatnonzero(~seen)])


def mean_precision(pairs: JudgedPairs, scores: Floats) -> float:
    """MAP with each query's pairs ordered by `scores` (pairs,), groups weighing the same."""
    ends = np.cumsum([len(query.right) for query in pairs.queries])[:-1]
    values: dict[str, list[float]] = {}
    for query, part in zip(pairs.queries, np.split(scores, ends), strict=True):
        values.setdefault(query.group, []).append(query.precision(part))
    return float(np.mean([np.mean(found) for found in values.values()]))


def _probabilities(odds: Floats) -> Floats:
    found: Floats = 1.0 / (1.0 + np.exp(-np.clip(odds, -700.0, 700.0)))
    return found
