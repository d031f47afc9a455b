"""Section text: what the headings of the library say, in the user's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QDate, QLocale


def day_text(code: int) -> str:
    """A day, a month or a year (20190718, 20190700, 20190000) in words; that there is no date for 0."""
    year, month, day = code // 10_000, code // 100 % 100, code % 100
    if not code:
        return QCoreApplication.translate("sections", "No date")
    if day:
        return QLocale().toString(QDate(year, month, day), QLocale.FormatType.LongFormat)
    if month:
        return f"{QLocale().standaloneMonthName(month)} {year}"
    return str(year)


def month_text(code: int) -> str:
    """The month that a day lies in, in words."""
    return day_text(code // 100 * 100)


def stars_text(stars: int) -> str:
    """Stars in a heading."""
    if stars > 0:
        return "★" * stars
    if stars == 0:
        return QCoreApplication.translate("sections", "No stars")
    return QCoreApplication.translate("sections", "Rejected")
