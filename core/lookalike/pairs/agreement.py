"""Agreement of pixels: how far two aligned photos show the same, block by block, whatever was done to their colours.

Blocks of both photos, on the pixel grid of the coarser one, are compared by normalised cross-correlation, which no
change of brightness and contrast alters. An edit leaves nearly all blocks in agreement, or all but those that a sticker
covers; another exposure of the same scene has small differences everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lookalike.pairs.alignment import Alignment, Matrix, in_pixels, inverse, jacobian, normal
from lookalike.pairs.overlap import Polygon, area, common_part

WORKING_SIDE = 640
"""Longest side in pixels at which pixels are compared."""

BLOCK = 16
"""Side of a block in pixels of the coarser photo."""

FEWEST_PIXELS = 48
"""The common area must be so wide and so high, in pixels of the coarser photo."""

TEXTURE = 3.0
"""Standard deviation of grey values from which a block says something."""

FINE_TEXTURE = 1.5
"""The same of its fine detail."""

WIDE = 8.0
"""Standard deviation in pixels of the blur that leaves of a difference what is no noise and no detail, ..."""
COARSER = 4
"""... taken of pixels so many times as large: it looks the same, and takes a fraction of the time."""

DETAILED = 2.0
FEWEST_DETAILED = 8
"""Blocks with so much fine detail tell whether a photo was blurred, if there are so many of them."""

PLAIN = 1.0
"""A block with less texture is plain; where the other has `CONTENT` or more, they show something else."""
CONTENT = 12.0

AGREEING = 0.6
"""Correlation from which two blocks show the same."""

CLIPPED = (6.0, 249.0)
"""Grey values at and beyond which a photo may have lost what the other shows."""

DENOISE, DETAIL = 0.8, 2.0
"""Standard deviations, in pixels, of the blur that takes noise off, and of the one that leaves fine detail."""

ECC_SIDES = ((240, False), (640, True))
"""Longest sides in pixels at which the alignment is made exact, one after the other, and whether as a homography."""
ECC_STEPS = 15
ECC_PRECISION = 1e-4
ECC_LEAST = 0.5
"""A correlation below this is no alignment."""
ECC_MOST_MOVED = 6.0
"""What came of local features needs no larger correction, in pixels."""

TYPICAL = 60
"""The percentile of blocks that stands for those that nothing covers."""

FEWEST_COMMON = 0.02
"""A smaller share of the coarser photo's frame is too little to go by."""

WHOLLY_INSIDE = 0.999

HORIZON = 1e-12
"""What lies on the horizon of an alignment is put just before it."""

Grey = NDArray[np.float32]


