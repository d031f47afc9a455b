"""Verification: what two candidates are to each other, by their local features and, where these agree, their pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.catalog.contents import ContentRow
from lookalike.local_features import LocalFeatures
from lookalike.pairs.agreement import WORKING_SIDE, Agreement, compare_pixels
from lookalike.pairs.alignment import Alignment, align, in_pixels, is_plausible
from lookalike.pairs.copies import NEAR_SNAP, SAME_TONE, is_copy, is_filtered, is_print_in_both, unexplained
from lookalike.pairs.edit_names import EditedPhoto, NamedEdits, PixelEvidence, name_edits
from lookalike.pairs.exposures import compare_order, may_be_one_frame
from lookalike.pairs.icons import IconReader, likely_frames
from lookalike.pairs.moments import are_one_moment, may_be_one_moment, were_exposed_apart, were_taken_apart
from lookalike.pairs.photo_pixels import PhotoPixels, PixelReader
from lookalike.pairs.remaking import made_from
from lookalike.pairs.residual import snapped
from lookalike.pairs.verified_pair import PairKind, VerifiedPair
from lookalike.sigmoid import sigmoid

VERSION = "8"
"""Changes with whatever changes a verified pair. Where only some may come out otherwise, a migration of the catalog can
have these wait again instead (`m0029_overlaps_and_exposures`): a new version costs every library its whole graph."""

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
        if found is not None:
            alignment, agreed = found
            if (pair := self._by_pixels(first, second, alignment, agreed, match)) is not None:
                return pair
        return self._by_order(first, second, match) or self._by_features(first, second, alignment, match)

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

    def _by_pixels(
        self, first: PairPhoto, second: PairPhoto, alignment: Alignment, agreed: Agreement, match: float
    ) -> VerifiedPair | None:
        """A pair by its aligned pixels; None where they say nothing."""
        one, other = self._pixels.working(first.content_id), self._pixels.working(second.content_id)
        kind, evidence = self._kind(first, second, one, other, agreed)
        if kind is None:
            return None
        named = NamedEdits((), None, {})
        if kind is PairKind.EDITED:
            named = name_edits(
                EditedPhoto(first.content_id, first.row, one.compression, small(one), one.is_by_editor),
                EditedPhoto(
                    second.content_id, second.row, other.compression, small(other), other.is_by_editor
                ),
                agreed,
                alignment.mirrored,
                evidence,
            )
        return _agreeing_pair(first, second, kind, match, agreed, named)

    def _by_order(self, first: PairPhoto, second: PairPhoto, match: float) -> VerifiedPair | None:
        """Two exposures of one moment, by the order of their grey values; None where they are not."""
        sizes = (first.row.width, first.row.height), (second.row.width, second.row.height)
        if sizes[0] != sizes[1] or not may_be_one_moment(first.row, second.row):
            return None
        if not may_be_one_frame(self._icons.of(first.row.hash), self._icons.of(second.row.hash)):
            return None
        one, other = self._pixels.working(first.content_id), self._pixels.working(second.content_id)
        agreed = compare_order(small(one), small(other))
        if agreed is None or not are_one_moment(first.row, second.row, agreed):
            return None
        return _agreeing_pair(first, second, PairKind.BURST, match, agreed, NamedEdits((), None, {}))

    def _kind(
        self, first: PairPhoto, second: PairPhoto, one: PhotoPixels, other: PhotoPixels, agreed: Agreement
    ) -> tuple[PairKind | None, PixelEvidence]:
        """What a pair is by its pixels, None where they say nothing; and how one was made from the other."""
        if not agreed.compared.any():
            return None, PixelEvidence()
        apart = were_taken_apart(first.row, second.row) or were_exposed_apart(
            first.row, second.row, one, other
        )
        alike = agreed.share >= COPY_SHARE and agreed.typical >= COPY_CORRELATION
        if alike and agreed.correlation >= GLANCED_CORRELATION and not apart:
            one, other = self._pixels.native(first.content_id), self._pixels.native(second.content_id)
            if np.array_equal(one.pixels, other.pixels):
                return PairKind.SAME_PIXELS, PixelEvidence()
            matrix = in_pixels(agreed.matrix, one.size, other.size)
            made = made_from(one, other, snapped(matrix, one.pixels.shape, NEAR_SNAP))
            if made and not is_print_in_both(agreed):
                # A file that comes out of the other's pixels needs no other proof.
                return PairKind.EDITED, PixelEvidence(made, tried=True)
            found = unexplained(one, other, agreed)
            least = None if found is None else found.least
            if is_copy(least, agreed, one, other) and not is_print_in_both(agreed):
                filtered = is_filtered(least, agreed)
                if made is not None and agreed.tone_change < SAME_TONE:
                    return PairKind.EDITED, PixelEvidence(tried=True, filtered=filtered)
                direction = 0.0 if found is None else found.direction
                return PairKind.EDITED, PixelEvidence(direction, filtered=filtered)
        return (PairKind.BURST if are_one_moment(first.row, second.row, agreed) else None), PixelEvidence()

    def _by_features(
        self, first: PairPhoto, second: PairPhoto, alignment: Alignment | None, match: float
    ) -> VerifiedPair:
        kind = PairKind.SAME_THING if match >= SAME_THING else PairKind.NOTHING
        transform: tuple[float, ...] = ()
        if alignment is not None and kind is PairKind.SAME_THING:
            transform = tuple(alignment.matrix.ravel().tolist())
        return VerifiedPair(first.content_id, second.content_id, kind, match, 0.0, 0.0, transform=transform)


def _agreeing_pair(
    first: PairPhoto, second: PairPhoto, kind: PairKind, match: float, agreed: Agreement, named: NamedEdits
) -> VerifiedPair:
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
