"""Duplicate groups: the photos that are copies, edits or burst frames of one that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lookalike.duplicates.keep_rules import KeepRule
from lookalike.pairs import Edit


class DuplicateClass(StrEnum):
    """What the photos of a group have in common, the most first. The values appear in output and as options."""

    EXACT = "exact"
    """Every byte."""
    SAME_PIXELS = "same-pixels"
    """Every pixel: only metadata or container differ."""
    EDITED = "edited"
    """One exposure: they are the original and edits of it."""
    BURST = "burst"
    """One moment, in several exposures."""


class Held(StrEnum):
    """Why a duplicate would not be removed."""

    PROTECTED = "protected"
    """It lies in a protected folder."""
    OFFLINE = "offline"
    """It lies on a drive that is away."""
    RAW = "raw"
    """Its raw file lies beside it, and not beside the photo that is kept."""
    LINKED = "linked"
    """It is the very file that is kept, under another name."""


@dataclass(frozen=True)
class DuplicatePhoto:
    """A file in a group.

    Attributes:
        path: where it lies.
        content_id: its content.
        hash: hash of its bytes, in hex.
        bytes: its size.
        mtime_ns: time of its last change when it was last read, nanoseconds.
        edits: what makes it differ from the kept photo, most telling first; empty unless it is an edit.
        overlap: share of the larger frame that it and the kept photo both show, in [0, 1].
        similarity: agreement of the pixels there, in [0, 1].
        transform: homography from the kept photo to this one (see `VerifiedPair.transform`); empty where unknown.
        held: why it would not be removed; None where it would.
    """

    path: Path
    content_id: int
    hash: str
    bytes: int
    mtime_ns: int
    edits: tuple[Edit, ...] = ()
    overlap: float = 1.0
    similarity: float = 1.0
    transform: tuple[float, ...] = ()
    held: Held | None = None


@dataclass(frozen=True)
class DuplicateGroup:
    """Duplicates of one photo.

    Attributes:
        id: the same from run to run, as long as the same photo is kept.
        kind: what the photos have in common.
        reasons: why the first photo is the one to keep.
        photos: the one to keep, then the others, by the rules for keeping.
        bytes: what removing all the others that can be removed would free.
    """

    id: str
    kind: DuplicateClass
    reasons: tuple[KeepRule, ...]
    photos: tuple[DuplicatePhoto, ...]
    bytes: int

    @property
    def keep(self) -> DuplicatePhoto:
        """The photo to keep."""
        return self.photos[0]

    @property
    def hashes(self) -> tuple[str, ...]:
        """The contents in the group, by hash, the kept one first."""
        return tuple(dict.fromkeys(photo.hash for photo in self.photos))
