"""Verification: what two candidates are to each other, by their local features and, where these agree, their pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.contents import ContentRow
from lookalike.local_features import LocalFeatures
from lookalike.pairs.agreement import WORKING_SIDE, Agreement, compare_pixels
from lookalike.pairs.alignment import Alignment, align, in_pixels, is_plausible, whole_frames
from lookalike.pairs.edit_names import name_edits
from lookalike.pairs.photo_pixels import PhotoPixels, PixelReader
from lookalike.pairs.residual import excess, snapped
from lookalike.pairs.verified_pair import PairKind, VerifiedPair
from lookalike.sigmoid import sigmoid

VERSION = "1"
"""Changes with whatever changes a verified pair."""

FEWEST_INLIERS = 6
"""With fewer matches in place the pixels are not aligned by them."""

FEW_FEATURES = 60
"""Of a photo with fewer local features none may recur in a copy: the frames themselves are laid on each other."""

COPY_SHARE = 0.65
"""Share of blocks that agree in a copy: a sticker covers the others."""
COPY_CORRELATION = 0.8
"""Median correlation of a copy's blocks."""
COPY_EXCESS = 1.2
"""A copy differs by at most so many times what compression explains."""
COPY_FINE = 0.9
"""Median correlation of fine detail, where what compression explains cannot be tried out."""

BURST_SHARE = 0.5
BURST_AREA = 0.6
"""Two exposures of one moment: most blocks agree, on most of both frames."""
BURST_SECONDS = 60.0

MATCH_OFFSET, MATCH_RISE = -4.6, 2.3
"""The curve of a match over log(1 + distinctness)."""
SAME_THING = 0.5


@dataclass(frozen=True)
class PairPhoto:
    """What is known of a photo before its pixels are read.

    Attributes:
        content_id: its content id.
        row: its facts.
        features: its local features.
    """

    content_id: int
    row: ContentRow
    features: LocalFeatures


class PairVerifier:
    """Verifies the pairs of one library. Any thread may use it.

    Args:
        pixels: reads photos.
    """

    def __init__(self, pixels: PixelReader) -> None:
        self._pixels = pixels

    def verify(self, first: PairPhoto, second: PairPhoto) -> VerifiedPair:
        """What two photos are to each other.

        Raises:
            LookalikeError: one of them cannot be read now.
        """
        if first.content_id > second.content_id:
            first, second = second, first
        alignment = align(first.features, second.features)
        match = match_of(alignment)
        found = self._agreement(first, second, alignment)
        if found is None:
            return self._by_features(first, second, alignment, match)
        alignment, agreed = found
        one, other = self._pixels.working(first.content_id), self._pixels.working(second.content_id)
        kind = self._kind(first, second, one, other, agreed)
        if kind is None:
            return self._by_features(first, second, alignment, match)
        edits, original, details = (
            name_edits(
                (first.content_id, second.content_id),
                (first.row, second.row),
                (one.compression, other.compression),
                agreed,
                alignment.mirrored,
            )
            if kind is PairKind.EDITED
            else ((), None, {})
        )
        return VerifiedPair(
            first.content_id,
            second.content_id,
            kind,
            max(match, 0.99),
            _similarity(agreed),
            min(agreed.areas),
            edits,
            original,
            tuple(agreed.matrix.ravel().tolist()),
            details,
        )

    def _agreement(
        self, first: PairPhoto, second: PairPhoto, alignment: Alignment | None
    ) -> tuple[Alignment, Agreement] | None:
        """The pixels' agreement under the best alignment; None where there is none."""
        tried: list[Alignment] = []
        if (
            alignment is not None
            and alignment.inliers >= FEWEST_INLIERS
            and is_plausible(alignment, first.features.size, second.features.size)
        ):
            tried = [alignment]
        elif min(len(first.features), len(second.features)) < FEW_FEATURES:
            tried = whole_frames()
        best: tuple[Alignment, Agreement] | None = None
        for one in tried:
            agreed = compare_pixels(
                small(self._pixels.working(first.content_id)),
                small(self._pixels.working(second.content_id)),
                one,
            )
            if agreed is not None and (best is None or _rank(agreed) > _rank(best[1])):
                best = one, agreed
        return best

    def _kind(
        self, first: PairPhoto, second: PairPhoto, one: PhotoPixels, other: PhotoPixels, agreed: Agreement
    ) -> PairKind | None:
        """What a pair is by its pixels; None where they say nothing."""
        correlation = float(np.median(agreed.coarse)) if len(agreed.coarse) else 1.0
        if not agreed.compared.any():
            return None
        if (
            agreed.share >= COPY_SHARE
            and correlation >= COPY_CORRELATION
            and not _were_taken_apart(first, second)
        ):
            native, other_native = (
                self._pixels.native(first.content_id),
                self._pixels.native(second.content_id),
            )
            if np.array_equal(native.pixels, other_native.pixels):
                return PairKind.SAME_PIXELS
            excessive = _excess(native, other_native, agreed)
            fine = float(np.median(agreed.fine)) if len(agreed.fine) else 1.0
            if excessive <= COPY_EXCESS if excessive is not None else fine >= COPY_FINE:
                return PairKind.EDITED
        if agreed.share >= BURST_SHARE and min(agreed.areas) >= BURST_AREA and correlation >= 0.6:
            return PairKind.BURST
        return None

    def _by_features(
        self, first: PairPhoto, second: PairPhoto, alignment: Alignment | None, match: float
    ) -> VerifiedPair:
        kind = PairKind.SAME_THING if match >= SAME_THING else PairKind.NOTHING
        transform: tuple[float, ...] = ()
        if alignment is not None and kind is PairKind.SAME_THING:
            transform = tuple(alignment.matrix.ravel().tolist())
        return VerifiedPair(first.content_id, second.content_id, kind, match, 0.0, 0.0, transform=transform)


