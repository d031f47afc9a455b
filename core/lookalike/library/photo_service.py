"""Photo service: lists, metadata, pixels and thumbnails of the photos of one library."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.caches.thumbnail_cache import ThumbnailCache, kept_side
from lookalike.catalog.catalog import Catalog
from lookalike.catalog.contents import ContentRow, PhotoGoneError
from lookalike.catalog.filters import FilterChoices, Filters
from lookalike.catalog.folder_counts import FolderCount
from lookalike.catalog.photo_columns import PhotoColumns
from lookalike.errors import LookalikeError
from lookalike.photos import THUMBNAIL_SIDE, Annotations, Exposure, read_exposure, read_file, thumbnail
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
        place: where it was taken, as people say it: "Paris, France"; empty where that is not known.
    """

    content_id: int
    facts: ContentRow
    paths: tuple[Path, ...]
    companions: tuple[Path, ...]
    annotations: Annotations
    place: str = ""


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

    def columns(self, filters: Filters | None = None) -> PhotoColumns:
        """The photos of `ids`, in the same order, with what a grid sorts and groups them by.

        Raises:
            FilterError: the filter names something that is not in the library.
        """
        columns = self._catalog.contents.columns()
        return columns.among(self._catalog.filters.matching(filters)) if filters else columns

    def name_ranks(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The places of some photos (n,) in the order of file names, int64 (n,); numbers in names count by value."""
        return self._catalog.contents.name_ranks(ids)

    def folder_counts(self) -> list[FolderCount]:
        """The watched folders and all folders below them that hold photos, by path."""
        roots = [os.fsencode(folder.path) for folder in self._catalog.folders.all()]
        return self._catalog.files.folder_counts(roots)

    def rate(self, ratings: Mapping[int, int | None]) -> dict[int, int | None]:
        """Give photos stars. They are kept in the library, go before what files say, and are written into no file.

        Args:
            ratings: content ids, and 0 (none) to 5 or -1 (rejected) for each; None to let the files tell again.

        Returns:
            What undoes it: the stars that the user had given before.

        Raises:
            ValueError: a rating is none of these.
        """
        if any(rating is not None and not -1 <= rating <= 5 for rating in ratings.values()):
            raise ValueError("a rating is -1 to 5")
        before = self._catalog.annotations.user_ratings(list(ratings))
        with self._catalog.unit_of_work() as work:
            for content_id, rating in ratings.items():
                work.put_user_rating(content_id, rating)
        return before

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
            self._catalog.places.names([content_id]).get(content_id, ""),
        )

    def exposure(self, content_id: int) -> Exposure:
        """How a photo was taken, read from the first of its files that can be read.

        Raises:
            LookalikeError: none of them can.
        """
        trouble: LookalikeError = PhotoGoneError()
        for path in self._catalog.files.paths([content_id])[content_id]:
            try:
                return read_exposure(read_file(path))
            except LookalikeError as error:
                trouble = error
        raise trouble

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
