"""Evidence: what is known of each verified pair, as one weight for clustering."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.things import Links
from lookalike.pairs.verified_pair import PROVEN
from lookalike.things.curves import CERTAIN, log_odds

DOGS, CATS = range(151, 269), range(281, 286)
"""The classes of ImageNet-1k that dogs and house cats are labelled with."""

IS_ANIMAL = 0.25
"""The probability of these from which a photo is one of a cat or dog."""


class PairWeights:
    """Weighs pairs of one library.

    Args:
        catalog: the library's catalog; what photos are labelled with is read once.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._animals = animals_of(catalog)

    def of(self, links: Links) -> NDArray[np.float64]:
        """Log-odds (n,) that both photos of each pair show the same thing; `CERTAIN` where pixels prove it."""
        animals: NDArray[np.bool_] = np.isin(links.ids, self._animals).all(axis=1)  # type: ignore[assignment]
        odds = log_odds(links.matches, links.excesses, links.regional, links.judged, animals)
        return np.where(is_proven(links), CERTAIN, odds)


def animals_of(catalog: Catalog) -> NDArray[np.int64]:
    """The photos that are labelled as of a cat or dog, by their content ids, int64 (n,)."""
    _, ids, labels, probabilities = catalog.labels.since(0)
    of_animals = np.isin(labels, [*DOGS, *CATS])
    shares = np.where(of_animals, probabilities, 0.0).sum(axis=1)
    animals: NDArray[np.int64] = ids[shares >= IS_ANIMAL]
    return animals


def is_proven(links: Links) -> NDArray[np.bool_]:
    """Whether pixels prove of each pair (n,) that both show the same."""
    proven: NDArray[np.bool_] = np.isin(links.kinds, [kind.value for kind in PROVEN])
    return proven
