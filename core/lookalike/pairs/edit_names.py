"""Edit names: which edits an edited pair shows, with their parameters, and which of the two is the original."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.contents import ContentRow
from lookalike.pairs.agreement import CLIPPED, Agreement, wide_difference
from lookalike.pairs.alignment import Matrix, in_pixels, jacobian
from lookalike.pairs.residual import Compression
from lookalike.pairs.verified_pair import Edit

CROPPED = 0.02
"""Share of a frame that the other lacks, from which it was cropped."""
TURNED_DEGREES = 0.7
RESIZED = 0.02
"""Change of scale from which it was resized."""
OVERLAID = 0.02
"""Share of the blocks that show something else, from which something lies on it."""
RECOLOURED = 2.5
"""Change of colours in grey values."""
COLOURFUL, COLOURLESS = 6.0, 2.0
"""Mean spread of the colour channels of a photo in colour, and of one without."""

PLATEAU, SEEN = 7, 3.0
"""Side in pixels of what is all black or white, and the standard deviation of grey values that shows something."""
LOST_SHARE, LOST_ELSEWHERE = 0.002, 0.1
"""Share of the pixels that show something in one photo alone, from which the other has lost it, if so much less is
shown by that one alone."""

FRAME_COLOURS = 3
FEWEST_OUTSIDE = 200
FRAME_SHARE = 0.7
"""What lies around a photo in a screenshot: so few colours make so much of it."""

SURE_DIRECTION = 0.5
"""Evidence of the pixels that counts where colours were changed too."""

SURE = 0.6
"""Evidence from which one of the two is called the original."""


@dataclass(frozen=True)
class NamedEdits:
    """What was done to an original.

    Attributes:
        edits: most telling first.
        original: content id of the original; None where it cannot be told.
        details: parameters by name.
    """

    edits: tuple[Edit, ...]
    original: int | None
    details: dict[str, float]


@dataclass(frozen=True)
class PixelEvidence:
    """What pixels say of how one of two photos was made from the other.

    Attributes:
        direction: evidence, -1 to 1, for the first as the original.
        tried: whether that comes of making the one of the other; how coarsely they are compressed says nothing then.
        filtered: whether the one is the other sharpened or blurred: both look like an original then.
    """

    direction: float = 0.0
    tried: bool = False
    filtered: bool = False


@dataclass(frozen=True)
class EditedPhoto:
    """One photo of an edited pair.

    Attributes:
        content_id: its content id.
        row: its facts.
        compression: how its file is compressed.
        pixels: RGB at working size, uint8 (height, width, 3).
        is_by_editor: whether its EXIF names a program that edits photos.
    """

    content_id: int
    row: ContentRow
    compression: Compression
    pixels: NDArray[np.uint8]
    is_by_editor: bool = False


def name_edits(
    first: EditedPhoto,
    second: EditedPhoto,
    agreed: Agreement,
    mirrored: bool,
    found: PixelEvidence,
) -> NamedEdits:
    """Name what was done, and find the original: the larger, uncropped, less compressed one with its metadata.

    Args:
        first: the first photo.
        second: the second.
        agreed: their pixels' agreement.
        mirrored: whether the second shows the first in a mirror.
        found: what else their pixels say.
    """
    details: dict[str, float] = {}
    edits: list[Edit] = []
    # Above 0 the first is the original, below 0 the second.
    evidence, by_pixels = 0.0, 0.0 if found.filtered else 2.0 * found.direction
    scale, degrees = _turn(first.row, second.row, agreed.matrix, mirrored)
    quarters = round(degrees / 90)
    degrees -= 90 * quarters
    missing = 1.0 - agreed.areas[0], 1.0 - agreed.areas[1]
    if min(missing) > CROPPED:
        # Two parts of a third photo.
        edits.append(Edit.CROP)
        details["cropped"] = max(missing)
    elif max(missing) > CROPPED:
        # Either the other is a part of this one, or this one has something around it.
        whole = int(missing[1] > missing[0])
        sign = 1.0 if whole == 0 else -1.0
        if not _is_framed((first, second)[whole], agreed, whole):
            edits.append(Edit.CROP)
            details["cropped"] = max(missing)
            evidence += 3.0 * sign
        elif abs(degrees) <= TURNED_DEGREES:
            edits.append(Edit.SCREENSHOT)
            evidence -= 3.0 * sign
        else:
            evidence -= 2.0 * sign
    if mirrored:
        edits.append(Edit.MIRROR)
    if quarters % 4 or abs(degrees) > TURNED_DEGREES:
        edits.append(Edit.ROTATE)
        details["quarter_turns"] = float(quarters % 4)
        details["degrees"] = degrees
    covered = float(agreed.disagreeing.sum()) / max(1, int(agreed.compared.sum()))
    if covered > OVERLAID:
        edits.append(Edit.OVERLAY)
        details["covered"] = covered
    if found.filtered:
        edits.append(Edit.FILTER)
    colour = _recolouring(agreed)
    if colour > RECOLOURED:
        edits.append(Edit.RECOLOUR)
        details["recoloured"] = colour
        if not found.tried and abs(found.direction) < SURE_DIRECTION:
            # More contrast makes more noise, whichever was first.
            by_pixels = 0.0
        evidence += _lost_colour(agreed) + _clipped(agreed)
    if abs(scale - 1.0) > RESIZED:
        edits.append(Edit.RESIZE)
        details["scale"] = scale
        evidence += 1.5 if scale < 1.0 else -1.5
    if first.row.format != second.row.format:
        edits.append(Edit.FORMAT)
    elif not edits:
        edits.append(Edit.RECOMPRESS)
    evidence += by_pixels + _metadata(first) - _metadata(second)
    if not found.tried and not found.filtered:
        evidence += _less_compressed(first, second)
    original = None if abs(evidence) < SURE else (first if evidence > 0 else second).content_id
    return NamedEdits(tuple(edits), original, details)


def _turn(first: ContentRow, second: ContentRow, matrix: Matrix, mirrored: bool) -> tuple[float, float]:
    """Scale, and degrees clockwise, from the first photo to the second, in pixels of their files."""
    middle = np.array([first.width / 2, first.height / 2])
    local = jacobian(in_pixels(matrix, (first.width, first.height), (second.width, second.height)), middle)
    if local is None:
        return 1.0, 0.0
    if mirrored:
        local = local @ np.diag([-1.0, 1.0])
    scale = math.sqrt(abs(np.linalg.det(local)))
    return scale, math.degrees(math.atan2(local[1, 0] - local[0, 1], local[0, 0] + local[1, 1]))


def _is_framed(photo: EditedPhoto, agreed: Agreement, place: int) -> bool:
    """Whether what one photo has around the other is a frame, bars or a window: a few colours.

    Args:
        photo: the one that shows more.
        agreed: the pair's agreement.
        place: 0 where it is the first of the pair, 1 for the second.
    """
    import cv2

    to_photo = np.linalg.inv(agreed.matrix) if place == 0 else agreed.matrix
    height, width = photo.pixels.shape[:2]
    # The other's frame, as a square of 100 pixels.
    matrix = np.diag([width, height, 1.0]) @ to_photo @ np.diag([0.01, 0.01, 1.0])
    inner = cv2.warpPerspective(np.full((100, 100), 255, np.uint8), matrix, (width, height))
    inner = cv2.dilate(inner, np.ones((7, 7), np.uint8))
    outside = photo.pixels[inner == 0]
    if len(outside) < FEWEST_OUTSIDE:
        return False
    levels = (outside >> 4).astype(np.int64)
    counts = np.bincount(levels[:, 0] * 256 + levels[:, 1] * 16 + levels[:, 2])
    return bool(np.sort(counts)[-FRAME_COLOURS:].sum() > FRAME_SHARE * len(outside))


def _recolouring(agreed: Agreement) -> float:
    """How far colours differ, in grey values, of what lies wide about each pixel: noise is no colour."""
    difference = wide_difference(agreed.first, agreed.second, agreed.inside)
    return float(np.median(difference.mean(axis=-1))) if len(difference) else 0.0


def _lost_colour(agreed: Agreement) -> float:
    """Evidence for the first as the original where the second has lost its colours, and the other way round."""
    one, other = (
        float(np.ptp(image[agreed.inside], axis=-1).mean()) for image in (agreed.first, agreed.second)
    )
    if max(one, other) < COLOURFUL or min(one, other) > COLOURLESS:
        return 0.0
    return 2.0 if one > other else -2.0


def _clipped(agreed: Agreement) -> float:
    """Evidence for the first as the original where the second has lost highlights or shadows, and the other way round.

    Where all is black or white in one photo and the other shows something, it was driven there, and does not come back.
    """
    one, other = (_grey(image) for image in (agreed.first, agreed.second))
    inside = agreed.inside
    lost, found = (
        float((_plateaus(made) & _varies(source))[inside].mean()) if inside.any() else 0.0
        for source, made in ((one, other), (other, one))
    )
    if max(lost, found) < LOST_SHARE or min(lost, found) > LOST_ELSEWHERE * max(lost, found):
        return 0.0
    return 2.0 if lost > found else -2.0


def _grey(image: NDArray[np.float32]) -> NDArray[np.float32]:
    import cv2

    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)


def _plateaus(grey: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where all around a pixel is black or white, bool (height, width)."""
    import cv2

    clipped = ((grey <= CLIPPED[0]) | (grey >= CLIPPED[1])).astype(np.uint8)
    return cv2.erode(clipped, np.ones((PLATEAU, PLATEAU), np.uint8)) > 0


