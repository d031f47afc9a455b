"""Statistics of figures: confidence intervals by a bootstrap over groups.

All queries of a group show the same thing, so they succeed or fail together: groups are drawn anew, not queries. The
interval is the bias-corrected and accelerated one (BCa; Efron, "Better Bootstrap Confidence Intervals", 1987), or that
of plain percentiles where BCa is not defined (all draws on one side of the figure) or would cost a pass over all
results for each group (figures over all results together). Same seed, same interval.

Written here because SciPy, which has the same (`scipy.stats.bootstrap`, compared with it in the tests), would be the
program's largest dependency but two, for this function alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation.metrics import Floats

RESAMPLES = 2000
POOLED_RESAMPLES = 500
"""Of figures over all results together, which are worked out anew for each draw."""

LEVEL = 0.95
SEED = 0

BLOCK = 1 << 21
"""Groups drawn at once, which bounds the memory."""

_NORMAL = NormalDist()


@dataclass(frozen=True)
class Estimate:
    """A figure with its confidence interval.

    Attributes:
        value: the figure.
        low: lower end of the interval; None with fewer than two groups.
        high: upper end of the interval; None with fewer than two groups.
        queries: queries that count.
        groups: groups among them.
    """

    value: float
    low: float | None
    high: float | None
    queries: int
    groups: int


def draws(groups: int, resamples: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Groups drawn with replacement, (some of the resamples, groups) at a time."""
    generator = np.random.default_rng(seed)
    rows = max(1, BLOCK // groups)
    for start in range(0, resamples, rows):
        yield generator.integers(0, groups, (min(rows, resamples - start), groups))


def ratios(sums: Floats, sizes: Floats, resamples: int = RESAMPLES, seed: int = SEED) -> Floats:
    """What a mean would be if other groups had been drawn, (resamples,).

    Args:
        sums: the sum of the values of each group, (groups,).
        sizes: how many values each has, (groups,).
        resamples: how often groups are drawn.
        seed: of the draws.
    """
    return np.concatenate(
        [sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1) for drawn in draws(len(sums), resamples, seed)]
    )


def left_out(sums: Floats, sizes: Floats) -> Floats:
    """The mean without each group, (groups,): the jackknife."""
    means: Floats = (sums.sum() - sums) / (sizes.sum() - sizes)
    return means


def percentile_interval(replicates: Floats, level: float = LEVEL) -> tuple[float, float]:
    """The interval of plain percentiles of what the draws gave (resamples,)."""
    tail = (1 - level) / 2
    low, high = np.quantile(replicates, [tail, 1 - tail])
    return float(low), float(high)


def bca_interval(
    value: float, replicates: Floats, jackknife: Floats, level: float = LEVEL
) -> tuple[float, float]:
    """The bias-corrected and accelerated interval, or that of percentiles where it is not defined.

    Args:
        value: the figure.
        replicates: what the draws gave, (resamples,).
        jackknife: the figure without each group, (groups,).
        level: how sure the interval is.
    """
    below = float(((replicates < value).sum() + (replicates <= value).sum()) / (2 * len(replicates)))
    deviations = jackknife.mean() - jackknife
    spread = float((deviations**2).mean())
    if not 0 < below < 1 or spread < np.finfo(float).tiny:
        return percentile_interval(replicates, level)
    acceleration = float((deviations**3).mean()) / spread**1.5 / (6 * np.sqrt(len(jackknife)))
    bias = _NORMAL.inv_cdf(below)
    tail = _NORMAL.inv_cdf((1 - level) / 2)
    ends = [
        _NORMAL.cdf(bias + quantile / (1 - acceleration * quantile))
        for quantile in (bias + tail, bias - tail)
    ]
    low, high = np.quantile(replicates, ends)
    return float(low), float(high)


def estimate_mean(
    sums: Floats, sizes: Floats, queries: int, resamples: int = RESAMPLES, seed: int = SEED
) -> Estimate:
    """A mean with its interval.

    Args:
        sums: the sum of the values of each group, (groups,); its mean, where groups weigh the same.
        sizes: how many values each has, (groups,); ones, where groups weigh the same.
        queries: queries that count.
        resamples: how often groups are drawn.
        seed: of the draws.
    """
    value = float(sums.sum() / sizes.sum())
    if len(sums) < 2:
        return Estimate(value, None, None, queries, len(sums))
    low, high = bca_interval(value, ratios(sums, sizes, resamples, seed), left_out(sums, sizes))
    return Estimate(value, low, high, queries, len(sums))


def weighted_replicates(
    of: Callable[[Floats], float], groups: int, resamples: int = POOLED_RESAMPLES, seed: int = SEED
) -> Floats:
    """What a figure that is no mean would be if other groups had been drawn, (resamples,).

    Args:
        of: the figure when each group counts so many times, (groups,).
        groups: how many groups there are.
        resamples: how often groups are drawn.
        seed: of the draws.
    """
    return np.array(
        [
            of(np.bincount(row, minlength=groups).astype(np.float64))
            for drawn in draws(groups, resamples, seed)
            for row in drawn
        ]
    )


def estimate_weighted(
    of: Callable[[Floats], float],
    queries: int,
    groups: int,
    resamples: int = POOLED_RESAMPLES,
    seed: int = SEED,
) -> Estimate:
    """A figure that is no mean, with the interval of percentiles.

    Args:
        of: the figure when each group counts so many times, (groups,).
        queries: queries that count.
        groups: how many groups there are.
        resamples: how often groups are drawn.
        seed: of the draws.
    """
    value = of(np.ones(groups))
    if groups < 2:
        return Estimate(value, None, None, queries, groups)
    low, high = percentile_interval(weighted_replicates(of, groups, resamples, seed))
    return Estimate(value, low, high, queries, groups)
