"""Labelling: keeps the labels of photos in step with their descriptors."""

from __future__ import annotations

import logging
import threading

import numpy as np

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.unit_of_work import CatalogChange
from lookalike.descriptors.embedded_network import CHANNELS
from lookalike.log import log_failure
from lookalike.models.errors import ModelError
from lookalike.words.classifier import KEY, classify

logger = logging.getLogger(__name__)

VERSION = 1
"""Raised whenever photos would get other labels than before."""


class Labeller:
    """Labels photos as their descriptors are recorded; see `Catalog.subscribe`.

    Args:
        catalog: the library's catalog.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        # What to label and what is labelled are not to change between the two of another thread.
        self._labelling = threading.Lock()

    def update(self, change: CatalogChange) -> None:
        """Label what has been described. Where that fails, the photos are lacking labels until `label_some`."""
        vectors = change.vectors.get(KEY)
        if not vectors:
            return
        try:
            found = classify(np.stack(list(vectors.values())))
        except ModelError as error:
            log_failure(logger, "Labels of photos", error)
            return
        with self._labelling:
            self._catalog.labels.put(list(vectors), found.classes, found.probabilities, VERSION)

    def lacking(self) -> int:
        """How many photos could have labels and have none."""
        return self._catalog.labels.count_lacking(KEY, VERSION)

    def label_some(self, count: int) -> int:
        """Label photos that lack it, newest first, from their stored descriptors.

        Args:
            count: the most photos.

        Returns:
            How many were labelled; 0 where none lacks labels.

        Raises:
            ModelError: the classifier's file is missing or damaged.
        """
        with self._labelling:
            ids = self._catalog.labels.lacking(KEY, VERSION, count)
            if ids:
                found = classify(self._catalog.descriptors(KEY, CHANNELS).vectors(np.array(ids, np.int64)))
                self._catalog.labels.put(ids, found.classes, found.probabilities, VERSION)
            return len(ids)
