"""Takes the README's picture of the window: the sample album, searched with one of its photos.

Usage: python packaging/readme_picture.py [PHOTO] [OUTPUT]
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from sample_window import sample_window

OUTPUT = Path(__file__).parents[1] / "packaging" / "readme.png"
LARGEST = 400_000


def take(photo: str) -> bytes:
    """The window after a search with a photo of the sample album, as PNG."""
    with sample_window() as sample:
        from PySide6.QtCore import QBuffer

        from lookalike_desktop.search.queries import file_request

        window = sample.window
        window.search.start(file_request(sample.album / photo))
        sample.until(lambda: not window.results_page.run.running)
        sample.pause(1500)
        buffer = QBuffer()
        buffer.open(QBuffer.OpenModeFlag.WriteOnly)
        window.grab().save(buffer, "PNG")
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
    output.write_bytes(small(take(photo)))
    print(f"{output}: {output.stat().st_size} bytes")
