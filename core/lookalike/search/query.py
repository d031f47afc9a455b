"""The query: what is searched for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

Region = tuple[float, float, float, float]
"""Left, top, right, bottom as shares (0..1) of the photo's width and height."""


@dataclass(frozen=True)
class Query:
    """Exactly one of a photo file, an image in memory, a photo of the library, or words; and further queries with it.

    Attributes:
        file: a photo on disk; it need not be in the library.
        image: an upright RGB image, e.g. from the clipboard.
        content_id: a photo of the library.
        words: a description, for models that read words.
        region: the part of the photo that is meant; None for all of it.
        positives: more of what is searched for: further photos of the same thing, or words.
        negatives: what the results should not resemble.
        excluded_ids: photos of the library that are no results, besides those that the query names itself.
    """

    file: Path | None = None
    image: Image.Image | None = None
    content_id: int | None = None
    words: str = ""
    region: Region | None = None
    positives: tuple[Query, ...] = ()
    negatives: tuple[Query, ...] = ()
    excluded_ids: frozenset[int] = frozenset()


def crop(image: Image.Image, region: Region | None) -> Image.Image:
    """A region of an image, at least one pixel; the whole for None."""
    if region is None:
        return image
    left, top, right, bottom = region
    x = min(int(left * image.width), image.width - 1)
    y = min(int(top * image.height), image.height - 1)
    return image.crop(
        (x, y, max(x + 1, round(right * image.width)), max(y + 1, round(bottom * image.height)))
    )


def view_hash(content: str, region: Region | None, turns: int = 0) -> str:
    """The name under which pair scores of a region of a content, turned by quarters, are stored.

    The whole content, upright, has its own hash.
    """
    if region is None and turns == 0:
        return content
    corners = ",".join(f"{value:.4f}" for value in region or ())
    turned = f":{turns}" if turns else ""
    return hashlib.blake2b(f"{content}:{corners}{turned}".encode(), digest_size=16).hexdigest()
