"""Thumbnails: loaded off the GUI thread, the latest ones kept decoded."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QBuffer, QIODevice, QObject, Qt, Signal
from PySide6.QtGui import QImage, QImageReader

from lookalike.errors import LookalikeError
from lookalike.log import log_failure

logger = logging.getLogger(__name__)

KEPT_BYTES = 64 << 20
"""Decoded thumbnails kept in memory, bytes: 250 of 320 pixels, ten screens."""

WAITING = 300
"""Thumbnails waiting to be loaded; older requests are dropped, as their cells have scrolled by."""

MAX_SIDE = 512
"""Longest side of a kept thumbnail, pixels."""

STEP = 64
"""Sides are rounded up to a multiple of this, so that resizing the window does not load all thumbnails again."""


class Thumbnails(QObject):
    """A bounded store of decoded thumbnails, filled by a few threads, latest request first.

    Args:
        load: ``load(content_id, side)`` gives a thumbnail as JPEG bytes, to be shown at `side` pixels; called in the
            threads; may raise.
        threads: how many load at a time.
        limit: bytes of decoded thumbnails kept.
        parent: the Qt parent.
    """

    loaded = Signal(set)
    """Content ids (a set of int) whose thumbnails are loaded now, or known to be missing."""

    _arrived = Signal()

    def __init__(
        self,
        load: Callable[[int, int], bytes],
        threads: int = 2,
        limit: int = KEPT_BYTES,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._kept: OrderedDict[int, tuple[QImage, int]] = OrderedDict()
        self._kept_bytes = 0
        self._limit = limit
        self._missing: set[int] = set()
        self._waiting: OrderedDict[int, None] = OrderedDict()
        self._loading: set[int] = set()
        self._found: dict[int, tuple[QImage, int] | None] = {}
        self._side = MAX_SIDE // 2
        self._changed = threading.Condition()
        self._closed = False
        self.requested = 0
        self._threads = [threading.Thread(target=self._serve, name=f"thumbnails-{n}") for n in range(threads)]
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        for thread in self._threads:
            thread.start()

    def image(self, content_id: int) -> QImage | None:
        """A thumbnail, or None until it is loaded, which this call requests."""
        image, side = self._kept.get(content_id, (None, 0))
        if image is not None:
            self._kept.move_to_end(content_id)
        if side < self._side and content_id not in self._missing:
            self._request(content_id)
        return image

    def _request(self, content_id: int) -> None:
        with self._changed:
            if self._closed or content_id in self._loading or content_id in self._found:
                return
            if content_id not in self._waiting:
                self.requested += 1
            self._waiting[content_id] = None
            self._waiting.move_to_end(content_id)
            while len(self._waiting) > WAITING:
                self._waiting.popitem(last=False)
            self._changed.notify()

    def missing(self, content_id: int) -> bool:
        """Whether no thumbnail of a photo could be made."""
        return content_id in self._missing

    def set_side(self, side: int) -> None:
        """Load thumbnails at about this longest side from now on (device pixels).

        Smaller ones go on being shown until they are loaded again.
        """
        self._side = min(-(-side // STEP) * STEP, MAX_SIDE)

    def retry(self) -> None:
        """Try missing ones again when next asked for: a drive may be back."""
        self._missing.clear()

    def close(self) -> None:
        """End the threads."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                content_id, _ = self._waiting.popitem()
                self._loading.add(content_id)
            image = self._decoded(content_id)
            with self._changed:
                self._loading.discard(content_id)
                first = not self._found
                self._found[content_id] = image
                if self._closed:
                    return
            if first:
                self._arrived.emit()

    def _decoded(self, content_id: int) -> tuple[QImage, int] | None:
        side = self._side
        try:
            image = _decode(self._load(content_id, side), side)
        except LookalikeError as error:
            # The drive is gone, or the file damaged: the cell shows a placeholder. A screen may hold hundreds.
            logger.debug("No thumbnail of photo %d: %s", content_id, error)
            return None
        except Exception as error:  # noqa: BLE001
            log_failure(logger, f"The thumbnail of photo {content_id}", error)
            return None
        if image.isNull():
            return None
        # The screen's own format: drawing it is then a plain copy.
        return image.convertToFormat(QImage.Format.Format_RGB32), side

    def _deliver(self) -> None:
        with self._changed:
            found, self._found = self._found, {}
        for content_id, loaded in found.items():
            if loaded is None:
                self._missing.add(content_id)
            else:
                self._keep(content_id, *loaded)
        if found:
            self.loaded.emit(set(found))

    def _keep(self, content_id: int, image: QImage, side: int) -> None:
        if content_id in self._kept:
            self._kept_bytes -= self._kept[content_id][0].sizeInBytes()
        self._kept[content_id] = (image, side)
        self._kept_bytes += image.sizeInBytes()
        while self._kept_bytes > self._limit:
            self._kept_bytes -= self._kept.popitem(last=False)[1][0].sizeInBytes()


def _decode(data: bytes, side: int) -> QImage:
    """A picture, its longest side at most `side` pixels; JPEG decodes a smaller picture in less time."""
    buffer = QBuffer()
    buffer.setData(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    size = reader.size()
    if max(size.width(), size.height()) > side:
        reader.setScaledSize(size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()
