"""Photo loader: what the viewer shows of one photo, and of its neighbours ahead of time, loaded off the GUI thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal

from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.jobs import Tasks
from lookalike_desktop.viewer.photo_levels import PhotoLevels

if TYPE_CHECKING:
    from lookalike.library import Library

MOST_PIXELS = 128_000_000
"""A rendering has at most so many pixels, however far one zooms in: half a gigabyte."""

AHEAD_BYTES = 256 << 20
"""Memory for photos loaded ahead and photos left a moment ago, bytes."""

T = TypeVar("T")


class PhotoLoader(QObject):
    """Loads facts and ever sharper renderings of one photo; earlier photos emit nothing any more.

    Args:
        parent: the Qt parent.
    """

    info_loaded = Signal(object)
    """The photo's `PhotoInfo`; None if it is no longer in the library."""
    image_loaded = Signal(object)
    """`PhotoLevels` of the photo, sharper than those before."""
    failed = Signal(Failure)
    """Something of this photo could not be loaded."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = Tasks(1, "viewer", self.failed.emit, self)
        # What fails ahead of time fails again, and is told, when the photo is shown.
        self._ahead = Tasks(1, "viewer-ahead", lambda _: None, self)
        self._generation = 0
        self._library: Library | None = None
        self._content_id = 0
        self._requested = 0
        self._size = (0, 0)
        self._kept: OrderedDict[int, PhotoLevels] = OrderedDict()
        self._ahead_turn = 0

    @property
    def requested(self) -> int:
        """The longest side of the sharpest rendering that was requested, pixels."""
        return self._requested

    def kept(self, content_id: int) -> PhotoLevels | None:
        """A rendering of a photo that was loaded ahead, or shown a moment ago."""
        levels = self._kept.get(content_id)
        if levels is not None:
            self._kept.move_to_end(content_id)
        return levels

    def open(self, library: Library, content_id: int) -> None:
        """Load the facts of a photo, and nothing of the photo before any more."""
        self.leave()
        self._library, self._content_id = library, content_id
        self._requested, self._size = 0, (0, 0)
        kept = self.kept(content_id)
        if kept is not None:
            self._requested = kept.side
        self.ask(lambda: library.photos.info(content_id), self.info_loaded.emit)

    def set_size(self, width: int, height: int) -> None:
        """Never request more than the photo has, pixels."""
        self._size = (width, height)

    def request_image(self, side: int) -> None:
        """Load a rendering whose longest side is `side` pixels, unless one as sharp was requested."""
        library, content_id, generation = self._library, self._content_id, self._generation
        side = self._suitable(side)
        if library is None or side <= self._requested:
            return
        first = self._requested == 0
        self._requested = side

        def work() -> PhotoLevels | None:
            # A user who moves on quickly does not wait for the photos in between.
            if generation != self._generation:
                return None
            return PhotoLevels.of(library.photos.image(content_id, side))

        def show(levels: PhotoLevels | None) -> None:
            if levels is not None:
                if first:
                    self._keep(content_id, levels)
                self.image_loaded.emit(levels)

        self.ask(work, show)

    def load_ahead(self, library: Library, content_ids: Sequence[int], side: int) -> None:
        """Load photos that may be shown next, nearest first; those that were to be loaded before are not any more."""
        self._ahead_turn += 1
        turn = self._ahead_turn
        for content_id in content_ids:
            if content_id in self._kept:
                continue

            def work(content_id: int = content_id) -> PhotoLevels | None:
                if turn != self._ahead_turn or content_id in self._kept:
                    return None
                return PhotoLevels.of(library.photos.image(content_id, side))

            def keep(levels: PhotoLevels | None, content_id: int = content_id) -> None:
                if levels is not None:
                    self._keep(content_id, levels)

            self._ahead.run(work, keep)

    def ask(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Load something else of the photo shown; `then` is called unless another photo is shown by then."""
        generation = self._generation

        def succeed(result: T) -> None:
            if generation == self._generation:
                then(result)

        def fail(failure: Failure) -> None:
            if generation == self._generation:
                self.failed.emit(failure)

        self._tasks.run(work, succeed, fail)

    def leave(self) -> None:
        """Emit nothing of the photo any more, and load nothing ahead."""
        self._generation += 1
        self._ahead_turn += 1
        self._library = None

    def forget(self) -> None:
        """Give the memory of kept photos back."""
        self._kept.clear()

    def close(self) -> None:
        """Wait for what is being loaded; nothing is emitted after this."""
        self.leave()
        self._tasks.close()
        self._ahead.close()

    def _suitable(self, side: int) -> int:
        """The side to decode at: once more than the first is wanted, all of the photo or a half, quarter … of it."""
        width, height = self._size
        full = max(width, height)
        if not full:
            return side
        most = full if width * height <= MOST_PIXELS else int(full * (MOST_PIXELS / (width * height)) ** 0.5)
        if self._requested:
            share = full
            while share // 2 >= side:
                share //= 2
            side = share
        return min(side, most)

    def _keep(self, content_id: int, levels: PhotoLevels) -> None:
        self._kept[content_id] = levels
        self._kept.move_to_end(content_id)
        taken = sum(kept.size_in_bytes for kept in self._kept.values())
        while taken > AHEAD_BYTES and len(self._kept) > 1:
            taken -= self._kept.popitem(last=False)[1].size_in_bytes
