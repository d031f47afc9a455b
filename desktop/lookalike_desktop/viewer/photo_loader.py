"""Photo loader: what the viewer shows of one photo, loaded off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from lookalike_desktop.qt.failures import Failure
from lookalike_desktop.qt.jobs import Tasks
from lookalike_desktop.search.queries import to_qimage

if TYPE_CHECKING:
    from lookalike.judges.protocol import Explanation
    from lookalike.library import Library

LARGEST_SIDE = 8192
"""A photo is rendered at most this large, however far one zooms in, pixels."""

T = TypeVar("T")


class PhotoLoader(QObject):
    """Loads facts, ever sharper renderings, and an explanation of one photo; earlier photos emit nothing any more.

    Args:
        parent: the Qt parent.
    """

    info_loaded = Signal(object)
    """The photo's `PhotoInfo`; None if it is no longer in the library."""
    image_loaded = Signal(QImage)
    """A rendering of the photo, sharper than the one before."""
    explanation_loaded = Signal(object)
    """The judge's `Explanation`; None where there is none."""
    failed = Signal(Failure)
    """Something of this photo could not be loaded."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = Tasks(1, "viewer", self.failed.emit, self)
        self._generation = 0
        self._library: Library | None = None
        self._content_id = 0
        self._requested = 0
        self._full = 0

    @property
    def requested(self) -> int:
        """The longest side of the sharpest rendering that was requested, pixels."""
        return self._requested

    def open(self, library: Library, content_id: int) -> None:
        """Load the facts of a photo, and nothing of the photo before any more."""
        self.leave()
        self._library, self._content_id = library, content_id
        self._requested = self._full = 0
        self._run(lambda: library.photos.info(content_id), self.info_loaded.emit)

    def set_size(self, full: int) -> None:
        """Never request more than the photo has: its longest side, pixels."""
        self._full = full

    def request_image(self, side: int) -> None:
        """Load a rendering whose longest side is `side` pixels, unless one as sharp was requested."""
        side = min(side, LARGEST_SIDE)
        library, content_id, generation = self._library, self._content_id, self._generation
        if library is None or side <= self._requested or self._requested >= self._full:
            return
        self._requested = side

        def work() -> QImage | None:
            # A user who moves on quickly does not wait for the photos in between.
            if generation != self._generation:
                return None
            return to_qimage(library.photos.image(content_id, side))

        def show(image: QImage | None) -> None:
            if image is not None:
                self.image_loaded.emit(image)

        self._run(work, show)

    def request_explanation(self, explain: Callable[[], Explanation | None]) -> None:
        """Ask the judge why."""
        self._run(explain, self.explanation_loaded.emit)

    def leave(self) -> None:
        """Emit nothing of the photo any more."""
        self._generation += 1
        self._library = None

    def close(self) -> None:
        """Wait for what is being loaded; nothing is emitted after this."""
        self.leave()
        self._tasks.close()

    def _run(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        generation = self._generation

        def succeed(result: T) -> None:
            if generation == self._generation:
                then(result)

        def fail(failure: Failure) -> None:
            if generation == self._generation:
                self.failed.emit(failure)

        self._tasks.run(work, succeed, fail)
