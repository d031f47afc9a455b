"""Residual test: whether compression alone explains how two aligned photos differ.

A copy is a function of its original: colours are mapped, perhaps blurred or sharpened, and the result is compressed. So
the one photo predicts the other but for the noise of both compressions, and how large that is can be tried out: the
prediction is compressed as the photo was. Another exposure of the same scene adds the noise of the sensor, and whatever
moved; even from a tripod that is more than a JPEG file of good quality loses.
"""

from __future__ import annotations

import io
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.pairs.agreement import BLOCK, CLIPPED, Grey, blurred, corrected, cut_blocks, softened, warped
from lookalike.pairs.alignment import Matrix

WINDOW = 640
"""Longest side in pixels of what is looked at."""

TONE_BINS = 64
TONE_STEPS = 16
"""How many values of a map of grey values there are, and how fine it is applied."""
FEWEST_IN_BIN = 20
BLURS = (0.7, 1.0, 1.5, 2.0, 3.0, 5.0)
"""Standard deviations in pixels of the blurs of which a filter is made."""

GRID = 16
"""What JPEG and WebP code together, in pixels."""

SHIFT = 4
"""A JPEG file is compressed again so many pixels off its own grid of 8, where it loses as it did at first."""

HIGH_PASS = 6.0
FLOOR = 0.35
"""Noise in grey values that rounding to whole ones leaves in any copy."""

RESAMPLED = 0.03
"""What the choice of filter in scaling and turning leaves, as a share of a block's texture."""

MARGIN = 16
"""Pixels of the target around the window that are made of the source as well."""

FITTED_PIXELS = 40_000
"""As many pixels as what depends on all of them is fitted to."""

FEWEST_BLOCKS = 12
KEPT_SHARE = 70
"""Percentile of blocks, by their error, that a prediction is fitted to: an overlay must not pull at it."""

WEBP_QUALITIES = (30, 50, 65, 80, 92)


@dataclass(frozen=True)
class Compression:
    """How a photo's file is compressed.

    Attributes:
        format: as Pillow names it.
        tables: quantisation tables of a JPEG file.
        bytes_per_pixel: of the file.
    """

    format: str
    tables: Mapping[int, Sequence[int]] | None = None
    bytes_per_pixel: float = 0.0

    @property
    def is_lossless(self) -> bool:
        """Whether the format keeps every pixel."""
        return self.format in ("PNG", "BMP", "TIFF", "GIF", "PPM")


@dataclass(frozen=True)
class Residual:
    """How far two aligned photos differ by more than their compressions explain; 1 or less for a copy.

    Attributes:
        exact: where the grids of pixels lie on each other, when colours alone were changed; None otherwise.
        filtered: when the photo was also scaled, turned, blurred or sharpened.
        one_sided: as the smaller of the two, but by the noise of the target's compression alone: the noise of an
            original is in its copy as well.
    """

    exact: float | None
    filtered: float
    one_sided: float

    @property
    def least(self) -> float:
        """The better of the two."""
        return self.filtered if self.exact is None else min(self.exact, self.filtered)


