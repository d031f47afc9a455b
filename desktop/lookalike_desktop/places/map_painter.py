"""Map painter: draws land, borders and the names of towns into a picture; in any thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF

from lookalike.gazetteer import gazetteer
from lookalike.world_map import Lines, world_map
from lookalike_desktop.places.mercator import MapFrame, project

FINE_SCALE = 4000.0
"""Pixels of the whole map's side from which on the finer outlines are drawn."""

TOWNS = 60
"""Names of towns that are tried to be put on one picture."""

BEYOND = 2000.0
"""Pixels outside the picture at which outlines are cut; far enough that no slope inside changes by a pixel."""


@dataclass(frozen=True)
class MapColours:
    """The colours of a map."""

    sea: QColor
    land: QColor
    border: QColor
    text: QColor


class _Shapes:
    """Lines on the map with the box around each, so that only those in sight are drawn."""

    def __init__(self, lines: Lines) -> None:
        self._places = project(lines.points[:, 1], lines.points[:, 0])
        self._starts = lines.starts
        self._low = np.minimum.reduceat(self._places, lines.starts[:-1])
        self._high = np.maximum.reduceat(self._places, lines.starts[:-1])

    def polygons(self, frame: MapFrame) -> Iterator[QPolygonF]:
        """The lines in sight in pixels, without points that no eye could tell apart."""
        half = np.array([frame.width, frame.height]) / frame.scale / 2
        seen = (
            np.abs(self._low + self._high - 2 * np.array([frame.x, frame.y])) / 2
            <= half + (self._high - self._low) / 2
        ).all(axis=1)
        # What is smaller than a pixel is left out.
        seen &= ((self._high - self._low) * frame.scale).max(axis=1) >= 0.7
        for number in np.flatnonzero(seen).tolist():
            points = frame.pixels(self._places[self._starts[number] : self._starts[number + 1]])
            points = np.clip(points, -BEYOND, np.array([frame.width, frame.height]) + BEYOND)
            points = np.round(points * 2) / 2
            kept = np.ones(len(points), np.bool_)
            kept[1:] = (np.diff(points, axis=0) != 0).any(axis=1)
            yield QPolygonF([QPointF(x, y) for x, y in points[kept].tolist()])


class MapPainter:
    """Draws the map; what it needs is read with the first picture."""

    def __init__(self) -> None:
        self._shapes: dict[bool, tuple[_Shapes, _Shapes]] = {}

    def paint(self, frame: MapFrame, colours: MapColours, ratio: float, font: QFont) -> QImage:
        """A picture of a part of the map.

        Args:
            frame: what is seen.
            colours: its colours.
            ratio: device pixels a pixel.
            font: of the names.
        """
        image = QImage(round(frame.width * ratio), round(frame.height * ratio), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(colours.sea)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        land, borders = self._read(frame.scale >= FINE_SCALE)
        shape = QPainterPath()
        shape.setFillRule(Qt.FillRule.OddEvenFill)
        for polygon in land.polygons(frame):
            shape.addPolygon(polygon)
            shape.closeSubpath()
        painter.setPen(QPen(colours.border, 0.6))
        painter.setBrush(colours.land)
        painter.drawPath(shape)
        painter.setPen(QPen(colours.border, 1))
        for line in borders.polygons(frame):
            painter.drawPolyline(line)
        self._name_towns(painter, frame, colours, font)
        painter.end()
        return image

    def _read(self, fine: bool) -> tuple[_Shapes, _Shapes]:
        if fine not in self._shapes:
            outlines = world_map().fine if fine else world_map().coarse
            self._shapes[fine] = _Shapes(outlines.land), _Shapes(outlines.borders)
        return self._shapes[fine]

    def _name_towns(self, painter: QPainter, frame: MapFrame, colours: MapColours, font: QFont) -> None:
        area = frame.area()
        towns = gazetteer().largest_within(area.south, area.west, area.north, area.east, TOWNS)
        if not towns:
            return
        degrees = np.array([town[1:] for town in towns])
        points: NDArray[np.float64] = frame.pixels(project(degrees[:, 0], degrees[:, 1]))
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        taken: list[QRectF] = []
        # A map with a name every few centimetres reads calmly; a denser one does not.
        most = max(3, frame.width * frame.height // 40_000)
        for (name, *_), (x, y) in zip(towns, points.tolist(), strict=True):
            box = metrics.boundingRect(name).translated(x + 6, y + metrics.ascent() / 2 - 2)
            room = box.united(QRectF(x - 3, y - 3, 6, 6)).adjusted(-14, -8, 14, 8)
            if len(taken) >= most or any(room.intersects(other) for other in taken):
                continue
            if not QRectF(0, 0, frame.width, frame.height).contains(box):
                continue
            taken.append(room)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.text)
            painter.drawEllipse(QPointF(x, y), 2, 2)
            painter.setPen(colours.text)
            painter.drawText(QPointF(x + 6, y + metrics.ascent() / 2 - 2), name)
