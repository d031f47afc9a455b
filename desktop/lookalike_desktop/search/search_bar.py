"""Search bar: words, a file or the clipboard to search with, and a chip that shows the query."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QImage, QPainter, QPaintEvent, QResizeEvent, QTransform
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from lookalike_desktop.qt.theme import icon
from lookalike_desktop.search.judge_words import judge_text, mode_text

CHIP_WIDTH = 200
"""Width of the text on the chip at most, pixels."""


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


class ElidedLabel(QLabel):
    """A label that gives way: shortened in the middle where it is narrow."""

    def sizeHint(self) -> QSize:
        """The text, up to a limit."""
        return QSize(min(super().sizeHint().width(), CHIP_WIDTH), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """The beginning and the end of a name."""
        return QSize(min(super().sizeHint().width(), CHIP_WIDTH // 4), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much as fits."""
        painter = QPainter(self)
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, self.width())
        painter.setPen(self.palette().windowText().color())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)


class QueryChip(QFrame):
    """What is searched for, and the button that ends the search."""

    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.picture = QueryPicture()
        self._label = ElidedLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self.clear_button = QToolButton()
        self.clear_button.setProperty("flat", True)
        self.clear_button.setIconSize(QSize(14, 14))
        self.clear_button.setToolTip(self.tr("End this search (Esc)"))
        self.clear_button.setAccessibleName(self.tr("End this search"))
        self.clear_button.clicked.connect(self.cleared)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(7)
        for widget in (self.picture, self._label, self.clear_button):
            self._row.addWidget(widget)
        self.setVisible(False)

    def show_query(self, label: str) -> None:
        """Name the query; its picture follows when it is ready."""
        self._label.setText(label)
        self._label.setToolTip(label)
        self.show_image(QImage())
        self.setAccessibleName(self.tr("Searching for {0}").format(label))
        self.setVisible(True)

    def show_image(self, image: QImage) -> None:
        """Show the query's picture; a query of words has none."""
        self.picture.show_image(image)
        self._row.setContentsMargins(10 if image.isNull() else 4, 3, 3, 3)


class SearchBar(QWidget):
    """The top of the window: one line, or two where it is narrow.

    Args:
        parent: the Qt parent.
    """

    words_given = Signal(str)
    """Words to search for, or the path of a file."""
    open_wanted = Signal()
    paste_wanted = Signal()
    judge_chosen = Signal(str)
    """The name of a judge."""
    mode_chosen = Signal(str)
    """The name of a question that the judge can be asked."""
    panel_wanted = Signal()
    """The folders are to be shown or hidden."""
    duplicates_wanted = Signal()
    models_wanted = Signal()
    things_wanted = Signal()
    places_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chip = QueryChip()
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Drop, paste or open a photo – or type words"))
        self.field.setAccessibleName(self.tr("Search words"))
        self.field.setClearButtonEnabled(False)
        self.field.setMinimumWidth(160)
        self.field.returnPressed.connect(self._give_words)
        self.menu_button = self._button(self.tr("Menu"), self.tr("All menus (Ctrl+M shows them at the top)"))
        self.menu_button.setProperty("flat", True)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.hide()
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
            self.tr("What counts as the same"), self.tr("What the model is asked about each pair of photos")
        )
        self.mode.setVisible(False)
        self.mode.activated.connect(lambda row: self.mode_chosen.emit(self.mode.itemData(row)))
        self.judge.activated.connect(lambda row: self.judge_chosen.emit(self.judge.itemData(row)))
        self.duplicates_button = self._button(
            self.tr("Duplicates"), self.tr("Show the duplicates among the photos (Ctrl+Shift+D)")
        )
        self.duplicates_button.clicked.connect(self.duplicates_wanted)
        self.models_button = self._button(self.tr("Models"), self.tr("Show the models (Ctrl+Shift+M)"))
        self.models_button.clicked.connect(self.models_wanted)
        self.things_button = self._button(self.tr("Things"), self.tr("Show the things and places (Ctrl+T)"))
        self.things_button.clicked.connect(self.things_wanted)
        self.places_button = self._button(self.tr("Places"), self.tr("Show the photos on a map (Ctrl+G)"))
        self.places_button.clicked.connect(self.places_wanted)
        self._query = QHBoxLayout()
        self._query.setSpacing(8)
        self._query.addWidget(self.menu_button)
        self._query.addWidget(self.panel_button)
        self._query.addWidget(self.chip)
        self._query.addWidget(self.field, 1)
        for button in (self.open_button, self.paste_button, self.filter_button):
            self._query.addWidget(button)
        self._checks = QHBoxLayout()
        self._checks.setSpacing(8)
        self._checks.addStretch(1)
        self._checks.addWidget(self.judge)
        self._checks.addWidget(self.mode)
        self._checks.addWidget(self.duplicates_button)
        self._checks.addWidget(self.things_button)
        self._checks.addWidget(self.places_button)
        self._checks.addWidget(self.models_button)
        self._lines = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._lines.setContentsMargins(14, 12, 14, 8)
        self._lines.setSpacing(14)
        self._lines.addLayout(self._query, 1)
        self._lines.addLayout(self._checks)
        self.draw_icons()

    def minimumSizeHint(self) -> QSize:
        """Room for the wider of two lines."""
        margins = self._lines.contentsMargins()
        widest = max(self._query.minimumSize().width(), self._checks.minimumSize().width())
        return QSize(widest + margins.left() + margins.right(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take two lines where one is too narrow."""
        super().resizeEvent(event)
        self._fold()

    def event(self, event: QEvent) -> bool:
        """Fold again when parts appear or disappear."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fold()
        return super().event(event)

    def _fold(self) -> None:
        margins = self._lines.contentsMargins()
        needed = self._query.minimumSize().width() + self._checks.minimumSize().width()
        if not self.chip.isHidden():
            # Another line is better than a chip that cannot be read.
            needed += self.chip.sizeHint().width() - self.chip.minimumSizeHint().width()
        room = self.width() - margins.left() - margins.right() - self._lines.spacing()
        way = QBoxLayout.Direction.LeftToRight if needed <= room else QBoxLayout.Direction.TopToBottom
        if self._lines.direction() != way:
            self._lines.setDirection(way)
            self._lines.setSpacing(14 if way == QBoxLayout.Direction.LeftToRight else 8)

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
        self.menu_button.setIcon(icon("menu"))
        self.panel_button.setIcon(icon("sidebar"))
        self.open_button.setIcon(icon("open"))
        self.paste_button.setIcon(icon("paste"))
        self.filter_button.setIcon(icon("filter"))
        self.duplicates_button.setIcon(icon("duplicates"))
        self.things_button.setIcon(icon("things"))
        self.places_button.setIcon(icon("map"))
        self.models_button.setIcon(icon("models"))
        self.chip.clear_button.setIcon(icon("close"))

    def show_judges(self, names: Sequence[str], chosen: str) -> None:
        """Offer these judges."""
        self.judge.clear()
        for name in names:
            self.judge.addItem(judge_text(name), name)
        self.judge.setCurrentIndex(max(0, self.judge.findData(chosen)))

    def show_modes(self, modes: Sequence[str], chosen: str) -> None:
        """Offer what the judge can be asked; nothing where it knows only one question."""
        self.mode.clear()
        for mode in modes:
            self.mode.addItem(mode_text(mode), mode)
        self.mode.setCurrentIndex(max(0, self.mode.findData(chosen)))
        self.mode.setVisible(bool(modes))

    def _give_words(self) -> None:
        words = self.field.text().strip()
        if words:
            self.words_given.emit(words)
