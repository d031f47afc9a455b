"""Feature matching: distinctive mutual neighbours of two photos that one homography explains.

Mutual nearest neighbours pass Lowe's ratio test (IJCV 2004) in both directions; MAGSAC++ (Barath et al., CVPR 2020)
finds the homography that most of them obey. A plane seen twice, and a distant or nearly flat thing, obey one homography
exactly; for others the largest flat part counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.geometry import lighterglue
from lookalike.judges.geometry.xfeat import XFeatFeatures
from lookalike.local_features import LONGEST_SIDE, LocalFeatures

RATIO = 0.9
"""A match counts if its distance is below this share of the distance to the second nearest, both ways."""

INLIER_PIXELS = 8.0
"""MAGSAC++'s upper limit for the error of a match, in pixels of a photo whose longest side is 640."""

ITERATIONS = 2000
CONFIDENCE = 0.999

MINIMUM = 5
"""Fewer matches prove nothing: any four define a homography."""

CELL_DEGREES = 40.0
CELL_PIXELS = 128.0
"""Sides of a cell of the Hough transform; the place's at equal scale."""

OCTAVES, PLACES = 64, 1 << 16
"""How many octaves, and places along each side, are told apart: more than features reach."""


@dataclass(frozen=True)
class Correspondence:
    """What two photos have in common.

    Attributes:
        matches: matches before geometry.
        query: float32 (n, 2), the matches that obey the homography, in 0..1 of the query's width and height.
        candidate: float32 (n, 2), the same in the candidate.
        weights: float32 (n,), what each of them counts. Of SIFT's: its distinctness, 1 − ratio, 0.1 at the test's
            limit, near 1 for an exact copy. Of LighterGlue's: its probability.
        agreement: of SIFT's, the distinctness of the matches that agree on rotation, scale and place; see `agreeing`.
    """

    matches: int
    query: NDArray[np.float32]
    candidate: NDArray[np.float32]
    weights: NDArray[np.float32]
    agreement: float = 0.0


def correspond(query: LocalFeatures, candidate: LocalFeatures) -> Correspondence:
    """Match two photos' SIFT features and keep what one homography explains.

    Deterministic. Releases the interpreter's lock for nearly all of its work.
    """
    first, second, ratios = mutual_matches(query, candidate)
    # Most distinctive first: MAGSAC++ then ends sooner.
    order = np.argsort(ratios, kind="stable")
    first, second, distinctness = first[order], second[order], 1.0 - ratios[order]
    kept = consistent(query.positions[first], candidate.positions[second])
    return Correspondence(
        len(first),
        query.points[first[kept]],
        candidate.points[second[kept]],
        distinctness[kept],
        agreeing(query, candidate, first, second, distinctness),
    )


def correspond_learned(query: XFeatFeatures, candidate: XFeatFeatures) -> Correspondence:
    """Match two photos' XFeat points by LighterGlue and keep what one homography explains."""
    first, second, probabilities = lighterglue.match(query, candidate)
    kept = consistent(query.positions[first], candidate.positions[second])
    return Correspondence(
        len(first), query.points[first[kept]], candidate.points[second[kept]], probabilities[kept]
    )


