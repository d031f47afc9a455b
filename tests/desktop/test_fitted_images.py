"""Thumbnails scaled to the pixels that they are drawn at."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QImage

from lookalike_desktop.widgets.fitted_images import FittedImages, covering, fit


def striped() -> QImage:
    """300 × 100 pixels: red, green and blue, side by side."""
    image = QImage(300, 100, QImage.Format.Format_RGB32)
    for x in range(300):
        for y in range(100):
            image.setPixelColor(x, y, QColor(("#ff0000", "#00ff00", "#0000ff")[x // 100]))
    return image


def test_the_middle_covers_and_the_whole_fits_in() -> None:
    covered, whole = fit(striped(), QSize(50, 50), cover=True), fit(striped(), QSize(60, 60), cover=False)
    assert (covered.width(), covered.height(), whole.width(), whole.height()) == (50, 50, 60, 20)
    assert covered.pixelColor(3, 25) == covered.pixelColor(46, 25) == QColor("#00ff00")
    assert whole.pixelColor(2, 10) == QColor("#ff0000") and whole.pixelColor(57, 10) == QColor("#0000ff")


def test_small_photos_that_are_shown_whole_stay_sharp() -> None:
    assert fit(striped(), QSize(1000, 1000), cover=False).size() == QSize(450, 150)
    assert fit(striped(), QSize(1000, 1000), cover=True).size() == QSize(1000, 1000)


@pytest.mark.parametrize(
    ("picture", "size", "part"),
    [
        (QSize(300, 100), QSize(10, 10), QRect(100, 0, 100, 100)),
        (QSize(100, 300), QSize(20, 10), QRect(0, 125, 100, 50)),
        (QSize(4, 1000), QSize(1000, 1), QRect(0, 500, 4, 1)),
    ],
)
def test_what_covers_has_the_shape_of_the_place(picture: QSize, size: QSize, part: QRect) -> None:
    assert covering(picture, size) == part


def test_a_frame_scales_only_what_it_has_time_for() -> None:
    hurried = FittedImages(seconds=0)
    image = striped()
    hurried.begin_frame()
    assert hurried.get(1, image, QSize(10, 10), cover=True) is None
    assert hurried.behind
    images = FittedImages(seconds=60)
    images.begin_frame()
    first = images.get(1, image, QSize(10, 10), cover=True)
    assert first is not None and not images.behind
    assert images.get(1, image, QSize(10, 10), cover=True) is first
    assert images.get(1, image, QSize(12, 10), cover=True) is not first
    other = images.get(1, striped(), QSize(12, 10), cover=True)
    assert other is not None, "another thumbnail of the photo is scaled anew"


def test_memory_for_fitted_images_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lookalike_desktop.widgets.fitted_images.KEPT_BYTES", 3 * 10 * 10 * 4)
    images = FittedImages(seconds=60)
    images.begin_frame()
    image = striped()
    kept = {number: images.get(number, image, QSize(10, 10), cover=True) for number in range(8)}
    images._until = 0.0
    again = [number for number in kept if images.get(number, image, QSize(10, 10), cover=True) is not None]
    assert again == [5, 6, 7]
