"""Filters as text, one condition at a time, for chips that remove one each."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from lookalike.catalog.filters import Filters

translate = QCoreApplication.translate

STARS = "★"


def conditions(filters: Filters) -> list[tuple[str, Filters]]:
    """The text of every condition, and the filters without it."""
    found = [
        (
            translate("filters", "in {0}").format(folder.name or str(folder)),
            replace(filters, folders=tuple(other for other in filters.folders if other != folder)),
        )
        for folder in filters.folders
    ]
    if filters.since is not None:
        found.append(
            (translate("filters", "from {0}").format(_day(filters.since)), replace(filters, since=None))
        )
    if filters.until is not None:
        found.append(
            (translate("filters", "until {0}").format(_day(filters.until)), replace(filters, until=None))
        )
    found += [
        (camera, replace(filters, cameras=tuple(other for other in filters.cameras if other != camera)))
        for camera in filters.cameras
    ]
    if filters.rating is not None:
        found.append((rating_text(filters.rating), replace(filters, rating=None)))
    found += [
        (
            translate("filters", "keyword {0}").format(keyword),
            replace(filters, keywords=tuple(other for other in filters.keywords if other != keyword)),
        )
        for keyword in filters.keywords
    ]
    if filters.area is not None:
        found.append((translate("filters", "in this part of the map"), replace(filters, area=None)))
    return found


def rating_text(rating: int) -> str:
    """A fewest number of stars, as drawn."""
    return STARS * rating if rating == 5 else translate("filters", "{0} or more").format(STARS * rating)


def _day(day: object) -> str:
    return QLocale().toString(QDate.fromString(str(day), "yyyy-MM-dd"), QLocale.FormatType.ShortFormat)
