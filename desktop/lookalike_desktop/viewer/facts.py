"""Facts of a photo in words: what its owner wrote, when and with what it was taken, and where it lies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, Qt

from lookalike_desktop.qt.formatting import format_size

if TYPE_CHECKING:
    from lookalike.library import PhotoInfo
    from lookalike.photos import Exposure

translate = QCoreApplication.translate

_WEEKDAY = re.compile(r"[\s,،、]*dddd[\s,،、]*")


def facts_text(info: PhotoInfo) -> str:
    """What is known of a photo, in one line."""
    facts, written = info.facts, info.annotations
    parts = []
    if written.title:
        parts.append(written.title)
    if written.rating:
        parts.append(rating_text(written.rating))
    if written.keywords:
        parts.append(", ".join(written.keywords))
    if facts.taken_at:
        parts.append(date_text(facts.taken_at))
    if info.place:
        parts.append(info.place)
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


def date_text(taken_at: str) -> str:
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


def rating_text(rating: int | None) -> str:
    """A rating as stars, or that the photo is rejected; empty without one."""
    if not rating:
        return ""
    return "★" * rating if rating > 0 else translate("Viewer", "Rejected")


def pixels_text(width: int, height: int) -> str:
    """A photo's size: "6000 × 4000 (24 megapixels)"."""
    millions = width * height / 1e6
    digits = 0 if millions >= 10 else 1
    return translate("Viewer", "{0} × {1} ({2} megapixels)").format(
        width, height, QLocale().toString(millions, "f", digits)
    )


def position_text(latitude: float | None, longitude: float | None) -> str:
    """A position in degrees: "48.85830° N, 2.29450° E"; empty where it is not known."""
    if latitude is None or longitude is None:
        return ""
    north = translate("Viewer", "{0}° N") if latitude >= 0 else translate("Viewer", "{0}° S")
    east = translate("Viewer", "{0}° E") if longitude >= 0 else translate("Viewer", "{0}° W")
    places = (abs(latitude), abs(longitude))
    digits = [QLocale().toString(place, "f", 5) for place in places]
    return f"{north.format(digits[0])}, {east.format(digits[1])}"


def exposure_text(exposure: Exposure) -> str:
    """How a photo was taken: "1/250 s · f/2.8 · ISO 400 · 35 mm"; empty where nothing is known."""
    parts = []
    if exposure.seconds is not None:
        parts.append(translate("Viewer", "{0} s").format(_seconds_text(exposure.seconds)))
    if exposure.aperture is not None:
        parts.append(f"f/{_number_text(exposure.aperture)}")
    if exposure.sensitivity is not None:
        parts.append(f"ISO {exposure.sensitivity}")
    if exposure.focal_length is not None:
        millimetres = translate("Viewer", "{0} mm").format(_number_text(exposure.focal_length))
        in_35mm = exposure.focal_length_35mm
        if in_35mm is not None and abs(in_35mm - exposure.focal_length) >= 1:
            millimetres = translate("Viewer", "{0} mm (equivalent to {1} mm)").format(
                _number_text(exposure.focal_length), in_35mm
            )
        parts.append(millimetres)
    if exposure.flash:
        parts.append(translate("Viewer", "flash"))
    return "  ·  ".join(parts)


def _seconds_text(seconds: float) -> str:
    """An exposure time as cameras write it: a fraction of one where it is short."""
    return f"1/{round(1 / seconds)}" if seconds < 0.3 else _number_text(seconds)


def _number_text(number: float) -> str:
    """A number with one decimal, if it has any."""
    return QLocale().toString(number, "f", 0 if abs(number - round(number)) < 0.05 else 1)
