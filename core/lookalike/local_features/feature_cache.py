"""Feature cache: the local features of photos by content, shared by indexing, searches and judges."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from lookalike.caches.content_cache import ContentCache
from lookalike.local_features.features import LocalFeatures
from lookalike.local_features.sift import KIND, LONGEST_SIDE, extract


class FeatureCache:
    """Local features by content hash. Any thread may use it.

    Args:
        cache: keeps them; the least recently used go when it is full, and are extracted again when needed.
    """

    def __init__(self, cache: ContentCache) -> None:
        self._cache = cache

    def get(self, content: str) -> LocalFeatures | None:
        """What is kept of a content; None where there is nothing."""
        blob = self._cache.get(KIND, content)
        return None if blob is None else LocalFeatures.from_bytes(blob)

    def put(self, content: str, features: LocalFeatures) -> None:
        """Keep the features of a content."""
        self._cache.put(KIND, content, features.to_bytes())

    def of(self, content: str, load: Callable[[int], Image.Image]) -> LocalFeatures:
        """The features of a photo, extracted and kept where they are not there yet.

        Args:
            content: its hash; empty for a photo that must leave no trace.
            load: ``load(longest_side)`` gives its pixels; see `JudgePhoto`.

        Raises:
            LookalikeError: the photo cannot be read.
        """
        found = self.get(content) if content else None
        if found is None:
            found = extract(load(LONGEST_SIDE))
            if content:
                self.put(content, found)
        return found
