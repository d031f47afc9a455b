"""Draws a grid's cells and headings."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QImage, QPainter, QPalette, QPen, QTransform

from lookalike.search.ranking import Result
from lookalike_desktop.qt.theme import RADIUS, blend
from lookalike_desktop.widgets.fitted_images import LARGEST, FittedImages, covering
from lookalike_desktop.widgets.grid_layout import MARGIN, Section
from lookalike_desktop.widgets.photo_model import percent
from lookalike_desktop.widgets.reason_text import reasons_text

GAP = 6
"""Half the space between tiles, pixels."""

INSET = 6
"""Space between a tile's edge and its photo, pixels."""

HEADER_HEIGHT = 48

CORNER = 5
"""Radius of a photo's corners, pixels."""

SELECTED_INSET = 7
"""How much smaller a selected photo is drawn on each side, pixels."""

CAPTION_HEIGHT = 44
"""Of the two lines below a photo, pixels."""


@dataclass(slots=True)
class CellState:
    """What a cell shows.

    Attributes:
        content_id: the photo.
        image: its thumbnail; None while it is on its way.
        selected: whether it is selected.
        current: whether it is the one that keys act on.
        hovered: whether the pointer is over it.
        missing: whether it cannot be had.
    """

    content_id: int
    image: QImage | None
    selected: bool
    current: bool
    hovered: bool
    missing: bool = False


