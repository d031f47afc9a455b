"""Completion: what the word under the cursor of the search bar may become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lookalike.terms import terms_of
from lookalike.words.query_syntax import FILTERS, TRANSLATED, tokens_in

MOST = 8
"""Completions that are offered at once."""

LONGEST_VALUE = 3
"""Plain words that are completed together."""

FREE = ("place", "keyword", "camera", "folder")
"""Filters whose values complete plain words too."""


@dataclass(frozen=True)
class Completion:
    """One way to go on.

    Attributes:
        start: where in the text it is put.
        end: up to where it takes the place of the text.
        text: what is put there.
        count: photos that have it; None for the name of a filter.
    """

    start: int
    end: int
    text: str
    count: int | None = None


def complete(
    text: str, cursor: int, values: Mapping[str, Sequence[tuple[str, int]]], language: str = ""
) -> list[Completion]:
    """The completions of the word before the cursor; none where it is blank.

    Args:
        text: the text of the search bar.
        cursor: the place of the cursor.
        values: for filters, by their names, the values that there are and how many photos have each, most first.
        language: the user's own, in which names of filters are offered; empty for English.
    """
    own = {name: typed for typed, name in TRANSLATED.get(language, {}).items()}
    tokens = tokens_in(text[:cursor])
    if not tokens or tokens[-1].end != cursor or text[cursor : cursor + 1].strip():
        return []
    token = tokens[-1]
    start = token.start + token.negated
    if token.name:
        some = _beginning(token.value, values.get(token.name, ()))
        return [_filled(token.typed, value, count, start, cursor) for value, count in some][:MOST]
    if token.quoted:
        return []
    there = [name for name in FILTERS if name in values]
    begun = token.value.casefold()
    names = [name for name in sorted(own.get(name, name) for name in there) if name.startswith(begun)]
    # English names are understood, too.
    names = names or [name for name in there if name.startswith(begun)]
    found = [Completion(start, cursor, f"{name}:") for name in names]
    # Of "new yo" both words, if any value begins with them.
    for words in range(LONGEST_VALUE, 0, -1):
        run = tokens[-words:]
        if len(run) < words or (words > 1 and any(one.name or one.quoted or one.negated for one in run)):
            continue
        start = run[0].start + run[0].negated
        filled = [
            _filled(own.get(name, name), value, count, start, cursor)
            for name in FREE
            for value, count in _beginning(" ".join(one.value for one in run), values.get(name, ()))
        ]
        if filled:
            return [*found, *filled][:MOST]
    return found[:MOST]


def _filled(name: str, value: str, count: int, start: int, end: int) -> Completion:
    return Completion(start, end, f"{name}:{_quoted(value)}", count)


def _beginning(text: str, values: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """The values one of whose words begins so, those that begin so themselves first."""
    wanted = " ".join(terms_of(text))
    found = [
        (not plain.startswith(wanted), value, count)
        for value, count in values
        if f" {wanted}" in f" {(plain := ' '.join(terms_of(value)))}"
    ]
    return [(value, count) for _, value, count in sorted(found, key=lambda one: one[0])]


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
