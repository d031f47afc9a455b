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
    sift = LocalFeatures.from_bytes(_kept(cache, KIND, photo))
    learned = XFeatFeatures.from_bytes(_kept(cache, xfeat.KIND, photo))
    if sift is None or learned is None:
        image = photo.load(max(LONGEST_SIDE, xfeat.LONGEST_SIDE))
        # Also where they are not kept, features are taken as they would be, or a verdict would hang on the cache.
        if sift is None:
            blob = extract(image).to_bytes()
            _keep(cache, KIND, photo, blob)
            sift = LocalFeatures.from_bytes(blob)
        if learned is None:
            blob = xfeat.extract(image).to_bytes()
            _keep(cache, xfeat.KIND, photo, blob)
            learned = XFeatFeatures.from_bytes(blob)
    assert sift is not None and learned is not None
    return PhotoFeatures(sift, learned)


def _kept(cache: ContentCache | None, kind: str, photo: JudgePhoto) -> bytes:
    return (cache.get(kind, photo.content) if cache is not None else None) or b""


def _keep(cache: ContentCache | None, kind: str, photo: JudgePhoto, blob: bytes) -> None:
    if cache is not None:
        cache.put(kind, photo.content, blob)
