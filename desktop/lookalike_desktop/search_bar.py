"""The search bar: words, a file, the clipboard; a chip that shows what is searched for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QFontMetrics, QImage, QPainter, QPaintEvent, QTransform
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from lookalike_desktop.theme import icon


class QueryPicture(QWidget):
    """The query's picture, small, with round corners."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self.setFixedSize(30, 30)

    def show_image(self, image: QImage) -> None:
        """Show a picture, cut to a square; nothing for a null one."""
        self._image = image
        self.setVisible(not image.isNull())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        if self._image.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        scale = max(self.width() / self._image.width(), self.height() / self._image.height())
        brush = QBrush(self._image)
        brush.setTransform(
            QTransform.fromTranslate(
                (self.width() - self._image.width() * scale) / 2,
                (self.height() - self._image.height() * scale) / 2,
            ).scale(scale, scale)
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)


class QueryChip(QFrame):
    """What is searched for, and the button that ends the search."""

    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.picture = QueryPicture()
        self._label = QLabel()
        self._label.setMaximumWidth(220)
        self.clear_button = QToolButton()
        self.clear_button.setProperty("flat", True)
        self.clear_button.setIconSize(QSize(14, 14))
        self.clear_button.setToolTip(self.tr("End this search (Esc)"))
        self.clear_button.setAccessibleName(self.tr("End this search"))
        self.clear_button.clicked.connect(self.cleared)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 3, 3, 3)
        row.setSpacing(7)
        for widget in (self.picture, self._label, self.clear_button):
            row.addWidget(widget)
        self.setVisible(False)

    def show_query(self, label: str) -> None:
        """Name the query; its picture follows when it is ready."""
        metrics = QFontMetrics(self._label.font())
        self._label.setText(metrics.elidedText(label, Qt.TextElideMode.ElideMiddle, 200))
        self._label.setToolTip(label)
        self.picture.show_image(QImage())
        self.setAccessibleName(self.tr("Searching for {0}").format(label))
        self.setVisible(True)


class SearchBar(QWidget):
    """The top of the window.

    Args:
        parent: the Qt parent.
    """

    words_given = Signal(str)
    open_wanted = Signal()
    paste_wanted = Signal()
    judge_chosen = Signal(str)
    mode_chosen = Signal(str)
    panel_wanted = Signal()
    models_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chip = QueryChip()
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Drop, paste or open a photo – or type words"))
        self.field.setAccessibleName(self.tr("Search words"))
        self.field.setClearButtonEnabled(False)
        self.field.setMinimumWidth(160)
        self.field.returnPressed.connect(self._give_words)
        self.panel_button = self._button(self.tr("Folders"), self.tr("Show or hide the folders"))
        self.panel_button.setProperty("flat", True)
        self.panel_button.clicked.connect(self.panel_wanted)
        self.open_button = self._button(self.tr("Open a photo"), self.tr("Search with a photo file (Ctrl+O)"))
        self.open_button.clicked.connect(self.open_wanted)
        self.paste_button = self._button(
            self.tr("Paste"), self.tr("Search with the picture in the clipboard (Ctrl+V)")
        )
        self.paste_button.clicked.connect(self.paste_wanted)
        self.filter_button = self._button(
            self.tr("Filters"), self.tr("Narrow by folder, date, camera or stars (Ctrl+L)")
        )
        self.judge = self._chooser(
            self.tr("Who checks the results"), self.tr("Who checks the best results, pair by pair")
        )
        self.mode = self._chooser(
            self.tr("What counts as the same"), self.tr("What the model is asked of each pair of photos")
        )
        self.mode.setVisible(False)
        self.mode.activated.connect(lambda row: self.mode_chosen.emit(self.mode.itemData(row)))
        self.judge.activated.connect(lambda row: self.judge_chosen.emit(self.judge.itemData(row)))
        self.models_button = self._button(self.tr("Models"), self.tr("Show the models (Ctrl+Shift+M)"))
        self.models_button.clicked.connect(self.models_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 14, 8)
        row.setSpacing(8)
        row.addWidget(self.panel_button)
        row.addWidget(self.chip)
        row.addWidget(self.field, 1)
        row.addWidget(self.open_button)
        row.addWidget(self.paste_button)
        row.addWidget(self.filter_button)
        row.addSpacing(6)
        row.addWidget(self.judge)
        row.addWidget(self.mode)
        row.addWidget(self.models_button)
        self.draw_icons()

    def _button(self, name: str, hint: str) -> QToolButton:
        button = QToolButton()
        button.setAccessibleName(name)
        button.setToolTip(hint)
        button.setIconSize(QSize(20, 20))
        return button

    def _chooser(self, name: str, hint: str) -> QComboBox:
        chooser = QComboBox()
        chooser.setAccessibleName(name)
        chooser.setToolTip(hint)
        chooser.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        # Both give way alike where the window is narrow.
        chooser.setMinimumWidth(110)
        chooser.setMaximumWidth(230)
        return chooser

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        self.panel_button.setIcon(icon("sidebar"))
        self.open_button.setIcon(icon("open"))
        self.paste_button.setIcon(icon("paste"))
        self.filter_button.setIcon(icon("filter"))
        self.models_button.setIcon(icon("models"))
        self.chip.clear_button.setIcon(icon("close"))

    def show_judges(self, names: Sequence[str], chosen: str) -> None:
        """Offer the judges there are."""
        self.judge.clear()
        for name in names:
            self.judge.addItem(self._judge_words(name), name)
        self.judge.setCurrentIndex(max(0, self.judge.findData(chosen)))

    def _judge_words(self, name: str) -> str:
        words = {"none": self.tr("No checking"), "geometry": self.tr("Check by matching points")}
        return words.get(name) or self.tr("Check with {0}").format(name)

    def show_modes(self, modes: Sequence[str], chosen: str) -> None:
        """Offer what the judge can be asked; nothing where it knows only one question."""
        self.mode.clear()
        for mode in modes:
            self.mode.addItem(self._mode_words(mode), mode)
        self.mode.setCurrentIndex(max(0, self.mode.findData(chosen)))
        self.mode.setVisible(bool(modes))

    def _mode_words(self, mode: str) -> str:
        words = {
            "object": self.tr("The same thing"),
            "landmark": self.tr("The same place"),
            "artwork": self.tr("The same work of art"),
            "edit": self.tr("The same shot, edited"),
        }
        return words.get(mode, mode)

    def _give_words(self) -> None:
        words = self.field.text().strip()
        if words:
            self.words_given.emit(words)