@dataclass(frozen=True)
class Agreement:
    """What two aligned photos have in common.

    Attributes:
        matrix: the alignment, refined; from the first to the second, in coordinates from 0 to 1.
        scale: pixels of the second, as it was compared, for each pixel of the first.
        correlation: of the whole common area at a small size, -1 to 1.
        areas: the common area as shares of the first and of the second frame.
        coarse: correlations of the blocks that say something, float32 (n,).
        fine: correlations of fine detail, of the blocks that have any, float32 (m,).
        disagreeing: bool (rows, columns), the blocks that show something else.
        compared: bool (rows, columns), the blocks that could be compared.
        first: the first photo on the grid of the coarser one, float32 (height, width, 3), RGB.
        second: the second.
        inside: bool (height, width), where both show something.
    """

    matrix: Matrix
    scale: float
    correlation: float
    areas: tuple[float, float]
    coarse: NDArray[np.float32]
    fine: NDArray[np.float32]
    disagreeing: NDArray[np.bool_]
    compared: NDArray[np.bool_]
    first: NDArray[np.float32]
    second: NDArray[np.float32]
    inside: NDArray[np.bool_]

    @property
    def share(self) -> float:
        """Share of the compared blocks that agree; 0 where none could be compared."""
        compared = int(self.compared.sum())
        return 1.0 - float(self.disagreeing.sum()) / compared if compared else 0.0

    @property
    def typical(self) -> float:
        """Correlation of the blocks that nothing covers; 1 where none says anything."""
        return float(np.percentile(self.coarse, TYPICAL)) if len(self.coarse) else 1.0

    @cached_property
    def tone_change(self) -> float:
        """How far grey values differ where both show something, in the middle of all pixels."""
        difference = wide_difference(_grey(self.first), _grey(self.second), self.inside)
        return float(np.median(difference)) if len(difference) else 0.0

    def detail_change(self) -> tuple[float, float, float] | None:
        """How many octaves more fine detail the second has: the 10th, 50th and 90th percentile of the blocks."""
        energies = []
        for image in (self.first, self.second):
            grey = blurred(_grey(image), DENOISE)
            fine = grey - blurred(grey, DETAIL)
            energies.append(np.sqrt((cut_blocks(fine) ** 2).mean(axis=-1)))
        chosen = self.compared & ~self.disagreeing & (np.maximum(*energies) > DETAILED)
        if chosen.sum() < FEWEST_DETAILED:
            return None
        low, middle, high = np.percentile(
            np.log2((energies[1][chosen] + 0.3) / (energies[0][chosen] + 0.3)), (10, 50, 90)
        )
        return float(low), float(middle), float(high)


def compare_pixels(
    first: NDArray[np.uint8], second: NDArray[np.uint8], alignment: Alignment
) -> Agreement | None:
    """Compare the pixels of two photos.

    Args:
        first: RGB (height, width, 3), upright.
        second: the same.
        alignment: how the first lies over the second.

    Returns:
        None where they have too little in common to be compared.
    """
    sizes = _size(first), _size(second)
    matrix = in_pixels(alignment.matrix, *sizes)
    scale = _scale(matrix, *sizes)
    if scale is None:
        return None
    # On the grid of the coarser one: what the finer one shows beyond it cannot be compared.
    onto_second = scale < 1.0
    target, source = (second, first) if onto_second else (first, second)
    to_target = matrix if onto_second else inverse(matrix)
    soft = softened(source, scale if onto_second else 1 / scale)
    refined = _refined(_grey(soft), _grey(target), to_target)
    if refined is None:
        return None
    to_target, correlation = refined
    laid = warped(soft, to_target, _size(target))
    inside = _inside(_size(source), _size(target), to_target)
    if inside is None:
        return None
    plain = target.astype(np.float32)
    on_first, on_second = (laid, plain) if onto_second else (plain, laid)
    final = to_target if onto_second else inverse(to_target)
    unit = in_units(final, *sizes)
    return Agreement(
        unit,
        scale,
        correlation,
        common_areas(unit),
        *_blocks(_grey(on_first), _grey(on_second), inside),
        on_first,
        on_second,
        inside,
    )


def in_units(matrix: Matrix, first: tuple[int, int], second: tuple[int, int]) -> Matrix:
    """A homography between pixels of two frames (width, height), in coordinates from 0 to 1."""
    return normal(np.diag([1 / second[0], 1 / second[1], 1.0]) @ matrix @ np.diag([*first, 1.0]))


def common_areas(matrix: Matrix) -> tuple[float, float]:
    """The area that both frames show, as shares of the first and of the second.

    Args:
        matrix: from the first frame to the second, in coordinates from 0 to 1.
    """
    return _shown(inverse(matrix)), _shown(matrix)


def _shown(matrix: Matrix) -> float:
    """The share of a frame that another covers, which a matrix maps onto it."""
    mapped = _mapped(np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64), matrix)
    return min(area(common_part((1.0, 1.0), mapped)), 1.0)