def consistent(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which matches (n,) one homography explains; none where fewer than `MINIMUM` do.

    Args:
        first: (n, 2), positions in the one photo, in pixels of a frame whose longest side is 640.
        second: (n, 2), those in the other.
    """
    import cv2

    kept = np.zeros(len(first), bool)
    if len(first) >= MINIMUM:
        homography, mask = cv2.findHomography(
            first, second, cv2.USAC_MAGSAC, INLIER_PIXELS, None, ITERATIONS, CONFIDENCE
        )
        if homography is not None:
            kept = mask.ravel().astype(bool)
    if kept.sum() < MINIMUM:
        kept[:] = False
    return kept


def agreeing(
    query: LocalFeatures,
    candidate: LocalFeatures,
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    distinctness: NDArray[np.float32],
) -> float:
    """The distinctness of the matches that agree best on how the query was turned, scaled and moved.

    Each match says so by itself; a Hough transform (Lowe, IJCV 2004) counts votes in cells of 40 degrees, an octave and
    a fifth of the photo. Two grids, shifted by half a cell, and the better of them: what lies on an edge of one lies
    within a cell of the other. Where no homography is found, a few matches that agree still say something.

    Args:
        query: the query's features.
        candidate: the candidate's.
        first: (n,), the numbers of the matches in the query.
        second: (n,), their numbers in the candidate.
        distinctness: (n,), of each match.
    """
    octaves = np.log2(candidate.scales[second] / query.scales[first])
    turns = (candidate.angles[second] - query.angles[first]) % 360.0
    radians, scales = np.deg2rad(turns), np.exp2(octaves)
    middle = np.array(query.size, np.float32) * np.float32(LONGEST_SIDE / 2 / max(query.size))
    across, down = (middle - query.positions[first]).T
    landed = candidate.positions[second] + np.column_stack(
        [
            scales * (np.cos(radians) * across - np.sin(radians) * down),
            scales * (np.sin(radians) * across + np.cos(radians) * down),
        ]
    )
    best = 0.0
    for shift in (0.0, 0.5):
        octave = np.floor(octaves + shift)
        places = landed / (CELL_PIXELS * np.exp2(octave.clip(-3, 3)))[:, None]
        columns = (
            (np.floor(turns / CELL_DEGREES + shift) % 9, 9),
            (octave + OCTAVES // 2, OCTAVES),
            *((column + PLACES // 2, PLACES) for column in np.floor(places + shift).T),
        )
        keys = np.zeros(len(first), np.int64)
        for column, size in columns:
            keys = keys * size + column.clip(0, size - 1).astype(np.int64)
        _, cell = np.unique(keys, return_inverse=True)
        votes = np.bincount(cell, weights=distinctness)
        # One match agrees with itself.
        best = max(best, float(votes[np.bincount(cell) > 1].max(initial=0.0)))
    return best


def mutual_matches(
    query: LocalFeatures, candidate: LocalFeatures
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Mutual nearest neighbours that are distinctive in both photos.

    Returns:
        Their numbers in the query, their numbers in the candidate (int64), and their distance ratios (float32), the
        larger of the two directions.
    """
    if len(query) < 2 or len(candidate) < 2:
        none = np.zeros(0, np.int64)
        return none, none, np.zeros(0, np.float32)
    import cv2

    # Not numpy's product: its BLAS takes all cores for each one, and spends several times the processor time waiting
    # where pairs are already judged side by side.
    similarities: NDArray[np.float32] = cv2.gemm(
        query.unit_descriptors,
        candidate.unit_descriptors,
        1.0,
        None,  # type: ignore[call-overload]
        0.0,
        flags=cv2.GEMM_2_T,
    )
    # Largest values along columns take a fraction of the time that their places do.
    forth = similarities.argmax(axis=1)
    best = similarities[np.arange(len(query)), forth]
    mutual = np.flatnonzero(best == similarities.max(axis=0)[forth])
    # Of several that are equally near to one, the first.
    mutual = mutual[np.sort(np.unique(forth[mutual], return_index=True)[1])]
    best, other = best[mutual], forth[mutual]
    similarities[mutual, other] = -1.0
    ratios = np.maximum(
        _ratio(best, similarities.max(axis=1)[mutual]), _ratio(best, similarities.max(axis=0)[other])
    )
    distinctive = ratios < RATIO
    return mutual[distinctive], other[distinctive], ratios[distinctive]


def _ratio(best: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """Ratio of the Euclidean distances that two cosines stand for; rounding may push a cosine just above 1."""
    ratios: NDArray[np.float32] = np.sqrt((1.0 - best).clip(0.0) / (1.0 - second).clip(1e-6)).clip(0.0, 1.0)
    return ratios
