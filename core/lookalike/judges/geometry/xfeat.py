"""XFeat: learned points of a photo and their descriptors, which find a place again by day and by night.

XFeat (Potje et al., "XFeat: Accelerated Features for Lightweight Image Matching", CVPR 2024; arXiv 2404.19174) is a
small convolutional network. It runs here as exported by ``packaging/export_xfeat.py``; which points are kept, and where
their descriptors are read, follows the authors' own code.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.judges.geometry.networks import Network

LONGEST_SIDE = 640
"""Longest side in pixels at which points are found."""

MAX_POINTS = 500
"""How many of the strongest are kept: about 34 kB a photo."""

KIND = f"xfeat-{LONGEST_SIDE}-{MAX_POINTS}-1"
"""Names the detector, its size and its version; features of another kind are not read."""

DETECTION_THRESHOLD = 0.02
"""Of a pixel's share in its cell; below the authors' .05, so that soft and dark photos have points too."""

DESCRIPTOR_LENGTH = 64
_MULTIPLE = 32
_CELL = 8
_STEPS = 127.0
_POSITIONS = 65535.0
_HEADER = struct.Struct("<HHH")
_BICUBIC = -0.75


@dataclass(frozen=True)
class XFeatFeatures:
    """The points of one photo, strongest first.

    Attributes:
        size: (width, height) in pixels of the image they were found in.
        points: float32 (n, 2), x and y, each in 0..1 of width and height.
        descriptors: int8 (n, 64), unit vectors times 127.
    """

    size: tuple[int, int]
    points: NDArray[np.float32]
    descriptors: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.points)

    @cached_property
    def positions(self) -> NDArray[np.float32]:
        """The points as float32 (n, 2) in a frame whose longest side is `LONGEST_SIDE`, whatever the photo's size."""
        return self.points * np.array(self.size, np.float32) * np.float32(LONGEST_SIDE / max(self.size))

    @cached_property
    def unit_descriptors(self) -> NDArray[np.float32]:
        """The descriptors as float32 (n, 64) rows of about unit length."""
        return self.descriptors.astype(np.float32) / np.float32(_STEPS)

    def to_bytes(self) -> bytes:
        """A blob: width, height and count as 16 bits each, points as 2 × 16 bits, descriptors as bytes."""
        points = np.round(self.points * _POSITIONS).astype("<u2")
        return _HEADER.pack(*self.size, len(self)) + points.tobytes() + self.descriptors.tobytes()

    @classmethod
    def from_bytes(cls, blob: bytes) -> XFeatFeatures | None:
        """Read what `to_bytes` wrote; None if the blob is not whole."""
        if len(blob) < _HEADER.size:
            return None
        width, height, count = _HEADER.unpack_from(blob)
        start = _HEADER.size + 4 * count
        if len(blob) != start + DESCRIPTOR_LENGTH * count or not (width and height):
            return None
        points = np.frombuffer(blob, "<u2", 2 * count, _HEADER.size).reshape(count, 2)
        descriptors = np.frombuffer(blob, np.int8, DESCRIPTOR_LENGTH * count, start)
        return cls(
            (width, height),
            points.astype(np.float32) / np.float32(_POSITIONS),
            descriptors.reshape(count, DESCRIPTOR_LENGTH),
        )


network = Network("xfeat")


def extract(image: Image.Image) -> XFeatFeatures:
    """Find the points of an upright photo of any mode and size; a flat one has none."""
    scale = min(1.0, LONGEST_SIDE / max(image.size))
    sides = [max(_MULTIPLE, round(side * scale) // _MULTIPLE * _MULTIPLE) for side in image.size]
    sized = image.convert("RGB").resize((sides[0], sides[1]), Image.Resampling.BICUBIC)
    grey = np.asarray(sized).mean(axis=2, dtype=np.float32)
    points, reliability, descriptors = network({"grey": grey[None, None]})
    return select(points[0, 0], reliability[0, 0], descriptors[0], image.size)


def select(
    points: NDArray[np.float32],
    reliability: NDArray[np.float32],
    descriptors: NDArray[np.float32],
    size: tuple[int, int],
) -> XFeatFeatures:
    """Keep the strongest points of what the network says.

    Args:
        points: (height, width), how much of a point each pixel is, 0 where a neighbour is more.
        reliability: (height / 8, width / 8), of each cell.
        descriptors: (64, height / 8, width / 8), of each cell.
        size: (width, height) of the photo.
    """
    height, width = points.shape
    y, x = np.nonzero(points > DETECTION_THRESHOLD)
    # The authors lay the corner pixels' middles on the corners of the cells.
    across = x / (width - 1) * (width // _CELL) - 0.5
    down = y / (height - 1) * (height // _CELL) - 0.5
    scores = points[y, x] * _sampled(reliability[None], across, down, _linear)[0]
    strongest = np.argsort(-scores, kind="stable")[:MAX_POINTS]
    strongest = strongest[scores[strongest] > 0]
    rows = _sampled(descriptors, across[strongest], down[strongest], _cubic).T
    rows /= np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-12)
    places = np.column_stack([x[strongest] / width, y[strongest] / height]).astype(np.float32)
    return XFeatFeatures(size, places, np.round(rows * _STEPS).astype(np.int8))


def _linear(part: NDArray[np.float64]) -> NDArray[np.float64]:
    nothing = np.zeros_like(part)
    return np.stack([nothing, 1 - part, part, nothing])


def _cubic(part: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of the four neighbours (4, n) by cubic convolution (Keys 1981), as torch has it."""
    far = np.stack([part + 1, 2 - part])
    near = np.stack([part, 1 - part])
    outer = ((far - 5) * far + 8) * far * _BICUBIC - 4 * _BICUBIC
    inner = ((_BICUBIC + 2) * near - (_BICUBIC + 3)) * near * near + 1
    return np.stack([outer[0], inner[0], inner[1], outer[1]])


def _sampled(
    planes: NDArray[np.float32], x: NDArray[np.float64], y: NDArray[np.float64], kernel: Callable[..., Any]
) -> NDArray[np.float32]:
    """Values (channels, n) between the cells of (channels, height, width); outside there is 0.

    Args:
        planes: what is read.
        x: (n,), in cells, 0 in the middle of the first.
        y: (n,).
        kernel: weights (4, n) of the neighbours of places that lie a part of a cell behind the second.
    """
    padded = np.pad(planes, ((0, 0), (2, 3), (2, 3)))
    left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    across, down = kernel(x - left).astype(np.float32), kernel(y - top).astype(np.float32)
    found = np.zeros((len(planes), len(x)), np.float32)
    for row in range(4):
        for column in range(4):
            found += padded[:, top + row + 1, left + column + 1] * (down[row] * across[column])
    return found
