"""Feature matching: distinctive mutual neighbours of two photos that one homography explains.

Mutual nearest neighbours pass Lowe's ratio test (IJCV 2004) in both directions; MAGSAC++ (Barath et al., CVPR 2020)
finds the homography that most of them obey. A plane seen twice, and a distant or nearly flat thing, obey one homography
exactly; for others the largest flat part counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.local_features import LocalFeatures

RATIO = 0.9
"""A match counts if its distance is below this share of the distance to the second nearest, both ways."""

INLIER_PIXELS = 8.0
"""MAGSAC++'s upper limit for the error of a match, in pixels of a photo whose longest side is 640."""

ITERATIONS = 2000
CONFIDENCE = 0.999

MINIMUM = 5
"""Fewer matches prove nothing: any four define a homography."""


@dataclass(frozen=True)
class Correspondence:
    """What two photos have in common.

    Attributes:
        matches: distinctive mutual matches, before geometry.
        query: float32 (n, 2), the matches that obey the homography, in 0..1 of the query's width and height.
        candidate: float32 (n, 2), the same in the candidate.
        distinctness: float32 (n,), 1 − ratio of each of them: 0.1 at the test's limit, near 1 for an exact copy.
    """

    matches: int
    query: NDArray[np.float32]
    candidate: NDArray[np.float32]
    distinctness: NDArray[np.float32]


def correspond(query: LocalFeatures, candidate: LocalFeatures) -> Correspondence:
    """Match two photos' features and keep what one homography explains.

    Deterministic. Releases the interpreter's lock for nearly all of its work.
    """
    import cv2

    first, second, ratios = mutual_matches(query, candidate)
    kept = np.zeros(len(first), bool)
    if len(first) >= MINIMUM:
        # Most distinctive first: MAGSAC++ then ends sooner.
        order = np.argsort(ratios, kind="stable")
        first, second, ratios = first[order], second[order], ratios[order]
        homography, mask = cv2.findHomography(
            query.positions[first],
            candidate.positions[second],
            cv2.USAC_MAGSAC,
            INLIER_PIXELS,
            None,
            ITERATIONS,
            CONFIDENCE,
        )
        if homography is not None:
            kept = mask.ravel().astype(bool)
    if kept.sum() < MINIMUM:
        kept[:] = False
    return Correspondence(
        len(first), query.points[first[kept]], candidate.points[second[kept]], 1.0 - ratios[kept]
    )


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
    rows, columns = np.arange(len(query)), np.arange(len(candidate))
    forth, back = similarities.argmax(axis=1), similarities.argmax(axis=0)
    mutual = np.flatnonzero(back[forth] == rows)
    best_of_row, best_of_column = similarities[rows, forth], similarities[back, columns]
    similarities[rows, forth] = -1.0
    second_of_row = similarities.max(axis=1)
    similarities[rows, forth] = best_of_row
    similarities[back, columns] = -1.0
    second_of_column = similarities.max(axis=0)
    ratios = np.maximum(
        _ratio(best_of_row[mutual], second_of_row[mutual]),
        _ratio(best_of_column[forth[mutual]], second_of_column[forth[mutual]]),
    )
    distinctive = ratios < RATIO
    return mutual[distinctive], forth[mutual[distinctive]], ratios[distinctive]


def _ratio(best: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """Ratio of the Euclidean distances that two cosines stand for; rounding may push a cosine just above 1."""
    ratios: NDArray[np.float32] = np.sqrt((1.0 - best).clip(0.0) / (1.0 - second).clip(1e-6)).clip(0.0, 1.0)
    return ratios
