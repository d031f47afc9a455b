"""SIFT detector and RootSIFT descriptors, by OpenCV.

SIFT (Lowe, IJCV 2004) finds points that recur under another scale, rotation and light; taking the square root of the
L1-normalised descriptor (RootSIFT, Arandjelović and Zisserman, CVPR 2012) makes the dot product of two of them the
Bhattacharyya kernel, which matches better than the Euclidean distance.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from lookalike.local_features.features import FRAME_SIDE, LocalFeatures

LONGEST_SIDE = 640
"""Longest side in pixels at which features are extracted."""

MAX_FEATURES = 1000
"""How many of the strongest are kept: about 136 kB a photo."""

CONTRAST_THRESHOLD = 0.02
"""Half of OpenCV's default, so that soft photos have features too, ..."""
FULL_RANGE = 64
"""... in photos whose grey levels span this many or more. A photo that spans fewer, as one taken in the dark, has a
threshold that is lower in proportion, as all its contrasts are (docs/benchmarks.md, "The index with details")."""
LEAST_RANGE = 16
"""Grey levels below which the threshold falls no further, so that an even wall does not become one of grain."""
RANGE_SHARE = 0.98
"""The share of the pixels that count for the range, without the darkest and the brightest."""

DETECTOR = f"sift-{LONGEST_SIDE}-{MAX_FEATURES}-1"
"""Names the detector, its size and its version; what was computed from other features is not used.

Not raised when dark photos got a threshold of their own: all others have the same features as before."""

KIND = f"{DETECTOR}:2"
"""Names the blobs of `LocalFeatures.to_bytes`: what was found, and the layout's version."""


def extract(image: Image.Image) -> LocalFeatures:
    """Extract the local features of an upright photo of any mode and size; a flat one has none.

    Releases the interpreter's lock while it works, so that threads extract side by side.
    """
    import cv2

    grey = image.convert("L")
    scale = LONGEST_SIDE / max(grey.size)
    if scale < 1.0:
        size = (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
        grey = grey.resize(size, Image.Resampling.BICUBIC)
    threshold = CONTRAST_THRESHOLD * min(1.0, max(_grey_range(grey), LEAST_RANGE) / FULL_RANGE)
    detector = cv2.SIFT.create(nfeatures=MAX_FEATURES, contrastThreshold=threshold)
    keypoints, found = detector.detectAndCompute(np.asarray(grey), None)
    if found is None or not len(keypoints):
        return LocalFeatures.none(grey.size)
    # OpenCV keeps a few more than asked for where the last ones are equally strong.
    strongest = np.argsort([-keypoint.response for keypoint in keypoints], kind="stable")[:MAX_FEATURES]
    kept = [keypoints[number] for number in strongest]
    points = np.array([keypoint.pt for keypoint in kept], np.float32) / np.array(grey.size, np.float32)
    scales = np.array([keypoint.size for keypoint in kept], np.float32) * np.float32(
        FRAME_SIDE / max(grey.size)
    )
    angles = np.array([keypoint.angle for keypoint in kept], np.float32) % np.float32(360.0)
    chosen = found[strongest]
    root = np.sqrt(chosen / np.maximum(chosen.sum(axis=1, keepdims=True), 1e-9))
    return LocalFeatures(
        grey.size, points.clip(0.0, 1.0), np.round(root * 255.0).astype(np.uint8), scales, angles
    )


def _grey_range(grey: Image.Image) -> int:
    """How many grey levels most pixels of an image lie within."""
    reached = np.cumsum(grey.histogram()) / (grey.width * grey.height)
    outside = (1.0 - RANGE_SHARE) / 2
    return int(np.searchsorted(reached, 1.0 - outside) - np.searchsorted(reached, outside))