def match_of(alignment: Alignment | None) -> float:
    """Probability that two photos show the same thing, by the matches of their local features."""
    return sigmoid(MATCH_OFFSET + MATCH_RISE * math.log1p(alignment.weight)) if alignment is not None else 0.0


def small(photo: PhotoPixels) -> NDArray[np.uint8]:
    """A photo at the size at which pixels are compared."""
    import cv2

    scale = WORKING_SIDE / max(photo.size)
    if scale >= 1.0:
        return photo.pixels
    size = max(1, round(photo.size[0] * scale)), max(1, round(photo.size[1] * scale))
    return cv2.resize(photo.pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _rank(agreed: Agreement) -> float:
    return float(np.median(agreed.coarse)) if len(agreed.coarse) else 0.0


def _similarity(agreed: Agreement) -> float:
    return float(np.clip(agreed.coarse.mean(), 0.0, 1.0)) if len(agreed.coarse) else agreed.share


def _excess(first: PhotoPixels, second: PhotoPixels, agreed: Agreement) -> float | None:
    matrix = in_pixels(agreed.matrix, first.size, second.size)
    matrix = snapped(matrix / matrix[2, 2], first.pixels.shape)
    density = math.sqrt(abs(np.linalg.det(matrix[:2, :2])))
    if density > 1.001:
        return excess(
            luminance(second),
            luminance(first),
            np.linalg.inv(matrix),
            1 / density,
            (second.compression, first.compression),
        )
    return excess(
        luminance(first), luminance(second), matrix, density, (first.compression, second.compression)
    )


def luminance(photo: PhotoPixels) -> NDArray[np.float32]:
    """The luminance of a photo, float32 (height, width)."""
    import cv2

    return cv2.cvtColor(photo.pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)


def _were_taken_apart(first: PairPhoto, second: PairPhoto) -> bool:
    """Whether the metadata prove two exposures: one camera, and two times to the second."""
    one, other = first.row, second.row
    if one.taken_at is None or other.taken_at is None or one.camera is None or one.camera != other.camera:
        return False
    if one.precision is None or other.precision is None:
        return False
    seconds = "second"
    return (
        one.precision.value == seconds == other.precision.value and one.taken_at[:19] != other.taken_at[:19]
    )
