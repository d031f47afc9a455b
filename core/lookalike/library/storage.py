"""Storage: what a library and its models take on the disk, and freeing what can be made again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lookalike.caches.content_cache import ContentCache
from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.catalog.settings import Settings
from lookalike.errors import LookalikeError
from lookalike.library.token_preparation import TokenPreparation

SMALLEST_LIMIT = 16 << 20
"""Bytes that a cache needs to be of any use."""

LEAST_FEATURES, MOST_FEATURES = 4 << 30, 16 << 30
"""Bytes that local features may take while the user has chosen nothing: those of some 35,000 and 140,000 photos. What
is no longer there must be extracted again whenever a new photo is compared with an old one."""
FEATURE_SHARE = 50
"""In between, one part in so many of the disk, and not of what is left of it: features would go when others fill the
disk, and their file, which keeps its size, would give nothing back."""


class StoragePart(StrEnum):
    """A part of what is stored. The values are the command line's names."""

    CATALOG = "catalog"
    """What is known of the photos and what the user decided; cannot be made again."""
    INDEX = "index"
    """The search index."""
    DETAILS = "details"
    """The inverted file of local features."""
    FEATURES = "features"
    """Local features kept for judges; made again as they are needed."""
    THUMBNAILS = "thumbnails"
    """Small pictures; made again as they come into sight."""
    TOKENS = "tokens"
    """Visual tokens; made again as a multimodal model needs them."""
    MODELS = "models"
    """Imported and downloaded models, which all libraries share."""


@dataclass(frozen=True)
class StorageUse:
    """What one part takes.

    Attributes:
        part: which it is.
        bytes: on the disk.
        limit: bytes that it may take; None where it is as large as the library needs.
        can_be_freed: whether it can be deleted at any time.
    """

    part: StoragePart
    bytes: int
    limit: int | None
    can_be_freed: bool


@dataclass(frozen=True)
class Cache:
    """How a part that can be made again is bounded and emptied.

    Attributes:
        limit: gives the bytes that it may take.
        set_limit: changes them.
        clear: deletes everything in it.
    """

    limit: Callable[[], int]
    set_limit: Callable[[int], None]
    clear: Callable[[], None]


class Storage:
    """What one library takes on the disk. Any thread may use it.

    Args:
        folder: the library's folder.
        models: the folder of the models.
        caches: the parts that can be freed.
    """

    def __init__(self, folder: Path, models: Path, caches: Mapping[StoragePart, Cache]) -> None:
        self._caches = caches
        self._places = {
            StoragePart.CATALOG: [*_database(folder / "catalog.sqlite"), folder / "clean-ups"],
            StoragePart.INDEX: [folder / "index"],
            StoragePart.DETAILS: [folder / "details"],
            StoragePart.FEATURES: _database(folder / "cache.sqlite"),
            StoragePart.THUMBNAILS: _database(folder / "thumbnails.sqlite"),
            StoragePart.TOKENS: [folder / "tokens"],
            StoragePart.MODELS: [models],
        }
        self._folder = folder

    def usage(self) -> tuple[StorageUse, ...]:
        """What every part takes, in the order of `StoragePart`."""
        return tuple(
            StorageUse(
                part,
                sum(map(_size, places)),
                self._caches[part].limit() if part in self._caches else None,
                part in self._caches,
            )
            for part, places in self._places.items()
        )

    def free_bytes(self) -> int:
        """Bytes that are left on the library's disk."""
        return shutil.disk_usage(self._folder).free

    def clear(self, part: StoragePart) -> int:
        """Delete what can be made again.

        Returns:
            Bytes that this has freed.

        Raises:
            LookalikeError: the part cannot be made again.
        """
        cache = self._cache(part)
        before = sum(map(_size, self._places[part]))
        cache.clear()
        return max(0, before - sum(map(_size, self._places[part])))

    def set_limit(self, part: StoragePart, limit_bytes: int) -> None:
        """Change what a part may take; where it takes more, the least recently used goes.

        Raises:
            LookalikeError: the part has no limit, or it is too small.
        """
        cache = self._cache(part)
        if limit_bytes < SMALLEST_LIMIT:
            raise LookalikeError(
                "{part} need at least {megabytes} MB.",
                "Choose a larger limit.",
                part=part.value.capitalize(),
                megabytes=SMALLEST_LIMIT >> 20,
            )
        cache.set_limit(limit_bytes)

    def _cache(self, part: StoragePart) -> Cache:
        if part not in self._caches:
            raise LookalikeError(
                "The {part} cannot be freed.",
                "These can: {parts}.",
                part=part.value,
                parts=", ".join(self._caches),
            )
        return self._caches[part]


def freeable_caches(
    settings: Settings, features: ContentCache, thumbnails: ThumbnailCache, tokens: TokenPreparation
) -> dict[StoragePart, Cache]:
    """The parts of a library that can be made again; their limits are kept in its settings."""

    def limit_features(limit_bytes: int) -> None:
        settings.feature_limit = limit_bytes
        features.set_limit(limit_bytes)

    def limit_thumbnails(limit_bytes: int) -> None:
        settings.thumbnail_limit = limit_bytes
        thumbnails.set_limit(limit_bytes)

    return {
        StoragePart.FEATURES: Cache(lambda: features.limit_bytes, limit_features, features.clear),
        StoragePart.THUMBNAILS: Cache(lambda: thumbnails.limit_bytes, limit_thumbnails, thumbnails.clear),
        StoragePart.TOKENS: Cache(
            lambda: tokens.store.limit_bytes, lambda limit: tokens.choose(limit_bytes=limit), tokens.clear
        ),
    }


def usual_feature_limit(folder: Path) -> int:
    """Bytes that the local features of a library may take while the user has chosen nothing.

    Args:
        folder: the library's folder, which is there.
    """
    return feature_limit_on(shutil.disk_usage(folder).total)


def feature_limit_on(disk_bytes: int) -> int:
    """Bytes that local features may take on a disk of so many bytes."""
    return min(max(disk_bytes // FEATURE_SHARE, LEAST_FEATURES), MOST_FEATURES)


def _database(path: Path) -> list[Path]:
    return [path, *(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))]


def _size(place: Path) -> int:
    """Bytes of a file, or of all files in a folder; 0 where there is none, or where it goes meanwhile."""
    try:
        if not place.is_dir():
            return place.stat().st_size
    except OSError:
        return 0
    return sum(map(_size, place.iterdir()))
