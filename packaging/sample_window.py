"""The window with the sample album indexed, for pictures of it; imported by the scripts that take them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from lookalike_desktop.window import Window

SIZE = (1240, 800)


class SampleWindow:
    """A window whose library holds the sample album.

    Attributes:
        window: the window.
        album: the folder of the photos.
    """

    def __init__(self, window: Window, album: Path) -> None:
        self.window = window
        self.album = album

    def until(self, ready: Callable[[], bool]) -> None:
        """Let the window work until something holds."""
        while not ready():
            self.pause(50)

    def pause(self, milliseconds: int) -> None:
        """Let the window work for some time."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def picture(self) -> QImage:
        """The window as it looks now."""
        return self.window.grab().toImage()


@contextmanager
def sample_window(size: tuple[int, int] = SIZE, dark: bool = False) -> Iterator[SampleWindow]:
    """Show the window without a screen, in a home folder of its own, once everything is indexed and compared."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["LOOKALIKE_HOME"] = home
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from PySide6.QtWidgets import QApplication

        from lookalike.progress import Stage
        from lookalike.sample_album import sample_album
        from lookalike_desktop.qt.theme import apply_theme, set_dark
        from lookalike_desktop.qt.translation import install_translations
        from lookalike_desktop.window import Window

        app = QApplication.instance() or QApplication([])
        assert isinstance(app, QApplication)
        install_translations(app, "en")
        apply_theme(app)
        set_dark(app, dark)
        window = Window()
        window.resize(*size)
        window.show()
        settled: list[bool] = []
        window.session.activity.connect(
            lambda activity: settled.append(activity.progress.stage is Stage.WATCHING)
        )
        sample = SampleWindow(window, sample_album())
        window.session.open([sample.album])
        try:
            sample.until(lambda: bool(settled) and settled[-1])
            yield sample
        finally:
            window.close()