class CellPainter:
    """Draws into one paint event.

    Args:
        painter: where to.
        palette: the view's colours.
        font: the view's font.
        fitted: keeps thumbnails in the sizes drawn.
    """

    def __init__(self, painter: QPainter, palette: QPalette, font: QFont, fitted: FittedImages) -> None:
        self._painter = painter
        self._font = font
        self._fitted = fitted
        self._scale = painter.device().devicePixelRatioF()
        self._window = palette.color(QPalette.ColorRole.Window)
        self._text = palette.color(QPalette.ColorRole.WindowText)
        self._quiet = palette.color(QPalette.ColorRole.PlaceholderText)
        self._accent = palette.color(QPalette.ColorRole.Highlight)
        self._on_accent = palette.color(QPalette.ColorRole.HighlightedText)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)

    def tile(self, cell: QRect, state: CellState, caption: tuple[str, str] | None = None) -> None:
        """A photo on its tile; an empty tile while the photo is on its way, a cross where it cannot be had.

        Args:
            cell: the place of the tile.
            state: what it shows.
            caption: a line below it, and a quieter one; None for none.
        """
        tile = QRectF(cell).adjusted(GAP, GAP, -GAP, -GAP)
        shade = blend(self._window, self._text, 0.10 if state.hovered else 0.045)
        if state.selected:
            shade = blend(self._window, self._accent, 0.22)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(shade)
        self._painter.drawRoundedRect(tile, RADIUS, RADIUS)
        room = tile.adjusted(INSET, INSET, -INSET, -INSET)
        if caption is not None:
            room.setBottom(room.bottom() - CAPTION_HEIGHT)
            self._caption(caption_rect(cell), *caption)
            self._painter.setPen(Qt.PenStyle.NoPen)
        if state.image is not None:
            self._whole(room, state.content_id, state.image)
        elif state.missing:
            self._cross(room.center())
        if state.selected or state.current:
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
            self._painter.setPen(QPen(self._accent, 2.5 if state.selected else 1.2))
            self._painter.drawRoundedRect(tile.adjusted(1, 1, -1, -1), RADIUS, RADIUS)

    def photo(self, place: QRect, state: CellState, stars: int) -> None:
        """A photo that fills its cell, without a tile.

        Args:
            place: the place of the photo.
            state: what it shows.
            stars: shown in its corner; 0 for none.
        """
        painter = self._painter
        painter.setPen(Qt.PenStyle.NoPen)
        inner = place
        if state.selected:
            painter.setBrush(blend(self._window, self._accent, 0.28))
            painter.drawRoundedRect(place, CORNER, CORNER)
            inner = place.adjusted(SELECTED_INSET, SELECTED_INSET, -SELECTED_INSET, -SELECTED_INSET)
        if state.image is None:
            painter.setBrush(blend(self._window, self._text, 0.06))
            painter.drawRoundedRect(inner, CORNER, CORNER)
            if state.missing:
                self._cross(QRectF(inner).center())
        else:
            self._cover(inner, state.content_id, state.image)
        if state.hovered and not state.selected:
            painter.setBrush(QColor(255, 255, 255, 26))
            painter.drawRoundedRect(inner, CORNER, CORNER)
        if stars > 0:
            self._stars(inner, stars)
        if state.selected:
            self._check(place)
        if state.selected or state.current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._accent, 2.5 if state.current else 1.5))
            painter.drawRoundedRect(QRectF(place).adjusted(1, 1, -1, -1), CORNER, CORNER)

    def _cover(self, place: QRect, content_id: int, image: QImage) -> None:
        size = place.size() * self._scale
        fitted = self._fitted.get(content_id, image, size, cover=True)
        if fitted is None:
            self._painter.drawImage(place, image, covering(image.size(), size))
        else:
            self._rounded(QRectF(place), fitted, CORNER)

    def _rounded(self, place: QRectF, image: QImage, radius: float) -> None:
        # A textured brush gives smooth round corners; clipping would be slower and jagged.
        brush = QBrush(image)
        scale = place.width() / image.width()
        brush.setTransform(QTransform.fromTranslate(place.x(), place.y()).scale(scale, scale))
        self._painter.setBrush(brush)
        self._painter.drawRoundedRect(place, radius, radius)

    def _stars(self, place: QRect, stars: int) -> None:
        """As many stars as were given, on a dark pill."""
        font = QFont(self._font)
        font.setPointSizeF(self._font.pointSizeF() * 0.85)
        self._painter.setFont(font)
        text = f"★ {stars}"
        width = self._painter.fontMetrics().horizontalAdvance(text) + 12
        height = self._painter.fontMetrics().height() + 3
        pill = QRectF(place.left() + 6, place.bottom() - 5 - height, width, height)
        self._painter.setBrush(QColor(24, 26, 30, 190))
        self._painter.drawRoundedRect(pill, height / 2, height / 2)
        self._painter.setPen(QColor("#ffd86b"))
        self._painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)
        self._painter.setPen(Qt.PenStyle.NoPen)

    def _check(self, place: QRect) -> None:
        """A check mark in the corner of a selected photo."""
        centre = QPointF(place.left() + 16, place.top() + 16)
        self._painter.setBrush(self._accent)
        self._painter.setPen(QPen(self._window, 1.5))
        self._painter.drawEllipse(centre, 10, 10)
        self._painter.setPen(QPen(self._on_accent, 2, c=Qt.PenCapStyle.RoundCap))
        knee = centre + QPointF(-1.2, 4)
        self._painter.drawLine(centre + QPointF(-4.5, 0.5), knee)
        self._painter.drawLine(knee, centre + QPointF(5, -3.5))
        self._painter.setPen(Qt.PenStyle.NoPen)

    def band(self, band: QRect) -> None:
        """The rubber band with which photos are selected."""
        shade = QColor(self._accent)
        shade.setAlpha(40)
        self._painter.setBrush(shade)
        self._painter.setPen(QPen(self._accent, 1))
        self._painter.drawRect(band)

    def _caption(self, place: QRect, title: str, detail: str) -> None:
        first, second = QRect(place), QRect(place)
        first.setHeight(place.height() // 2)
        second.setTop(first.bottom() + 1)
        bold = QFont(self._font)
        bold.setWeight(QFont.Weight.DemiBold)
        # Without a title, the detail stands in the middle.
        lines = (
            (first, bold, self._text, title),
            (second if title else place, self._font, self._quiet, detail),
        )
        for where, font, colour, text in lines:
            self._painter.setFont(font)
            self._painter.setPen(colour)
            short = self._painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, where.width())
            self._painter.drawText(where, Qt.AlignmentFlag.AlignCenter, short)

    def _whole(self, room: QRectF, content_id: int, image: QImage) -> None:
        size = QSizeF(image.size())
        place = QRectF(QPointF(0, 0), size.scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio))
        if place.width() > size.width() * LARGEST:
            place.setSize(size * LARGEST)
        place.moveCenter(room.center())
        fitted = self._fitted.get(content_id, image, (room.size() * self._scale).toSize(), cover=False)
        if fitted is None:
            self._painter.drawImage(place, image)
        else:
            if self._scale == 1:
                # On whole pixels, drawing is a plain copy.
                place = QRectF(QPointF(place.topLeft().toPoint()), QSizeF(fitted.size()))
            self._rounded(place, fitted, CORNER)

    def _cross(self, centre: QPointF) -> None:
        self._painter.setPen(QPen(self._quiet, 2, c=Qt.PenCapStyle.RoundCap))
        for dx, dy in ((9, 9), (9, -9)):
            self._painter.drawLine(centre - QPointF(dx, dy), centre + QPointF(dx, dy))

    def badge(self, cell: QRect, result: Result, same: bool) -> None:
        """The match in percent, "…" while it is not known, "?" where it cannot be; of a hit by words why it is one.

        What the user said of it stands in the place of all that.
        """
        text = "…" if result.match is None else f"{percent(result.match)} %"
        if result.said is not None:
            text = "✓" if result.said else "✕"
        elif result.reasons:
            text = reasons_text(result.reasons)
        elif result.match is None and not result.reason and not result.similarity:
            # Found by a filter alone: nobody compares it.
            return
        elif result.match is None and result.reason:
            text = "?"
        font = QFont(self._font)
        font.setPointSizeF(self._font.pointSizeF() * 0.88)
        font.setWeight(QFont.Weight.DemiBold)
        self._painter.setFont(font)
        room = cell.width() - 2 * (GAP + INSET + 2)
        text = self._painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room - 14)
        width = max(self._painter.fontMetrics().horizontalAdvance(text) + 14, 26)
        height = self._painter.fontMetrics().height() + 5
        pill = QRectF(cell.left() + GAP + INSET + 2, cell.bottom() - GAP - INSET - 2 - height, width, height)
        sure = same and (result.match is not None or result.said is True)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._accent if sure else QColor(24, 26, 30, 205))
        self._painter.drawRoundedRect(pill, height / 2, height / 2)
        self._painter.setPen(self._on_accent if sure else QColor("#f2f3f5"))
        self._painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)

    def header(self, place: QRect, section: Section, floating: bool = False) -> None:
        """A heading; the cut-off line above it where the section asks for one.

        Args:
            place: where it lies.
            section: what it says.
            floating: whether photos scroll by below it.
        """
        if floating:
            veil = QColor(self._window)
            veil.setAlpha(238)
            self._painter.fillRect(place.adjusted(-MARGIN, 0, MARGIN, -6), veil)
        if section.line:
            y = place.top() + 8.5
            self._painter.setPen(QPen(blend(self._window, self._accent, 0.75), 1.5))
            self._painter.drawLine(QPointF(place.left() + GAP, y), QPointF(place.right() - GAP, y))
        font = QFont(self._font)
        font.setPointSizeF(self._font.pointSizeF() * 1.2)
        font.setWeight(QFont.Weight.DemiBold)
        self._painter.setFont(font)
        self._painter.setPen(self._text)
        text = place.adjusted(GAP, 10, -GAP, 0)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        self._painter.drawText(text, flags, section.title)
        left = self._painter.fontMetrics().horizontalAdvance(section.title) + 10
        self._painter.setFont(self._font)
        self._painter.setPen(self._quiet)
        self._painter.drawText(text.adjusted(left, 1, 0, 1), flags, section.detail)


def caption_rect(cell: QRect) -> QRect:
    """Where the caption of a cell is drawn."""
    place = cell.adjusted(GAP + INSET, GAP + INSET, -GAP - INSET, -GAP - 2)
    place.setTop(place.bottom() - CAPTION_HEIGHT + 4)
    return place
