"""Takes the README's picture of the window: the sample album, searched with one of its photos.

Usage: python packaging/readme_picture.py [PHOTO] [OUTPUT]
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

OUTPUT = Path(__file__).parents[1] / "packaging" / "readme.png"
SIZE = (1240, 800)
LARGEST = 400_000


def take(home: Path, photo: str) -> bytes:
    """The window after a search with a photo of the sample album, as PNG."""
    os.environ["LOOKALIKE_HOME"] = str(home)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QBuffer, QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from lookalike.progress import Stage
    from lookalike.sample_album import sample_album
    from lookalike_desktop.qt.theme import apply_theme, set_dark
    from lookalike_desktop.search.queries import file_request
    from lookalike_desktop.window import Window

    app = QApplication([])
    apply_theme(app)
    set_dark(app, False)
    window = Window()
    window.resize(*SIZE)
    window.show()
    settled: list[bool] = []
    window.session.activity.connect(
        lambda activity: settled.append(activity.progress.stage is Stage.WATCHING)
    )

    def until(ready: Callable[[], bool]) -> None:
        while not ready():
            pause(50)

    def pause(milliseconds: int) -> None:
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    album = sample_album()
    window.session.open([album])
    until(lambda: bool(settled) and settled[-1])
    window.search.start(file_request(album / photo))
    until(lambda: not window.results_page.run.running)
    pause(1500)
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    window.grab().save(buffer, "PNG")
    window.close()
    return bytes(buffer.data().data())


def small(picture: bytes) -> bytes:
    """The picture in 256 colours, which a README can afford."""
    from PIL import Image

    with Image.open(io.BytesIO(picture)) as image:
        fewer = image.convert("RGB").quantize(256, dither=Image.Dither.FLOYDSTEINBERG)
    file = io.BytesIO()
    fewer.save(file, "PNG", optimize=True)
    if len(file.getvalue()) > LARGEST:
        raise SystemExit(f"The picture has {len(file.getvalue())} bytes; the README's may have {LARGEST}.")
    return file.getvalue()


if __name__ == "__main__":
    photo = sys.argv[1] if len(sys.argv) > 1 else "Motorcycle from the left.png"
    output = Path(sys.argv[2]) if len(sys.argv) > 2 else OUTPUT
    with tempfile.TemporaryDirectory() as home:
        output.write_bytes(small(take(Path(home), photo)))
    print(f"{output}: {output.stat().st_size} bytes")
