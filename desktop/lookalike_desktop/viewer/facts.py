"""Facts of a photo in one line: what its owner wrote, when and with what it was taken, and where it lies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, Qt

from lookalike_desktop.qt.formatting import format_size

if TYPE_CHECKING:
    from lookalike.library import PhotoInfo

translate = QCoreApplication.translate

_WEEKDAY = re.compile(r"[\s,،、]*dddd[\s,،、]*")


def facts_text(info: PhotoInfo) -> str:
    """What is known of a photo, in one line."""
    facts, written = info.facts, info.annotations
    parts = []
    if written.title:
        parts.append(written.title)
    if written.rating:
        parts.append("★" * written.rating if written.rating > 0 else translate("Viewer", "Rejected"))
    if written.keywords:
        parts.append(", ".join(written.keywords))
    if facts.taken_at:
        parts.append(_date_text(facts.taken_at))
    if facts.camera:
        parts.append(facts.camera)
    parts.append(f"{facts.width} × {facts.height}")
    parts.append(format_size(facts.bytes))
    if info.paths:
        parts.append(str(info.paths[0]))
    if len(info.paths) > 1:
        parts.append(translate("Viewer", "and {0} more places").format(len(info.paths) - 1))
    if info.companions:
        parts.append(translate("Viewer", "with {0}").format(info.companions[0].name))
    return "   ·   ".join(parts)


def _date_text(taken_at: str) -> str:
    """A date in the words of the user's language, as exact as it is known."""
    # Imported here since the window can be shown before the decoders are.
    from lookalike.photos import Precision, precision_of

    precision = precision_of(taken_at)
    if precision is Precision.YEAR:
        return taken_at
    if precision is Precision.MONTH:
        return QLocale().toString(QDate.fromString(taken_at, "yyyy-MM"), "MMMM yyyy")
    if precision in (Precision.DAY, Precision.HOUR):
        without_weekday = _WEEKDAY.sub("", QLocale().dateFormat(QLocale.FormatType.LongFormat))
        return QLocale().toString(QDate.fromString(taken_at[:10], Qt.DateFormat.ISODate), without_weekday)
    when = QDateTime.fromString(taken_at, Qt.DateFormat.ISODate)
    return QLocale().toString(when, QLocale.FormatType.ShortFormat) if when.isValid() else taken_at
