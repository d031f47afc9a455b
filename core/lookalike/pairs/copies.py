"""Copies: whether one of two photos that show the same was made from the other, or both are exposures of their own."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lookalike.pairs.agreement import Agreement
from lookalike.pairs.alignment import in_pixels, inverse
from lookalike.pairs.photo_pixels import PhotoPixels
from lookalike.pairs.residual import Residual, residual, snapped

EXACT_EXCESS = 1.05
"""A copy of the same pixels in other colours differs by at most so many times what compression explains, ..."""
LITTLE_TONE, ONE_SIDED_EXCESS = 8.0, 1.45
"""... and where colours change more, by at most so many times what the compression of one of the two explains, ..."""
SAME_TONE, CHAIN_EXCESS = 0.5, 1.15
"""... one whose colours did not change either, and that was compressed several times, by so many, ..."""
FILTERED_EXCESS = 1.2
"""... one that was scaled or turned by so many times, ..."""
NEAR_EXCESS = 0.97
"""... and one that lies on the other, but for a small move, or was blurred or sharpened a little, by so many."""
FILTER_GAIN = 0.8
"""One that was sharpened or blurred differs, once the other is filtered so, by less than so much of what it did."""
NEAR_MOVED = 0.06
"""A small move, as a share of the frame."""
TINY_CORRELATION = 0.85
"""Median correlation of the blocks of a copy too small for any other evidence."""

DIRECTION = 2.0
RATIO_FLOOR = 0.3
"""How much the ratio of what both directions leave unexplained, in octaves, says of which is the original."""

NEAR_PIXELS = 2
SNAP, NEAR_SNAP = 1.0, 5.0
"""Pixels that the corners of an alignment may move for it to be exact; more where frames lie on each other."""
SAME_SCALE = 1.02

RESIZED_EXCESS = 2.0
RESIZED_LEAST = 0.1
RESIZED_MOVED = 0.006
"""One that shows the very same frame in another size may differ by more: scaling has many ways."""

FILTERED_TONE = 4.0
FILTERED_SHARE = 0.75
FILTERED_OCTAVES = 0.2
"""Blurred or sharpened: the tone changes by at most so many grey values, so many blocks agree, and their fine detail
changes by at least so much."""
COPY_FINE = 0.9
"""Median correlation of fine detail, where what compression explains cannot be tried out."""

SMALL_PART = 0.4
"""Parts of two frames that are smaller may be a print that was photographed twice, which agrees like a copy."""


def is_copy(found: Residual | None, agreed: Agreement, one: PhotoPixels, other: PhotoPixels) -> bool:
    """Whether one of two photos that show the same was made from the other.

    Args:
        found: what compression does not explain; None where there is too little to go by.
        agreed: the agreement of their pixels.
        one: the first photo.
        other: the second.
    """
    if moved_by(agreed) < RESIZED_MOVED and is_uniformly_filtered(agreed):
        # Blurred or sharpened all over, and nothing else: no two exposures differ so.
        return True
    if found is None and is_resized(agreed, one, other):
        return bool(np.median(agreed.coarse) >= TINY_CORRELATION) if len(agreed.coarse) else True
    if found is None:
        return bool(np.median(agreed.fine) >= COPY_FINE) if len(agreed.fine) else True
    if found.exact is not None:
        unchanged = agreed.tone_change < SAME_TONE and moved_by(agreed) < RESIZED_MOVED
        # What looks like the noise of a dark photo made brighter may be that of another exposure.
        like_toned = agreed.tone_change < LITTLE_TONE
        derived = like_toned or found.one_sided <= ONE_SIDED_EXCESS
        most_filtered = CHAIN_EXCESS if unchanged else NEAR_EXCESS
        return (derived and found.exact <= EXACT_EXCESS) or (like_toned and found.filtered <= most_filtered)
    if is_resized(agreed, one, other):
        return found.filtered <= RESIZED_EXCESS
    return found.filtered <= (NEAR_EXCESS if is_near(agreed, one, other) else FILTERED_EXCESS)


def is_filtered(found: Residual | None, agreed: Agreement) -> bool:
    """Whether one of two copies is the other sharpened or blurred.

    Args:
        found: what compression does not explain.
        agreed: the agreement of their pixels.
    """
    return (
        found is not None
        and found.exact is not None
        and found.exact > EXACT_EXCESS
        and found.filtered < FILTER_GAIN * found.exact
        and moved_by(agreed) < RESIZED_MOVED
    )


def is_resized(agreed: Agreement, one: PhotoPixels, other: PhotoPixels) -> bool:
    """Whether two photos of different size show exactly the same, as hands never make it."""
    scale = math.sqrt(other.size[0] * other.size[1] / (one.size[0] * one.size[1]))
    return abs(math.log(scale)) > RESIZED_LEAST and moved_by(agreed) < RESIZED_MOVED


def moved_by(agreed: Agreement) -> float:
    """How far the corners of the one frame lie from those of the other, as a share of the frame."""
    corners = np.array([[0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1]], float).T
    mapped = agreed.matrix @ corners
    mapped = mapped[:2] / mapped[2]
    return float(np.abs(mapped - np.round(mapped)).max())


def is_near(agreed: Agreement, one: PhotoPixels, other: PhotoPixels) -> bool:
    """Whether two photos of one size are laid on each other by a small move, as hands do, and editors hardly."""
    return (
        max(np.abs(np.sort(one.size) - np.sort(other.size))) <= NEAR_PIXELS and moved_by(agreed) < NEAR_MOVED
    )


def is_uniformly_filtered(agreed: Agreement) -> bool:
    """Whether one of two photos has more fine detail everywhere, in the same colours."""
    change = agreed.detail_change()
    return (
        change is not None
        and agreed.tone_change < FILTERED_TONE
        and agreed.share > FILTERED_SHARE
        and abs(change[1]) > FILTERED_OCTAVES
        and change[0] * change[2] > 0
    )


@dataclass(frozen=True)
class Unexplained:
    """What the compressions of two photos do not explain.

    Attributes:
        least: of the ways in which one may have been made from the other, the one that leaves least.
        direction: evidence, -1 to 1, for the first as the original, where it is above 0, or the second.
    """

    least: Residual
    direction: float


def unexplained(first: PhotoPixels, second: PhotoPixels, agreed: Agreement) -> Unexplained | None:
    """How far two aligned photos differ by more than their compressions explain; None where that cannot be told."""
    matrix = in_pixels(agreed.matrix, first.size, second.size)
    aligned = snapped(matrix, first.pixels.shape, SNAP)
    if not is_near(agreed, first, second):
        return _unexplained(first, second, aligned)
    # What covers a part of a photo may have moved the alignment a little.
    moved = snapped(matrix, first.pixels.shape, NEAR_SNAP)
    found = _unexplained(first, second, moved)
    is_exact = found is not None and found.least.exact is not None and found.least.exact <= EXACT_EXCESS
    if is_exact or np.array_equal(moved, aligned):
        return found
    other = _unexplained(first, second, aligned)
    return min(filter(None, (found, other)), key=lambda one: one.least.least, default=None)


def _unexplained(first: PhotoPixels, second: PhotoPixels, matrix: NDArray[np.float64]) -> Unexplained | None:
    back = inverse(matrix)
    density = math.sqrt(abs(np.linalg.det(matrix[:2, :2])))
    one, other = luminance(first), luminance(second)
    made = first.compression, second.compression
    # Of two of one size either may be the original.
    forth = residual(one, other, matrix, density, made) if density < SAME_SCALE else None
    other_way = residual(other, one, back, 1 / density, made[::-1]) if density > 1 / SAME_SCALE else None
    if forth is None or other_way is None:
        only = forth or other_way
        return None if only is None else Unexplained(only, 0.0)
    ratio = math.log2((other_way.one_sided + RATIO_FLOOR) / (forth.one_sided + RATIO_FLOOR))
    least = min(forth, other_way, key=lambda found: found.least)
    least = replace(least, one_sided=min(forth.one_sided, other_way.one_sided))
    return Unexplained(least, float(np.clip(DIRECTION * ratio, -1.0, 1.0)))


def luminance(photo: PhotoPixels) -> NDArray[np.float32]:
    """The luminance of a photo, float32 (height, width)."""
    import cv2

    return cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)


def is_print_in_both(agreed: Agreement) -> bool:
    """Whether little of either frame agrees, and in another light: the same print in two scenes."""
    return max(agreed.areas) < SMALL_PART and agreed.tone_change >= LITTLE_TONE
