"""Local features: points of a photo that are found again under another scale, rotation and light."""

from lookalike.local_features.features import LocalFeatures
from lookalike.local_features.sift import DETECTOR, KIND, LONGEST_SIDE, MAX_FEATURES, extract

__all__ = ["DETECTOR", "KIND", "LONGEST_SIDE", "MAX_FEATURES", "LocalFeatures", "extract"]
