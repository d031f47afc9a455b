"""Classifier: the labels of a photo, from its descriptor, by the last layer of the published network.

The layer was trained on the plain mean of a photo's features, and a descriptor is another mean of the same features,
of unit length. Brought back to their usual length they classify nearly as well, so photos that were described before
there were labels need not be read again (docs/benchmarks.md, "Words without a download").
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.descriptors.efficientnet import EfficientNetDescriber
from lookalike.words.files import words_file

CLASSIFIER = "classifier.npz"

KEY = EfficientNetDescriber.key
"""The descriptors that can be classified."""

LENGTH = 11.1
"""What a descriptor is multiplied with: the ratio to the plain mean, by least squares over 1,419 photos without
labels."""

TEMPERATURE = 0.6
"""Divides the layer's outputs, so that the probabilities are right; measured on photos whose classes are known."""

KEPT = 8
"""Labels kept of a photo, the most probable."""


@dataclass(frozen=True)
class PhotoLabels:
    """The most probable labels of photos.

    Attributes:
        classes: uint16 (photos, `KEPT`), the most probable first.
        probabilities: float32 (photos, `KEPT`).
    """

    classes: NDArray[np.uint16]
    probabilities: NDArray[np.float32]


def classify(descriptors: NDArray[np.float32]) -> PhotoLabels:
    """The labels of photos.

    Args:
        descriptors: float32 (photos, channels), of `KEY`.

    Raises:
        ModelError: the classifier's file is missing or damaged.
    """
    weights, biases = _layer()
    outputs = (LENGTH * descriptors @ weights.T + biases) / TEMPERATURE
    outputs -= outputs.max(axis=1, keepdims=True)
    np.exp(outputs, out=outputs)
    totals = outputs.sum(axis=1, keepdims=True)
    best = np.argpartition(-outputs, KEPT, axis=1)[:, :KEPT]
    found = np.take_along_axis(outputs, best, axis=1)
    order = np.argsort(-found, axis=1, kind="stable")
    return PhotoLabels(
        np.take_along_axis(best, order, axis=1).astype(np.uint16),
        np.take_along_axis(found, order, axis=1) / totals,
    )


@functools.cache
def _layer() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    with np.load(words_file(CLASSIFIER)) as file:
        return file["weights"].astype(np.float32), file["biases"].astype(np.float32)
