"""Verified pair: what two photos of a library are to each other, and by which evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class PairKind(StrEnum):
    """What two contents are to each other. The values are stored and appear in output."""

    SAME_PIXELS = "same-pixels"
    """Only the metadata or the container differs."""
    EDITED = "edited"
    """One exposure: at least one of the two was made from the other, or both from a third."""
    BURST = "burst"
    """Two exposures of one moment from one place."""
    SAME_THING = "same-thing"
    """Two views of the same thing or place."""
    NOTHING = "nothing"
    """They were compared, and have nothing in common."""


COPIES = frozenset({PairKind.SAME_PIXELS, PairKind.EDITED})
"""The kinds of pairs that show one exposure."""

PROVEN = COPIES | {PairKind.BURST}
"""The kinds of pairs whose pixels prove that they show the same."""


class Edit(StrEnum):
    """What was done to an original. The values are stored and appear in output."""

    RECOMPRESS = "recompress"
    RESIZE = "resize"
    CROP = "crop"
    ROTATE = "rotate"
    MIRROR = "mirror"
    FILTER = "filter"
    """It was sharpened or blurred."""
    RECOLOUR = "recolour"
    OVERLAY = "overlay"
    """Text, a sticker or a watermark lies on it."""
    SCREENSHOT = "screenshot"
    """It stands in a larger picture, between bars or in a window."""
    FORMAT = "format"


@dataclass(frozen=True)
class VerifiedPair:
    """Two contents that were compared, and what was found.

    Attributes:
        first: the lower content id.
        second: the higher one.
        kind: what they are to each other.
        match: probability that both show the same thing, in [0, 1].
        similarity: agreement of the pixels where both show the same, in [0, 1].
        overlap: share of the larger photo's frame that both show, in [0, 1].
        edits: what was done to the original, most telling first; empty unless `kind` is EDITED.
        original: content id of the original of an edited pair; None where it cannot be told.
        transform: homography from the first to the second photo, 3 × 3 row by row, in coordinates of upright frames
            that run from 0 to 1; empty where unknown.
        details: parameters of the edits by name: ``degrees``, ``quarter_turns``, ``cropped`` (share of the original's
            area), ``scale``, ``covered`` (share of the common area that an overlay hides).
    """

    first: int
    second: int
    kind: PairKind
    match: float
    similarity: float
    overlap: float
    edits: tuple[Edit, ...] = ()
    original: int | None = None
    transform: tuple[float, ...] = ()
    details: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.first >= self.second:
            raise ValueError(f"pair {self.first}, {self.second}: the lower content id comes first")

    def other(self, content_id: int) -> int:
        """The content that is not this one."""
        return self.second if content_id == self.first else self.first
