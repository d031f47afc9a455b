"""Thumbnail cache: thumbnails on disk by content, bounded in size."""

from __future__ import annotations

from pathlib import Path

from lookalike.caches.content_cache import ContentCache
from lookalike.photos import THUMBNAIL_SIDES

LIMIT_BYTES = 4 << 30
"""Some 350,000 photos at 256 pixels; beyond it, those longest out of sight are made again when they come into it."""


class ThumbnailCache:
    """Keeps thumbnails apart from what else is derived from photos, which would crowd them out.

    Any thread may use it.

    Args:
        path: the file; made when absent.
        limit_bytes: what they may take in all; the least recently used go first.
    """

    def __init__(self, path: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._cache = ContentCache(path, limit_bytes)

    def get(self, content: str, side: int) -> bytes | None:
        """The thumbnail of a content, of one of `THUMBNAIL_SIDES`, as JPEG bytes, or None."""
        return self._cache.get(str(side), content)

    def put(self, content: str, side: int, thumbnail: bytes) -> None:
        """Keep a thumbnail of a content."""
        self._cache.put(str(side), content, thumbnail)

    def best(self, content: str) -> bytes | None:
        """The largest thumbnail there is of a content, or None."""
        return next(filter(None, (self.get(content, side) for side in reversed(THUMBNAIL_SIDES))), None)

    @property
    def limit_bytes(self) -> int:
        """What thumbnails may take in all."""
        return self._cache.limit_bytes

    def set_limit(self, limit_bytes: int) -> None:
        """Change what thumbnails may take in all."""
        self._cache.set_limit(limit_bytes)

    def clear(self) -> None:
        """Delete all thumbnails."""
        self._cache.clear()

    def close(self) -> None:
        """Close the file."""
        self._cache.close()


def kept_side(side: int) -> int:
    """The side of the thumbnails that are kept to be shown at `side` pixels."""
    return next((kept for kept in THUMBNAIL_SIDES if kept >= side), THUMBNAIL_SIDES[-1])
