"""Pictures of the failure gallery: thumbnails in a frame, with matching points. Made outside the GUI thread."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from lookalike.evaluation.failures import Failure, FailureReport, ShownPhoto, Standing

FRAME = 4
"""Width of the frame, pixels."""

RADIUS = 4
"""Of a matching point, pixels."""

COLOURS = {Standing.RIGHT: "#1a7f37", Standing.WRONG: "#b42318", Standing.JUNK: "#8a8f98", None: "#8a8f98"}
"""The frame by what a photo is; None for the query."""


def pictures_of(report: FailureReport) -> dict[ShownPhoto, QImage]:
    """The picture of every photo of a report that could be read."""
    pictures: dict[ShownPhoto, QImage] = {}
    for failure in report.failures:
        for photo, standing in _photos(failure):
            if photo.picture and photo not in pictures:
                pictures[photo] = framed(photo, standing)
    return pictures


def _photos(failure: Failure) -> Iterator[tuple[ShownPhoto, Standing | None]]:
    if failure.query is not None:
        yield failure.query, None
    for shown in failure.results:
        yield shown.photo, shown.standing
    for pair in failure.pairs:
        if pair.query is not None:
            yield pair.query, None
        if pair.photo is not None:
            yield pair.photo, pair.standing


def framed(photo: ShownPhoto, standing: Standing | None) -> QImage:
    """A thumbnail in its frame, with its points; each point has the colour of the one that it matches."""
    thumbnail = QImage.fromData(photo.picture).convertToFormat(QImage.Format.Format_RGB32)
    size = thumbnail.size()
    picture = QImage(size.width() + 2 * FRAME, size.height() + 2 * FRAME, QImage.Format.Format_RGB32)
    picture.fill(QColor(COLOURS[standing]))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawImage(QRect(FRAME, FRAME, size.width(), size.height()), thumbnail)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for number, (x, y) in enumerate(photo.points):
        painter.setPen(QPen(QColor.fromHsv(number * 47 % 360, 230, 250), 2))
        painter.drawEllipse(QPointF(FRAME + x * size.width(), FRAME + y * size.height()), RADIUS, RADIUS)
    painter.end()
    return picture
