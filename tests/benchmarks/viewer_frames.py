"""Work of the GUI thread for each frame while a photo of 100 megapixels is zoomed and moved in the viewer.

A frame is what one step of the hand costs: the event, and drawing the window's canvas, as processor time of the GUI
thread and by the clock, as Qt may draw in further threads. Then the longest time for which the GUI thread is held while
the photo's own pixels are decoded in the background.

Run: ``python -m tests.benchmarks.viewer_frames``
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from lookalike_desktop.qt.theme import apply_theme
from lookalike_desktop.window import Window
from tests.builders.photo_files import textured_photo

TILE = 2040


def write_photo(path: Path) -> None:
    """A JPEG of 12,240 × 8,160 pixels, 100 megapixels."""
    photo, tile = Image.new("RGB", (6 * TILE, 4 * TILE)), textured_photo(5, (TILE, TILE))
    for across in range(6):
        for down in range(4):
            photo.paste(tile.rotate(90 * ((across + down) % 4)), (across * TILE, down * TILE))
    photo.save(path, quality=88)


def wait(app: QApplication, ready: Callable[[], bool]) -> float:
    """Turn the event loop until something holds; the longest turn, milliseconds."""
    longest = 0.0
    while not ready():
        began = time.perf_counter()
        app.processEvents()
        longest = max(longest, time.perf_counter() - began)
        time.sleep(0.001)
    return longest * 1e3


def frames(window: Window, steps: int, step: Callable[[int], None]) -> list[tuple[float, float]]:
    """The milliseconds of processor time, and by the clock, that each step and its drawing take the GUI thread."""
    canvas, spent = window.viewer.canvas, []
    for number in range(steps):
        began, clock = time.thread_time(), time.perf_counter()
        step(number)
        canvas.repaint()
        spent.append(((time.thread_time() - began) * 1e3, (time.perf_counter() - clock) * 1e3))
    return spent


def tell(name: str, spent: list[tuple[float, float]]) -> None:
    (middle, clock), (high, late) = np.percentile(spent, [50, 99], axis=0)
    print(
        f"{name:<38} p50 {middle:5.1f} ms   p99 {high:5.1f} ms   clock: p50 {clock:5.1f} ms   p99 {late:5.1f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=1920, help="of the window, pixels")
    parser.add_argument("--height", type=int, default=1080)
    parser.add_argument("--steps", type=int, default=300)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "photos").mkdir()
        write_photo(folder / "photos" / "large.jpg")
        # In another process, whose memory is not the window's.
        arguments = ["--library", str(folder / "library"), "add", str(folder / "photos")]
        subprocess.run([sys.executable, "-m", "lookalike", *arguments], check=True, stdout=subprocess.DEVNULL)
        app = QApplication([])
        apply_theme(app)
        window = Window(folder / "library")
        window.resize(chosen.width, chosen.height)
        window.show()
        window.session.open(())
        wait(app, lambda: bool(window.library_page.model.ids))
        viewer, canvas = window.viewer, window.viewer.canvas
        began = time.perf_counter()
        window.navigator.select_photo(window.library_page.model.ids[0])
        wait(app, lambda: canvas.pixels_shown > 1000)
        print(f"canvas {canvas.width()} × {canvas.height()}, shown after {time.perf_counter() - began:.2f} s")
        tell("zoom, while it sharpens", frames(window, 8, lambda _: canvas.zoom(1.3)))
        began, work = time.perf_counter(), time.process_time()
        canvas.zoom(1.0 / canvas.scale)
        held = wait(app, lambda: canvas.pixels_shown == 6 * TILE)
        print(
            f"own pixels after {time.perf_counter() - began:.2f} s ({time.process_time() - work:.2f} s of processor "
            f"time), GUI thread held {held:.0f} ms at most"
        )
        tell(
            "pan at 100 %",
            frames(window, chosen.steps, lambda step: canvas.pan(23 if step % 200 < 100 else -23, 11)),
        )
        middle = QPointF(canvas.width() / 3, canvas.height() / 3)
        tell(
            "zoom about the pointer, 100 % to fit",
            frames(
                window, chosen.steps, lambda step: canvas.zoom(0.97 if step % 200 < 100 else 1 / 0.97, middle)
            ),
        )
        viewer.canvas.turn(1)
        canvas.zoom(0.7 / canvas.scale)
        tell("pan at 70 %, turned", frames(window, chosen.steps, lambda step: canvas.pan(9, 17)))
        window.close()
        print(f"resident at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB")


if __name__ == "__main__":
    main()