def _varies(grey: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where something is to be seen around a pixel, bool (height, width)."""
    import cv2

    around = (PLATEAU, PLATEAU)
    mean, square = cv2.blur(grey, around), cv2.blur(grey * grey, around)
    return np.asarray(square - mean * mean > SEEN**2, np.bool_)


def _metadata(photo: EditedPhoto) -> float:
    """What metadata say for a photo as the original: what the camera wrote, and no editor's name."""
    row = photo.row
    return 0.75 * (row.taken_at is not None) + 0.75 * (row.camera is not None) - 1.0 * photo.is_by_editor


def _less_compressed(first: EditedPhoto, second: EditedPhoto) -> float:
    """Evidence of how coarsely both are quantised: what is lost does not come back."""
    one, other = _loss(first.compression), _loss(second.compression)
    if one is None or other is None or one == other:
        # A lossless file may have been made of a lossy one, which its pixels do not tell.
        return (
            float(np.clip(math.log2(first.row.bytes / max(second.row.bytes, 1)), -0.5, 0.5))
            if one == other
            else 0.0
        )
    return float(np.clip(0.5 * math.log2((other + 0.5) / (one + 0.5)), -0.5, 0.5))


def _loss(compression: Compression) -> float | None:
    """The mean step of a file's quantisation; None where the file does not tell."""
    if not compression.tables:
        return None
    return float(np.mean(list(compression.tables[min(compression.tables)])))
