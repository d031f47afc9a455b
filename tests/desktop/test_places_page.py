"""The page of places: a map of real photos with positions, moved by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lookalike.catalog.filters import Filters
from lookalike.library import Library
from lookalike_desktop.places.clusters import SPACING, cluster, level_of
from lookalike_desktop.places.map_painter import MapColours, MapPainter
from lookalike_desktop.places.map_view import MapView
from lookalike_desktop.places.mercator import MapFrame, position, project
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.window import Window
from tests.builders.photo_files import textured_photo
from tests.desktop.conftest import PATIENCE

PLACES = {"paris_a": (48.8584, 2.2945), "paris_b": (48.8606, 2.3376), "rome": (41.8902, 12.4922)}


def with_position(path: Path, seed: int, latitude: float, longitude: float) -> None:
    """A JPEG whose EXIF says where it was taken."""
    image = textured_photo(seed, (320, 240))
    exif = Image.Exif()
    place = exif.get_ifd(0x8825)
    for name, letters, degrees in (("1", "NS", latitude), ("3", "EW", longitude)):
        place[int(name)] = letters[degrees < 0]
        place[int(name) + 1] = (abs(degrees), 0.0, 0.0)
    image.save(path, exif=exif)


@pytest.fixture(scope="module")
def travelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of three photos with a position and one without, closed."""
    folder = tmp_path_factory.mktemp("travelled")
    (folder / "photos").mkdir()
    for seed, (name, place) in enumerate(PLACES.items()):
        with_position(folder / "photos" / f"{name}.jpg", seed, *place)
    textured_photo(9, (320, 240)).save(folder / "photos" / "nowhere.jpg")
    with Library(folder / "library") as library:
        library.folders.add(folder / "photos")
        for _ in library.scan():
            pass
    return folder / "library"


@pytest.fixture
def window(travelled: Path, open_window: Callable[..., Window], qtbot: QtBot) -> Window:
    window = open_window(travelled)
    window.search_bar.places_button.click()
    qtbot.waitUntil(lambda: len(window.places_page.photo_model.ids) == 3, timeout=PATIENCE)
    return window


def names(window: Window, ids: list[int]) -> list[str]:
    assert window.session.library is not None
    return sorted(paths[0].stem for paths in window.session.library.photos.paths(ids).values())


def click(qtbot: QtBot, window: Window, latitude: float, longitude: float, double: bool = False) -> None:
    view = window.places_page.map
    x, y = view.frame.pixels(project(np.array([latitude]), np.array([longitude])))[0].tolist()
    place = QPoint(round(x), round(y))
    if double:
        qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=place)
    else:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)


@pytest.mark.slow
def test_photos_stand_where_they_were_taken(window: Window, qtbot: QtBot) -> None:
    page = window.places_page
    # At first all of them are in sight: Paris as one, Rome as another.
    assert page.map.clusters is not None and sorted(page.map.clusters.counts.tolist()) == [1, 2]
    click(qtbot, window, 48.8595, 2.316)
    qtbot.waitUntil(
        lambda: names(window, list(page.photo_model.ids)) == ["paris_a", "paris_b"], timeout=PATIENCE
    )
    # Nearer, Paris falls into two; Rome is far away.
    click(qtbot, window, 48.8595, 2.316, double=True)
    assert page.map.clusters.counts.tolist() == [1, 1]
    qtbot.waitUntil(
        lambda: names(window, list(page.photo_model.ids)) == ["paris_a", "paris_b"], timeout=PATIENCE
    )
    # The map is drawn in the background, with land in the land's colour.
    qtbot.waitUntil(
        lambda: page.map._drawing is not None and page.map._drawing[1] == page.map.frame, timeout=PATIENCE
    )
    page.all_button.click()
    qtbot.waitUntil(lambda: len(page.photo_model.ids) == 3, timeout=PATIENCE)


@pytest.mark.slow
def test_the_keyboard_moves_zooms_and_chooses(window: Window, qtbot: QtBot) -> None:
    view = window.places_page.map
    assert view.hasFocus()
    before = view.frame
    qtbot.keyClick(view, Qt.Key.Key_Plus)
    assert view.frame.scale == pytest.approx(before.scale * 1.6)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.frame.x > before.x
    qtbot.keyClick(view, Qt.Key.Key_Minus)
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.frame == before
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert view.chosen is not None
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert window.pages.currentWidget() is window.library_page


@pytest.mark.slow
def test_dragging_moves_the_map_with_the_pointer(window: Window, qtbot: QtBot) -> None:
    view = window.places_page.map
    view.zoom(8)
    middle = QPoint(view.width() // 2, view.height() // 2)
    under = view.frame.place(middle.x(), middle.y())
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=middle)
    for step in (20, 60, 90):
        qtbot.mouseMove(view, middle + QPoint(step, -step))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=middle + QPoint(90, -90))
    assert view.frame.place(middle.x() + 90, middle.y() - 90) == pytest.approx(
        under, abs=2 / view.frame.scale
    )
    assert view.chosen is None, "a drag is no click"


