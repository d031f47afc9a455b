"""Fitted images: thumbnails scaled to just the pixels that they are drawn at, so that drawing one is a plain copy."""

from __future__ import annotations

import time
from collections import OrderedDict

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage

KEPT_BYTES = 24 << 20
"""Fitted images kept, bytes: several screens of a usual window, and one of the largest."""

LARGEST = 1.5
"""A photo that is shown whole is shown at most at this many times its size: small ones stay sharp."""


class FittedImages:
    """The fitted thumbnails of one view, the latest ones kept.

    Scaling one takes a third of a millisecond, and a screen may hold hundreds: so in each frame only as many are scaled
    as there is time for, and the others are drawn from the thumbnail itself until it is their turn.

    Args:
        seconds: time for scaling in a frame.
    """

    def __init__(self, seconds: float = 0.004) -> None:
        self._seconds = seconds
        self._kept: OrderedDict[int, tuple[tuple[int, ...], QImage]] = OrderedDict()
        self._bytes = 0
        self._until = 0.0
        self.behind = False

    def begin_frame(self) -> None:
        """A frame is drawn: there is time again. `behind` says afterwards whether it was too short."""
        self._until = time.perf_counter() + self._seconds
        self.behind = False

    def get(self, content_id: int, image: QImage, size: QSize, cover: bool) -> QImage | None:
        """A thumbnail scaled to a size.

        Args:
            content_id: the photo.
            image: its thumbnail.
            size: what it is to fill, device pixels.
            cover: whether all of it is to be filled, and what stands over cut off; else the whole photo fits in.

        Returns:
            The scaled thumbnail; None where there is no time for it in this frame.
        """
        wanted = (image.cacheKey(), size.width(), size.height(), int(cover))
        kept = self._kept.get(content_id)
        if kept is not None and kept[0] == wanted:
            self._kept.move_to_end(content_id)
            return kept[1]
        if time.perf_counter() > self._until:
            self.behind = True
            return None
        fitted = fit(image, size, cover)
        if kept is not None:
            self._bytes -= kept[1].sizeInBytes()
        self._kept[content_id] = (wanted, fitted)
        self._kept.move_to_end(content_id)
        self._bytes += fitted.sizeInBytes()
        while self._bytes > KEPT_BYTES and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1][1].sizeInBytes()
        return fitted


def fit(image: QImage, size: QSize, cover: bool) -> QImage:
    """A picture scaled to a size, to cover it or to fit into it; see `FittedImages.get`."""
    smooth = Qt.TransformationMode.SmoothTransformation
    if not cover:
        inner = image.size().scaled(size, Qt.AspectRatioMode.KeepAspectRatio)
        if inner.width() > image.width() * LARGEST:
            inner = image.size() * LARGEST
        return image.scaled(inner.expandedTo(QSize(1, 1)), Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    return image.copy(covering(image.size(), size)).scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)


def covering(picture: QSize, size: QSize) -> QRect:
    """The middle part of a picture that has the shape of a size."""
    part = size.scaled(picture, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
    corner = (picture - part) / 2
    return QRect(corner.width(), corner.height(), part.width(), part.height())
