"""Photo features: all that the geometric judge takes from a photo's pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from lookalike.caches.content_cache import ContentCache
from lookalike.judges.geometry import xfeat
from lookalike.judges.geometry.xfeat import XFeatFeatures
from lookalike.judges.protocol import JudgePhoto
from lookalike.local_features import KIND, LONGEST_SIDE, LocalFeatures, extract


@dataclass(frozen=True)
class PhotoFeatures:
    """The features of one photo.

    Attributes:
        sift: RootSIFT features.
        learned: XFeat features.
    """

    sift: LocalFeatures
    learned: XFeatFeatures

    @cached_property
    def mirrored_sift(self) -> LocalFeatures:
        """The SIFT features of the mirror image; XFeat's cannot be had without its pixels."""
        return self.sift.mirrored()


def features_of(photo: JudgePhoto, cache: ContentCache | None) -> PhotoFeatures:
    """A photo's features: those that the cache has, and others from its pixels, read once.

    Args:
        photo: the photo; without a name, nothing is kept of it.
        cache: where features of contents are kept; None extracts them anew.

    Raises:
        LookalikeError: the photo cannot be read.
    """
    if not photo.content:
        cache = None
    sift = LocalFeatures.from_bytes(cache.get(KIND, photo.content) or b"") if cache is not None else None
    learned = (
        XFeatFeatures.from_bytes(cache.get(xfeat.KIND, photo.content) or b"") if cache is not None else None
    )
    if sift is None or learned is None:
        image = photo.load(max(LONGEST_SIDE, xfeat.LONGEST_SIDE))
        if sift is None:
            sift = extract(image)
            if cache is not None:
                cache.put(KIND, photo.content, sift.to_bytes())
        if learned is None:
            learned = xfeat.extract(image)
            if cache is not None:
                cache.put(xfeat.KIND, photo.content, learned.to_bytes())
    return PhotoFeatures(sift, learned)
