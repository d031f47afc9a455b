"""Command search: which commands a few typed letters mean, the likeliest first."""

from __future__ import annotations

from collections.abc import Sequence

LEAST = 62.0
"""Names less alike than this, of 100, are not what was meant."""
PREFIXES, INITIALS = 300.0, 200.0
"""What names score more that begin their words with what was typed, or have it as initials."""


def matching(typed: str, names: Sequence[str]) -> list[int]:
    """The places of the names that are meant, the likeliest first; of equal ones the first.

    Args:
        typed: some letters, beginnings of words, initials, or a misspelt word; all names match nothing typed.
        names: what the user reads.
    """
    scores = [_score(typed.casefold().split(), name.casefold()) for name in names]
    found = [place for place, score in enumerate(scores) if score > 0]
    return sorted(found, key=lambda place: -scores[place])


def _score(terms: Sequence[str], name: str) -> float:
    if not terms:
        return 1.0
    # Imported here, as the window is shown before anything is typed.
    from rapidfuzz import fuzz

    words = [word for word in "".join(letter if letter.isalnum() else " " for letter in name).split() if word]
    typed = " ".join(terms)
    alike = fuzz.WRatio(typed, name)
    if all(any(word.startswith(term) for word in words) for term in terms):
        return PREFIXES + alike
    if len(terms) == 1 and "".join(word[0] for word in words).startswith(terms[0]):
        return INITIALS + alike
    # What lies inside a word is meant from three letters on; fewer are in most names.
    if len(typed) >= 3 and typed in name:
        return 100.0 + alike
    # Each word typed is compared with the most alike one, so that a long name is not held against it.
    best = [max((fuzz.ratio(term, word[: len(term) + 1]) for word in words), default=0.0) for term in terms]
    return min(best) if len(typed) >= 3 and min(best) >= LEAST else 0.0
