"""Notes about words: what a search by words says where it found little or nothing."""

from __future__ import annotations

from collections.abc import Sequence

from lookalike.errors import Phrase
from lookalike.words.source import WordHit

_WHERE = {
    frozenset(("name",)): (
        Phrase("Nothing looks like “{words}”; 1 photo has it in its name."),
        Phrase("Nothing looks like “{words}”; {count} photos have it in their name."),
    ),
    frozenset(("folder",)): (
        Phrase("Nothing looks like “{words}”; 1 photo has it in its folder’s name."),
        Phrase("Nothing looks like “{words}”; {count} photos have it in their folder’s name."),
    ),
}
_BOTH = (
    Phrase("Nothing looks like “{words}”; 1 photo has it in its name or its folder’s."),
    Phrase("Nothing looks like “{words}”; {count} photos have it in their name or their folder’s."),
)
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
    return str(Phrase((one if count == 1 else more).template, words=phrase, count=f"{count:,}"))


def empty_answer(phrase: str, looked: bool, elsewhere: int) -> str:
    """That no photo was found.

    Args:
        phrase: what was looked for.
        looked: whether it was also looked for in what photos look like.
        elsewhere: photos that have it, but do not meet the filters.
    """
    if elsewhere:
        told = Phrase(
            "Nothing found for “{words}” here; one photo has it, but does not meet the rest of the query."
            if elsewhere == 1
            else "Nothing found for “{words}” here; {count} photos have it, but do not meet the rest of the query.",
            words=phrase,
            count=f"{elsewhere:,}",
        )
    else:
        told = Phrase(
            "Nothing looks like “{words}”, and no photo has it in its names, keywords, texts, place or camera."
            if looked
            else "No photo has “{words}” in its names, keywords, texts, place or camera.",
            words=phrase,
        )
    return str(told)


def nothing_then(text: str) -> str:
    """That no photo meets a query of filters and dates.

    Args:
        text: the query, as it was typed.
    """
    typed = " ".join(text.split())
    return str(
        Phrase(
            "No photo meets all of “{words}”." if typed else "No photo meets all of the filters.", words=typed
        )
    )


def nothing_to_look_for(text: str) -> str:
    """That a text has neither words nor filters.

    Args:
        text: the query, as it was typed.
    """
    return str(Phrase("“{words}” has no words to look for.", words=" ".join(text.split())))
