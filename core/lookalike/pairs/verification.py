"""Verification: what two candidates are to each other, by their local features and, where these agree, their pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.catalog.contents import ContentRow
from lookalike.local_features import LocalFeatures
from lookalike.pairs.agreement import WORKING_SIDE, Agreement, compare_pixels
from lookalike.pairs.alignment import Alignment, align, in_pixels, inverse, is_plausible
from lookalike.pairs.edit_names import EditedPhoto, NamedEdits, name_edits
from lookalike.pairs.icons import IconReader, likely_frames
from lookalike.pairs.photo_pixels import PhotoPixels, PixelReader
from lookalike.pairs.remaking import made_from
from lookalike.pairs.residual import Residual, residual, snapped
from lookalike.pairs.verified_pair import PairKind, VerifiedPair
from lookalike.sigmoid import sigmoid

VERSION = "8"
"""Changes with whatever changes a verified pair."""

FEWEST_INLIERS = 6
"""With fewer matches in place the pixels are not aligned by them."""

TINY_SIDE = 192
"""A smaller photo is enlarged to this longest side, or it would have no blocks to compare."""

COPY_SHARE = 0.5
"""Share of blocks that agree in a copy: a sticker covers the others."""
COPY_CORRELATION = 0.75
GLANCED_CORRELATION = 0.75
"""Correlation of a copy and its original at a small size; none of the evaluation sets has less than .86
(docs/benchmarks.md, "The pair graph")."""
TYPICAL = 60
"""Correlation of a copy's blocks: this percentile, as some may be covered."""
EXACT_EXCESS = 1.05
"""A copy of the same pixels in other colours differs by at most so many times what compression explains, ..."""
LITTLE_TONE, ONE_SIDED_EXCESS = 8.0, 1.45
"""... and where colours change more, by at most so many times what the compression of one of the two explains, ..."""
SAME_TONE, CHAIN_EXCESS = 0.5, 1.15
"""... one whose colours did not change either, and that was compressed several times, by so many, ..."""
FILTERED_EXCESS = 1.2
"""... one that was scaled or turned by so many times, ..."""
NEAR_EXCESS = 0.97
"""... and one that lies on the other, but for a small move, by so many."""
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
EXPOSURE_ROUNDING = 0.02
"""How far apart two programs may write down one exposure."""

BURST_SHARE = 0.5
BURST_AREA = 0.6
BURST_CORRELATION = 0.65
"""Two exposures of one moment: most blocks agree, on most of both frames."""
BURST_SECONDS = 120.0
"""How far apart the exposures of one moment may be."""
UNDATED_AREA = 0.85
"""The share of both frames that has to agree where nobody knows when they were taken: views of one thing by two people
agree on less (docs/benchmarks.md, "Duplicates")."""

MATCH_OFFSET, MATCH_RISE = -4.6, 2.3
"""The curve of a match over log(1 + distinctness)."""
CHANCE_MATCH = 0.035
"""The match of two photos whose details agree no more than by chance (docs/benchmarks.md, "The pair graph")."""
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
        thumbnails: those of all photos.
    """

    def __init__(self, pixels: PixelReader, thumbnails: ThumbnailCache) -> None:
        self._pixels = pixels
        self._icons = IconReader(thumbnails)

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
        kind, direction, tried = self._kind(first, second, one, other, agreed)
        if kind is None:
            return self._by_features(first, second, alignment, match)
        named = NamedEdits((), None, {})
        if kind is PairKind.EDITED:
            named = name_edits(
                EditedPhoto(first.content_id, first.row, one.compression, small(one), one.is_by_editor),
                EditedPhoto(
                    second.content_id, second.row, other.compression, small(other), other.is_by_editor
                ),
                agreed,
                alignment.mirrored,
                direction,
                tried,
            )
        return VerifiedPair(
            first.content_id,
            second.content_id,
            kind,
            max(match, 0.99),
            _similarity(agreed),
            min(agreed.areas),
            named.edits,
            named.original,
            tuple(agreed.matrix.ravel().tolist()),
            named.details,
        )

    def _agreement(
        self, first: PairPhoto, second: PairPhoto, alignment: Alignment | None
    ) -> tuple[Alignment, Agreement] | None:
        """The pixels' agreement under the best alignment; None where there is none."""
        best: tuple[Alignment, Agreement] | None = None
        if (
            alignment is not None
            and alignment.inliers >= FEWEST_INLIERS
            and is_plausible(alignment, first.features.size, second.features.size)
        ):
            agreed = self._compare(first, second, alignment)
            if agreed is not None:
                best = alignment, agreed
        if best is None or _rank(best[1]) < COPY_CORRELATION:
            icons = self._icons.of(first.row.hash), self._icons.of(second.row.hash)
            for frame in likely_frames(*icons):
                agreed = self._compare(first, second, frame)
                if agreed is not None and (best is None or _rank(agreed) > _rank(best[1])):
                    best = frame, agreed
        return best

    def _compare(self, first: PairPhoto, second: PairPhoto, alignment: Alignment) -> Agreement | None:
        one, other = self._pixels.working(first.content_id), self._pixels.working(second.content_id)
        return compare_pixels(small(one), small(other), alignment)

    def _kind(
        self, first: PairPhoto, second: PairPhoto, one: PhotoPixels, other: PhotoPixels, agreed: Agreement
    ) -> tuple[PairKind | None, float, bool]:
        """What a pair is by its pixels, None where they say nothing; and evidence for the first as the original.

        The last value is whether that evidence comes of making the one of the other, so that no other guess counts.
        """
        if not agreed.compared.any():
            return None, 0.0, False
        agreeing = float(np.percentile(agreed.coarse, TYPICAL)) if len(agreed.coarse) else 1.0
        apart = _were_taken_apart(first, second) or _were_exposed_apart(first, second, one, other)
        alike = agreed.share >= COPY_SHARE and agreeing >= COPY_CORRELATION
        if alike and agreed.correlation >= GLANCED_CORRELATION and not apart:
            one, other = self._pixels.native(first.content_id), self._pixels.native(second.content_id)
            if np.array_equal(one.pixels, other.pixels):
                return PairKind.SAME_PIXELS, 0.0, False
            matrix = in_pixels(agreed.matrix, one.size, other.size)
            made = made_from(one, other, snapped(matrix, one.pixels.shape, NEAR_SNAP))
            if made and not _is_print_in_both(agreed):
                # A file that comes out of the other's pixels needs no other proof.
                return PairKind.EDITED, made, True
            found = unexplained(one, other, agreed)
            copied = is_copy(None if found is None else found.least, agreed, one, other)
            if copied and not _is_print_in_both(agreed):
                if made is not None and agreed.tone_change < SAME_TONE:
                    return PairKind.EDITED, 0.0, True
                return PairKind.EDITED, 0.0 if found is None else found.direction, False
        area = _burst_area(first, second)
        if agreed.share >= BURST_SHARE and min(agreed.areas) >= area and agreeing >= BURST_CORRELATION:
            return PairKind.BURST, 0.0, False
        return None, 0.0, False

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
    if alignment is None:
        return CHANCE_MATCH
    return sigmoid(MATCH_OFFSET + MATCH_RISE * math.log1p(alignment.weight))


