"""Search requests: from files, pasted or dropped pictures, words, and photos of the library."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from PySide6.QtCore import QCoreApplication, QMimeData
from PySide6.QtGui import QImage

from lookalike.search.query import Query, Region, crop
from lookalike.search.query_text import QueryFileError, files_named
from lookalike.user_paths import path_of_address

if TYPE_CHECKING:
    from lookalike.library import Library

CHIP_SIDE = 128
"""Longest side of the picture that stands for a query, pixels."""


@dataclass(frozen=True)
class AddedPhoto:
    """A photo of the library that was added to a search.

    Attributes:
        content_id: the photo.
        like: whether results are to show what it shows; else they are to be unlike it.
    """

    content_id: int
    like: bool


@dataclass(frozen=True)
class SearchRequest:
    """A query and its name on the screen.

    Attributes:
        make: makes the query, off the GUI thread.
        label: a few words for the user.
        picture: ``picture(library)`` gives a small picture of it, off the GUI thread; None for words.
        text: the words that were typed; empty for a search without.
        judged: whether the chosen judge checks what is found; else the index's answer stands.
        recent: what is offered among the recent searches; empty for what cannot be typed.
        added: photos of the library that were added to it.
        plain: the search without them; None for one that nothing was added to.
    """

    make: Callable[[], Query]
    label: str
    picture: Callable[[Library], Image.Image] | None = None
    text: str = ""
    judged: bool = True
    recent: str = ""
    added: tuple[AddedPhoto, ...] = ()
    plain: SearchRequest | None = None


def words_request(words: str) -> SearchRequest:
    """Search for words."""
    return SearchRequest(lambda: Query(words=words), words, text=words, recent=words)


def file_request(path: Path) -> SearchRequest:
    """Search with a photo on disk."""

    def picture(_: Library) -> Image.Image:
        from lookalike.photos import open_image

        return open_image(path, CHIP_SIDE)

    return SearchRequest(lambda: Query(file=path), path.name, picture, recent=str(path))


def files_request(paths: Sequence[Path]) -> SearchRequest:
    """Search with one or several photos on disk of the same thing."""
    first = file_request(paths[0])
    if len(paths) == 1:
        return first
    also = tuple(Query(file=path) for path in paths[1:])
    label = QCoreApplication.translate("queries", "{0} and {1} more").format(paths[0].name, len(also))
    return replace(first, make=lambda: replace(first.make(), positives=also), label=label)


def with_photos(request: SearchRequest, added: Sequence[AddedPhoto]) -> SearchRequest:
    """The same search with exactly these photos added to it."""
    plain = request.plain or request
    if not added:
        return plain

    def make() -> Query:
        query = plain.make()
        like = tuple(Query(content_id=photo.content_id) for photo in added if photo.like)
        unlike = tuple(Query(content_id=photo.content_id) for photo in added if not photo.like)
        return replace(query, positives=query.positives + like, negatives=query.negatives + unlike)

    return replace(plain, make=make, added=tuple(added), plain=plain)


def image_request(image: QImage, label: str) -> SearchRequest:
    """Search with a picture from the clipboard or another program."""
    image = QImage(image)
    return SearchRequest(lambda: Query(image=to_pil(image)), label, lambda _: to_pil(image))


def photo_request(content_id: int, label: str, region: Region | None = None) -> SearchRequest:
    """Search with a photo of the library, or the part of it that is meant."""

    def picture(library: Library) -> Image.Image:
        share = 1.0 if region is None else max(region[2] - region[0], region[3] - region[1], 0.05)
        return crop(library.photos.image(content_id, int(CHIP_SIDE / share)), region)

    return SearchRequest(lambda: Query(content_id=content_id, region=region), label, picture)


def mime_request(data: QMimeData, label: str) -> SearchRequest | None:
    """Search with what was pasted or dropped; None if there is nothing to search with."""
    files = [path for path in _local_paths(data) if os.path.isfile(path)]  # noqa: PTH113
    if files:
        return files_request(files)
    if data.hasImage():
        image = QImage(data.imageData())
        if not image.isNull():
            return image_request(image, label)
    try:
        files = files_named(data.text())
    except QueryFileError:
        # What is typed and sent off is told of; a text may be on its way through the clipboard to be changed first.
        return None
    return files_request(files) if files else None


def text_request(text: str) -> SearchRequest:
    """Search for words, or with the photo files that a text names.

    Raises:
        QueryFileError: it is meant as a file, and there is none.
    """
    files = files_named(text)
    return files_request(files) if files else words_request(text)


def folders_in(data: QMimeData) -> list[Path]:
    """Folders that were dropped."""
    return [path for path in _local_paths(data) if os.path.isdir(path)]  # noqa: PTH112


def _local_paths(data: QMimeData) -> list[Path]:
    # QUrl.toLocalFile takes "localhost" for another computer, and loses bytes of a name that are no text.
    paths = (path_of_address(bytes(url.toEncoded().data()).decode("ascii")) for url in data.urls())
    return [path for path in paths if path is not None]


def to_pil(image: QImage) -> Image.Image:
    """A Qt image as an RGB one of Pillow; what shows through is white."""
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    pixels = bytes(plain.constBits())[: plain.sizeInBytes()]
    picture = Image.frombytes(
        "RGBA", (plain.width(), plain.height()), pixels, "raw", "RGBA", plain.bytesPerLine()
    )
    backdrop = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(backdrop, picture).convert("RGB")


def to_qimage(image: Image.Image) -> QImage:
    """A Pillow image as one of Qt, in the format that is drawn fastest."""
    plain = image.convert("RGB")
    data = plain.tobytes()
    borrowed = QImage(data, plain.width, plain.height, 3 * plain.width, QImage.Format.Format_RGB888)
    return borrowed.convertToFormat(QImage.Format.Format_RGB32)
