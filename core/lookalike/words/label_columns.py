"""Label columns: the labels of all photos in memory as compact arrays, which follow the catalog; 56 bytes a photo."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.labels import LabelRecord
from lookalike.words.classifier import KEPT


@dataclass(frozen=True)
class LabelTable:
    """The labels of all photos at one moment.

    Attributes:
        ids: ascending, (photos,).
        labels: uint16 (photos, `KEPT`).
        probabilities: float32 (photos, `KEPT`).
    """

    ids: NDArray[np.int64]
    labels: NDArray[np.uint16]
    probabilities: NDArray[np.float32]

    def sums(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """For each photo the sum of its labels' weights, each times its probability.

        Args:
            weights: float32 (classes,).

        Returns:
            float32 (photos,).
        """
        return np.asarray(np.einsum("pl,pl->p", weights[self.labels], self.probabilities))


_NO_LABELS = LabelTable(
    np.zeros(0, np.int64), np.zeros((0, KEPT), np.uint16), np.zeros((0, KEPT), np.float32)
)


class LabelColumns:
    """Reads the record of labels once, and later only what has come. Any thread may ask.

    Args:
        record: the labels in the catalog.
    """

    def __init__(self, record: LabelRecord) -> None:
        self._record = record
        self._lock = threading.Lock()
        self._latest = 0
        self._table = _NO_LABELS

    def table(self) -> LabelTable:
        """The labels of now."""
        with self._lock:
            if self._record.latest() > self._latest:
                self._append()
            return self._table

    def _append(self) -> None:
        latest, ids, labels, probabilities = self._record.since(self._latest)
        before = self._table
        kept = ~np.isin(before.ids, ids)
        ids = np.concatenate([before.ids[kept], ids])
        order = np.argsort(ids, kind="stable")
        self._table = LabelTable(
            ids[order],
            np.concatenate([before.labels[kept], labels])[order],
            np.concatenate([before.probabilities[kept], probabilities.astype(np.float32)])[order],
        )
        self._latest = latest