def _mapped(points: Polygon, matrix: Matrix) -> Polygon:
    """Points (n, 2) under a homography."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    depths = mapped[:, 2:]
    result: Polygon = mapped[:, :2] / np.where(np.abs(depths) < HORIZON, HORIZON, depths)
    return result


def blurred(image: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """An image under a Gaussian of a standard deviation in pixels."""
    import cv2

    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)


def wide_difference(
    first: NDArray[np.float32], second: NDArray[np.float32], inside: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """How far two images differ in what lies wide about their pixels: blur and sharpness are no change of tone.

    Args:
        first: (height, width) or (height, width, 3).
        second: the same.
        inside: bool (height, width), where both show something.

    Returns:
        Absolute differences, (n,) or (n, 3), of places `COARSER` pixels apart.
    """
    import cv2

    size = max(1, inside.shape[1] // COARSER), max(1, inside.shape[0] // COARSER)
    small = cv2.resize(first - second, size, interpolation=cv2.INTER_AREA)
    chosen = cv2.resize(inside.astype(np.float32), size, interpolation=cv2.INTER_AREA) > WHOLLY_INSIDE
    return np.abs(blurred(np.asarray(small, np.float32), WIDE / COARSER))[chosen]


def warped(
    image: NDArray[np.float32], matrix: Matrix, size: tuple[int, int], exact: bool = False
) -> NDArray[np.float32]:
    """An image on another grid of (width, height) pixels.

    Args:
        image: it.
        matrix: homography from its pixels to those of the grid.
        size: of the grid.
        exact: whether each pixel lands on one of the grid.
    """
    import cv2

    how = cv2.INTER_NEAREST if exact else cv2.INTER_CUBIC
    return np.asarray(cv2.warpPerspective(image, matrix, size, flags=how), np.float32)


def _size(image: NDArray[np.generic]) -> tuple[int, int]:
    return image.shape[1], image.shape[0]


def _grey(image: NDArray[np.generic]) -> Grey:
    import cv2

    return np.asarray(cv2.cvtColor(image.astype(np.float32), cv2.COLOR_RGB2GRAY), np.float32)


def _scale(matrix: Matrix, first: tuple[int, int], second: tuple[int, int]) -> float | None:
    """Pixels of the second frame for each of the first, amid what both show; None where they share nothing."""
    corners = np.array([[0, 0], [second[0], 0], [second[0], second[1]], [0, second[1]]], np.float64)
    common = common_part(first, _mapped(corners, inverse(matrix)))
    if area(common) < 1.0:
        return None
    local = jacobian(matrix, common.mean(axis=0))
    return None if local is None else float(np.sqrt(abs(np.linalg.det(local))))


def softened(image: NDArray[np.uint8] | NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    """A photo as it looks before it is made smaller by `scale`, so that no detail turns into a pattern."""
    soft = image.astype(np.float32)
    sigma = 0.5 * np.sqrt(max(1 / scale**2 - 1, 0.0))
    return blurred(soft, sigma) if sigma > 0.1 else soft


def _refined(source: Grey, target: Grey, matrix: Matrix) -> tuple[Matrix, float] | None:
    """An alignment made exact by the pixels, first at a small size and, where that succeeds, at the full one.

    Returns:
        The alignment, and the correlation at the small size; None where not even that can be aligned, so that there is
        too little in common to go on with.
    """
    found: tuple[Matrix, float] | None = None
    for side, projective in ECC_SIDES:
        start = matrix if found is None else found[0]
        better = corrected(source, target, start, min(1.0, side / max(target.shape)), projective)
        if better is None:
            break
        found = better[0], better[1] if found is None else found[1]
    return found


def corrected(
    source: Grey, target: Grey, matrix: Matrix, shrink: float, projective: bool
) -> tuple[Matrix, float] | None:
    """One run of the enhanced correlation coefficient (Evangelidis and Psarakis, PAMI 2008).

    Returns:
        The alignment and the correlation; None where it fails.
    """
    import cv2

    small = cv2.resize(target, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    grow = np.diag([shrink, shrink, 1.0])
    start = grow @ matrix
    # The source on the target's grid first: what is left is a small affine map.
    there = warped(blurred(source, 0.5 / shrink) if shrink < 1.0 else source, start, _size(small))
    mask = cv2.warpPerspective(np.full(source.shape, 255, np.uint8), start, _size(small))
    mask = cv2.erode(mask, np.ones((5, 5), np.uint8))
    if (mask > 0).mean() < FEWEST_COMMON:
        return None
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, ECC_STEPS, ECC_PRECISION)
    try:
        correlation, found = cv2.findTransformECC(
            small,
            there,
            np.eye(3 if projective else 2, 3, dtype=np.float32),
            cv2.MOTION_HOMOGRAPHY if projective else cv2.MOTION_AFFINE,
            criteria,
            mask,
            5,
        )
    except cv2.error:
        return None
    correction = np.eye(3)
    correction[: len(found)] = found
    if correlation < ECC_LEAST or np.abs(correction - np.eye(3))[:2].max() > ECC_MOST_MOVED:
        return None
    return inverse(grow) @ inverse(correction) @ start, float(correlation)


def _inside(source: tuple[int, int], target: tuple[int, int], matrix: Matrix) -> NDArray[np.bool_] | None:
    """Where a source lies on a target, without its edge; None where that is too little."""
    import cv2

    mask = cv2.warpPerspective(np.full(source[::-1], 255, np.uint8), matrix, target, flags=cv2.INTER_LINEAR)
    inside: NDArray[np.bool_] = cv2.erode((mask > 250).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows) or min(np.ptp(rows), np.ptp(columns)) < FEWEST_PIXELS:
        return None
    return inside


def _blocks(
    first: Grey, second: Grey, inside: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_]]:
    """Coarse and fine correlations, the blocks that disagree, and those that were compared."""
    one, other = blurred(first, DENOISE), blurred(second, DENOISE)
    whole = cut_blocks(inside.astype(np.float32)).min(axis=-1) > 0
    clipped = _clipped_share(one, other)
    correlation, texture, other_texture = _correlate(one, other)
    weaker, stronger = np.minimum(texture, other_texture), np.maximum(texture, other_texture)
    usable = whole & (clipped < 0.1)
    says = usable & (weaker > TEXTURE)
    odd = usable & (weaker < PLAIN) & (stronger > CONTENT)
    disagreeing = (says & (correlation < AGREEING)) | odd
    fine, detail, other_detail = _correlate(one - blurred(one, DETAIL), other - blurred(other, DETAIL))
    fine_says = usable & (np.minimum(detail, other_detail) > FINE_TEXTURE)
    return correlation[says], fine[fine_says], disagreeing, says | odd


def cut_blocks(image: Grey) -> Grey:
    """An image in blocks, (rows, columns, pixels); what is left at the edges is dropped."""
    rows, columns = image.shape[0] // BLOCK, image.shape[1] // BLOCK
    cut = image[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    blocks: Grey = cut.transpose(0, 2, 1, 3).reshape(rows, columns, BLOCK * BLOCK)
    return blocks


def _clipped_share(first: Grey, second: Grey) -> Grey:
    low, high = CLIPPED
    clipped = (first < low) | (first > high) | (second < low) | (second > high)
    share: Grey = cut_blocks(clipped.astype(np.float32)).mean(axis=-1)
    return share


def _correlate(first: Grey, second: Grey) -> tuple[Grey, Grey, Grey]:
    """Normalised cross-correlation of each block, and the standard deviations in both photos."""
    one, other = cut_blocks(first), cut_blocks(second)
    one = one - one.mean(axis=-1, keepdims=True)
    other = other - other.mean(axis=-1, keepdims=True)
    deviation, other_deviation = np.sqrt((one**2).mean(axis=-1)), np.sqrt((other**2).mean(axis=-1))
    correlation = (one * other).mean(axis=-1) / np.maximum(deviation * other_deviation, 1e-6)
    return correlation, deviation, other_deviation
