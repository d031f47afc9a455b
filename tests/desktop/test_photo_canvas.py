"""Zoom, pan and regions of one photo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lookalike_desktop.search.queries import to_qimage
from lookalike_desktop.viewer.photo_canvas import MAX_ZOOM, PhotoCanvas
from tests.builders.photo_files import textured_photo


@pytest.fixture
def canvas(qtbot: QtBot) -> PhotoCanvas:
    widget = PhotoCanvas()
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.show()
    # A thumbnail of a photo of 1600 x 800 pixels: fitted, it takes 400 x 200 from y = 50.
    widget.show_photo(to_qimage(textured_photo(1, (200, 100))), QSize(1600, 800))
    return widget


def drag(
    qtbot: QtBot,
    widget: PhotoCanvas,
    start: tuple[int, int],
    end: tuple[int, int],
    button: Qt.MouseButton = Qt.MouseButton.RightButton,
    shift: bool = False,
) -> None:
    held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    qtbot.mousePress(widget, button, held, QPoint(*start))
    place = QPointF(*end)
    moved = QMouseEvent(
        QEvent.Type.MouseMove, place, widget.mapToGlobal(place), Qt.MouseButton.NoButton, button, held
    )
    QApplication.sendEvent(widget, moved)
    qtbot.mouseRelease(widget, button, held, QPoint(*end))


@pytest.mark.parametrize("how", ["right", "shift", "marking"])
def test_a_dragged_rectangle_is_a_region_in_shares_of_the_photo(
    qtbot: QtBot, canvas: PhotoCanvas, how: str
) -> None:
    canvas.mark(how == "marking")
    button = Qt.MouseButton.RightButton if how == "right" else Qt.MouseButton.LeftButton
    with qtbot.waitSignal(canvas.region_chosen) as chosen:
        drag(qtbot, canvas, (300, 200), (100, 100), button, shift=how == "shift")
    assert chosen.args[0] == pytest.approx((0.25, 0.25, 0.75, 0.75), abs=0.01)


def test_a_region_ends_at_the_edge_of_the_photo(qtbot: QtBot, canvas: PhotoCanvas) -> None:
    with qtbot.waitSignal(canvas.region_chosen) as chosen:
        drag(qtbot, canvas, (200, 150), (399, 299))
    assert chosen.args[0] == pytest.approx((0.5, 0.5, 1.0, 1.0), abs=0.01)


def test_a_slip_of_the_hand_is_no_region(qtbot: QtBot, canvas: PhotoCanvas) -> None:
    with qtbot.assertNotEmitted(canvas.region_chosen):
        drag(qtbot, canvas, (200, 150), (203, 180))


def test_a_region_of_a_zoomed_photo_is_where_it_was_drawn(qtbot: QtBot, canvas: PhotoCanvas) -> None:
    canvas.zoom(4.0, QPointF(100, 100))  # the point at a quarter of both sides stays where it is
    with qtbot.waitSignal(canvas.region_chosen) as chosen:
        drag(qtbot, canvas, (100, 100), (300, 200))
    assert chosen.args[0] == pytest.approx((0.25, 0.25, 0.375, 0.375), abs=0.01)


def test_zoom_ends_at_the_fit_and_at_the_limit(canvas: PhotoCanvas) -> None:
    fitted = canvas.pixels_wanted
    assert fitted == 400
    for _ in range(60):
        canvas.zoom(1.2)
    assert canvas.pixels_wanted == pytest.approx(1600 * MAX_ZOOM, rel=0.01)
    for _ in range(60):
        canvas.zoom(1 / 1.2)
    assert canvas.pixels_wanted == fitted


def test_panning_stops_at_the_edge(qtbot: QtBot, canvas: PhotoCanvas) -> None:
    canvas.zoom(4.0)
    drag(qtbot, canvas, (200, 150), (4000, 4000), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(canvas.region_chosen) as chosen:
        drag(qtbot, canvas, (1, 1), (100, 100))
    assert chosen.args[0][:2] == pytest.approx((0.0, 0.0), abs=0.002)


def test_a_better_rendering_changes_nothing_but_the_pixels(qtbot: QtBot, canvas: PhotoCanvas) -> None:
    canvas.zoom(3.0)
    before = canvas.pixels_wanted
    canvas.improve(to_qimage(textured_photo(1, (800, 400))))
    assert (canvas.pixels_wanted, canvas.pixels_shown) == (before, 800)
