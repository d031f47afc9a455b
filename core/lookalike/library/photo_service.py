"""Photo service: lists, metadata, pixels and thumbnails of the photos of one library."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.caches.thumbnail_cache import ThumbnailCache, kept_side
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow
from lookalike.catalog.filters import FilterChoices, Filters
from lookalike.errors import LookalikeError
from lookalike.photos import THUMBNAIL_SIDE, Annotations, thumbnail
from lookalike.search.query_photos import QueryPhotos


@dataclass(frozen=True)
class PhotoInfo:
    """A photo of the library.

    Attributes:
        content_id: the photo's content id.
        facts: its metadata.
        paths: the paths of its files, reachable ones first.
        companions: the paths of the raw files of the same shot, reachable ones first; empty without one.
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
            FilterError: the filter names something that is not in the library.
        """
        visible = self._catalog.contents.visible()
        if not filters:
            return visible
        matches = np.isin(np.array(visible, np.int64), self._catalog.filters.matching(filters))
        return [content_id for content_id, match in zip(visible, matches.tolist(), strict=True) if match]

    def ids_by_path(self) -> dict[Path, int]:
        """The content id of every file of the library, by path."""
        found: dict[Path, int] = {}
        for folder in self._catalog.folders.all():
            for path, row in self._catalog.files.known(os.fsencode(folder.path)).items():
                if row.content_id is not None:
                    found[Path(os.fsdecode(path))] = row.content_id
        return found

    def ids_at(self, paths: Iterable[Path]) -> dict[Path, int]:
        """The content ids of the files at some paths; paths that hold no photo of the library are left out."""
        return self._catalog.files.contents_at(paths)

    def copies(self) -> dict[int, int]:
        """The content ids of photos that lie at several paths, and at how many."""
        return self._catalog.files.copies()

    def positions(self) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
        """Content ids of all photos with a position, ascending; their degrees north, and degrees east."""
        return self._catalog.filters.positions()

    def filter_choices(self) -> FilterChoices:
        """The values that filters can take in this library."""
        return self._catalog.filters.choices()

    def paths(self, content_ids: Sequence[int]) -> dict[int, list[Path]]:
        """The paths of the files of some photos, reachable ones first."""
        return self._catalog.files.paths(content_ids)

    def facts(self, content_ids: Sequence[int]) -> dict[int, ContentRow]:
        """The metadata of some photos; those that are no longer in the library are left out."""
        return self._catalog.contents.get(content_ids)

    def annotations(self, content_ids: Sequence[int]) -> dict[int, Annotations]:
        """The rating, title and keywords of some photos; those that are no longer in the library are left out."""
        return self._catalog.annotations.get(content_ids)

    def info(self, content_id: int) -> PhotoInfo | None:
        """Metadata and paths of a photo; None if it is no longer in the library."""
        rows = self._catalog.contents.get([content_id])
        if content_id not in rows:
            return None
        companions = self._catalog.contents.companions([content_id]).get(content_id, [])
        paths = self._catalog.files.paths([content_id, *companions])
        return PhotoInfo(
            content_id,
            rows[content_id],
            tuple(paths[content_id]),
            tuple(path for companion in companions for path in paths[companion]),
            self._catalog.annotations.get([content_id])[content_id],
        )

    def image(self, content_id: int, longest_side: int) -> Image.Image:
        """A photo, upright sRGB, its longest side at most `longest_side` pixels; in its present state if it changed.

        Raises:
            LookalikeError: none of its files can be read.
        """
        return self._query_photos.image(content_id, longest_side)

    def thumbnail(self, content_id: int, side: int = THUMBNAIL_SIDE) -> bytes:
        """A photo's thumbnail as JPEG bytes, to be shown at `side` pixels.

        A missing one is made, from a scale at which the file's format is read quickly. Where that is impossible, as
        the photo's drive is missing or its file holds another photo by now, a smaller thumbnail is returned.

        Args:
            content_id: the photo.
            side: the longest side in pixels; the thumbnail is the next larger of `THUMBNAIL_SIDES`, or the largest.

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