def residual(
    source: Grey,
    target: Grey,
    matrix: Matrix,
    scale: float,
    compressions: tuple[Compression, Compression],
) -> Residual | None:
    """Try out whether the one photo may have been made from the other.

    Args:
        source: luminance of the finer photo, (height, width), at its full resolution.
        target: that of the coarser one.
        matrix: homography from pixels of the source to those of the target; see `snapped`.
        scale: pixels of the target for each of the source, at most about 1.
        compressions: of the source and of the target.

    Returns:
        None where there is too little to go by.
    """
    import cv2

    window = _window(source, target, matrix)
    if window is None:
        return None
    left, top, width, height = window
    move = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]]) @ matrix
    wanted = target[top : top + height, left : left + width]
    source, move = _looked_at(source, move, (width, height), scale)
    noisy = source.copy()
    noisy[SHIFT:, SHIFT:] = compressed(source[SHIFT:, SHIFT:], compressions[0])
    on_grid = is_on_grid(move)
    if not on_grid:
        # What was exact to a fraction of a pixel of a smaller picture need not be so here.
        better = corrected(softened(source, scale), wanted, move, 1.0, projective=True)
        move = move if better is None else better[0]

    def laid(image: Grey) -> Grey:
        soft = image if on_grid else softened(image, scale)
        return warped(soft, move, (width, height), exact=on_grid)

    mask = cv2.warpPerspective(np.full(source.shape, 255, np.uint8), move, (width, height))
    there, shaken = laid(source), laid(noisy)
    usable = (mask > 250) & _unclipped(there) & _unclipped(wanted)
    usable = cv2.erode(usable.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    whole = cut_blocks(usable.astype(np.float32)).min(axis=-1) > 0
    if whole.sum() < FEWEST_BLOCKS:
        return None

    def unexplained(predict: Callable[[Grey], Grey]) -> tuple[float, float]:
        expected = predict(there)
        difference = _block_noise(wanted - expected)
        of_target = _block_noise(compressed(expected, compressions[1]) - expected)
        of_source = _block_noise(predict(shaken) - expected)
        floor = FLOOR if on_grid else np.hypot(FLOOR, RESAMPLED * cut_blocks(expected).std(axis=-1))
        sides = np.hypot(of_target, floor)
        return (
            float(np.median((difference / np.hypot(sides, of_source))[whole])),
            float(np.median((difference / sides)[whole])),
        )

    centres, values = _tone_curve(blurred(there, 1.0)[usable], blurred(wanted, 1.0)[usable])

    table = np.interp(np.arange(256 * TONE_STEPS) / TONE_STEPS, centres, values).astype(np.float32)

    def recoloured(image: Grey) -> Grey:
        mapped: Grey = table[np.clip(image * TONE_STEPS + 0.5, 0, len(table) - 1).astype(np.int32)]
        return mapped

    filtered = unexplained(_fit(there, wanted, recoloured, whole))
    if not on_grid:
        return Residual(None, *filtered)
    exact = unexplained(recoloured)
    return Residual(exact[0], filtered[0], min(exact, filtered)[1])


def is_on_grid(matrix: Matrix) -> bool:
    """Whether each pixel lands on one pixel: turned by quarters, mirrored and moved by whole pixels only."""
    return bool(
        np.abs(matrix - np.round(matrix)).max() < 1e-6 and abs(abs(np.linalg.det(matrix[:2, :2])) - 1) < 1e-6
    )


def _window(source: Grey, target: Grey, matrix: Matrix) -> tuple[int, int, int, int] | None:
    """The part of the target that is looked at: left, top, width, height, in the middle of what both show."""
    import cv2

    corners = np.array(
        [[[0, 0], [source.shape[1], 0], [source.shape[1], source.shape[0]], [0, source.shape[0]]]], np.float32
    )
    mapped = cv2.perspectiveTransform(corners, matrix)[0]
    low = np.maximum(mapped.min(axis=0), 0).astype(int)
    high = np.minimum(mapped.max(axis=0), [target.shape[1], target.shape[0]]).astype(int)
    size = np.minimum(high - low, WINDOW)
    if min(size) < 4 * BLOCK:
        return None
    # On the file's own grid of blocks, where compressing it again loses the same.
    start = (low + (high - low - size) // 2) // GRID * GRID
    start = np.where(start < low, start + GRID, start)
    size = np.minimum(size, high - start) // BLOCK * BLOCK
    if min(size) < 4 * BLOCK:
        return None
    return int(start[0]), int(start[1]), int(size[0]), int(size[1])


def _looked_at(source: Grey, move: Matrix, size: tuple[int, int], scale: float) -> tuple[Grey, Matrix]:
    """The part of a source that is seen in a window, and the matrix from its pixels.

    Args:
        source: luminance, (height, width).
        move: from pixels of the source to those of the window.
        size: (width, height) of the window.
        scale: pixels of the window for each of the source.
    """
    import cv2

    width, height = size
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float32)
    mapped = cv2.perspectiveTransform(corners, np.linalg.inv(move))[0]
    # The alignment may still be corrected by some pixels, and what is blurred sees its surroundings.
    around = GRID + MARGIN / min(scale, 1.0)
    sides = np.array([source.shape[1], source.shape[0]])
    low = np.clip(mapped.min(axis=0) - around, 0, sides).astype(int) // GRID * GRID
    high = np.clip(mapped.max(axis=0) + around, 0, sides).astype(int)
    part = source[low[1] : high[1], low[0] : high[0]]
    return part, move @ np.array([[1.0, 0.0, low[0]], [0.0, 1.0, low[1]], [0.0, 0.0, 1.0]])


def _unclipped(image: Grey) -> NDArray[np.bool_]:
    return (image > CLIPPED[0]) & (image < CLIPPED[1])


def _fit(
    source: Grey, target: Grey, recoloured: Callable[[Grey], Grey], whole: NDArray[np.bool_]
) -> Callable[[Grey], Grey]:
    """A linear filter, after a map of grey values, that makes the target of the source as well as can be."""
    import cv2

    def basis(image: Grey) -> list[Grey]:
        mapped = recoloured(image)
        softer = [blurred(mapped, sigma) for sigma in BLURS]
        slopes = [
            (cv2.Scharr(mapped, cv2.CV_32F, *axis) / 32).astype(np.float32) for axis in ((1, 0), (0, 1))
        ]
        return [mapped, *softer, *slopes, np.ones_like(mapped)]

    of_source = basis(source)
    parts = [cut_blocks(part) for part in of_source]
    wanted = cut_blocks(target)
    chosen = whole
    weights = np.zeros(len(parts), np.float32)
    for _ in range(3):
        columns = np.stack([part[chosen].ravel() for part in parts], axis=1)
        goal = wanted[chosen].ravel()
        step = max(1, len(goal) // FITTED_PIXELS)
        weights = _least_squares(columns[::step].astype(np.float64), goal[::step].astype(np.float64))
        error = np.abs(_sum(weights, parts) - wanted).mean(axis=-1)
        chosen = whole & (error <= np.percentile(error[whole], KEPT_SHARE))
    # The source itself is predicted first of all, and is blurred already.
    return lambda image: _sum(weights, of_source if image is source else basis(image))


def _least_squares(columns: NDArray[np.float64], goal: NDArray[np.float64]) -> NDArray[np.float32]:
    """Weights of columns that come nearest to a goal, by the normal equations; decomposing takes 20 times longer."""
    squares = columns.T @ columns
    squares += np.eye(len(squares)) * (1e-6 * np.trace(squares) / len(squares))
    return np.linalg.solve(squares, columns.T @ goal).astype(np.float32)


def _sum(weights: NDArray[np.float32], parts: list[Grey]) -> Grey:
    total = np.zeros_like(parts[0])
    for weight, part in zip(weights, parts, strict=True):
        total += weight * part
    return total


def _tone_curve(source: NDArray[np.float32], target: NDArray[np.float32]) -> tuple[list[float], list[float]]:
    """The target's grey value for each of the source's: medians, at most `TONE_BINS` of them."""
    # Medians of some hundreds of values are exact enough, and sorting all takes as long as everything else together.
    step = max(1, len(source) // FITTED_PIXELS)
    source, target = source[::step], target[::step]
    edges = np.unique(np.percentile(source, np.linspace(0, 100, TONE_BINS + 1)))
    bins = np.clip(np.searchsorted(edges, source, side="right") - 1, 0, max(len(edges) - 2, 0))
    order = np.argsort(bins, kind="stable")
    bounds = np.flatnonzero(np.diff(bins[order], prepend=-1, append=-1))
    centres, values = [], []
    for begin, end in pairwise(bounds):
        if end - begin >= FEWEST_IN_BIN:
            some = order[begin:end]
            centres.append(float(np.median(source[some])))
            values.append(float(np.median(target[some])))
    return (centres, values) if centres else ([0.0, 255.0], [0.0, 255.0])


def _block_noise(difference: Grey) -> Grey:
    """Root mean square of each block's difference, without what changes slowly."""
    fine = difference - blurred(difference, HIGH_PASS)
    noise: Grey = np.sqrt((cut_blocks(fine) ** 2).mean(axis=-1))
    return noise


def compressed(image: Grey, compression: Compression) -> Grey:
    """An image after it was compressed as another was."""
    if compression.is_lossless:
        return np.round(image)
    grey = Image.fromarray(np.clip(np.round(image), 0, 255).astype(np.uint8))
    if compression.format == "WEBP":
        data = _as_webp(grey, compression.bytes_per_pixel)
    else:
        file = io.BytesIO()
        if compression.tables:
            grey.save(file, "JPEG", qtables=[list(compression.tables[min(compression.tables)])])
        else:
            grey.save(file, "JPEG", quality=80)
        data = file.getvalue()
    with Image.open(io.BytesIO(data)) as opened:
        return np.asarray(opened.convert("L"), np.float32)


def _as_webp(image: Image.Image, bytes_per_pixel: float) -> bytes:
    """A WebP file of about so many bytes a pixel: unlike a JPEG file, it does not tell how it was made."""

    @cache
    def made(quality: int) -> bytes:
        file = io.BytesIO()
        image.save(file, "WEBP", quality=quality)
        return file.getvalue()

    wanted = max(bytes_per_pixel * image.width * image.height, 1.0)
    # Better qualities make larger files, so that not all of them need to be tried.
    larger = bisect_left(WEBP_QUALITIES, wanted, hi=len(WEBP_QUALITIES) - 1, key=lambda one: len(made(one)))
    nearest = WEBP_QUALITIES[max(larger - 1, 0) : larger + 1]
    return min(map(made, nearest), key=lambda data: abs(np.log(len(data) / wanted)))


def snapped(matrix: Matrix, shape: tuple[int, ...], most: float) -> Matrix:
    """A homography between pixels, rounded to quarter turns and whole pixels where it is as good as that.

    Args:
        matrix: from pixels of the first photo to those of the second.
        shape: (height, width, …) of the first.
        most: pixels that a corner may move by that.
    """
    corners = np.array([[0, 0, 1], [shape[1], 0, 1], [0, shape[0], 1], [shape[1], shape[0], 1]], float).T
    rounded = np.vstack([np.round(matrix[:2]), [0.0, 0.0, 1.0]])
    if abs(abs(np.linalg.det(rounded[:2, :2])) - 1.0) > 1e-9:
        return matrix
    mapped = matrix @ corners
    # The rounding of the turn moves the corners, so the shift is taken in the middle.
    middle = np.array([shape[1] / 2, shape[0] / 2, 1.0])
    there = matrix @ middle
    rounded[:2, 2] = np.round(there[:2] / there[2] - rounded[:2, :2] @ middle[:2])
    moved = (rounded @ corners)[:2] - mapped[:2] / mapped[2]
    return rounded if np.abs(moved).max() < most else matrix
