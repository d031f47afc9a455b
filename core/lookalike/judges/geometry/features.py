"""Local features of a photo: RootSIFT descriptors and their positions, small enough to store for every photo.

SIFT (Lowe, IJCV 2004) finds points that recur under another scale, rotation and light; taking the square root of the
L1-normalised descriptor (RootSIFT, Arandjelović and Zisserman, CVPR 2012) makes the dot product of two of them the
Bhattacharyya kernel, which matches better than the Euclidean distance.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LONGEST_SIDE = 640
"""Longest side in pixels at which features are extracted, and in which distances between them are measured."""

MAX_FEATURES = 1000
"""How many of the strongest are kept: about 132 kB a photo."""

CONTRAST_THRESHOLD = 0.02
"""Half of OpenCV's default, so that soft and dark photos have features too."""

KIND = f"sift-{LONGEST_SIDE}-{MAX_FEATURES}-1"
"""Names the detector, its size and its version; features of another kind are not read."""

DESCRIPTOR_LENGTH = 128
_HEADER = struct.Struct("<HHH")
_POSITIONS = 65535.0

# SIFT's 4 × 4 cells of 8 directions, seen in a mirror that stands along the feature's own direction: the order of the
# rows turns round, and every direction becomes its opposite angle.
_MIRRORED = np.arange(DESCRIPTOR_LENGTH).reshape(4, 4, 8)[::-1][:, :, -np.arange(8) % 8].ravel()


@dataclass(frozen=True)
class LocalFeatures:
    """The local features of one photo, strongest first.

    Attributes:
        size: (width, height) in pixels of the image they were found in.
        points: float32 (n, 2), x and y, each in 0..1 of width and height.
        descriptors: uint8 (n, 128), RootSIFT times 255.
    """

    size: tuple[int, int]
    points: NDArray[np.float32]
    descriptors: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.points)

    @cached_property
    def positions(self) -> NDArray[np.float32]:
        """The points as float32 (n, 2) in a frame whose longest side is `LONGEST_SIDE`, whatever the photo's size."""
        width, height = self.size
        return self.points * np.array([width, height], np.float32) * np.float32(LONGEST_SIDE / max(self.size))

    @cached_property
    def unit_descriptors(self) -> NDArray[np.float32]:
        """The descriptors as float32 (n, 128) rows of about unit length."""
        return self.descriptors.astype(np.float32) / np.float32(255.0)

    def mirrored(self) -> LocalFeatures:
        """The features of the photo's mirror image (left and right exchanged), made without its pixels."""
        points = self.points.copy()
        points[:, 0] = 1.0 - points[:, 0]
        return LocalFeatures(self.size, points, self.descriptors[:, _MIRRORED])

    def to_bytes(self) -> bytes:
        """A blob: width, height and count as 16 bits each, points as 2 × 16 bits, descriptors as bytes."""
        header = _HEADER.pack(*self.size, len(self))
        points = np.round(self.points * _POSITIONS).astype("<u2")
        return header + points.tobytes() + self.descriptors.tobytes()

    @classmethod
    def from_bytes(cls, blob: bytes) -> LocalFeatures | None:
        """Read what `to_bytes` wrote; None if the blob is not whole."""
        if len(blob) < _HEADER.size:
            return None
        width, height, count = _HEADER.unpack_from(blob)
        start = _HEADER.size + 4 * count
        if len(blob) != start + DESCRIPTOR_LENGTH * count or not (width and height):
            return None
        points = np.frombuffer(blob, "<u2", 2 * count, _HEADER.size).reshape(count, 2)
        descriptors = np.frombuffer(blob, np.uint8, DESCRIPTOR_LENGTH * count, start)
        return cls(
            (width, height),
            points.astype(np.float32) / np.float32(_POSITIONS),
            descriptors.reshape(count, DESCRIPTOR_LENGTH),
        )


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
    detector = cv2.SIFT.create(nfeatures=MAX_FEATURES, contrastThreshold=CONTRAST_THRESHOLD)
    keypoints, found = detector.detectAndCompute(np.asarray(grey), None)
    if found is None or not len(keypoints):
        none = np.zeros((0, DESCRIPTOR_LENGTH), np.uint8)
        return LocalFeatures(grey.size, np.zeros((0, 2), np.float32), none)
    # OpenCV keeps a few more than asked for where the last ones are equally strong.
    strongest = np.argsort([-keypoint.response for keypoint in keypoints], kind="stable")[:MAX_FEATURES]
    points = np.array([keypoints[number].pt for number in strongest], np.float32) / np.array(
        grey.size, np.float32
    )
    chosen = found[strongest]
    root = np.sqrt(chosen / np.maximum(chosen.sum(axis=1, keepdims=True), 1e-9))
    return LocalFeatures(grey.size, points.clip(0.0, 1.0), np.round(root * 255.0).astype(np.uint8))
