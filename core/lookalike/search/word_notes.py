"""Notes about words: what a search by words says where it found little or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from lookalike.wording import counted
from lookalike.words.source import WordHit

_WHERE = {
    "name": ("has it in its name", "have it in their name"),
    "folder": ("has it in its folder’s name", "have it in their folder’s name"),
    "keyword": ("has it among its keywords", "have it among their keywords"),
    "title": ("has it in its title", "have it in their title"),
    "description": ("has it in its description", "have it in their description"),
    "camera": ("was taken with it", "were taken with it"),
    "lens": ("was taken with it", "were taken with it"),
    "place": ("was taken there", "were taken there"),
}
_SOMEWHERE = ("has it in its names and texts", "have it in their names and texts")


def nothing_looks_like(phrase: str, hits: Sequence[WordHit]) -> str:
    """That only names and texts have the words.

    Args:
        phrase: what was looked for.
        hits: the photos that have it, at least one.
    """
    kinds = {hit.reason.kind for hit in hits}
    one, more = _WHERE.get(kinds.pop(), _SOMEWHERE) if len(kinds) == 1 else _SOMEWHERE
    count = len({hit.content_id for hit in hits})
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
