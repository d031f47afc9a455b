"""Likeness: how much nearer the descriptors of two photos are to each other than to the library at large.

In a library of cats two cats are near each other and not the same for it; what is telling is by how much a cosine
exceeds what is common around either photo (local scaling; "CSLS" in Conneau et al., ICLR 2018, is the same idea). A
sample stands for the library. It is added to the geometric evidence of a pair: rooms, pets and vehicles are found again
where few details match.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SAMPLE = 1024
"""Photos that stand for the library."""

SHARE = 0.01
"""A photo's background is the cosine that this share of the sample exceeds."""

PRIOR, PRIOR_WEIGHT = 0.6, 300
"""Background of the photos of a library too small to have one, and for how many sampled photos it counts."""

GEOMETRY, NEARNESS, OFFSET = 0.65, 35.7, -3.6
"""The logistic curve over the log-odds of the geometry and the excess (docs/benchmarks.md, "Things and places")."""

LEAST_EXCESS, MOST_EXCESS = -0.05, 0.2
"""What lies beyond counts as these: photos that agree in very many details are joined, however little alike the rest of
them is."""

MOST_GEOMETRY = 9.0
"""Log-odds of the geometry count up to here."""

GEOMETRY_ALONE = -0.5
"""The offset where no likeness is known."""

CERTAIN = 6.0
"""No single pair counts more."""


class Vectors(Protocol):
    """Where the descriptors of photos are read, unit vectors; the catalog's `DescriptorRecord`."""

    key: str

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Descriptors as float32 (len(ids), dimension), in the order of `ids`."""
        ...


def backgrounds(
    vectors: NDArray[np.float32],
    ids: NDArray[np.int64],
    sample: NDArray[np.float32],
    sample_ids: NDArray[np.int64],
) -> NDArray[np.float32]:
    """The cosine that is common around each photo, float32 (n,).

    Args:
        vectors: unit vectors of the photos (n, dimension).
        ids: their content ids (n,); a photo is not its own background.
        sample: unit vectors of the sample (m, dimension).
        sample_ids: their content ids (m,).
    """
    count = len(sample)
    if not count:
        return np.full(len(vectors), PRIOR, np.float32)
    cosines = vectors @ sample.T
    cosines[ids[:, None] == sample_ids[None]] = -1.0
    rank = max(round(SHARE * count), 1)
    reached = -np.partition(-cosines, rank - 1, axis=1)[:, rank - 1]
    common = (count * reached + PRIOR_WEIGHT * PRIOR) / (count + PRIOR_WEIGHT)
    return common.astype(np.float32)


class Likeness:
    """Measures pairs against one sample of the library. What is common around a photo is worked out once.

    Args:
        source: reads descriptors.
        sample_ids: content ids of the sample, int64 (m,), all of them described.
    """

    def __init__(self, source: Vectors, sample_ids: NDArray[np.int64]) -> None:
        self._source = source
        self._sample_ids = sample_ids
        self._sample = source.vectors(sample_ids)
        self._common: dict[int, float] = {}

    def excesses(self, pairs: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
        """How far the cosine of each pair lies above the mean background of its two photos, float32 (len(pairs),).

        Args:
            pairs: content ids, all of them described.

        Raises:
            KeyError: a photo is not described.
        """
        ends = np.array(pairs, np.int64).reshape(-1, 2)
        ids, inverse = np.unique(ends, return_inverse=True)
        rows = inverse.reshape(ends.shape)
        vectors = self._source.vectors(ids)
        new = np.array([number not in self._common for number in ids.tolist()], np.bool_)
        if new.any():
            levels = backgrounds(vectors[new], ids[new], self._sample, self._sample_ids)
            self._common.update(zip(ids[new].tolist(), levels.tolist(), strict=True))
        common = np.array([self._common[number] for number in ids.tolist()], np.float32)
        cosines = np.einsum("ij,ij->i", vectors[rows[:, 0]], vectors[rows[:, 1]])
        result: NDArray[np.float32] = cosines - common[rows].mean(axis=1)
        return result


def log_odds(matches: NDArray[np.float64], excess: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds (n,) that both photos of each pair show the same thing.

    Args:
        matches: by the pair graph, probabilities (n,).
        excess: what `Likeness.excesses` returned (n,); not a number where the photos' descriptors cannot be compared.
    """
    clipped = matches.clip(1e-12, 1.0 - 1e-12)
    geometry = np.log(clipped / (1.0 - clipped)).clip(-CERTAIN, MOST_GEOMETRY)
    both = GEOMETRY * geometry + NEARNESS * excess.clip(LEAST_EXCESS, MOST_EXCESS) + OFFSET
    weights: NDArray[np.float64] = np.where(np.isnan(excess), geometry + GEOMETRY_ALONE, both)
    return weights.clip(-CERTAIN, CERTAIN)
