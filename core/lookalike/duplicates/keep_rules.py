"""Keep rules: which of several duplicates is the one to keep, and why.

The rules are applied in the user's order: the first that tells two photos apart decides. A photo on a drive that is
away comes last, as nothing could be checked against it before the others go.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lookalike.errors import LookalikeError

if TYPE_CHECKING:
    from lookalike.catalog.contents import ContentRow


class KeepRule(StrEnum):
    """What speaks for keeping a photo. The values are stored, and appear in output and as options."""

    PROTECTED = "protected"
    """It lies in a protected folder."""
    ORIGINAL = "original"
    """The others were made from it, or are edits of edits."""
    RAW = "raw"
    """Its raw file lies beside it."""
    RESOLUTION = "resolution"
    """It has more pixels."""
    EXIF = "exif"
    """It has what the camera wrote: camera, date, place."""
    CENTRAL = "central"
    """The fewest edits lie between it and the others."""
    COMPRESSION = "compression"
    """It is less compressed: more bytes a pixel. After EXIF, as whoever saves an edit often takes a high quality."""
    FORMAT = "format"
    """Its format loses less."""
    RATING = "rating"
    """It has more stars."""
    OLDEST = "oldest"
    """Its file was changed last the longest ago."""
    NAME = "name"
    """Its name is not that of a copy, or comes first."""


DEFAULT_RULES = tuple(KeepRule)

_FORMATS = ("GIF", "BMP", "WebP", "JPEG", "JPEG 2000", "AVIF", "HEIF", "JPEG XL", "PNG", "TIFF", "RAW")
"""Formats by how much of a photo they usually keep, the most last."""

_COPY_NAME = re.compile(
    r"\(\d+\)$|~\d+$|\b(copy|copie|kopie|copia|cópia|kopia|копия|kopi|kopya)\b|コピー|副本|사본",
    re.IGNORECASE,
)
"""What file managers add to the name of a copy."""


@dataclass(frozen=True)
class Candidate:
    """A file that might be kept.

    Attributes:
        content: what is known of its content.
        path: where it lies.
        mtime_ns: time of last change, nanoseconds.
        online: whether it can be reached.
        protected: whether it lies in a protected folder.
        generation: how many edits lead to it from an original; 0 for one.
        centrality: how near it is to its edits and those of the same original, summed over them.
        with_raw: whether its raw file lies beside it.
        rating: its stars.
    """

    content: ContentRow
    path: bytes
    mtime_ns: int
    online: bool
    protected: bool
    generation: int
    centrality: float
    with_raw: bool
    rating: int


def rules_of(values: Iterable[str]) -> tuple[KeepRule, ...]:
    """All rules, those that are named first.

    Raises:
        LookalikeError: there is no such rule.
    """
    chosen: list[KeepRule] = []
    for value in values:
        try:
            chosen.append(KeepRule(value))
        except ValueError as error:
            raise LookalikeError(
                "There is no rule called {rule}.",
                "Choose one of: {rules}.",
                rule=value,
                rules=", ".join(DEFAULT_RULES),
            ) from error
    return tuple(dict.fromkeys([*chosen, *DEFAULT_RULES]))


def sort_key(candidate: Candidate, rules: Sequence[KeepRule]) -> tuple[object, ...]:
    """A key by which the candidate to keep comes first; no two files have the same one."""
    return (
        not candidate.online,
        *(-_value(rule, candidate) for rule in rules),
        len(candidate.path),
        candidate.path,
    )


def reasons_for(
    kept: Candidate, others: Sequence[Candidate], rules: Sequence[KeepRule]
) -> tuple[KeepRule, ...]:
    """The rules by which no other candidate goes before the one to keep, and some come after it."""
    return tuple(rule for rule in rules if _speaks_for(rule, kept, others)) or (KeepRule.NAME,)


def _speaks_for(rule: KeepRule, kept: Candidate, others: Sequence[Candidate]) -> bool:
    value, values = _value(rule, kept), [_value(rule, other) for other in others]
    if rule is KeepRule.ORIGINAL:
        # Several may be originals, as far as it can be told: then none is said to be the one.
        edits = [_value(rule, other) for other in others if other.content.hash != kept.content.hash]
        return bool(edits) and value > max(edits)
    return bool(values) and value >= max(values) and value > min(values)


def _value(rule: KeepRule, candidate: Candidate) -> float:
    """How much speaks for a candidate by one rule; only the order counts."""
    content = candidate.content
    pixels = content.width * content.height
    match rule:
        case KeepRule.PROTECTED:
            return candidate.protected
        case KeepRule.ORIGINAL:
            return -candidate.generation
        case KeepRule.RAW:
            return candidate.with_raw
        case KeepRule.RESOLUTION:
            return pixels
        case KeepRule.COMPRESSION:
            return content.bytes / max(pixels, 1)
        case KeepRule.CENTRAL:
            return candidate.centrality
        case KeepRule.EXIF:
            return sum(map(bool, (content.camera, content.taken_at, content.latitude is not None)))
        case KeepRule.FORMAT:
            return _FORMATS.index(content.format) if content.format in _FORMATS else -1
        case KeepRule.RATING:
            return candidate.rating
        case KeepRule.OLDEST:
            return -candidate.mtime_ns
        case KeepRule.NAME:
            stem = os.path.splitext(os.path.basename(os.fsdecode(candidate.path)))[0]  # noqa: PTH119, PTH122
            return not _COPY_NAME.search(stem)