@pytest.mark.slow
def test_searches_can_be_narrowed_to_a_place(window: Window, qtbot: QtBot) -> None:
    page = window.places_page
    click(qtbot, window, *PLACES["rome"])
    page.filter_button.click()
    assert window.pages.currentWidget() is window.library_page
    qtbot.waitUntil(lambda: names(window, list(window.library_page.model.ids)) == ["rome"], timeout=PATIENCE)
    assert "map" in window.filter_bar.chips[0].text()
    window.filter_bar.chips[0].click()
    qtbot.waitUntil(lambda: len(window.library_page.model.ids) == 4, timeout=PATIENCE)
    assert window.filter_bar.filters == Filters()


@pytest.mark.slow
def test_a_photo_opens_from_the_map_and_leads_back(window: Window, qtbot: QtBot) -> None:
    page = window.places_page
    page.photos.opened.emit(page.photo_model.ids[0])
    assert window.viewer.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert page.isVisible()


@pytest.mark.slow
def test_without_positions_the_page_says_why(
    indexed: Path, open_window: Callable[..., Window], qtbot: QtBot
) -> None:
    window = open_window(indexed)
    window.search_bar.places_button.click()
    page = window.places_page
    qtbot.waitUntil(lambda: not page.filter_button.isEnabled(), timeout=PATIENCE)
    assert page.body.currentWidget() is page.message


degrees = st.tuples(st.floats(-85, 85), st.floats(-180, 180))


@given(degrees)
def test_projecting_is_undone_by_position(place: tuple[float, float]) -> None:
    x, y = project(np.array([place[0]]), np.array([place[1]]))[0].tolist()
    assert 0 <= x <= 1 and 0 <= y <= 1
    assert position(x, y) == pytest.approx(place, abs=1e-6)


@given(
    st.floats(0.3, 0.7),
    st.floats(0.3, 0.7),
    st.floats(0.1, 10),
    st.integers(-300, 300),
    st.integers(-200, 200),
)
def test_zooming_keeps_what_is_under_the_pointer(
    x: float, y: float, factor: float, right: int, down: int
) -> None:
    frame = MapFrame(x, y, 50_000, 800, 600).kept_inside()
    zoomed = frame.zoomed(factor, right, down)
    assert zoomed.place(400 + right, 300 + down) == pytest.approx(frame.place(400 + right, 300 + down))


@given(st.lists(degrees, min_size=1, max_size=60), st.floats(800, 1e6))
def test_every_photo_is_in_one_cluster_and_clusters_lie_apart(
    where: list[tuple[float, float]], scale: float
) -> None:
    places = project(*np.array(where).T)
    found = cluster(places, level_of(scale))
    assert found.counts.sum() == len(where)
    assert np.array_equal(np.bincount(found.members), found.counts)
    assert (found.members[found.covers] == np.arange(len(found.counts))).all()
    away = np.abs(found.places[:, None] - found.places[None]).max(axis=2) + np.eye(len(found.counts))
    # Joining moves a middle a little; no two are drawn wholly on each other.
    assert len(found.counts) == 1 or away.min() * 2 ** level_of(scale) > SPACING * 0.2


def test_only_what_is_near_is_clustered_and_it_follows_the_map(qtbot: QtBot, thumbnails: Thumbnails) -> None:
    view = MapView(thumbnails)
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    random = np.random.default_rng(0)
    north, east = random.uniform(-60, 60, 5000), random.uniform(-170, 170, 5000)
    view.show_positions(np.arange(5000) + 100, north.astype(np.float32), east.astype(np.float32))
    assert view.clusters is not None and view.clusters.counts.sum() == 5000
    for place in (7, 4321):
        x, y = project(north[[place]], east[[place]])[0].tolist()
        view._go(replace(view.frame, x=x, y=y, scale=2.0**21).kept_inside())
        assert view.clusters.counts.sum() < 50
        view.choose(view.cluster_at(QPointF(200, 150)))
        assert view.ids_in_sight() == [100 + place], "the photo in the middle, whatever is clustered"
        view.grab()
        # Moved by less than is clustered around it, the same clusters stay; farther, others come.
        before = view.clusters
        view._go(view.frame.moved(100, 0))
        assert view.clusters is before
        view._go(view.frame.moved(2000, 0))
        assert view.clusters is not before


def test_a_drawing_has_sea_land_and_names(qapp: QApplication) -> None:
    sea, land, text = QColor("#0000ff"), QColor("#00ff00"), QColor("#ff0000")
    x, y = project(np.array([50.0]), np.array([0.0]))[0].tolist()
    frame = MapFrame(x, y, 9000, 600, 400)
    image = MapPainter().paint(frame, MapColours(sea, land, land, text), 1.0, QFont())

    def at(latitude: float, longitude: float) -> QColor:
        place = frame.pixels(project(np.array([latitude]), np.array([longitude])))[0]
        return image.pixelColor(QPointF(*place.tolist()).toPoint())

    assert at(50.2, -2.0) == sea, "the Channel"
    assert at(48.2, 0.9) == land, "Normandy"
    colours = {image.pixelColor(x, y).name() for x in range(600) for y in range(0, 400, 2)}
    assert text.name() in colours
