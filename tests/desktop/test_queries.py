"""What is pasted or dropped becomes a query."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from lookalike_desktop.search.queries import folders_in, mime_request, to_pil, to_qimage
from tests.builders.photo_files import textured_photo


def test_images_survive_the_way_to_qt_and_back() -> None:
    picture = textured_photo(3, (61, 43))  # odd widths: rows of both sides are padded differently
    assert np.array_equal(np.asarray(to_pil(to_qimage(picture))), np.asarray(picture))


def test_what_shows_through_is_white() -> None:
    clear = QImage(5, 4, QImage.Format.Format_ARGB32)
    clear.fill(QColor(0, 0, 0, 0))
    assert np.asarray(to_pil(clear)).min() == 255


def test_a_dropped_file_is_searched_with(tmp_path: Path) -> None:
    photo = tmp_path / "Größe 100%.jpg"
    textured_photo(1, (64, 48)).save(photo)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photo))])
    request = mime_request(data, "dropped")
    assert request is not None
    assert (request.make().file, request.label) == (photo, photo.name)


def test_a_copied_path_is_a_file_and_other_text_is_not(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    textured_photo(1, (64, 48)).save(photo)
    data = QMimeData()
    data.setText(f'"{photo}"\n')
    request = mime_request(data, "pasted")
    assert request is not None
    assert request.make().file == photo
    data.setText("a red cup")
    assert mime_request(data, "pasted") is None


def test_a_picture_from_another_program_is_searched_with(qtbot: QtBot) -> None:
    picture = textured_photo(2, (40, 30))
    data = QMimeData()
    data.setImageData(to_qimage(picture))
    data.setUrls([QUrl("https://example.org/cup.jpg")])  # browsers give both; only the picture is here
    request = mime_request(data, "dropped picture")
    assert request is not None
    assert request.label == "dropped picture"
    image = request.make().image
    assert image is not None
    assert image.size == (40, 30)


def test_an_address_alone_is_not_fetched() -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/cup.jpg")])
    assert mime_request(data, "dropped") is None


def test_dropped_folders_are_told_from_files(tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    assert folders_in(data) == [tmp_path]
    assert mime_request(data, "dropped") is None
