"""Intervals of the figures about probabilities: the line and the calibration error, by the bootstrap over groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from lookalike.evaluation.metrics import Floats
from lookalike.evaluation.outcome import Outcome
from lookalike.evaluation.reliability import BINS
from lookalike.evaluation.statistics import RESAMPLES, SEED, bca_interval, draws, estimate_mean
from lookalike.evaluation.tally import sums_by_group

Interval = tuple[float, float] | None
"""None with fewer than two groups."""


def line_intervals(outcomes: Sequence[Outcome]) -> dict[str, Interval]:
    """The intervals of the precision above the line, and of the share of positives that lies there."""
    drawn = [one for one in outcomes if one.above]
    return {
        "precision": _of_mean([one.group for one in drawn], [one.right_above / one.above for one in drawn]),
        "recall": _of_mean(
            [one.group for one in outcomes], [one.right_above / one.pairs.positives for one in outcomes]
        ),
    }


def calibration_interval(outcomes: Sequence[Outcome]) -> Interval:
    """The interval of the expected calibration error."""
    names = sorted({one.group for one in outcomes})
    if len(names) < 2:
        return None
    gaps, sizes = np.zeros((len(names), BINS)), np.zeros(len(names))
    queries = Counter(one.group for one in outcomes)
    for one in outcomes:
        said, weight, row = np.array(one.said, np.float64), 1 / queries[one.group], names.index(one.group)
        bins = np.minimum((said * BINS).astype(int), BINS - 1)
        gaps[row] += weight * np.bincount(bins, said - one.pairs.right, BINS)
        sizes[row] += weight * len(said)

    def errors(drawn_gaps: Floats, drawn_sizes: Floats) -> Floats:
        """Expected calibration errors (n,) from summed gaps (n, bins) and sizes (n,)."""
        found: Floats = np.abs(drawn_gaps).sum(axis=1) / np.maximum(drawn_sizes, np.finfo(float).tiny)
        return found

    replicates = np.concatenate(
        [
            errors(gaps[drawn].sum(axis=1), sizes[drawn].sum(axis=1))
            for drawn in draws(len(names), RESAMPLES, SEED)
        ]
    )
    jackknife = errors(gaps.sum(axis=0) - gaps, sizes.sum() - sizes)
    value = float(errors(gaps.sum(axis=0)[None], sizes.sum()[None])[0])
    return bca_interval(value, replicates, jackknife)


def _of_mean(groups: Sequence[str], values: Sequence[float]) -> Interval:
    if not groups:
        return None
    found = estimate_mean(*sums_by_group(groups, np.array(values), by_group=True), len(values))
    return None if found.low is None or found.high is None else (found.low, found.high)
