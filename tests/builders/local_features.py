"""Local features that were never in a photo, made quickly and always alike."""

from __future__ import annotations

import numpy as np

from lookalike.local_features import LocalFeatures


def made_features(seed: int, count: int = 40) -> LocalFeatures:
    """The features of an imaginary photo; the same for the same seed, and unlike those of any other."""
    random = np.random.default_rng(seed)
    # As sparse as SIFT's descriptors are, and of unit length as RootSIFT's.
    descriptors = random.gamma(0.5, 1.0, (count, 128))
    descriptors = np.sqrt(descriptors / descriptors.sum(axis=1, keepdims=True))
    return LocalFeatures(
        (640, 480),
        random.random((count, 2), np.float32),
        np.round(descriptors * 255).astype(np.uint8),
        (2 + 20 * random.random(count)).astype(np.float32),
        (360 * random.random(count)).astype(np.float32),
    )
