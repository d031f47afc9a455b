"""Query photos: those searched with, and those of the library, as judges and describers take them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import PhotoGoneError
from lookalike.errors import LookalikeError
from lookalike.judges.protocol import JudgePhoto
from lookalike.photos import FileBytes, FileUnavailableError, decode, open_image, read_file
from lookalike.photos.errors import printable
from lookalike.search.query import Query, Region, crop, view_hash

MAX_DECODE_SIDE = 4096
"""A region is cut from a decode of at most this longest side, pixels."""

_TURNS = (None, Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)


class QueryPhotos:
    """Reads the photos of one library, and those searched with.

    Args:
        catalog: the library's catalog.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def image(self, content_id: int, longest_side: int) -> Image.Image:
        """A photo of the library for display, upright, its longest side at most `longest_side` pixels.

        Where its files have changed, the image is of what they hold now, so nothing made from it may be stored.

        Raises:
            LookalikeError: none of its files can be read.
        """
        row = self._catalog.contents.one(content_id)
        changed: list[Path] = []
        try:
            return self._exact(content_id, row.hash, longest_side, changed)
        except LookalikeError:
            if not changed:
                raise
        return open_image(changed[0], longest_side)

    def exact(self, content_id: int, content: str, longest_side: int) -> Image.Image:
        """As `image`, but of bytes with this hash and no others, so that what is made from it may be stored.

        A file may have changed since it was last scanned; its bytes are read anyway, so they are hashed as well.

        Raises:
            LookalikeError: none of its files can be read, or none holds it any more.
        """
        return self._exact(content_id, content, longest_side, [])

    def _exact(self, content_id: int, content: str, longest_side: int, changed: list[Path]) -> Image.Image:
        """See `exact`; files that hold other bytes are added to `changed`."""
        trouble: LookalikeError | None = None
        for path in self._catalog.files.paths([content_id])[content_id]:
            try:
                file = read_file(path)
                if file.content == content:
                    return decode(file, longest_side).image
                changed.append(path)
                trouble = FileUnavailableError(
                    "{name} has changed since its folder was last scanned.",
                    "Scan it again.",
                    name=printable(path.name),
                )
            except LookalikeError as error:
                trouble = error
        raise trouble or PhotoGoneError()

    def candidate(self, content_id: int, content: str) -> JudgePhoto:
        """A photo of the library as judges take it."""
        return JudgePhoto(content, lambda longest_side: self.exact(content_id, content, longest_side))

    def of(self, query: Query) -> tuple[JudgePhoto, int | None]:
        """A query's own photo as judges take it, and the id of the library's photo it is or is cut from, if any.

        Raises:
            LookalikeError: it cannot be read, is no longer there, or there is none.
        """
        region = query.region
        if query.file is not None:
            file = read_file(Path(query.file))
            photo = JudgePhoto(view_hash(file.content, region), lambda side: _from_file(file, region, side))
            return photo, self._catalog.contents.photo_of(file.content)
        if query.image is not None:
            cut = crop(query.image.convert("RGB"), region)
            return JudgePhoto("", lambda side: _reduced(cut, side)), None
        if query.content_id is not None:
            number = query.content_id
            content = self._catalog.contents.one(number).hash
            photo = JudgePhoto(
                view_hash(content, region),
                lambda side: _reduced(
                    crop(self.exact(number, content, _decode_side(region, side)), region), side
                ),
            )
            return photo, number
        raise LookalikeError("There is nothing to search for.", "Choose a photo or type words.")


def turned(photo: JudgePhoto, turns: int) -> JudgePhoto:
    """A photo turned counter-clockwise by `turns` quarters, 0 to 3."""
    turn = _TURNS[turns]
    if turn is None:
        return photo
    load: Callable[[int], Image.Image] = photo.load
    return JudgePhoto(
        view_hash(photo.content, None, turns) if photo.content else "",
        lambda longest_side: load(longest_side).transpose(turn),
    )


def _decode_side(region: Region | None, longest_side: int) -> int:
    """The longest side to decode at so that the region alone has about `longest_side` pixels."""
    if region is None:
        return longest_side
    share = max(region[2] - region[0], region[3] - region[1], 0.01)
    return min(MAX_DECODE_SIDE, int(longest_side / share))


def _from_file(file: FileBytes, region: Region | None, longest_side: int) -> Image.Image:
    return _reduced(crop(decode(file, _decode_side(region, longest_side)).image, region), longest_side)


def _reduced(image: Image.Image, longest_side: int) -> Image.Image:
    if max(image.size) <= longest_side:
        return image
    smaller = image.copy()
    smaller.thumbnail((longest_side, longest_side))
    return smaller
