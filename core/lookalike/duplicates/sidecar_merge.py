"""Sidecar merge: what people wrote about a photo that goes, written into the XMP file of the one that is kept.

The photos themselves are only read. What the kept photo says for itself stays; it gains the stars, title, description
and place that it lacks, and all keywords.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from lookalike.catalog.contents import ContentRow
from lookalike.duplicates.shot_files import sidecars_of
from lookalike.duplicates.xmp_document import DC, EXIF, XMP, XmpDocument
from lookalike.photos import Annotations, read_sidecar


@dataclass(frozen=True)
class DescribedFile:
    """A photo and what is known about it.

    Attributes:
        path: where it lies.
        content: its facts.
        embedded: what its own metadata say.
        user_rating: the stars that the user gave it in Lookalike; None where the user gave none.
    """

    path: bytes
    content: ContentRow
    embedded: Annotations
    user_rating: int | None = None

    def annotations(self) -> Annotations:
        """What the user, its XMP files and its own metadata say, of this file alone.

        Raises:
            PhotoError: an XMP file cannot be read.
            OSError: its folder cannot be listed.
        """
        merged = Annotations(rating=self.user_rating)
        for sidecar in sidecars_of(self.path):
            merged = merged.with_fallback(read_sidecar(Path(os.fsdecode(sidecar))))
        return merged.with_fallback(self.embedded)


def merged_sidecar(kept: DescribedFile, gone: DescribedFile) -> tuple[bytes, bytes | None, bytes] | None:
    """The XMP file of a kept photo with what is only said about another one.

    Returns:
        Its path, what it held (None where there was none), and what it is to hold; None where nothing is to be added.

    Raises:
        XmpDocumentError: the XMP file cannot be written into.
        PhotoError: an XMP file cannot be read.
        OSError: the same.
    """
    has, gives = kept.annotations(), gone.annotations()
    known = {word.casefold() for word in has.keywords}
    keywords = [word for word in gives.keywords if word.casefold() not in known]
    chosen = bool(has.rating) or kept.user_rating is not None
    rating = gives.rating if (gives.rating or 0) > 0 and not chosen else None
    title = gives.title if not has.title else ""
    description = gives.description if not has.description else ""
    sidecars = sidecars_of(kept.path)
    path = sidecars[0] if sidecars else kept.path + b".xmp"
    before = _read(path) if sidecars else None
    document = XmpDocument(before)
    place = _place(kept.content, gone.content, document)
    if not (keywords or rating or title or description or place):
        return None
    if rating:
        document.set_text(XMP, "Rating", str(rating))
    if keywords:
        # An XMP file's keywords go before those in the photo, so that these must stand in it too.
        document.set_bag(DC, "subject", [*has.keywords, *keywords])
    if title:
        document.set_language_text(DC, "title", title)
    if description:
        document.set_language_text(DC, "description", description)
    for name, value in place.items():
        document.set_text(EXIF, name, value)
    return path, before, document.encode()


def _place(kept: ContentRow, gone: ContentRow, document: XmpDocument) -> dict[str, str]:
    """The properties of a place that only the other photo knows."""
    if kept.latitude is not None or gone.latitude is None or gone.longitude is None:
        return {}
    if document.has(EXIF, "GPSLatitude"):
        return {}
    return {
        "GPSLatitude": _degrees(gone.latitude, "N", "S"),
        "GPSLongitude": _degrees(gone.longitude, "E", "W"),
    }


def _degrees(value: float, positive: str, negative: str) -> str:
    """A coordinate as XMP has it: ``DDD,MM.mmk`` (XMP specification, part 2, GPSCoordinate)."""
    minutes = round(abs(value) * 60, 6)
    whole = int(minutes // 60)
    return f"{whole},{minutes - whole * 60:.6f}{negative if value < 0 else positive}"


def _read(path: bytes) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read()
