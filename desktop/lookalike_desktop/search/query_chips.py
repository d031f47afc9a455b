"""Query chips: the filters and dates in a search text, each with the text without it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QCoreApplication

from lookalike.words.query_syntax import Token, parse, without

translate = QCoreApplication.translate


@dataclass(frozen=True)
class QueryPart:
    """A part of a search text that narrows it.

    Attributes:
        label: the part in a few words.
        rest: the text without it.
    """

    label: str
    rest: str


def query_parts(text: str, today: date) -> list[QueryPart]:
    """The parts of a search text that narrow it, in their order.

    Args:
        text: what was typed.
        today: what "yesterday" is counted from.
    """
    query = parse(text, today)
    found = [(token.start, token.end, _label(token)) for token in (*query.filters, *query.excluded)]
    found += [(token.start, token.end, " ".join(token.texts)) for token in query.dates]
    return [QueryPart(label, without(text, start, end)) for start, end, label in sorted(found)]


def _label(token: Token) -> str:
    words = f"{token.typed}: {token.value}" if token.name else token.value
    return translate("filters", "not {0}").format(words) if token.negated else words
