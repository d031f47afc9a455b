"""What the GUI thread does in each frame while the user scrolls and scrubs through a large library.

    python -m tests.benchmarks.window_scrolling [--photos 100000] [--style justified] [--size 1240x820]

A real window, offscreen, over a generated catalog; thumbnails are some generated pictures, decoded and scaled as real
ones are, but not read from the disk. A frame is everything that the GUI thread does for one new scroll position: its
signals, the layout, the thumbnails that have arrived, and painting. Its processor time counts, as another program may
have had the processor meanwhile; the time by the clock stands beside it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import psutil
from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lookalike.catalog.catalog import Catalog
from tests.builders.large_catalog import SHAPES, fill
from tests.builders.photo_files import encoded, textured_photo

FRAME_SECONDS = 1 / 60


def tell_reading(catalog: Catalog, width: int) -> None:
    """What is done before photos can be shown, off the GUI thread but for the layout; processor milliseconds."""
    from lookalike_desktop.library.arrangement import Order, arrange
    from lookalike_desktop.widgets.grid_layout import GridLayout, JustifiedLayout, Section, Sections

    columns = catalog.contents.columns()
    arrangement = arrange(columns, Order())
    sections = Sections(arrangement.counts, True, lambda n: Section("", int(arrangement.counts[n])))
    steps: dict[str, Callable[[], object]] = {
        "reading the columns": catalog.contents.columns,
        "names": lambda: catalog.contents.name_ranks(columns.ids),
        "counts of folders": lambda: catalog.files.folder_counts([b"/not there"]),
        "arranging": lambda: arrange(columns, Order()),
        "laying out squares": lambda: GridLayout(width, (176, 176), 48, sections),
        "laying out justified rows": lambda: JustifiedLayout(
            width, 176, 6, 48, sections, arrangement.aspects
        ),
    }
    for name, step in steps.items():
        taken = []
        for _ in range(5):
            begin = time.thread_time()
            step()
            taken.append(time.thread_time() - begin)
        print(f"{name:<28}{np.median(taken) * 1e3:7.1f} ms")


def wait(milliseconds: int) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def frames(moves: Iterator[Callable[[], object]]) -> tuple[list[float], list[float]]:
    """Processor seconds of the GUI thread and seconds by the clock, of each frame."""
    work, clock = [], []
    for move in moves:
        cpu, begin = time.thread_time(), time.perf_counter()
        move()
        QApplication.processEvents()
        work.append(time.thread_time() - cpu)
        clock.append(time.perf_counter() - begin)
        # What comes in between two frames is work of the next one.
        time.sleep(max(FRAME_SECONDS - clock[-1], 0))
    return work, clock


def told(name: str, measured: tuple[list[float], list[float]]) -> str:
    """One line of the table."""
    parts = [f"{name:<28}", f"{len(measured[0]):>6} frames"]
    for label, values in zip(("work", "by the clock"), measured, strict=True):
        p50, p99 = (np.percentile(values, share) * 1e3 for share in (50, 99))
        parts.append(f"{label} p50 {p50:5.1f} p99 {p99:5.1f} max {max(values) * 1e3:5.1f} ms")
    return "   ".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--style", choices=("justified", "squares"), default="justified")
    parser.add_argument("--size", default="1240x820")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        os.environ["LOOKALIKE_HOME"] = name
        folder = Path(name) / "library"
        catalog = Catalog(folder / "catalog.sqlite")
        fill(catalog, arguments.photos)
        tell_reading(catalog, int(arguments.size.split("x")[0]))
        catalog.close()
        measure(folder, arguments.style, *map(int, arguments.size.split("x")))


def measure(folder: Path, style: str, width: int, height: int) -> None:
    """Open the library in a window, scroll and scrub."""
    pictures = [
        encoded(textured_photo(n, (512, round(512 * h / w)) if w >= h else (round(512 * w / h), 512)), "JPEG")
        for n, (w, h) in enumerate(SHAPES)
    ]
    began = time.perf_counter()
    from lookalike_desktop.qt.theme import apply_theme
    from lookalike_desktop.widgets.grid_view import CellStyle
    from lookalike_desktop.window import Window

    app = QApplication([])
    apply_theme(app)
    window = Window(folder)
    window.resize(width, height)
    window.show()
    QApplication.processEvents()
    print(f"first window after {time.perf_counter() - began:.2f} s (imports included)")
    window.thumbnails._load = lambda number, side: pictures[number % len(pictures)]
    page = window.library_page
    page.show_style(CellStyle(style))
    opened = time.perf_counter()
    window.session.open()
    while not page.model.ids:
        wait(5)
    grid, bar = page.grid, page.grid.verticalScrollBar()
    shown = [grid.photos.ids[row] for row in grid.visible_rows()]
    while any(window.thumbnails.image(number) is None for number in shown):
        wait(5)
    seconds = time.perf_counter() - opened
    print(f"{len(page.model.ids):,} photos and the first {len(shown)} pictures after another {seconds:.2f} s")
    # What is done once after opening is not part of scrolling.
    wait(3000)

    def scrolled(pixels: int, count: int) -> Iterator[Callable[[], object]]:
        for _ in range(count):
            yield lambda: bar.setValue(bar.value() + pixels)

    print(told("scrolling, 40 px a frame", frames(scrolled(40, 600))))
    print(told("scrolling, 400 px a frame", frames(scrolled(400, 600))))
    timeline = page.timeline
    places = [round(20 + (timeline.height() - 40) * (0.5 + 0.5 * np.sin(n / 40))) for n in range(600)]
    QTest.mousePress(timeline, Qt.MouseButton.LeftButton, pos=QPoint(40, places[0]))

    def scrubbed() -> Iterator[Callable[[], object]]:
        for y in places:
            yield lambda y=y: QTest.mouseMove(timeline, QPoint(40, y))  # type: ignore[misc]

    print(told("scrubbing the timeline", frames(scrubbed())))
    QTest.mouseRelease(timeline, Qt.MouseButton.LeftButton, pos=QPoint(40, places[-1]))
    print(told("paging", frames(iter([lambda: QTest.keyClick(grid, Qt.Key.Key_PageUp)] * 100))))
    memory = psutil.Process().memory_info().rss
    children = sum(child.memory_info().rss for child in psutil.Process().children(recursive=True))
    print(f"resident {memory / 2**20:.0f} MiB, worker processes {children / 2**20:.0f} MiB")
    window.close()


if __name__ == "__main__":
    main()
