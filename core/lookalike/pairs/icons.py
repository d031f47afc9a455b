"""Icons: photos as a few grey values, by which it is seen whether one whole frame may lie on another."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.caches.thumbnail_cache import ThumbnailCache
from lookalike.pairs.alignment import Alignment, whole_frames

SIDE = 24

LIKELY_FRAME = 0.85
"""Where local features do not tell, whole frames are laid on each other whose icons of so many pixels correlate."""

PLAIN = 1.0
"""Grey values that vary by less tell nothing."""

KEPT = 4096
"""Icons that stay in memory, 10 MB: a photo is compared with some ten others, and its thumbnail decoded once."""

Icon = NDArray[np.float32]


class IconReader:
    """Makes the icons of the photos of one library, and keeps the last ones. Any thread may use it.

    Args:
        thumbnails: what they are made of.
    """

    def __init__(self, thumbnails: ThumbnailCache) -> None:
        self._thumbnails = thumbnails
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Icon] = OrderedDict()

    def of(self, content: str) -> Icon | None:
        """A photo in `SIDE` × `SIDE` grey values of mean 0 and variance 1.

        Args:
            content: its hash.

        Returns:
            None for a plain photo, and without a thumbnail.
        """
        with self._lock:
            found = self._kept.get(content)
            if found is not None:
                self._kept.move_to_end(content)
                return found
        # What has no thumbnail may have one the next time.
        blob = self._thumbnails.best(content)
        made = None if blob is None else _icon(blob)
        if made is not None:
            with self._lock:
                self._kept[content] = made
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return made


def likely_frames(first: Icon | None, second: Icon | None) -> list[Alignment]:
    """The ways in which one whole frame may lie on another, by their icons."""
    if first is None or second is None:
        return []
    correlations = np.stack(_turned(first)).reshape(-1, second.size) @ second.ravel() / second.size
    likely = np.flatnonzero(correlations > LIKELY_FRAME)
    if not len(likely):
        return []
    frames = whole_frames()
    return [frames[place] for place in likely]


def _icon(thumbnail: bytes) -> Icon | None:
    with Image.open(io.BytesIO(thumbnail)) as opened:
        # JPEG decodes to a smaller picture in a fraction of the time.
        opened.draft("L", (2 * SIDE, 2 * SIDE))
        grey = np.asarray(opened.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX), np.float32)
    deviation = float(grey.std())
    return (grey - grey.mean()) / deviation if deviation > PLAIN else None


def _turned(icon: Icon) -> list[Icon]:
    """An icon turned and mirrored as `whole_frames` lays it."""
    return [np.rot90(one, -turns) for one in (icon, icon[:, ::-1]) for turns in range(4)]
