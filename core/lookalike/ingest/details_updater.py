"""Details updater: keeps the inverted file of local features in step with the catalog."""

from __future__ import annotations

import threading

import numpy as np

from lookalike.catalog.contents import Contents
from lookalike.catalog.unit_of_work import CatalogChange
from lookalike.index.inverted import FeatureIndex
from lookalike.local_features.feature_cache import FeatureCache


class DetailsUpdater:
    """Follows the catalog's units of work; see `Catalog.subscribe`.

    What it cannot add, because the features were never extracted or are no longer kept, is lacking from the inverted
    file until details are prepared; searches go by the descriptors of such photos alone.

    Args:
        contents: tells which photos are shown.
        features: those of photos that were decoded.
        inverted: has their details vote.
    """

    def __init__(self, contents: Contents, features: FeatureCache, inverted: FeatureIndex) -> None:
        self._contents = contents
        self._features = features
        self._inverted = inverted
        self._updating = threading.Lock()
        self._closed = False

    def update(self, change: CatalogChange) -> None:
        """Add what has become findable and remove what no longer is."""
        affected = sorted(change.content_ids)
        # What one thread asked the catalog must be done before another, which has changed it since, asks.
        with self._updating:
            if self._closed:
                return
            visible = self._contents.visible_among(affected)
            lost = [number for number in affected if number not in visible and number in self._inverted]
            if lost:
                self._inverted.remove(np.array(lost, np.int64))
            wanted = {number: visible[number] for number in affected if number in visible}
            self.add({number: content for number, content in wanted.items() if number not in self._inverted})

    def add(self, contents: dict[int, str]) -> set[int]:
        """Add the photos whose features are kept; gives the ids of those that have none."""
        found = {number: self._features.get(content) for number, content in contents.items()}
        there = {number: features for number, features in found.items() if features is not None}
        if there:
            self._inverted.add(np.array(sorted(there), np.int64), [there[number] for number in sorted(there)])
        return set(contents) - set(there)

    def close(self) -> None:
        """Follow no more; once this returns, the inverted file is left alone."""
        with self._updating:
            self._closed = True
