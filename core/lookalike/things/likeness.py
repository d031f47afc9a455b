"""Likeness: how much nearer the descriptors of two photos are to each other than to the library at large.

In a library of cats two cats are near each other and not the same for it; what is telling is by how much a similarity
exceeds what is common around either photo (local scaling; "CSLS" in Conneau et al., ICLR 2018, is the same idea). A
sample stands for the library. It is added to the geometric evidence of a pair: rooms, pets and vehicles are found again
where few details match.

A photo is a set of one or more descriptors: that of the whole, or those of its regions with it. Sets are compared by
the nearest of the other's for each (a chamfer similarity), both ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SAMPLE = 1024
"""Photos that stand for the library."""

SHARE = 0.01
"""A photo's background is the similarity that this share of the sample exceeds."""

PRIOR, PRIOR_WEIGHT = 0.6, 300
"""Background of the photos of a library too small to have one, and for how many sampled photos it counts."""

GEOMETRY, NEARNESS, OFFSET = 0.65, 35.7, -3.6
"""The logistic curve over the log-odds of the geometry and the excess (docs/benchmarks.md, "Things and places"), ..."""

REGIONAL_GEOMETRY, REGIONAL_NEARNESS, REGIONAL_OFFSET = 0.52, 41.4, -3.2
"""... that over the excess of the regions, where it is known, ..."""

JUDGED_GEOMETRY, JUDGED_NEARNESS, JUDGED_EVIDENCE, JUDGED_OFFSET = 0.14, 28.9, 0.43, -2.5
"""... and that with the log-odds of the geometric judge as well, where it was asked."""

SUPPORTED = 0.1
"""From this match on, details of a pair say more than that both photos are of one sort."""

SUPPORTED_BY_JUDGE = -0.5
"""The same of the log-odds of the geometric judge."""

CONFIRMED = 2.0
"""What is added where both say so: they look for points in different ways, and seldom find the same by chance."""

ANIMALS = 1.3
"""What is added where both photos show a cat or a dog."""

LEAST_OPEN, MOST_OPEN = -3.5, 4.0
"""Log-odds between which the regions of a pair are compared, ..."""

LEAST_UNSURE, MOST_UNSURE = -2.0, 3.0
"""... and between which the geometric judge is asked then."""

LEAST_EXCESS, MOST_EXCESS = -0.05, 0.2
"""What lies beyond counts as these: photos that agree in very many details are joined, however little alike the rest of
them is."""

MOST_GEOMETRY = 9.0
"""Log-odds of the geometry count up to here."""

GEOMETRY_ALONE = -0.5
"""The offset where no likeness is known."""

CERTAIN = 6.0
"""No single pair counts more."""


class PhotoSets(Protocol):
    """Where the descriptors of photos are read, unit vectors."""

    def sets(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Descriptors as float32 (len(ids), descriptors of each, dimension), in the order of `ids`.

        Raises:
            KeyError: a photo is not described.
        """
        ...


def similarities(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """How similar each first set (n, r, dimension) is to each second one (m, r, dimension), float32 (n, m)."""
    rows, columns = first.reshape(-1, first.shape[2]), second.reshape(-1, second.shape[2])
    products = (rows @ columns.T).reshape(len(first), first.shape[1], len(second), second.shape[1])
    return _chamfer(products.transpose(0, 2, 1, 3))


def pair_similarities(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """How similar the sets (n, r, dimension) of each pair are: float32 (n,)."""
    return _chamfer(first @ second.transpose(0, 2, 1))


def _chamfer(products: NDArray[np.float32]) -> NDArray[np.float32]:
    """The similarities of sets by the cosines (..., r, r) of their members."""
    forth, back = products.max(axis=-1).mean(axis=-1), products.max(axis=-2).mean(axis=-1)
    found: NDArray[np.float32] = (forth + back) / 2
    return found


def backgrounds(
    near: NDArray[np.float32], ids: NDArray[np.int64], sample_ids: NDArray[np.int64]
) -> NDArray[np.float32]:
    """The similarity that is common around each photo, float32 (n,).

    Args:
        near: similarities of the photos and the sample (n, m).
        ids: the photos' content ids (n,); a photo is not its own background.
        sample_ids: those of the sample (m,).
    """
    count = len(sample_ids)
    if not count:
        return np.full(len(ids), PRIOR, np.float32)
    others = np.where(ids[:, None] == sample_ids[None], -1.0, near)
    rank = max(round(SHARE * count), 1)
    reached = -np.partition(-others, rank - 1, axis=1)[:, rank - 1]
    common = (count * reached + PRIOR_WEIGHT * PRIOR) / (count + PRIOR_WEIGHT)
    return common.astype(np.float32)


class Likeness:
    """Measures pairs against one sample of the library. What is common around a photo is worked out once.

    Args:
        source: reads descriptors.
        sample_ids: content ids of the sample, int64 (m,).
        sample: their descriptors (m, r, dimension).
    """

    def __init__(self, source: PhotoSets, sample_ids: NDArray[np.int64], sample: NDArray[np.float32]) -> None:
        self._source = source
        self._sample_ids = sample_ids
        self._sample = sample
        self._common: dict[int, float] = {}

    def excesses(self, pairs: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
        """How far the similarity of each pair lies above the mean background of its two photos, float32 (len(pairs),).

        Args:
            pairs: content ids, all of them described.

        Raises:
            KeyError: a photo is not described.
        """
        ends = np.array(pairs, np.int64).reshape(-1, 2)
        ids, inverse = np.unique(ends, return_inverse=True)
        rows = inverse.reshape(ends.shape)
        sets = self._source.sets(ids)
        new = np.array([number not in self._common for number in ids.tolist()], np.bool_)
        if new.any():
            near = similarities(sets[new], self._sample)
            levels = backgrounds(near, ids[new], self._sample_ids)
            self._common.update(zip(ids[new].tolist(), levels.tolist(), strict=True))
        common = np.array([self._common[number] for number in ids.tolist()], np.float32)
        each = pair_similarities(sets[rows[:, 0]], sets[rows[:, 1]])
        result: NDArray[np.float32] = each - common[rows].mean(axis=1)
        return result


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
    clipped = matches.clip(1e-12, 1.0 - 1e-12)
    geometry = np.log(clipped / (1.0 - clipped)).clip(-CERTAIN, MOST_GEOMETRY)
    whole, parts = (numbers.clip(LEAST_EXCESS, MOST_EXCESS) for numbers in (excess, regional))
    weights = np.where(
        np.isnan(excess), geometry + GEOMETRY_ALONE, GEOMETRY * geometry + NEARNESS * whole + OFFSET
    )
    closer = REGIONAL_GEOMETRY * geometry + REGIONAL_NEARNESS * parts + REGIONAL_OFFSET
    weights = np.where(np.isnan(regional), weights, closer)
    closest = JUDGED_GEOMETRY * geometry + JUDGED_NEARNESS * parts + JUDGED_EVIDENCE * judged + JUDGED_OFFSET
    confirmed = (matches >= SUPPORTED) & (judged >= SUPPORTED_BY_JUDGE)
    weights = np.where(np.isnan(judged), weights, closest) + CONFIRMED * confirmed + ANIMALS * animals
    clipped_weights: NDArray[np.float64] = weights.clip(-CERTAIN, CERTAIN)
    return clipped_weights
