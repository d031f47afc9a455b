"""The viewer: neighbours, facts, full screen, and photos too large for the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PySide6.QtCore import QLocale, QPoint, QRect, Qt, QUrl
from PySide6.QtGui import QCursor, QDesktopServices
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lookalike.library import Library
from lookalike.photos import Exposure
from lookalike_desktop.viewer import full_screen
from lookalike_desktop.viewer.facts import exposure_text, pixels_text, position_text, rating_text
from lookalike_desktop.viewer.photo_loader import PhotoLoader
from lookalike_desktop.window import Window
from tests.builders.photo_files import textured_photo
from tests.desktop.conftest import PATIENCE

OpenWindow = Callable[..., Window]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A library of one photo with EXIF that lies in two places, and the folder."""
    folder = tmp_path_factory.mktemp("facts")
    exif = Image.Exif()
    exif[Base.Make.value], exif[Base.Model.value] = "Canon", "Canon EOS 6D"
    details = exif.get_ifd(IFD.Exif)
    details[Base.ExposureTime.value], details[Base.FNumber.value] = 0.004, 2.8
    details[Base.ISOSpeedRatings.value], details[Base.FocalLength.value] = 400, 35.0
    details[Base.LensModel.value] = "EF35mm f/2 IS USM"
    gps = exif.get_ifd(IFD.GPSInfo)
    gps[GPS.GPSLatitudeRef.value], gps[GPS.GPSLatitude.value] = "N", (48.0, 51.0, 30.0)
    gps[GPS.GPSLongitudeRef.value], gps[GPS.GPSLongitude.value] = "E", (2.0, 17.0, 40.0)
    for name in ("a/tower.jpg", "b/again.jpg"):
        (folder / name).parent.mkdir()
        textured_photo(3, (2400, 1600)).save(folder / name, exif=exif)
    library_folder = tmp_path_factory.mktemp("library")
    with Library(library_folder) as library:
        library.folders.add(folder)
        for _ in library.scan():
            pass
    return library_folder, folder


def show(qtbot: QtBot, window: Window, row: int = 0) -> int:
    """Show a photo of the library large, until it is sharp."""
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) > row, timeout=PATIENCE)
    content_id = window.library_page.model.ids[row]
    window.navigator.select_photo(content_id)
    qtbot.waitUntil(lambda: window.viewer.canvas.pixels_shown > 256, timeout=PATIENCE)
    return content_id


def test_the_panel_tells_all_that_is_known_and_shows_every_place(
    qtbot: QtBot, open_window: OpenWindow, places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QLocale, "toString", QLocale.c().toString)
    library, _ = places
    window = open_window(library)
    show(qtbot, window)
    panel = window.viewer.facts_panel
    assert not panel.isVisible()
    qtbot.keyClick(window.viewer.canvas, Qt.Key.Key_I)
    assert panel.isVisible()
    qtbot.waitUntil(lambda: "ISO" in panel.text, timeout=PATIENCE)
    text = panel.text
    for words in (
        "Canon EOS 6D",
        "EF35mm f/2 IS USM",
        "1/250 s  ·  f/2.8  ·  ISO 400  ·  35 mm",
        "Paris, France",
        "48.85833° N, 2.29444° E",
        "2400 × 1600 (3.8 megapixels)",
        "JPEG",
        "tower.jpg",
        "again.jpg",
    ):
        assert words in text
    info = panel.info
    assert info is not None and "Text in the photo" not in text
    read = replace(info, text="SALE\n50 %", kind="receipt", caption="a red tower")
    panel.show_info(read)
    assert all(words in panel.text for words in ("SALE · 50 %", "Receipt", "a red tower"))
    panel.show_info(info)
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    assert len(panel.folder_buttons) == 2
    for button in panel.folder_buttons:
        button.click()
    assert {Path(url.toLocalFile()).name for url in opened} == {"a", "b"}
    window.viewer.bar.facts.click()
    assert not panel.isVisible()


@pytest.mark.slow
def test_neighbours_are_loaded_ahead_and_shown_at_once(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path
) -> None:
    window = open_window(indexed)
    show(qtbot, window, 3)
    ids = window.library_page.model.ids
    loader = window.viewer.findChild(PhotoLoader)
    assert isinstance(loader, PhotoLoader)
    qtbot.waitUntil(lambda: all(loader.kept(ids[row]) for row in (2, 3, 4, 5)), timeout=PATIENCE)
    assert loader.kept(ids[7]) is None
    qtbot.keyClick(window.viewer.canvas, Qt.Key.Key_PageDown)
    # In the same turn of the event loop, before anything could be read.
    assert window.viewer.content_id == ids[4]
    assert window.viewer.canvas.pixels_shown > 256
    qtbot.waitUntil(lambda: loader.kept(ids[6]) is not None, timeout=PATIENCE)
    window.navigator.leave_photo()
    assert loader.kept(ids[4]) is None


