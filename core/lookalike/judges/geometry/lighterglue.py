"""LighterGlue: which of two photos' XFeat points belong together, by a network that sees both photos at once.

LightGlue (Lindenberger et al., "LightGlue: Local Feature Matching at Light Speed", ICCV 2023; arXiv 2306.13643) in the
size that XFeat's authors trained. It runs here as exported by ``packaging/export_xfeat.py``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lookalike.judges.geometry.networks import Network
from lookalike.judges.geometry.xfeat import XFeatFeatures

LEAST_PROBABILITY = 0.1
"""Of a match, as in the authors' code."""

LEAST_POINTS = 8
"""A photo with fewer is not compared."""

network = Network("lighterglue")


def match(
    query: XFeatFeatures, candidate: XFeatFeatures
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Match the points of two photos.

    Returns:
        Their numbers in the query, their numbers in the candidate (int64), and the probability of each match (float32).
    """
    if min(len(query), len(candidate)) < LEAST_POINTS:
        none = np.zeros(0, np.int64)
        return none, none, np.zeros(0, np.float32)
    logs, kept_query, kept_candidate = network(
        {
            "points0": _centred(query)[None],
            "descriptors0": query.unit_descriptors[None],
            "points1": _centred(candidate)[None],
            "descriptors1": candidate.unit_descriptors[None],
        }
    )
    forth, back = logs[0].argmax(axis=1), logs[0].argmax(axis=0)
    rows = np.flatnonzero(back[forth] == np.arange(len(forth)))
    probabilities = np.exp(logs[0][rows, forth[rows]])
    likely = probabilities > LEAST_PROBABILITY
    rows = rows[likely]
    return kept_query[rows], kept_candidate[forth[rows]], probabilities[likely]


def _centred(features: XFeatFeatures) -> NDArray[np.float32]:
    """The points from the middle of the photo, in halves of its longest side."""
    size = np.array(features.size, np.float32)
    centred: NDArray[np.float32] = (2 * features.points - 1) * size / size.max()
    return centred
