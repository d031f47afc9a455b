"""Photo service: lists, facts, pixels and thumbnails of the photos of one library."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from lookalike.caches.thumbnail_cache import ThumbnailCache, kept_side
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.filters import FilterChoices, Filters
from lookalike.errors import LookalikeError
from lookalike.judges.protocol import JudgePhoto
from lookalike.photos import THUMBNAIL_SIDE, Annotations, thumbnail
from lookalike.search.query_photos import QueryPhotos


@dataclass(frozen=True)
class PhotoInfo:
    """A photo of the library.

    Attributes:
        content_id: the photo.
        facts: what is known of it.
        paths: every place where it lies, reachable ones first.
        companions: every place of the raw file of the same shot, reachable ones first; empty without one.
        annotations: its rating, title and keywords.
    """

    content_id: int
    facts: ContentRow
    paths: tuple[Path, ...]
    companions: tuple[Path, ...]
    annotations: Annotations


class PhotoService:
    """The photos of one library. Any thread may use it.

    Args:
        catalog: the library's catalog.
        query_photos: reads photos.
        thumbnails: keeps their thumbnails.
    """

    def __init__(self, catalog: Catalog, query_photos: QueryPhotos, thumbnails: ThumbnailCache) -> None:
        self._catalog = catalog
        self._query_photos = query_photos
        self._thumbnails = thumbnails

    def ids(self, filters: Filters | None = None) -> list[int]:
        """Content ids of all photos, or of those that meet a filter, newest first.

        Raises:
            FilterError: the filter names what there is not.
        """
        visible = self._catalog.contents.visible()
        if not filters:
            return visible
        wanted = np.isin(np.array(visible, np.int64), self._catalog.filters.matching(filters))
        return [number for number, kept in zip(visible, wanted.tolist(), strict=True) if kept]

    def ids_by_path(self) -> dict[Path, int]:
        """The content at every place of the library."""
        found: dict[Path, int] = {}
        for folder in self._catalog.folders.all():
            for path, row in self._catalog.files.known(os.fsencode(folder.path)).items():
                if row.content_id is not None:
                    found[Path(os.fsdecode(path))] = row.content_id
        return found

    def filter_choices(self) -> FilterChoices:
        """What there is to filter by."""
        return self._catalog.filters.choices()

    def paths(self, content_ids: Sequence[int]) -> dict[int, list[Path]]:
        """Every place of some photos, reachable ones first."""
        return self._catalog.files.paths(content_ids)

    def facts(self, content_ids: Sequence[int]) -> dict[int, ContentRow]:
        """What is known of some photos; those that are no longer in the library are left out."""
        return self._catalog.contents.get(content_ids)

    def info(self, content_id: int) -> PhotoInfo | None:
        """Facts and places of a photo; None if it is no longer in the library."""
        rows = self._catalog.contents.get([content_id])
        if content_id not in rows:
            return None
        companions = self._catalog.contents.companions([content_id]).get(content_id, [])
        places = self._catalog.files.paths([content_id, *companions])
        return PhotoInfo(
            content_id,
            rows[content_id],
            tuple(places[content_id]),
            tuple(path for number in companions for path in places[number]),
            self._catalog.annotations.get([content_id])[content_id],
        )

    def image(self, content_id: int, longest_side: int) -> Image.Image:
        """A photo, upright sRGB, its longest side at most `longest_side` pixels; as it is now, if it was changed.

        Raises:
            LookalikeError: none of its files can be read.
        """
        return self._query_photos.image(content_id, longest_side)

    def for_judges(self, content_id: int, content: str) -> JudgePhoto:
        """A photo as judges see it.

        Args:
            content_id: the photo.
            content: its hash.
        """
        return self._query_photos.candidate(content_id, content)

    def thumbnail(self, content_id: int, side: int = THUMBNAIL_SIDE) -> bytes:
        """A photo's thumbnail as JPEG bytes, to be shown at `side` pixels.

        It is made anew where it is missing, at a scale at which the file's format is read quickly. A smaller one
        is given where that cannot be, because the photo's drive is away or its file holds another photo by now.

        Args:
            content_id: the photo.
            side: the longest side wanted; the thumbnail is the next larger of `THUMBNAIL_SIDES`, or the largest.

        Raises:
            LookalikeError: there is none, and none of the photo's files can be read.
        """
        rows = self._catalog.contents.get([content_id])
        if content_id not in rows:
            raise LookalikeError("This photo is no longer in the library.")
        content, side = rows[content_id].hash, kept_side(side)
        kept = self._thumbnails.get(content, side)
        if kept is not None:
            return kept
        try:
            made = thumbnail(self._query_photos.exact(content_id, content, side), side)
        except LookalikeError:
            smaller = self._thumbnails.best(content)
            if smaller is None:
                raise
            return smaller
        self._thumbnails.put(content, side, made)
        return made
