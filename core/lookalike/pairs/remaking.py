"""Remaking: which of two copies was made from the other, by making the one anew.

A JPEG file is a function of the pixels that it was made of. So where an edit only turned, mirrored or wrote on a photo,
its file can be made again from the original, block by block, and comes out the same to the rounding; the original does
not come out of its edit, which has lost something. Where both come out, as with a mirrored photo whose sides are whole
blocks, nothing tells which was first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lookalike.pairs.agreement import Grey, warped
from lookalike.pairs.alignment import Matrix, inverse
from lookalike.pairs.photo_pixels import PhotoPixels
from lookalike.pairs.residual import GRID, WINDOW, compressed, is_on_grid

BLOCK = 8
"""Side in pixels of what JPEG codes together."""
TEXTURE = 3.0
"""Standard deviation of grey values from which a block says something; others come out of anything."""
FEWEST_BLOCKS = 20
SAME = 0.9
"""Root mean square in grey values up to which a block has come out the same: what rounding to RGB leaves."""

MOSTLY, CLEARLY = 0.5, 0.08
"""A photo was made from the other if this share of its blocks comes out, and this much more of it than of the other."""
WHOLLY = 0.9
"""Share of a lossless photo that is the other's pixels, from which it was made of it: loss does not come back."""


def made_from(first: PhotoPixels, second: PhotoPixels, matrix: Matrix) -> float | None:
    """Which of two copies is the original.

    Args:
        first: all pixels of the first photo.
        second: the same of the second.
        matrix: homography between their pixels; see `lookalike.pairs.residual.snapped`.

    Returns:
        1 for the first, -1 for the second, 0 where nothing tells; None where it cannot be tried out: no pixel lies on
        another, or a file is compressed in another way than JPEG.
    """
    if not is_on_grid(matrix) or not (_can_be_made(first) and _can_be_made(second)):
        return None
    forth, back = remade_share(first, second, matrix), remade_share(second, first, inverse(matrix))
    if forth is None or back is None:
        return None
    for share, target, word in ((forth, second, 1.0), (back, first, -1.0)):
        if target.compression.is_lossless and share >= WHOLLY:
            return word
    if max(forth, back) < MOSTLY or abs(forth - back) < CLEARLY:
        return 0.0
    return 1.0 if forth > back else -1.0


def remade_share(source: PhotoPixels, target: PhotoPixels, matrix: Matrix) -> float | None:
    """The share of a photo's blocks that come out when it is made anew of another's pixels.

    Args:
        source: what it is made of.
        target: the photo.
        matrix: from pixels of the source to those of the target; each lands on one.

    Returns:
        In [0, 1]; None where too few blocks say anything.
    """
    import cv2

    width, height = target.size
    laid = warped(_luminance(source), matrix, (width, height), exact=True)
    mask = cv2.warpPerspective(np.full(source.pixels.shape[:2], 255, np.uint8), matrix, (width, height))
    # Blocks are those of the picture as it is stored, before its EXIF turns it.
    wanted, laid = (target.as_stored(image)[_window(target)] for image in (_luminance(target), laid))
    inside = target.as_stored(mask)[_window(target)] > 250
    if min(wanted.shape) < BLOCK:
        return None
    made = _blocks(compressed(np.ascontiguousarray(laid), target.compression))
    wanted = _blocks(wanted)
    says = (wanted.std(axis=-1) > TEXTURE) & (_blocks(inside.astype(np.float32)).min(axis=-1) > 0)
    if says.sum() < FEWEST_BLOCKS:
        return None
    errors = np.sqrt(((made - wanted)[says] ** 2).mean(axis=-1))
    return float((errors < SAME).mean())


def _can_be_made(photo: PhotoPixels) -> bool:
    return bool(photo.compression.tables) or photo.compression.is_lossless


def _luminance(photo: PhotoPixels) -> Grey:
    import cv2

    return np.asarray(cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY), np.float32)


def _window(photo: PhotoPixels) -> tuple[slice, slice]:
    """The middle of a photo as it is stored, in whole blocks."""
    height, width = photo.as_stored(photo.pixels).shape[:2]
    parts = []
    for side in (height, width):
        start = max(0, side - WINDOW) // 2 // GRID * GRID
        length = min(WINDOW, side - start) // BLOCK * BLOCK
        parts.append(slice(start, start + length))
    return parts[0], parts[1]


def _blocks(image: NDArray[np.float32]) -> Grey:
    """An image in blocks, (n, pixels)."""
    rows, columns = image.shape[0] // BLOCK, image.shape[1] // BLOCK
    cut = image.reshape(rows, BLOCK, columns, BLOCK).transpose(0, 2, 1, 3)
    blocks: Grey = cut.reshape(rows * columns, BLOCK * BLOCK)
    return blocks
