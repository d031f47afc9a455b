"""Words in the window: found with reasons, narrowed by chips, completed while typing, and never a failed search."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from lookalike.words.source import Reason
from lookalike_desktop.widgets.reason_text import reason_text
from lookalike_desktop.window import Window
from tests.builders.photo_files import textured_photo
from tests.desktop.conftest import PATIENCE


def position(degrees: float) -> tuple[float, float, float]:
    return int(degrees), int(degrees % 1 * 60), round(degrees * 3600 % 60, 2)


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Three photos: one taken in Paris with a Nikon, one in Vienna, one named after a quasar."""
    album = tmp_path / "Pictures" / "Trips"
    album.mkdir(parents=True)
    for number, (name, north, east, when, camera) in enumerate(
        (
            ("tower.jpg", 48.8584, 2.2945, "2019:07:18 10:00:00", "NIKON D750"),
            ("garden.jpg", 48.1845, 16.3122, "2020:05:18 10:00:00", "Apple iPhone 12"),
        )
    ):
        exif = Image.Exif()
        exif[0x0110], exif[0x9003] = camera, when
        exif[0x8825] = {1: "N", 2: position(north), 3: "E", 4: position(east)}
        textured_photo(number, (320, 240)).save(album / name, exif=exif)
    textured_photo(5, (320, 240)).save(album / "quasar.jpg")
    return album.parent


@pytest.fixture
def window(qtbot: QtBot, open_window: Callable[..., Window], tmp_path: Path, album: Path) -> Window:
    window = open_window(tmp_path / "library", (album,))

    def is_indexed() -> bool:
        return window.session.library is not None and len(window.session.library) == 3

    qtbot.waitUntil(is_indexed, timeout=PATIENCE)
    return window


def search(qtbot: QtBot, window: Window, text: str) -> list[str]:
    """Type a text and press Enter; what is said of each result."""
    page = window.results_page
    window.search_bar.field.setText(text)
    with qtbot.waitSignal(page.run.finished, timeout=PATIENCE):
        qtbot.keyClick(window.search_bar.field, Qt.Key.Key_Return)
    return [page.match_text(number) for number in page.model.ids]


@pytest.mark.slow
def test_words_are_answered_with_reasons_chips_and_plain_words(qtbot: QtBot, window: Window) -> None:
    page = window.results_page
    assert search(qtbot, window, "wien") == ["in Vienna, Austria"]
    assert (page.message, page.caution, page.status) == ("", "", "1 found")
    assert page.model.accessible_text(0) == "Photo 1 of 1, in Vienna, Austria"
    assert page.model.data(page.model.index(0), Qt.ItemDataRole.ToolTipRole) == "in Vienna, Austria"
    assert not page.grab().isNull(), "the reason is drawn"
    # Nothing is found, or only names have it: no failed search.
    assert search(qtbot, window, "xyzzyx") == []
    assert "This search did not work" not in page.message
    assert "xyzzyx" in page.message
    assert search(qtbot, window, "quasar") == ["named quasar.jpg"]
    # Chips take parts of the text away.
    (found,) = search(qtbot, window, "nikon 2019 -quasar folder:trips")
    assert found.startswith("by a NIKON D750 · in the folder Trips · taken ")
    chips = window.filter_bar.chips
    assert [chip.text() for chip in chips] == ["2019", "not quasar", "folder: trips"]
    with qtbot.waitSignal(page.run.finished, timeout=PATIENCE):
        chips[0].click()
    assert window.search_bar.field.text() == "nikon -quasar folder:trips"
    assert [chip.text() for chip in window.filter_bar.chips] == ["not quasar", "folder: trips"]
    window.search.end()
    assert window.filter_bar.chips == []
    assert not window.filter_bar.isVisible()
    # A filter that cannot be met says what there is.
    search(qtbot, window, "camera:leica")
    assert "There are: Apple iPhone 12, NIKON D750." in page.message


@pytest.mark.slow
# The offscreen platform raises no list and grabs no keyboard.
@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_what_is_typed_is_completed_from_the_library(qtbot: QtBot, window: Window) -> None:
    field, completer = window.search_bar.field, window.search.completer
    window.activateWindow()
    field.setFocus()
    qtbot.keyClicks(field, "2019 par")
    qtbot.waitUntil(lambda: [one.text for one in completer.offered] == ["place:Paris"], timeout=PATIENCE)
    qtbot.keyClick(completer.popup, Qt.Key.Key_Tab)
    assert field.text() == "2019 place:Paris "
    qtbot.keyClicks(field, "cam")
    qtbot.waitUntil(lambda: "camera:" in [one.text for one in completer.offered], timeout=PATIENCE)
    qtbot.keyClick(completer.popup, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: len(completer.offered) == 2, timeout=PATIENCE)
    qtbot.keyClick(completer.popup, Qt.Key.Key_Down)
    qtbot.keyClick(completer.popup, Qt.Key.Key_Return)
    assert field.text().startswith('2019 place:Paris camera:"')
    completer.hide()
    assert completer.offered == []


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (Reason("label", "golden retriever", certain=True), "looks like a golden retriever"),
        (Reason("label", "elephant", certain=False), "may look like an elephant"),
        (Reason("place", "Paris, France", certain=True), "in Paris, France"),
        (Reason("date", "1995", certain=True), "taken 1995"),
        (Reason("text", "Rechnung", certain=True), "reads Rechnung"),
        (Reason("model", "a dog", certain=False), "may look like “a dog”"),
    ],
)
def test_reasons_are_plain_words(reason: Reason, text: str) -> None:
    assert reason_text(reason) == text
