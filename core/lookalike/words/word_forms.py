"""Word forms: the singulars of an English word, and what a phrase is about.

The packages inflect and lemminflect know far more, but bring typing or numpy code and dictionaries of their own; a
wrong guess costs nothing here, since only forms that are names of labels count.
"""

from __future__ import annotations

_IRREGULAR = {
    "children": "child",
    "feet": "foot",
    "geese": "goose",
    "men": "man",
    "mice": "mouse",
    "oxen": "ox",
    "people": "person",
    "teeth": "tooth",
    "women": "woman",
}

_ENDINGS = (
    ("ies", "y"),
    ("ves", "f"),
    ("ves", "fe"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("xes", "x"),
    ("sses", "ss"),
    ("zes", "z"),
    ("ses", "s"),
    ("oes", "o"),
    ("men", "man"),
    ("s", ""),
)

_SINGULAR = ("ss", "ics", "us", "is")
"""Words that end so are no plurals."""

SHORTEST = 3
"""Letters of a word that may be a plural."""


def forms_of(text: str) -> list[str]:
    """A word or phrase in lower case, as it is and as the singulars it may be the plural of, the likeliest first."""
    plain = " ".join(text.lower().split())
    before, _, last = plain.rpartition(" ")
    forms = [plain]
    if last in _IRREGULAR:
        forms.append(f"{before} {_IRREGULAR[last]}".strip())
    for plural, singular in _ENDINGS:
        if last.endswith(plural) and len(last) > SHORTEST and not last.endswith(_SINGULAR):
            forms.append(f"{before} {last[: -len(plural)]}{singular}".strip())
    return forms


_LINKS = frozenset(
    [
        "above",
        "against",
        "among",
        "and",
        "at",
        "behind",
        "beside",
        "by",
        "during",
        "for",
        "from",
        "in",
        "inside",
        "near",
        "next",
        "of",
        "on",
        "onto",
        "over",
        "under",
        "while",
        "with",
        "without",
    ]
)
"""What follows one of these says more of what stands before it."""

_FILLERS = frozenset(
    [
        "a",
        "an",
        "any",
        "his",
        "her",
        "its",
        "my",
        "our",
        "some",
        "that",
        "the",
        "their",
        "this",
        "these",
        "those",
        "your",
    ]
)


def is_function_word(word: str) -> bool:
    """Whether an English word, in lower case, says nothing of what a photo shows."""
    return word in _LINKS or word in _FILLERS


def parts_of(phrase: str) -> tuple[str, str]:
    """What a phrase is about, and the rest: ("puppy", "grass") of "a puppy on the grass"."""
    head: list[str] = []
    rest: list[str] = []
    after = False
    for word in phrase.lower().split():
        after = after or (word in _LINKS and bool(head))
        if word not in _LINKS and word not in _FILLERS:
            (rest if after else head).append(word)
    return " ".join(head), " ".join(rest)
