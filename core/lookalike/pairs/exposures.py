"""Exposures: one frame in such different light that neither local features nor grey values recur.

From one end of an exposure series to the other all grey values change, many of them out of range, but hardly their
order: what is brighter stays so. So ranks are compared where grey values tell nothing. Ward's median threshold bitmaps
rest on the same ("Fast, robust image registration for compositing high dynamic range photographs", 2003), with one
threshold where ranks have all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lookalike.pairs.agreement import Agreement, compare_pixels
from lookalike.pairs.alignment import whole_frames
from lookalike.pairs.icons import Icon

LIKELY_ORDER = 0.8
"""Frames are laid on each other whose icons' ranks correlate by so much (docs/benchmarks.md, "The pair graph")."""

SAME_ORDER = 0.85
"""Correlation of the equalised frames, at a small size, from which both show one moment."""


def may_be_one_frame(first: Icon | None, second: Icon | None) -> bool:
    """Whether two whole frames have their lights and shadows in the same places, by Spearman's rank correlation."""
    if first is None or second is None:
        return False
    return float(np.corrcoef(_ranks(first), _ranks(second))[0, 1]) > LIKELY_ORDER


def compare_order(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Agreement | None:
    """Compare the order of grey values of two frames that lie on each other, but for a small move.

    Args:
        first: RGB (height, width, 3), upright.
        second: the same.

    Returns:
        None where both do not show one frame.
    """
    agreed = compare_pixels(_equalised(first), _equalised(second), whole_frames()[0])
    return agreed if agreed is not None and agreed.correlation > SAME_ORDER else None


def _ranks(icon: Icon) -> NDArray[np.float64]:
    """The ranks of all values; equal ones share their mean rank."""
    _, places, counts = np.unique(icon, return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = (np.cumsum(counts) - (counts - 1) / 2)[places.ravel()]
    return ranks


def _equalised(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A photo in grey values that are all equally frequent, as RGB."""
    import cv2

    grey = cv2.equalizeHist(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY))
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
