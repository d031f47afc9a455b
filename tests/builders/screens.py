"""Makes screenshots: real windows of Qt with text, lists, forms and pictures, light and dark, grabbed."""

from __future__ import annotations

import numpy as np
from PIL import Image
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage, QPalette, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QProgressBar,
    QPushButton,
    QSlider,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from tests.builders.photo_files import textured_photo
from tests.builders.text_photos import TextPhotos

SCREENS = ((1920, 1080), (1366, 768), (2560, 1440), (1080, 2400), (1170, 2532), (1440, 900), (1536, 2048))
"""Sizes of screens of computers, phones and a tablet, pixels."""

DARK = ("#202124", "#e8eaed", "#303134")
LIGHT = ("#ffffff", "#202124", "#f1f3f4")


class Screens:
    """Draws screens; the same seed gives the same ones. Needs a `QApplication`."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._draw = TextPhotos(seed)

    def screen(self) -> Image.Image:
        """A window that takes a whole screen."""
        size = SCREENS[int(self._rng.integers(len(SCREENS)))]
        window = QWidget()
        ground, ink, panel = DARK if self._rng.random() < 0.35 else LIGHT
        palette = QPalette()
        for role, colour in (
            (QPalette.ColorRole.Window, ground),
            (QPalette.ColorRole.Base, panel),
            (QPalette.ColorRole.WindowText, ink),
            (QPalette.ColorRole.Text, ink),
        ):
            palette.setColor(role, QColor(colour))
        window.setPalette(palette)
        font = window.font()
        font.setPixelSize(max(14, min(size) // 60))
        window.setFont(font)
        rows = QVBoxLayout(window)
        bar = QHBoxLayout()
        for _ in range(int(self._rng.integers(2, 6))):
            bar.addWidget(QPushButton(self._draw.word().capitalize()))
        bar.addWidget(QLineEdit(self._draw.word()), 1)
        rows.addLayout(bar)
        kinds = (self._text, self._list, self._form, self._table, self._gallery)
        body = QHBoxLayout() if size[0] > size[1] else QVBoxLayout()
        for number in self._rng.choice(len(kinds), 2, replace=False):
            body.addWidget(kinds[int(number)](), int(self._rng.integers(1, 4)))
        rows.addLayout(body, 1)
        window.resize(QSize(*size))
        grabbed = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        pixels = np.frombuffer(grabbed.constBits(), np.uint8).reshape(grabbed.height(), -1)
        window.deleteLater()
        return Image.fromarray(pixels[:, : grabbed.width() * 3].reshape(grabbed.height(), -1, 3).copy())

    def _sentence(self, words: int) -> str:
        return " ".join(self._draw.word() for _ in range(words)).capitalize()

    def _text(self) -> QWidget:
        edit = QTextEdit()
        edit.setPlainText(
            "\n\n".join(
                self._sentence(int(self._rng.integers(10, 80))) for _ in range(int(self._rng.integers(2, 12)))
            )
        )
        return edit

    def _list(self) -> QWidget:
        some = QListWidget()
        some.addItems(
            [self._sentence(int(self._rng.integers(1, 6))) for _ in range(int(self._rng.integers(5, 60)))]
        )
        return some

    def _form(self) -> QWidget:
        tabs, page = QTabWidget(), QWidget()
        form = QFormLayout(page)
        for _ in range(int(self._rng.integers(4, 14))):
            widget = (QLineEdit, QCheckBox, QComboBox, QProgressBar, QSlider)[int(self._rng.integers(5))]()
            form.addRow(self._sentence(2), widget)
        for _ in range(3):
            tabs.addTab(page if not tabs.count() else QWidget(), self._draw.word())
        return tabs

    def _table(self) -> QWidget:
        rows, columns = int(self._rng.integers(5, 40)), int(self._rng.integers(3, 8))
        table = QTableWidget(rows, columns)
        for row in range(rows):
            for column in range(columns):
                table.setItem(row, column, QTableWidgetItem(self._draw.word()))
        return table

    def _gallery(self) -> QWidget:
        """A page with pictures, as of a shop or a chat."""
        page = QWidget()
        grid = QGridLayout(page)
        for number in range(int(self._rng.integers(2, 7))):
            photo = textured_photo(int(self._rng.integers(1 << 30)), (240, 180))
            image = QImage(photo.tobytes(), 240, 180, 720, QImage.Format.Format_RGB888)
            picture = QLabel()
            picture.setPixmap(QPixmap.fromImage(image))
            grid.addWidget(picture, number // 2 * 2, number % 2)
            grid.addWidget(QLabel(self._sentence(3)), number // 2 * 2 + 1, number % 2)
        return page
