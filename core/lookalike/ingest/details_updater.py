"""Details updater: keeps the inverted file of local features in step with the catalog."""

from __future__ import annotations

import threading
from collections.abc import Sequence

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
        affected = np.array(sorted(change.content_ids), np.int64)
        # What one thread asked the catalog must be done before another, which has changed it since, asks.
        with self._updating:
            if self._closed:
                return
            visible = self._contents.visible_among(affected.tolist())
            lost = np.setdiff1d(affected, np.array(list(visible), np.int64))
            lost = lost[self._inverted.contains(lost)]
            if len(lost):
                self._inverted.remove(lost)
            self._add(visible)

    def add(self, content_ids: Sequence[int]) -> set[int]:
        """Add those of some photos that are shown and whose features are kept.

        Returns:
            The ids of those that are shown and whose features are not kept.
        """
        # Not while `update` runs: what it has removed must not be added behind its back.
        with self._updating:
            return set() if self._closed else self._add(self._contents.visible_among(content_ids))

    def _add(self, visible: dict[int, str]) -> set[int]:
        ids = np.array(sorted(visible), np.int64)
        lacking = ids[~self._inverted.contains(ids)].tolist()
        found = {number: self._features.get(visible[number]) for number in lacking}
        there = {number: features for number, features in found.items() if features is not None}
        if there:
            self._inverted.add(np.array(list(there), np.int64), list(there.values()))
        return found.keys() - there.keys()

    def close(self) -> None:
        """Follow no more; once this returns, the inverted file is left alone."""
        with self._updating:
            self._closed = True
