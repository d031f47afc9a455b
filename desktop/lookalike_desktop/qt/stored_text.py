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
    translated = _translated(text)
    return text if translated is None else translated


def _translated(text: str) -> str | None:
    """The same; None where a part of it was not made from a template."""
    for template, pattern in _patterns():
        found = pattern.match(text)
        if found is None:
            continue
        rest = text[found.end() :]
        if not rest:
            return _filled(template, found)
        if rest.startswith(" ") and (others := _translated(rest[1:])) is not None:
            return f"{_filled(template, found)} {others}"
    return None


def _filled(template: str, found: re.Match[str]) -> str:
    # A translation that is not there is the template, which gives the text as it was.
    translated: str = QCoreApplication.translate("core", template)
    return FIELD.sub(lambda field: _value(found.groupdict().get(field[1], field[0])), translated)


def _value(text: str) -> str:
    """What stands for a name in braces; only where it has several words may it be a sentence itself."""
    if THOUSANDS.fullmatch(text):
        return format_count(int(text.replace(",", "")))
    return translate_stored(text) if " " in text else text
