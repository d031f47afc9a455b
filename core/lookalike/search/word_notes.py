"""Notes about words: what a search by words says where it found little or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from lookalike.wording import counted
from lookalike.words.source import WordHit

_WHERE = {
    frozenset(("name",)): ("has it in its name", "have it in their name"),
    frozenset(("folder",)): ("has it in its folder’s name", "have it in their folder’s name"),
}
_BOTH = ("has it in its name or its folder’s", "have it in their name or their folder’s")
_NAMES = frozenset(("name", "folder"))


def only_names(hits: Sequence[WordHit]) -> bool:
    """Whether photos were found, and all of them by names of files and folders, which say little of what they show."""
    return bool(hits) and {hit.reason.kind for hit in hits} <= _NAMES


def nothing_looks_like(phrase: str, hits: Sequence[WordHit], count: int) -> str:
    """That only names have the words.

    Args:
        phrase: what was looked for.
        hits: the photos that have it, or the first of them; see `only_names`.
        count: how many have it.
    """
    one, more = _WHERE.get(frozenset(hit.reason.kind for hit in hits), _BOTH)
    return f"Nothing looks like “{phrase}”; {counted(count, 'photo')} {one if count == 1 else more}."


def empty_answer(phrase: str, looked: bool, elsewhere: int) -> str:
    """That no photo was found.

    Args:
        phrase: what was looked for.
        looked: whether it was also looked for in what photos look like.
        elsewhere: photos that have it, but do not meet the filters.
    """
    if elsewhere:
        ones = (
            "one photo has it, but does"
            if elsewhere == 1
            else f"{counted(elsewhere, 'photo')} have it, but do"
        )
        return f"Nothing found for “{phrase}” here; {ones} not meet the rest of the query."
    nowhere = "photo has it in its names, keywords, texts, place or camera"
    if looked:
        return f"Nothing looks like “{phrase}”, and no {nowhere}."
    return f"No {nowhere.replace('it', f'“{phrase}”', 1)}."


def nothing_then(text: str) -> str:
    """That no photo meets a query of filters and dates.

    Args:
        text: the query, as it was typed.
    """
    return (
        f"No photo meets all of “{' '.join(text.split())}”."
        if text.strip()
        else "No photo meets all of the filters."
    )


def nothing_to_look_for(text: str) -> str:
    """That a text has neither words nor filters.

    Args:
        text: the query, as it was typed.
    """
    return f"“{' '.join(text.split())}” has no words to look for."
