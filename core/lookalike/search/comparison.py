"""Comparison: a photo of the query and a photo of the library side by side, and how the one lies in the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lookalike.judges.protocol import Explanation, JudgePhoto

EVEN = 0.5
"""Below this match the points that agree do so by chance, and say nothing of how the photos lie to each other."""

FEWEST = 5
"""Points that a homography must explain; any four define one."""

_SCALE = 1000.0
"""Points are numbers of this size while the homography is fitted: pixels of a middling photo."""


@dataclass(frozen=True)
class Comparison:
    """Two photos and what they have in common.

    Attributes:
        query: the photo of the query, or the part of it that was meant.
        explanation: the verdict, and the points that match.
        transform: homography from the query's photo to the other, 3 × 3 row by row, in coordinates of upright frames
            that run from 0 to 1; empty where no arrangement is shared.
    """

    query: JudgePhoto
    explanation: Explanation
    transform: tuple[float, ...]

    @property
    def mirrored(self) -> bool:
        """Whether the one photo lies in the other as its mirror image."""
        if not self.transform:
            return False
        a, b, _, c, d, _, _, _, _ = self.transform
        return a * d - b * c < 0


def transform_of(explanation: Explanation) -> tuple[float, ...]:
    """The homography that the points of an explanation obey; empty where they prove none."""
    import cv2

    match = explanation.verdict.match
    if match is None or match < EVEN or len(explanation.query_points) < FEWEST:
        return ()
    first = np.array(explanation.query_points, np.float64) * _SCALE
    second = np.array(explanation.candidate_points, np.float64) * _SCALE
    found, _ = cv2.findHomography(first, second)
    if found is None or not np.isfinite(found).all():
        return ()
    to_pixels, from_pixels = np.diag([_SCALE, _SCALE, 1.0]), np.diag([1 / _SCALE, 1 / _SCALE, 1.0])
    return tuple(float(value) for value in (from_pixels @ found @ to_pixels).ravel())
