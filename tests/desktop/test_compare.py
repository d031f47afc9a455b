"""Why a photo was found: both photos, what matches in them, and what the judges say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lookalike.search.ranking import Result
from lookalike_desktop.compare.difference import laid_over
from lookalike_desktop.compare.match_words import Grounds, headline, judges_text, points_text, sureness
from lookalike_desktop.compare.pair_view import Way
from lookalike_desktop.compare.swipe_canvas import SwipeCanvas
from lookalike_desktop.search.queries import file_request
from lookalike_desktop.viewer.photo_levels import PhotoLevels
from lookalike_desktop.window import Window
from tests.builders.photo_files import textured_photo
from tests.desktop.conftest import PATIENCE, original

OpenWindow = Callable[..., Window]


def search(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    """Search with the picture that `copy.jpg` is cut from, to the last ranking."""
    path = tmp_path / "original.png"
    original().save(path)
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 9, timeout=PATIENCE)
    window.search.start(file_request(path))

    def ended() -> bool:
        ranking = window.results_page.model.ranking
        return ranking is not None and ranking.final

    qtbot.waitUntil(ended, timeout=PATIENCE)


@pytest.mark.slow
def test_why_shows_both_photos_with_lines_between_what_matches(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, tmp_path: Path
) -> None:
    window = open_window(indexed)
    search(qtbot, window, tmp_path)
    page, pair = window.compare_page, window.compare_page.pair
    copy, other = window.results_page.model.ids[:2]
    window.navigator.select_photo(copy)
    window.viewer.why_button.click()
    assert window.pages.currentWidget() is page
    assert "%" in page.headline.text()
    qtbot.waitUntil(lambda: "same arrangement" in page.judges, timeout=PATIENCE)
    assert "Whole photos: likeness" in page.judges
    # copy.jpg is the part of the original from (80, 60) to (600, 440) of 640 x 480: lines join the same details.
    lines = pair.lines.lines()
    assert len(lines) > 10
    for first, second in lines:
        left = pair.left.mapFromGlobal(pair.lines.mapToGlobal(first.toPoint()))
        right = pair.right.mapFromGlobal(pair.lines.mapToGlobal(second.toPoint()))
        assert near(share(pair.left, left), share(pair.right, right))
    # A zoom of the one shows the same details in the other.
    pair.left.show_view(4.0, QPointF(0.5, 0.5))
    assert pair.right.enlarged
    scale, centre = pair.right.view
    assert (centre.x() * 520 + 80, centre.y() * 380 + 60) == pytest.approx((320, 240), abs=4)
    assert scale == pytest.approx(4.0, rel=0.02)
    qtbot.keyClick(pair.left, Qt.Key.Key_S)
    assert pair.way is Way.SWIPE
    qtbot.waitUntil(lambda: pair.swipe.pixels_shown == 640, timeout=PATIENCE)
    qtbot.keyClick(pair.swipe, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: pair.difference.pixels_shown == 640, timeout=PATIENCE)
    qtbot.keyClick(pair.difference, Qt.Key.Key_B)
    qtbot.keyClick(pair.left, Qt.Key.Key_L)
    assert not pair.lines.isVisible()
    # The next result, and back to it large, and to the results.
    qtbot.keyClick(pair.left, Qt.Key.Key_PageDown)
    assert page.content_id == other
    qtbot.waitUntil(lambda: "comparing" not in page.judges, timeout=PATIENCE)
    assert "same arrangement" not in page.judges
    qtbot.keyClick(pair.left, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.viewer
    assert window.viewer.content_id == other
    qtbot.keyClick(window.viewer.canvas, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.results_page


def share(canvas: object, place: QPoint) -> tuple[float, float]:
    corner, end = canvas.place_of((0.0, 0.0)), canvas.place_of((1.0, 1.0))  # type: ignore[attr-defined]
    return (
        (place.x() - corner.x()) / (end.x() - corner.x()),
        (place.y() - corner.y()) / (end.y() - corner.y()),
    )


def near(in_original: tuple[float, float], in_copy: tuple[float, float]) -> bool:
    x, y = in_copy[0] * 520 + 80, in_copy[1] * 380 + 60
    return abs(in_original[0] * 640 - x) < 8 and abs(in_original[1] * 480 - y) < 8


@pytest.mark.slow
def test_a_query_that_is_gone_is_one_plain_line(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path, tmp_path: Path
) -> None:
    window = open_window(indexed)
    search(qtbot, window, tmp_path)
    (tmp_path / "original.png").unlink()
    window.navigator.why_wanted.emit(window.results_page.model.ids[0])
    qtbot.waitUntil(lambda: "comparing" not in window.compare_page.judges, timeout=PATIENCE)
    assert "original.png" in window.compare_page.judges
    assert window.notice.text == ""


def test_the_line_of_a_swipe_is_dragged_and_moved_by_keys(qtbot: QtBot) -> None:
    canvas = SwipeCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    canvas.show()
    red, blue = (
        PhotoLevels.of(Image.new("RGB", (400, 300), colour)) for colour in ((255, 0, 0), (0, 0, 255))
    )
    canvas.show_pair(red, blue)

    def colour(x: int) -> str:
        return canvas.grab().toImage().pixelColor(x, 20).name()

    assert (colour(150), colour(250)) == ("#ff0000", "#0000ff")
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(203, 40))
    qtbot.mouseMove(canvas, QPoint(300, 60))
    QApplication.processEvents()
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(300, 60))
    assert canvas.divider == pytest.approx(0.75)
    assert colour(250) == "#ff0000"
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.divider == pytest.approx(0.8)
    assert not canvas.enlarged


def test_a_photo_is_laid_over_another_where_the_transform_says() -> None:
    whole = textured_photo(7, (400, 300))
    part = whole.crop((100, 75, 300, 225))
    # From shares of the whole to shares of the part.
    laid, covered = laid_over(whole, part, (2, 0, -0.5, 0, 2, -0.5, 0, 0, 1))
    inside = np.abs(np.asarray(laid, np.int16) - np.asarray(whole, np.int16))[80:220, 105:295]
    assert inside.mean() < 2
    assert covered.getpixel((50, 50)) == 0
    assert covered.getpixel((200, 150)) == 255


@pytest.mark.parametrize(
    ("match", "words"),
    [
        (0.999, "Almost sure that both show the same: 99 %"),
        (0.85, "Very likely the same: 85 %"),
        (0.6, "Probably the same: 60 %"),
        (0.5, "The same or not, it could be either: 50 %"),
        (0.3, "Probably not the same: 30 %"),
        (0.1, "Very likely not the same: 10 %"),
        (0.01, "Almost sure that these are different: 1 %"),
    ],
)
def test_a_probability_has_words(match: float, words: str) -> None:
    assert sureness(match) == words


def test_what_was_not_judged_or_not_calibrated_is_said() -> None:
    assert headline(Grounds.of(None, "geometry", True)) == "Not checked by a judge"
    result = Result(1, 0.5, 0.97, 0.7, vote=12.5)
    grounds = Grounds.of(result, "Qwen", calibrated=False)
    assert headline(grounds) == "Almost sure that both show the same: 97 % (not calibrated)"
    assert judges_text(grounds, points_text(7, proven=False, mirrored=False)) == [
        ("Whole photos", "likeness 0.50 of 1"),
        ("Details in the index", "votes of weight 12.5"),
        ("Matching points", "7 details agree, no more than any two photos may have in common"),
        ("Qwen", "97 %"),
    ]
    assert points_text(0, proven=False, mirrored=False) == "no details match"
    assert "mirrored" in points_text(30, proven=True, mirrored=True)
