"""A thing in words: its name, how many photos it has, and when and where they were taken."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from lookalike.things.thing import Thing
from lookalike_desktop.qt.formatting import format_count

translate = QCoreApplication.translate


def thing_title(thing: Thing) -> str:
    """A thing's name, or what stands for it."""
    if thing.name:
        return f"“{thing.name}”"
    return translate("thing", "the thing with {0} photos").format(format_count(len(thing)))


def thing_facts(thing: Thing) -> str:
    """How many photos there are, from which years, and where."""
    parts = [translate("thing", "{0} photos").format(format_count(len(thing)))]
    if thing.first and thing.last:
        first, last = thing.first[:4], thing.last[:4]
        parts.append(first if first == last else f"{first} – {last}")
    if thing.place_name:
        parts.append(thing.place_name)
    elif thing.place is not None:
        locale = QLocale()
        parts.append(", ".join(locale.toString(degrees, "f", 4) for degrees in thing.place))
    return " · ".join(parts)


def more_photos(thing: Thing) -> str:
    """What the button says that leads from one photo of a thing to the others."""
    others = len(thing) - 1
    if thing.name:
        words = (
            translate("thing", "{0} more photos of {1}")
            if others > 1
            else translate("thing", "{0} more photo of {1}")
        )
    else:
        words = (
            translate("thing", "{0} more photos of this")
            if others > 1
            else translate("thing", "{0} more photo of this")
        )
    return words.format(format_count(others), thing.name)
