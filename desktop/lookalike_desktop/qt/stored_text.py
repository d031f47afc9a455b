"""Stored texts: sentences of the core that were filled in, in English, before they were stored.

Why a file was skipped stands in the catalog as it was told at that time. To be read in another language, a sentence is
compared with the templates that it may have been made from.
"""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QCoreApplication

from lookalike_desktop.qt.formatting import format_count

FIELD = re.compile(r"\{(\w+)\}")
COUNTS = frozenset({"count", "done", "total"})
"""What stands for these names is a number, written as in English."""

OWN = frozenset({"file", "folder", "judge", "line", "name", "now", "path", "value", "was", "words"})
"""What stands for these names is the user's own, and stays as it is."""

LONGEST, MOST_SENTENCES = 5000, 8
"""Letters of a text that is looked at, and places in it where sentences may begin: more is no message of the core."""

THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Every template of the core and what it looks like when filled in; those with most fixed letters first."""
    from lookalike_desktop.qt.core_messages import MESSAGES

    found = []
    for template in map(str, MESSAGES):
        parts = FIELD.split(template)
        fixed = "".join(parts[::2])
        sentence = template.endswith(".") or len(parts) == 1
        if len(fixed) < 4 or (not sentence and len(WORD.findall(fixed)) < 3):
            # "{remedy}" looks like everything, and "{some} or {name}" like much that is nothing of the kind.
            continue
        seen: set[str] = set()
        pattern = re.escape(parts[0])
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            pattern += (f"(?P={name})" if name in seen else f"(?P<{name}>.+?)") + re.escape(text)
            seen.add(name)
        if not parts[-1]:
            # What stands for the last name reaches to the end.
            pattern += r"\Z"
        found.append((len(fixed), template, re.compile(pattern, re.DOTALL)))
    return [entry[1:] for entry in sorted(found, key=lambda entry: -entry[0])]


def translate_stored(text: str) -> str:
    """Sentences of the core, one after the other, in the user's language.

    Args:
        text: as it was stored, in English.

    Returns:
        The text itself where it was not made from templates, or there is no translation.
    """
    translated = _translated(text, 0, {}) if 0 < len(text) <= LONGEST else None
    return text if translated is None else translated


def _translated(text: str, start: int, known: dict[int, str | None]) -> str | None:
    """The same from a place on; None where a part of it was not made from a template.

    Args:
        text: the text.
        start: where a sentence begins.
        known: what was found from other places on; gets what is found from here.
    """
    if start not in known:
        if len(known) >= MOST_SENTENCES:
            return None
        known[start] = None
        known[start] = _first_fitting(text, start, known)
    return known[start]


def _first_fitting(text: str, start: int, known: dict[int, str | None]) -> str | None:
    for template, pattern in _patterns():
        found = pattern.match(text, start)
        if found is None:
            continue
        if found.end() == len(text):
            return _filled(template, found)
        if text[found.end()] == " ":
            others = _translated(text, found.end() + 1, known)
            if others is not None:
                return f"{_filled(template, found)} {others}"
    return None


def _filled(template: str, found: re.Match[str]) -> str:
    # A translation that is not there is the template, which gives the text as it was.
    translated: str = QCoreApplication.translate("core", template)
    return FIELD.sub(lambda field: _value(field[1], found.groupdict().get(field[1], field[0])), translated)


def _value(name: str, text: str) -> str:
    """What stands for a name in braces; only where it has several words may it be a sentence itself."""
    if name in COUNTS and THOUSANDS.fullmatch(text):
        return format_count(int(text.replace(",", "")))
    return translate_stored(text) if " " in text and name not in OWN else text
