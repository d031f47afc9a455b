"""Timeline: the years and months of the library beside its photos, to scrub through them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QLabel, QWidget

from lookalike_desktop.library.library_model import LibraryModel
from lookalike_desktop.widgets.grid_view import GridView

WIDTH = 66
"""Pixels."""

ENDS = 14
"""Space above the first photo's place and below the last one's, pixels."""

YEAR_ROOM = 17
"""A year is written where the one before is at least this far away, pixels."""

DOT_ROOM = 7
"""Likewise a month's dot."""


@dataclass(frozen=True)
class _Mark:
    y: float
    text: str


class Timeline(QAbstractSlider):
    """Takes the place of a grid's scroll bar. While it is used, a label beside it tells the month.

    Args:
        grid: the photos.
        model: the same photos, which know their dates.
        parent: the Qt parent, over which the label is shown.
    """

    def __init__(self, grid: GridView, model: LibraryModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._page = parent
        self._grid = grid
        self._model = model
        self._marks: list[_Mark] | None = None
        self._pointed: int | None = None
        self._bar = grid.verticalScrollBar()
        self.bubble = QLabel(parent)
        self.bubble.setProperty("pill", True)
        self.bubble.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.bubble.hide()
        self.setFixedWidth(WIDTH)
        self.setOrientation(Qt.Orientation.Vertical)
        self.setInvertedAppearance(True)
        self.setInvertedControls(True)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Timeline"))
        self.setToolTip("")
        self._follow()
        self._bar.rangeChanged.connect(lambda *_: self._follow())
        self._bar.valueChanged.connect(self.setValue)
        self.valueChanged.connect(self._bar.setValue)
        self.valueChanged.connect(lambda _: self.update())
        grid.laid_out.connect(self._forget_marks)

    def _follow(self) -> None:
        self.setRange(0, self._bar.maximum())
        self.setPageStep(max(self._bar.pageStep(), 1))
        self.setSingleStep(max(self._bar.singleStep(), 1))
        self.setValue(self._bar.value())
        self._forget_marks()

    def _forget_marks(self) -> None:
        self._marks = None
        self.update()

    # Places

    def _y_of(self, value: int) -> float:
        """Where a scroll position lies on the timeline, pixels."""
        return ENDS + (self.height() - 2 * ENDS) * value / max(self.maximum(), 1)

    def _value_at(self, y: float) -> int:
        """The scroll position at a height on the timeline."""
        share = (y - ENDS) / max(self.height() - 2 * ENDS, 1)
        return round(min(max(share, 0.0), 1.0) * self.maximum())

    def text_at(self, y: float) -> str:
        """What lies at a height on the timeline, in words."""
        rows = self._grid.cell_layout.rows_between(*self._band(self._value_at(y)))
        return self._model.place_text(rows[0]) if rows else ""

    def _band(self, value: int) -> tuple[int, int]:
        # A heading or the end of a section may lie just there.
        return value, value + max(self._grid.viewport().height() // 2, 1)

    @property
    def years(self) -> list[str]:
        """The years written on it, top to bottom."""
        return [mark.text for mark in self._made_marks() if mark.text]

    def _made_marks(self) -> list[_Mark]:
        if self._marks is None:
            rows, months = self._model.months()
            self._marks = self._lay_marks(rows, months)
        return self._marks

    def _lay_marks(self, rows: NDArray[np.int64], months: NDArray[np.int64]) -> list[_Mark]:
        """Years where there is room for them, and dots for the months between."""
        marks: list[_Mark] = []
        layout = self._grid.cell_layout
        year_before, last_year, last_mark = -1, -YEAR_ROOM * 1.0, -DOT_ROOM * 1.0
        for row, month in zip(rows.tolist(), months.tolist(), strict=True):
            y = self._y_of(min(layout.rect(row).top(), self.maximum()))
            year = month // 10_000
            if year and year != year_before and y - last_year >= YEAR_ROOM:
                # A dot too near to the year gives way to it.
                if marks and not marks[-1].text and y - marks[-1].y < YEAR_ROOM / 2 + 2:
                    marks.pop()
                marks.append(_Mark(y, str(year)))
                last_year = last_mark = y
                year_before = year
            elif y - last_mark >= DOT_ROOM and y - last_year >= YEAR_ROOM / 2 + 4:
                marks.append(_Mark(y, ""))
                last_mark = y
        return marks

    # Events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the place, and begin to scrub."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._scrub(event.position().y())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub, or tell what lies at the pointer."""
        if self.isSliderDown():
            self._scrub(event.position().y())
        else:
            self._point(round(event.position().y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The end of scrubbing."""
        self.setSliderDown(False)
        self._point(round(event.position().y()) if self.underMouse() else None)

    def _scrub(self, y: float) -> None:
        self.setValue(self._value_at(y))
        self._point(round(y))

    def _point(self, y: int | None) -> None:
        self._pointed = None if y is None else min(max(y, 0), self.height() - 1)
        text = self.text_at(self._pointed) if self._pointed is not None else ""
        self.bubble.setVisible(bool(text))
        if text and self._pointed is not None:
            self.bubble.setText(text)
            self.bubble.adjustSize()
            place = self.mapTo(self._page, QPoint(-self.bubble.width() - 4, self._pointed))
            self.bubble.move(place - QPoint(0, self.bubble.height() // 2))
            self.bubble.raise_()
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Tell what lies at the pointer."""
        self._point(round(event.position().y()))

    def leaveEvent(self, event: object) -> None:
        """Say nothing more."""
        if not self.isSliderDown():
            self._point(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the photos as it does over them."""
        self._grid.wheelEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw years, dots and the present place."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        quiet = palette.color(QPalette.ColorRole.PlaceholderText)
        accent = palette.color(QPalette.ColorRole.Highlight)
        if self.maximum() <= 0:
            return
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        height = painter.fontMetrics().height()
        right = self.width() - 28
        for mark in self._made_marks():
            if mark.text:
                painter.setPen(quiet)
                place = QRectF(0, mark.y - height / 2, right, height)
                painter.drawText(
                    place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, mark.text
                )
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(palette.color(QPalette.ColorRole.Mid))
                painter.drawEllipse(QPointF(self.width() - 14, mark.y), 1.7, 1.7)
        y = self._y_of(self.value())
        painter.setPen(QPen(accent, 3, c=Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(self.width() - 22, y), QPointF(self.width() - 5, y))
        if self._pointed is not None and not self.isSliderDown():
            painter.setPen(QPen(quiet, 1.5, c=Qt.PenCapStyle.RoundCap))
            painter.drawLine(
                QPointF(self.width() - 22, self._pointed), QPointF(self.width() - 5, self._pointed)
            )
        if self.hasFocus():
            painter.setPen(QPen(accent, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRect(self.rect()).adjusted(1, 1, -2, -2), 6, 6)
        painter.end()
