"""Reasons as text: why words have found a photo, in the user's language."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from lookalike.words.label_names import label_name
from lookalike.words.source import Reason

translate = QCoreApplication.translate


def reasons_text(reasons: Iterable[Reason]) -> str:
    """Reasons in a few words: "in Paris, France · looks like a fountain"."""
    return " · ".join(map(reason_text, reasons))


def reason_text(reason: Reason) -> str:
    """One reason in a few words."""
    facts = {
        "name": translate("reasons", "named {0}"),
        "folder": translate("reasons", "in the folder {0}"),
        "keyword": translate("reasons", "keyword {0}"),
        "title": translate("reasons", "titled {0}"),
        "description": translate("reasons", "described as {0}"),
        "camera": translate("reasons", "by a {0}"),
        "lens": translate("reasons", "through a {0}"),
        "date": translate("reasons", "taken {0}"),
        "place": translate("reasons", "in {0}"),
        "text": translate("reasons", "reads {0}"),
        "caption": translate("reasons", "shows {0}"),
    }
    if reason.kind in facts:
        return facts[reason.kind].format(_day(reason.text) if reason.kind == "date" else reason.text)
    if reason.kind == "label":
        name = label_name(reason.text, translate("reasons", "en", "the code of this language"))
        an = name[:1].casefold() in "aeiou"
        if reason.certain:
            words = (
                translate("reasons", "looks like an {0}") if an else translate("reasons", "looks like a {0}")
            )
        else:
            words = (
                translate("reasons", "may look like an {0}")
                if an
                else translate("reasons", "may look like a {0}")
            )
        return words.format(name)
    return translate("reasons", "may look like “{0}”").format(reason.text)


def _day(text: str) -> str:
    """A whole day as it is written here; a year or a month as it is."""
    day = QDate.fromString(text, "yyyy-MM-dd")
    return QLocale().toString(day, QLocale.FormatType.ShortFormat) if day.isValid() else text
