"""Local features of a photo: RootSIFT descriptors with their places, scales and directions, small enough to store."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

FRAME_SIDE = 640
"""Longest side of the frame in which positions and scales are measured, whatever the photo's size."""

DESCRIPTOR_LENGTH = 128
_HEADER = struct.Struct("<HHH")
_POSITIONS = 65535.0
_SCALE_STEPS = 4096.0
"""Steps an octave of the logarithm of a scale."""
_ANGLE_STEPS = 65536.0 / 360.0
_PLACE_BYTES = 8

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
        scales: float32 (n,), above 0: diameters in pixels of a frame whose longest side is `FRAME_SIDE`.
        angles: float32 (n,), their directions in degrees, clockwise from the x axis, in 0..360.
    """

    size: tuple[int, int]
    points: NDArray[np.float32]
    descriptors: NDArray[np.uint8]
    scales: NDArray[np.float32]
    angles: NDArray[np.float32]

    @classmethod
    def none(cls, size: tuple[int, int]) -> LocalFeatures:
        """What a flat image of `size` (width, height) has."""
        nothing = np.zeros(0, np.float32)
        return cls(
            size, np.zeros((0, 2), np.float32), np.zeros((0, DESCRIPTOR_LENGTH), np.uint8), nothing, nothing
        )

    def __len__(self) -> int:
        return len(self.points)

    @cached_property
    def positions(self) -> NDArray[np.float32]:
        """The points as float32 (n, 2) in a frame whose longest side is `FRAME_SIDE`, whatever the photo's size."""
        width, height = self.size
        return self.points * np.array([width, height], np.float32) * np.float32(FRAME_SIDE / max(self.size))

    @cached_property
    def unit_descriptors(self) -> NDArray[np.float32]:
        """The descriptors as float32 (n, 128) rows of about unit length."""
        return self.descriptors.astype(np.float32) / np.float32(255.0)

    def strongest(self, count: int) -> LocalFeatures:
        """The strongest of the features, at most `count`."""
        return LocalFeatures(
            self.size,
            self.points[:count],
            self.descriptors[:count],
            self.scales[:count],
            self.angles[:count],
        )

    def mirrored(self) -> LocalFeatures:
        """The features of the photo's mirror image (left and right exchanged), made without its pixels."""
        points = self.points.copy()
        points[:, 0] = 1.0 - points[:, 0]
        angles = (np.float32(180.0) - self.angles) % np.float32(360.0)
        return LocalFeatures(self.size, points, self.descriptors[:, _MIRRORED], self.scales, angles)

    def to_bytes(self) -> bytes:
        """A blob: size and count; x, y, log scale and angle of each feature; all in 16 bits; descriptors as bytes."""
        places = np.empty((len(self), 4), "<u2")
        places[:, :2] = np.round(self.points * _POSITIONS)
        places[:, 2] = np.round(np.log2(self.scales) * _SCALE_STEPS + 32768.0).clip(0, 65535)
        # A full turn is none.
        places[:, 3] = np.round(self.angles * _ANGLE_STEPS).astype(np.int64) % 65536
        return _HEADER.pack(*self.size, len(self)) + places.tobytes() + self.descriptors.tobytes()

    @classmethod
    def from_bytes(cls, blob: bytes) -> LocalFeatures | None:
        """Read what `to_bytes` wrote; None if the blob is not whole."""
        if len(blob) < _HEADER.size:
            return None
        width, height, count = _HEADER.unpack_from(blob)
        start = _HEADER.size + _PLACE_BYTES * count
        if len(blob) != start + DESCRIPTOR_LENGTH * count or not (width and height):
            return None
        places = np.frombuffer(blob, "<u2", 4 * count, _HEADER.size).reshape(count, 4).astype(np.float32)
        descriptors = np.frombuffer(blob, np.uint8, DESCRIPTOR_LENGTH * count, start)
        return cls(
            (width, height),
            places[:, :2] / np.float32(_POSITIONS),
            descriptors.reshape(count, DESCRIPTOR_LENGTH),
            np.exp2((places[:, 2] - np.float32(32768.0)) / np.float32(_SCALE_STEPS)),
            places[:, 3] / np.float32(_ANGLE_STEPS),
        )
