"""Draws a grid's cells and headings."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QImage, QPainter, QPalette, QPen, QTransform

from lookalike.search.ranking import Result
from lookalike_desktop.qt.theme import RADIUS, blend
from lookalike_desktop.widgets.grid_layout import Section
from lookalike_desktop.widgets.photo_model import percent
from lookalike_desktop.widgets.reason_text import reasons_text

GAP = 6
"""Half the space between tiles, pixels."""

INSET = 6
"""Space between a tile's edge and its photo, pixels."""

HEADER_HEIGHT = 48

CAPTION_HEIGHT = 44
"""Of the two lines below a photo, pixels."""


class CellPainter:
    """Draws into one paint event.

    Args:
        painter: where to.
        palette: the view's colours.
        font: the view's font.
    """

    def __init__(self, painter: QPainter, palette: QPalette, font: QFont) -> None:
        self._painter = painter
        self._font = font
        self._window = palette.color(QPalette.ColorRole.Window)
        self._text = palette.color(QPalette.ColorRole.WindowText)
        self._quiet = palette.color(QPalette.ColorRole.PlaceholderText)
        self._accent = palette.color(QPalette.ColorRole.Highlight)
        self._on_accent = palette.color(QPalette.ColorRole.HighlightedText)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)

    def tile(
        self,
        cell: QRect,
        image: QImage | None,
        missing: bool,
        selected: bool,
        hovered: bool,
        caption: tuple[str, str] | None = None,
    ) -> None:
        """A photo on its tile; an empty tile while the photo is on its way, a cross where it cannot be had.

        Args:
            cell: the place of the tile.
            image: the photo.
            missing: whether it cannot be had.
            selected: whether it is the selected one.
            hovered: whether the pointer is over it.
            caption: a line below it, and a quieter one; None for none.
        """
        tile = QRectF(cell).adjusted(GAP, GAP, -GAP, -GAP)
        shade = blend(self._window, self._text, 0.10 if hovered else 0.045)
        if selected:
            shade = blend(self._window, self._accent, 0.22)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(shade)
        self._painter.drawRoundedRect(tile, RADIUS, RADIUS)
        room = tile.adjusted(INSET, INSET, -INSET, -INSET)
        if caption is not None:
            room.setBottom(room.bottom() - CAPTION_HEIGHT)
            self._caption(caption_rect(cell), *caption)
            self._painter.setPen(Qt.PenStyle.NoPen)
        if image is not None:
            self._photo(room, image)
        elif missing:
            self._cross(room.center())
        if selected:
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
            self._painter.setPen(QPen(self._accent, 2.5))
            self._painter.drawRoundedRect(tile.adjusted(1, 1, -1, -1), RADIUS, RADIUS)

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

    def _photo(self, room: QRectF, image: QImage) -> None:
        size = QSizeF(image.size())
        # A photo is shown at most at its own size: small ones stay sharp.
        fitted = size.scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        if fitted.width() > size.width() * 1.5:
            fitted = size * 1.5
        place = QRectF(QPointF(0, 0), fitted)
        place.moveCenter(room.center())
        # A textured brush gives smooth round corners; clipping would be slower and jagged.
        brush = QBrush(image)
        scale = fitted.width() / size.width()
        brush.setTransform(QTransform.fromTranslate(place.x(), place.y()).scale(scale, scale))
        self._painter.setBrush(brush)
        self._painter.drawRoundedRect(place, 4, 4)

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

    def header(self, place: QRect, section: Section) -> None:
        """A heading; the cut-off line above it where the section asks for one."""
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
