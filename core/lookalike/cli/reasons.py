"""Reasons as text: why words have found a photo, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from lookalike.words.source import Reason

_FACTS = {
    "name": "named {}",
    "folder": "in the folder {}",
    "keyword": "keyword {}",
    "title": "titled {}",
    "description": "described as {}",
    "camera": "by a {}",
    "lens": "through a {}",
    "date": "on {}",
    "place": "in {}",
    "text": "reads {}",
    "caption": "shows {}",
}


def reasons_text(reasons: Iterable[Reason]) -> str:
    """Reasons in a few words: "in Paris, France; looks like a fountain"."""
    return "; ".join(map(_text, reasons))


def _text(reason: Reason) -> str:
    if reason.kind in _FACTS:
        return _FACTS[reason.kind].format(reason.text)
    verb = "looks like" if reason.certain else "may look like"
    if reason.kind == "model":
        return f"{verb} “{reason.text}”"
    article = "an" if reason.text[:1].casefold() in "aeiou" else "a"
    return f"{verb} {article} {reason.text}"
