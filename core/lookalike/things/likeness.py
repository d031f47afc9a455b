"""Likeness: how much nearer the descriptors of two photos are to each other than to the library at large.

In a library of cats two cats are near each other and not the same for it; what is telling is by how much a similarity
exceeds what is common around either photo (local scaling; "CSLS" in Conneau et al., ICLR 2018, is the same idea). A
sample stands for the library. It is added to the geometric evidence of a pair (`things/curves.py`): rooms, pets and
vehicles are found again where few details match.

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

VERSION = 2
"""Raised whenever the excess of a pair comes out otherwise than before."""

SHARES = (0.005, 0.05, 0.5)
WEIGHTS = (0.8, 0.4, -0.8)
"""A photo's background: the similarities that these shares of the sample exceed, each by its weight. What the nearest
reach counts most, and it counts less where everything is similar to the photo."""

MOST_OF_ANIMALS = 0.68
"""What the nearest reach counts up to here for a photo of a cat or dog. People have hundreds of photos of their own
pet: these are its nearest, and would hide each other."""

PRIOR, PRIOR_WEIGHT = 0.344, 300
"""Background of the photos of a library too small to have one, and for how many sampled photos it counts."""


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
    near: NDArray[np.float32],
    ids: NDArray[np.int64],
    sample_ids: NDArray[np.int64],
    animals: NDArray[np.int64],
) -> NDArray[np.float32]:
    """The similarity that is common around each photo, float32 (n,).

    Args:
        near: similarities of the photos and the sample (n, m).
        ids: the photos' content ids (n,); a photo is not its own background.
        sample_ids: those of the sample (m,).
        animals: those of photos of a cat or dog.
    """
    count = len(sample_ids)
    if not count:
        return np.full(len(ids), PRIOR, np.float32)
    others = np.where(ids[:, None] == sample_ids[None], -1.0, near)
    ranks = [max(round(share * count), 1) - 1 for share in SHARES]
    reached = -np.partition(-others, ranks, axis=1)[:, ranks]
    limits = np.where(np.isin(ids, animals), MOST_OF_ANIMALS, 1.0)
    reached[:, 0] = np.minimum(reached[:, 0], limits)
    common = (count * (reached @ np.array(WEIGHTS)) + PRIOR_WEIGHT * PRIOR) / (count + PRIOR_WEIGHT)
    result: NDArray[np.float32] = common.astype(np.float32)
    return result


class Likeness:
    """Measures pairs against one sample of the library. What is common around a photo is worked out once.

    Args:
        source: reads descriptors.
        sample_ids: content ids of the sample, int64 (m,).
        sample: their descriptors (m, r, dimension).
        animals: content ids of the photos of a cat or dog, int64 (k,).
    """

    def __init__(
        self,
        source: PhotoSets,
        sample_ids: NDArray[np.int64],
        sample: NDArray[np.float32],
        animals: NDArray[np.int64],
    ) -> None:
        self._source = source
        self._sample_ids = sample_ids
        self._sample = sample
        self._animals = animals
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
            levels = backgrounds(near, ids[new], self._sample_ids, self._animals)
            self._common.update(zip(ids[new].tolist(), levels.tolist(), strict=True))
        common = np.array([self._common[number] for number in ids.tolist()], np.float32)
        each = pair_similarities(sets[rows[:, 0]], sets[rows[:, 1]])
        result: NDArray[np.float32] = each - common[rows].mean(axis=1)
        return result
