"""Makes the README's tour: the window with the sample album, driven through what people do, as an animated WebP.

Usage: python packaging/tour.py [OUTPUT]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from sample_window import SampleWindow, sample_window

OUTPUT = Path(__file__).parents[1] / "docs" / "tour.webp"
WIDTH = 900
LARGEST = 1_500_000


def scenes(sample: SampleWindow) -> Iterator[int]:
    """Drive the window; each value is a moment to be shown for so many milliseconds."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    from lookalike_desktop.search.queries import file_request

    window = sample.window
    window.model_offer.decline_button.click()
    sample.pause(800)
    yield 2200
    # Words, letter by letter.
    field = window.search_bar.field
    for letter in "coffee":
        QTest.keyClicks(field, letter)
        sample.pause(60)
        yield 130
    QTest.keyClick(field, Qt.Key.Key_Return)
    sample.until(lambda: not window.results_page.run.running)
    sample.pause(800)
    yield 2200
    # A photo as the query; the answer gets better while one looks.
    window.search.start(file_request(sample.album / "Motorcycle from the left.png"))
    sample.pause(400)
    yield 500
    sample.until(lambda: not window.results_page.run.running)
    sample.pause(800)
    yield 2400
    found = window.results_page.model.ids
    window.navigator.why_wanted.emit(found[0])
    sample.pause(2500)
    yield 2600
    window.navigator.go_back()
    window.navigator.open_photo(found[0])
    sample.pause(1500)
    yield 2000
    window.search.end()
    for page in (window.things_page, window.duplicates_page):
        window.navigator.show_page(page)
        sample.pause(2500)
        yield 2400


def tour() -> list[tuple[Image.Image, int]]:
    """The moments of the tour, each with its milliseconds."""
    frames = []
    with sample_window() as sample:
        from PySide6.QtCore import Qt

        for milliseconds in scenes(sample):
            picture = sample.picture().scaledToWidth(WIDTH, Qt.TransformationMode.SmoothTransformation)
            picture = picture.convertToFormat(picture.Format.Format_RGB888)
            pixels = bytes(picture.constBits())
            size, line = (picture.width(), picture.height()), picture.bytesPerLine()
            frames.append((Image.frombytes("RGB", size, pixels, "raw", "RGB", line), milliseconds))
    return frames


def main(output: Path) -> None:
    """Write the tour."""
    frames = tour()
    first, *rest = [frame for frame, _ in frames]
    first.save(
        output,
        "WEBP",
        save_all=True,
        append_images=rest,
        duration=[milliseconds for _, milliseconds in frames],
        loop=0,
        quality=72,
        method=6,
    )
    if output.stat().st_size > LARGEST:
        raise SystemExit(f"The tour has {output.stat().st_size} bytes; the README's may have {LARGEST}.")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT)
