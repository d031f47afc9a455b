"""Alignment: the homography that lays one photo over another, by their local features or their frames."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.geometry.matching import MINIMUM, agreeing, mutual_matches
from lookalike.local_features import LONGEST_SIDE, LocalFeatures

INLIERS_PIXELS = 4.0
"""MAGSAC++'s upper limit for the error of a match, in pixels of a photo whose longest side is 640."""

AFFINE_SHARE = 0.97
"""An affine map is taken where it explains this share of what a homography does: it holds beyond its matches too."""

MOST_SCALE = 20.0
"""No edit scales by more."""

MOST_STRETCH = 2.5
"""No edit, and no other view that pixels are compared of, stretches one direction by more against the other."""

ITERATIONS = 2000
CONFIDENCE = 0.999

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Alignment:
    """How one photo lies over another.

    Attributes:
        matrix: homography (3, 3) from the first photo to the second, in coordinates from 0 to 1 of each frame.
        mirrored: whether the second shows the first in a mirror.
        inliers: matches that obey it; 0 where the frame itself was taken.
        weight: their summed distinctness; see `lookalike.judges.geometry.matching.Correspondence`.
    """

    matrix: Matrix
    mirrored: bool
    inliers: int
    weight: float


def align(first: LocalFeatures, second: LocalFeatures) -> Alignment | None:
    """Align two photos by their local features; in a mirror where that explains more.

    Returns:
        None where no arrangement of details recurs.
    """
    straight = None
    if do_agree(first.strongest(TRIED), second.strongest(TRIED), LEAST_AGREEMENT):
        straight = _align(first, second)
    if straight is not None and straight.inliers > CLEAR_INLIERS:
        return straight
    # Only copies are looked for in a mirror, and the strongest features of a copy recur.
    some, others = first.strongest(MIRROR_TRIED).mirrored(), second.strongest(MIRROR_TRIED)
    if not do_agree(some, others, LEAST_MIRROR_AGREEMENT):
        return straight
    mirrored = _align(first.mirrored(), second)
    if mirrored is None or (straight is not None and straight.weight >= mirrored.weight):
        return straight
    return replace(mirrored, matrix=mirrored.matrix @ MIRROR, mirrored=True)


def do_agree(first: LocalFeatures, second: LocalFeatures, least: float) -> bool:
    """Whether enough matches of two photos agree on one similarity.

    Each match tells by itself how the one photo is turned, scaled and moved (Lowe, IJCV 2004; Philbin et al., CVPR
    2007). Where hardly two say the same, no homography needs to be looked for.

    Args:
        first: features of the first photo.
        second: features of the second.
        least: the distinctness of the matches that agree, summed, from which it is enough.
    """
    one, other, ratios = mutual_matches(first, second)
    distinctness = 1.0 - ratios
    if len(one) < 2 or distinctness.sum() < least:
        return False
    return agreeing(first, second, one, other, distinctness) >= least


TRIED, MIRROR_TRIED = 500, 250
"""The strongest features that are looked at before all are matched, and those of the mirror image."""

LEAST_AGREEMENT, LEAST_MIRROR_AGREEMENT = 0.4, 1.0
"""Their agreement from which all are matched: 13 % of the pairs that have nothing in common reach the first, and 1 in
250 the second (docs/benchmarks.md, "The pair graph")."""

CLEAR_INLIERS = 25
"""With more matches in place the mirror image is not tried."""

MIRROR = np.array([[-1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
"""Exchanges left and right of a frame from 0 to 1."""


def _align(first: LocalFeatures, second: LocalFeatures) -> Alignment | None:
    import cv2

    one, other, ratios = mutual_matches(first, second)
    if len(one) < MINIMUM:
        return None
    order = np.argsort(ratios, kind="stable")
    one, other, distinctness = one[order], other[order], 1.0 - ratios[order]
    source, target = first.positions[one], second.positions[other]
    matrix, mask = cv2.findHomography(
        source, target, cv2.USAC_MAGSAC, INLIERS_PIXELS, None, ITERATIONS, CONFIDENCE
    )
    if matrix is None:
        return None
    kept = mask.ravel().astype(bool)
    if kept.sum() < MINIMUM:
        return None
    affine, affine_mask = cv2.estimateAffine2D(
        source[kept], target[kept], method=cv2.USAC_MAGSAC, ransacReprojThreshold=INLIERS_PIXELS
    )
    if affine is not None and affine_mask.sum() >= max(AFFINE_SHARE * kept.sum(), MINIMUM):
        matrix = np.vstack([affine, [0.0, 0.0, 1.0]])
    weight = float(distinctness[kept].sum())
    scaled = _frame(second.size) @ matrix @ np.linalg.inv(_frame(first.size))
    return Alignment(scaled, False, int(kept.sum()), weight)


def _frame(size: tuple[int, int]) -> Matrix:
    """From pixels of a frame whose longest side is 640 to coordinates from 0 to 1."""
    width, height = (side * LONGEST_SIDE / max(size) for side in size)
    return np.diag([1 / width, 1 / height, 1.0])


def whole_frames() -> list[Alignment]:
    """The eight ways in which one whole frame can lie on another: four turns, each also in a mirror."""
    turn = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    found = []
    for mirrored in (False, True):
        matrix = MIRROR if mirrored else np.eye(3)
        for _ in range(4):
            found.append(Alignment(matrix, mirrored, 0, 0.0))
            matrix = turn @ matrix
    return found


def is_plausible(alignment: Alignment, first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Whether a camera or an editor can have made one frame of the other.

    Args:
        alignment: from the first to the second.
        first: (width, height) of the first photo.
        second: the same of the second.
    """
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.5]], float)
    jacobians = [jacobian(in_pixels(alignment.matrix, first, second), corner * first) for corner in corners]
    scales: list[float] = []
    for one in jacobians:
        if one is None:
            return False
        determinant = np.linalg.det(one)
        if bool(determinant < 0) is not alignment.mirrored:
            return False
        values = np.linalg.svd(one, compute_uv=False)
        if values[1] <= 0 or values[0] / values[1] > MOST_STRETCH:
            return False
        scales.append(float(values[0]))
    return (
        max(scales) < MOST_SCALE and min(scales) > 1 / MOST_SCALE and max(scales) < MOST_STRETCH * min(scales)
    )


def inverse(matrix: Matrix) -> Matrix:
    """The homography back."""
    return normal(np.linalg.inv(matrix))


def normal(matrix: NDArray[np.floating[Any]]) -> Matrix:
    """A homography with 1 as its last number."""
    scaled: Matrix = np.asarray(matrix / matrix[2, 2], np.float64)
    return scaled


def in_pixels(matrix: Matrix, first: tuple[int, int], second: tuple[int, int]) -> Matrix:
    """A homography in coordinates from 0 to 1, as one between pixels of two frames (width, height)."""
    return normal(np.diag([*second, 1.0]) @ matrix @ np.diag([1 / first[0], 1 / first[1], 1.0]))


def jacobian(matrix: Matrix, point: NDArray[np.float64]) -> Matrix | None:
    """The derivative (2, 2) of a homography at a point (x, y); None where it goes to infinity or behind the viewer."""
    x, y, w = matrix @ [point[0], point[1], 1.0]
    if w * np.sign(matrix[2, 2] or 1.0) <= 1e-9:
        return None
    found: Matrix = (matrix[:2, :2] * w - np.outer([x, y], matrix[2, :2])) / w**2
    return found
