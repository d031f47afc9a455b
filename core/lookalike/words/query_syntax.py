"""Query syntax: takes a text of the search bar apart into words, phrases and filters; no text is an error.

``2019 paris "golden gate" type:raw folder:trips -screenshot rating:4``: words and phrases in quotes, ``name:value``
with a name of `FILTERS`, and a minus before any of these. Whatever else stands there, an unknown name before a colon
too, is words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lookalike.terms import terms_of
from lookalike.words.dates import DateWords, find_dates

FILTERS = (
    "after",
    "before",
    "camera",
    "date",
    "folder",
    "format",
    "keyword",
    "lens",
    "name",
    "place",
    "rating",
    "thing",
    "title",
    "type",
)
"""Names of filters in the search bar."""

TRANSLATED = {
    "de": {
        "bewertung": "rating",
        "datum": "date",
        "ding": "thing",
        "kamera": "camera",
        "nach": "after",
        "objektiv": "lens",
        "ordner": "folder",
        "ort": "place",
        "stichwort": "keyword",
        "titel": "title",
        "typ": "type",
        "vor": "before",
    },
}
"""Names of filters in other languages; those that are not there are spelt as in English."""

_ANY_NAME = {name: name for name in FILTERS} | {
    typed: name for names in TRANSLATED.values() for typed, name in names.items()
}

LONGEST = 2000
"""Letters of a text that are looked at; nobody types more."""

_TOKEN = re.compile(
    r"(?P<minus>-(?=[^\s-]))?"
    r"(?:(?P<name>[A-Za-z]+):)?"
    r'(?:["“”„«»](?P<quoted>[^"“”„«»]*)(?:["“”„«»]|$)|(?P<plain>[^\s"“”„«»]*))'
)
_JOINTS = re.compile(r"\.{2,3}|[–—]")


@dataclass(frozen=True)
class Token:
    """A part of a query text.

    Attributes:
        start: where it begins.
        end: where it ends.
        value: the word, the phrase without its quotes, or a filter's value.
        name: the filter's name; empty for words.
        quoted: whether it was in quotes.
        negated: whether a minus stands before it.
        typed: the filter's name as it was typed, in any of its languages.
    """

    start: int
    end: int
    value: str
    name: str = ""
    quoted: bool = False
    negated: bool = False
    typed: str = ""


@dataclass(frozen=True)
class DateToken:
    """Words that are a date, from the first letter to the last.

    Attributes:
        start: where they begin.
        end: where they end.
        texts: the words.
        date: the days that they mean.
    """

    start: int
    end: int
    texts: tuple[str, ...]
    date: DateWords


@dataclass(frozen=True)
class TextQuery:
    """A query text taken apart.

    Attributes:
        text: the whole.
        words: what is looked for; a word with blanks in it is a phrase.
        excluded: what no result may have.
        filters: what every result has to meet, or with a minus may not.
        dates: when the results were taken.
    """

    text: str
    words: tuple[Token, ...]
    excluded: tuple[Token, ...]
    filters: tuple[Token, ...]
    dates: tuple[DateToken, ...]

    @property
    def phrase(self) -> str:
        """The words as they were written, without filters and dates."""
        return " ".join(token.value for token in self.words)


def parse(text: str, today: date) -> TextQuery:
    """Take a query text apart.

    Args:
        text: what was typed; any text.
        today: what "yesterday" is counted from.
    """
    tokens = tokens_in(text[:LONGEST])
    filters = tuple(token for token in tokens if token.name)
    excluded = tuple(token for token in tokens if token.negated and not token.name and terms_of(token.value))
    dates: list[DateToken] = []
    words: list[Token] = []
    for run in _runs(tokens):
        found = find_dates([token.value for token in run], today)
        dates += [
            DateToken(
                run[one.start].start,
                run[one.end - 1].end,
                tuple(token.value for token in run[one.start : one.end]),
                one,
            )
            for one in found
        ]
        taken = {place for one in found for place in range(one.start, one.end)}
        words += [token for place, token in enumerate(run) if place not in taken]
    words += [token for token in tokens if token.quoted and not token.name and not token.negated]
    words = [token for token in words if terms_of(token.value)]
    words.sort(key=lambda token: token.start)
    return TextQuery(text, tuple(words), excluded, filters, tuple(dates))


def tokens_in(text: str) -> list[Token]:
    """The words, phrases and filters of a text, in their order."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = _TOKEN.match(text, at)
        assert match is not None
        typed = match["name"] or ""
        name = _ANY_NAME.get(typed.casefold(), typed)
        value, quoted = match["quoted"], True
        if value is None:
            value, quoted = match["plain"], False
        if name and name not in FILTERS:
            # An address, a time of the day, a name with a colon: words.
            end = match.end() if not quoted else match.start("quoted") - 1
            value, quoted, name = text[match.start("name") : end], False, ""
        else:
            end = max(match.end(), at + 1)
        if name or value.strip():
            negated = match["minus"] is not None
            found.append(
                Token(at, end, " ".join(value.split()), name, quoted, negated, typed if name else "")
            )
        at = end
    return [part for token in found for part in _at_joints(token)]


def _at_joints(token: Token) -> list[Token]:
    """A word with a dash between two dates as three: "Juni–Juli"."""
    if token.name or token.quoted or token.negated or not _JOINTS.search(token.value):
        return [token]
    parts: list[Token] = []
    at = 0
    for match in [*_JOINTS.finditer(token.value), None]:
        end = len(token.value) if match is None else match.start()
        pieces = [(at, end)] if match is None else [(at, end), match.span()]
        parts += [
            Token(token.start + first, token.start + last, token.value[first:last])
            for first, last in pieces
            if first < last
        ]
        at = end if match is None else match.end()
    return parts


def _runs(tokens: Sequence[Token]) -> list[list[Token]]:
    """Plain words that stand side by side."""
    runs: list[list[Token]] = [[]]
    for token in tokens:
        if token.name or token.quoted or token.negated:
            runs.append([])
        else:
            runs[-1].append(token)
    return [run for run in runs if run]


def without(text: str, start: int, end: int) -> str:
    """A text without one of its tokens."""
    return " ".join(f"{text[:start]} {text[end:]}".split())
