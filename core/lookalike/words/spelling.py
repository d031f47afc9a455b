"""Spelling: the words of the library that a word may be meant for that no photo has."""

from __future__ import annotations

from collections.abc import Iterable

SURE_LETTERS = 5
"""A word of fewer letters is too like others to be taken for a slip beside better answers."""

_ALLOWED = ((8, 2), (4, 1))
"""From how many letters on how many slips are forgiven: one in four letters, as Lucene's ``AUTO`` does nearly."""


def corrections(word: str, vocabulary: Iterable[str]) -> list[str]:
    """What a word may be meant for, nearest first; empty where nothing is near.

    A slip is a letter too much, too few, wrong, or changed with its neighbour (optimal string alignment).

    Args:
        word: one term, folded as by `lookalike.terms`.
        vocabulary: the terms that there are.
    """
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    slips = next((slips for letters, slips in _ALLOWED if len(word) >= letters), 0)
    if not slips or not word.isalpha():
        return []
    near = [term for term in vocabulary if abs(len(term) - len(word)) <= slips and len(term) > 2]
    found = extract(word, near, scorer=OSA.distance, score_cutoff=slips, limit=50)
    # A plural is nearer than another word, and a first letter is seldom missed.
    found.sort(
        key=lambda one: (
            one[1],
            not (word.startswith(one[0]) or one[0].startswith(word)),
            one[0][0] != word[0],
        )
    )
    return [term for term, distance, _ in found if distance]
