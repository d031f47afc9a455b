"""Index updater: keeps the vector index of one descriptor model in step with the catalog."""

from __future__ import annotations

import threading

import numpy as np

from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.unit_of_work import CatalogChange
from lookalike.index import VectorIndex


class IndexUpdater:
    """Follows the catalog's units of work; see `Catalog.subscribe`.

    Args:
        record: the descriptors of one model.
        index: finds them.
    """

    def __init__(self, record: DescriptorRecord, index: VectorIndex) -> None:
        self._record = record
        self._index = index
        self._updating = threading.Lock()
        self._closed = False

    def update(self, change: CatalogChange) -> None:
        """Add what has become findable and remove what no longer is."""
        affected = sorted(change.content_ids)
        at_hand = change.vectors.get(self._record.key, {})
        # What one thread asked the catalog must be done before another, which has changed it since, asks.
        with self._updating:
            if self._closed:
                return
            findable = self._record.findable(affected)
            lost = [number for number in affected if number not in findable and number in self._index]
            if lost:
                self._index.remove(np.array(lost, np.int64))
            wanted = [number for number in affected if number in findable and number not in self._index]
            fresh = [number for number in wanted if number in at_hand]
            known = np.array([number for number in wanted if number not in at_hand], np.int64)
            if fresh:
                vectors = np.stack([at_hand[number] for number in fresh])
                self._index.add(np.array(fresh, np.int64), vectors)
            if len(known):
                self._index.add(known, self._record.vectors(known))

    def close(self) -> None:
        """Follow no more; once this returns, the index is left alone."""
        with self._updating:
            self._closed = True