@pytest.mark.slow
def test_the_filmstrip_shows_the_neighbours_and_goes_to_them(
    qtbot: QtBot, open_window: OpenWindow, indexed: Path
) -> None:
    window = open_window(indexed)
    show(qtbot, window, 3)
    ids, strip = window.library_page.model.ids, window.viewer.filmstrip
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.cell(5).center().toPoint())
    assert window.viewer.content_id == ids[5]
    assert window.library_page.grid.current_id() == ids[5]
    # The photo shown is in the middle again.
    assert strip.cell(5).center().x() == strip.width() / 2
    qtbot.waitUntil(lambda: window.thumbnails.image(ids[4]) is not None, timeout=PATIENCE)
    seen = strip.grab(strip.cell(4).toRect().adjusted(20, 20, -20, -20)).toImage()
    assert len({seen.pixel(x, y) for x in range(seen.width()) for y in range(seen.height())}) > 20


@pytest.mark.slow
def test_the_full_screen_shows_the_photo_alone_and_controls_fade(
    qtbot: QtBot,
    open_window: OpenWindow,
    indexed: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setattr(full_screen, "IDLE_MS", 50)
    window = open_window(indexed)
    show(qtbot, window)
    viewer = window.viewer
    # Where it lies over the controls they stay; other tests have it in its corner again.
    corner = QCursor.pos()
    request.addfinalizer(lambda: QCursor.setPos(corner))
    QCursor.setPos(viewer.canvas.mapToGlobal(viewer.canvas.rect().center()))
    qtbot.mouseDClick(viewer.canvas, Qt.MouseButton.LeftButton)
    assert window.isFullScreen()
    assert not window.search_bar.isVisible()
    assert not window.folders_panel.isVisible()
    qtbot.mouseMove(viewer.canvas, QPoint(300, 300))
    qtbot.waitUntil(lambda: viewer.controls_faded, timeout=PATIENCE)
    assert QRect(QPoint(), viewer.size()) == viewer.canvas.geometry()
    qtbot.mouseMove(viewer.canvas, QPoint(320, 300))
    QApplication.processEvents()
    assert viewer.bar.isVisible()
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_Escape)
    assert not window.isFullScreen()
    assert window.search_bar.isVisible()
    assert window.pages.currentWidget() is viewer
    qtbot.keyClick(viewer.canvas, Qt.Key.Key_F11)
    assert window.isFullScreen()
    # Leaving the photo leaves the full screen too.
    window.navigator.leave_photo()
    assert not window.isFullScreen()
    assert window.search_bar.isVisible()


@pytest.mark.slow
def test_zooming_in_loads_the_photos_own_pixels_and_r_turns_the_view(
    qtbot: QtBot, open_window: OpenWindow, places: tuple[Path, Path]
) -> None:
    window = open_window(places[0])
    show(qtbot, window)
    canvas = window.viewer.canvas
    first = canvas.pixels_shown
    assert first < 2400
    qtbot.keyClick(canvas, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: canvas.pixels_shown == 2400, timeout=PATIENCE)
    assert canvas.scale == pytest.approx(1.0)
    qtbot.keyClick(canvas, Qt.Key.Key_R)
    qtbot.keyClick(canvas, Qt.Key.Key_R)
    qtbot.keyClick(canvas, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.turns == 1
    assert canvas.photo_size.width() == 2400


def test_facts_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QLocale, "toString", QLocale.c().toString)
    assert exposure_text(Exposure(2.5, 8.0, 100, 4.2, 28, flash=True)) == (
        "2.5 s  ·  f/8  ·  ISO 100  ·  4.2 mm (equivalent to 28 mm)  ·  flash"
    )
    assert exposure_text(Exposure()) == ""
    assert pixels_text(6000, 4000) == "6000 × 4000 (24 megapixels)"
    assert position_text(-33.9, -70.5) == "33.90000° S, 70.50000° W"
    assert position_text(None, None) == ""
    assert [rating_text(rating) for rating in (3, 0, None, -1)] == ["★★★", "", "", "Rejected"]
