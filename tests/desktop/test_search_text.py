"""The search bar takes words and files as the command line does, typed, pasted or dropped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from lookalike_desktop.search.queries import SearchRequest, mime_request, text_request
from lookalike_desktop.window import Window
from tests.builders.photo_files import textured_photo
from tests.desktop.conftest import drop

POSIX = pytest.mark.skipif(os.name != "posix", reason="quoted as a POSIX shell does")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a red cup.jpg"
    textured_photo(1, (64, 48)).save(path)
    return path


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    """A window without a library: what is asked for is seen at `requests`."""
    window = Window()
    qtbot.addWidget(window)
    window.search_bar.setEnabled(True)
    return window


@pytest.fixture
def requests(window: Window) -> list[SearchRequest]:
    asked: list[SearchRequest] = []
    window._drop_paste_handler.requested.connect(asked.append)
    return asked


def type_text(qtbot: QtBot, window: Window, text: str) -> None:
    window.search_bar.field.setText(text)
    qtbot.keyClick(window.search_bar.field, Qt.Key.Key_Return)


@pytest.mark.parametrize("text", ["St. Moritz", "10.5.2019", "~1950", "..", "字" * 90, "\N{CAT FACE}"])
def test_words_are_words(qtbot: QtBot, window: Window, requests: list[SearchRequest], text: str) -> None:
    type_text(qtbot, window, text)
    (request,) = requests
    assert (request.make().words, request.make().file, request.label) == (text, None, text)


@POSIX
@pytest.mark.parametrize("form", ["{}", "'{}'", '"{}"', "file://{}", "file://localhost{}"])
def test_a_path_is_a_photo_typed_pasted_or_dropped(
    qtbot: QtBot, window: Window, requests: list[SearchRequest], photo: Path, form: str
) -> None:
    name = str(photo).replace(" ", "%20") if form.startswith("file") else str(photo)
    text = form.format(name)
    type_text(qtbot, window, text)
    QGuiApplication.clipboard().setText(text)
    qtbot.keyClick(window.search_bar.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    QGuiApplication.clipboard().clear()
    data = QMimeData()
    data.setText(text)
    drop(window, data)
    assert [request.make().file for request in requests] == [photo] * 3


@POSIX
def test_escaped_and_several_paths(photo: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.jpg"
    textured_photo(2, (64, 48)).save(other)
    assert text_request(str(photo).replace(" ", "\\ ")).make().file == photo
    query = text_request(f"'{photo}' {other}").make()
    assert (query.file, [part.file for part in query.positives]) == (photo, [other])


def test_addresses_of_this_computer_are_files(photo: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl(f"file://localhost{photo.as_posix()}"), QUrl("file://elsewhere/no.jpg")])
    request = mime_request(data, "dropped")
    assert request is not None
    assert request.make().file == photo


@pytest.mark.parametrize("text", ["no such.jpg", "/no/such/photo", "file:///no/such%20one.jpg"])
def test_a_file_that_is_not_there_is_told(
    qtbot: QtBot, window: Window, requests: list[SearchRequest], text: str
) -> None:
    window.show()
    type_text(qtbot, window, text)
    assert requests == []
    assert window.notice.text.startswith("There is no file ")
    assert window.notice.isVisible()


def test_pasted_words_go_into_the_field(qtbot: QtBot, window: Window, requests: list[SearchRequest]) -> None:
    QGuiApplication.clipboard().setText("and/or")
    window._drop_paste_handler.paste()
    QGuiApplication.clipboard().clear()
    assert requests == []
    assert window.search_bar.field.text() == "and/or"