def small(photo: PhotoPixels) -> NDArray[np.uint8]:
    """A photo at the size at which pixels are compared."""
    import cv2

    longest = max(photo.size)
    if TINY_SIDE <= longest <= WORKING_SIDE:
        return photo.pixels
    scale = (TINY_SIDE if longest < TINY_SIDE else WORKING_SIDE) / longest
    size = max(1, round(photo.size[0] * scale)), max(1, round(photo.size[1] * scale))
    how = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    return cv2.resize(photo.pixels, size, interpolation=how).astype(np.uint8)


def _rank(agreed: Agreement) -> float:
    return float(np.median(agreed.coarse)) if len(agreed.coarse) else 0.0


def _similarity(agreed: Agreement) -> float:
    return float(np.clip(agreed.coarse.mean(), 0.0, 1.0)) if len(agreed.coarse) else agreed.share


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
        derived = agreed.tone_change < LITTLE_TONE or found.one_sided <= ONE_SIDED_EXCESS
        return (derived and found.exact <= EXACT_EXCESS) or (unchanged and found.filtered <= CHAIN_EXCESS)
    if is_resized(agreed, one, other):
        return found.filtered <= RESIZED_EXCESS
    return found.filtered <= (NEAR_EXCESS if is_near(agreed, one, other) else FILTERED_EXCESS)


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


def _burst_area(first: PairPhoto, second: PairPhoto) -> float:
    """The share of both frames that has to agree in a burst; more than there is where metadata tell two moments."""
    one, other = first.row, second.row
    if None not in (one.camera, other.camera) and one.camera != other.camera:
        return math.inf
    seconds = _seconds_between(one.taken_at, other.taken_at)
    if seconds is None:
        return UNDATED_AREA
    return BURST_AREA if seconds <= BURST_SECONDS else math.inf


def _seconds_between(one: str | None, other: str | None) -> float | None:
    """How far apart two times of day are; None where one is not known to the minute."""
    if one is None or other is None or min(len(one), len(other)) < len("2019-07-18T10:00"):
        return None
    return abs((datetime.fromisoformat(one[:19]) - datetime.fromisoformat(other[:19])).total_seconds())


def _were_exposed_apart(first: PairPhoto, second: PairPhoto, one: PhotoPixels, other: PhotoPixels) -> bool:
    """Whether the metadata prove two exposures: one camera, and two exposure times, f-numbers or ISO values."""
    return (
        first.row.camera is not None
        and first.row.camera == second.row.camera
        and bool(one.exposure)
        and bool(other.exposure)
        and not np.allclose(one.exposure, other.exposure, rtol=EXPOSURE_ROUNDING)
    )


def _is_print_in_both(agreed: Agreement) -> bool:
    """Whether little of either frame agrees, and in another light: the same print in two scenes."""
    return max(agreed.areas) < SMALL_PART and agreed.tone_change >= LITTLE_TONE
