"""Annotations: the rating, title, description and keywords in a photo file or in its XMP sidecar."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lookalike.photos.errors import PhotoError, printable
from lookalike.photos.files import read_file
from lookalike.photos.iptc import Dataset, read_iptc
from lookalike.photos.xmp import XmpError, read_xmp

SIDECAR_LIMIT_BYTES = 8 << 20
"""Larger XMP files are not read; a long editing history takes a tenth of this."""

_MAX_TEXT = 1000
_MAX_KEYWORDS = 1000

_DC = "http://purl.org/dc/elements/1.1/ "
_RATING = "http://ns.adobe.com/xap/1.0/ Rating"
_PERCENT = "http://ns.microsoft.com/photo/1.0/ Rating"
_TITLE = _DC + "title"
_DESCRIPTION = _DC + "description"
_SUBJECT = _DC + "subject"
_TREES = {
    "http://ns.adobe.com/lightroom/1.0/ hierarchicalSubject": "|",
    "http://www.digikam.org/ns/1.0/ TagsList": "/",
}
"""Properties with hierarchical keywords → the separator between levels."""

_PROPERTIES = frozenset((_RATING, _PERCENT, _TITLE, _DESCRIPTION, _SUBJECT, *_TREES))


@dataclass(frozen=True)
class Annotations:
    """What people wrote about a photo.

    Attributes:
        rating: -1 "rejected", 0 "not rated", 1 to 5 stars; None if absent.
        title: one line, or empty.
        description: one line, or empty.
        keywords: without duplicates, in the order in which they were written.
    """

    rating: int | None = None
    title: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()

    def with_fallback(self, other: Annotations) -> Annotations:
        """These annotations, with missing fields filled in from others."""
        return Annotations(
            other.rating if self.rating is None else self.rating,
            self.title or other.title,
            self.description or other.description,
            self.keywords or other.keywords,
        )


NO_ANNOTATIONS = Annotations()


def read_embedded(xmp: bytes, iptc: bytes, exif_rating: int | None) -> Annotations:
    """The annotations embedded in a photo; XMP takes precedence over IPTC and EXIF. Broken blocks are ignored.

    Args:
        xmp: the XMP packet, or empty.
        iptc: the IPTC-IIM records, or empty.
        exif_rating: the value of EXIF tag 0x4746, or None.
    """
    try:
        from_packet = from_xmp(xmp) if xmp else NO_ANNOTATIONS
    except XmpError:
        from_packet = NO_ANNOTATIONS
    texts = read_iptc(iptc) if iptc else {}
    from_older_blocks = Annotations(
        None if exif_rating is None else _stars(str(exif_rating)),
        _first_line(texts.get(Dataset.TITLE, ())),
        _first_line(texts.get(Dataset.CAPTION, ())),
        _distinct_lines(texts.get(Dataset.KEYWORD, ())),
    )
    return from_packet.with_fallback(from_older_blocks)


def read_sidecar(path: Path) -> Annotations:
    """The annotations in an XMP sidecar.

    Raises:
        FileUnavailableError: it cannot be read now.
        PhotoError: it is not XMP, is broken, or is too large.
    """
    file = read_file(path, SIDECAR_LIMIT_BYTES)
    try:
        return from_xmp(file.data)
    except XmpError as error:
        raise PhotoError(
            "{name} is not a readable XMP file ({error}), so its rating and keywords are not used.",
            "Have the program that wrote it write it again.",
            name=printable(path.name),
            error=error,
        ) from error


def from_xmp(data: bytes) -> Annotations:
    """The annotations in an XMP packet.

    The rating is xmp:Rating, or MicrosoftPhoto:Rating in percent; the keywords are dc:subject, followed by the leaves
    of Lightroom's and digiKam's keyword trees.

    Raises:
        XmpError: it is not XMP.
    """
    found = read_xmp(data, _PROPERTIES)
    rating = None
    if _RATING in found:
        rating = _stars(found[_RATING][0])
    elif _PERCENT in found:
        rating = _stars_from_percent(found[_PERCENT][0])
    leaves = [
        path.rsplit(separator, 1)[-1] for name, separator in _TREES.items() for path in found.get(name, ())
    ]
    return Annotations(
        rating,
        _first_line(found.get(_TITLE, ())),
        _first_line(found.get(_DESCRIPTION, ())),
        _distinct_lines([*found.get(_SUBJECT, ()), *leaves]),
    )


def _stars(text: str) -> int | None:
    number = _number(text)
    return None if number is None else max(-1, min(5, round(number)))


def _stars_from_percent(text: str) -> int | None:
    # Windows writes 1, 25, 50, 75 and 99 for one to five stars.
    number = _number(text)
    return None if number is None else 0 if number <= 0 else min(5, 1 + round(min(number, 100) / 25))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def one_line(text: str) -> str:
    """The text as one line of printable characters, composed (NFC), of bounded length."""
    spaced = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * _MAX_TEXT])
    return unicodedata.normalize("NFC", " ".join(spaced.split()))[:_MAX_TEXT].strip()


def _first_line(texts: Iterable[str]) -> str:
    return next(filter(None, map(one_line, texts)), "")


def _distinct_lines(texts: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for text in texts:
        line = one_line(text)
        if line and len(found) < _MAX_KEYWORDS:
            found.setdefault(line.casefold(), line)
    return tuple(found.values())
