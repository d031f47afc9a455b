"""Zoom, pan and regions of one photo."""

from __future__ import annotations

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lookalike_desktop.search.queries import to_qimage
from lookalike_desktop.viewer.photo_canvas import MAX_ZOOM, STEP, PhotoCanvas
from lookalike_desktop.viewer.photo_levels import PhotoLevels
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
    canvas.improve(PhotoLevels.of(textured_photo(1, (800, 400))))
    assert (canvas.pixels_wanted, canvas.pixels_shown) == (before, 800)


def test_own_pixels_and_the_fit_alternate(qtbot: QtBot, canvas: PhotoCanvas) -> None:
    for key in (Qt.Key.Key_1, Qt.Key.Key_Z):
        qtbot.keyClick(canvas, key)
        qtbot.waitUntil(lambda: canvas.scale == pytest.approx(1.0))
        assert canvas.pixels_wanted == 1600
        qtbot.keyClick(canvas, key)
        qtbot.waitUntil(lambda: not canvas.enlarged)


def test_keys_zoom_and_move_an_enlarged_photo(qtbot: QtBot, canvas: PhotoCanvas) -> None:
    fitted = canvas.scale
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    # Pressed again while the first step glides: both count.
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    qtbot.waitUntil(lambda: canvas.scale == pytest.approx(fitted * STEP**2))
    before = canvas.view[1].x()
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.view[1].x() > before
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    qtbot.keyClick(canvas, Qt.Key.Key_0)
    assert not canvas.enlarged


def test_the_wheel_zooms_at_the_pointer(qtbot: QtBot, canvas: PhotoCanvas) -> None:
    place = QPointF(100, 100)  # a quarter of both sides of the photo
    turn(canvas, place, QPoint(0, 120))
    qtbot.waitUntil(lambda: canvas.pixels_wanted == 480)
    assert canvas.place_of((0.25, 0.25)).x() == pytest.approx(100, abs=1)


def test_two_fingers_move_an_enlarged_photo_and_a_pinch_zooms_it(canvas: PhotoCanvas) -> None:
    place = QPointF(200, 150)
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        place,
        place,
        place,
        3.0,
        QPointF(),
    )
    QApplication.sendEvent(canvas, pinch)
    assert canvas.pixels_wanted == 1600
    before = canvas.view[1].x()
    turn(canvas, place, QPoint(-30, 0), QPoint(-40, 0))
    assert canvas.view[1].x() == pytest.approx(before + 40 / 1600)


def turn(canvas: PhotoCanvas, place: QPointF, angle: QPoint, pixels: QPoint | None = None) -> None:
    none = Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        place,
        canvas.mapToGlobal(place),
        pixels or QPoint(),
        angle,
        Qt.MouseButton.NoButton,
        none,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def test_a_turned_photo_is_drawn_turned_and_its_regions_are_those_of_the_file(
    qtbot: QtBot, canvas: PhotoCanvas
) -> None:
    picture = Image.new("RGB", (1600, 800), "red")
    picture.paste("blue", (0, 0, 800, 800))
    canvas.improve(PhotoLevels.of(picture))
    canvas.turn(1)
    # Clockwise: what was on the left is at the top. 800 x 1600 pixels, fitted, take 150 x 300 from x = 125.
    seen = canvas.grab().toImage()
    assert seen.pixelColor(200, 75) == QColor("blue")
    assert seen.pixelColor(200, 225) == QColor("red")
    with qtbot.waitSignal(canvas.region_chosen) as chosen:
        drag(qtbot, canvas, (125, 0), (200, 150))
    assert chosen.args[0] == pytest.approx((0.0, 0.5, 0.5, 1.0), abs=0.01)
    assert canvas.place_of((0.0, 1.0)).toPoint() == QPoint(125, 0)
    canvas.turn(-1)
    assert canvas.grab().toImage().pixelColor(100, 150) == QColor("blue")


def test_each_zoom_is_drawn_from_a_level_of_nearly_its_size() -> None:
    levels = PhotoLevels.of(textured_photo(3, (2100, 1400)))
    assert levels.side == 2100
    assert [levels.suiting(side).width() for side in (5000, 2100, 1051, 1050, 526, 100)] == [
        2100,
        2100,
        2100,
        1050,
        1050,
        525,
    ]
    assert levels.size_in_bytes < 4 * 2100 * 1400 * 4 / 3 + 10_000
    assert PhotoLevels().sharpest().isNull()


def test_levels_have_the_photos_colours() -> None:
    picture = Image.new("RGB", (1300, 700), (10, 200, 90))
    levels = PhotoLevels.of(picture)
    for side in (1300, 600):
        image = levels.suiting(side)
        assert image.pixelColor(0, 0) == QColor(10, 200, 90)
        assert image.pixelColor(image.width() - 1, image.height() - 1) == QColor(10, 200, 90)
