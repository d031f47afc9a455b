"""Lexicons: what words of other languages are in English, as far as the labels know it.

They come from Wiktionary by way of WordNet's meanings; ``packaging/lexicons.py`` made the files. A lexicon is searched
as the text that its file holds: that takes microseconds a word, and a dictionary of each language would take memory.
"""

from __future__ import annotations

import functools
import gzip
import locale
import os
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from lookalike.words.files import words_file

LANGUAGES = (
    "ar", "bg", "ca", "cs", "da", "de", "el", "es", "fi", "fr", "he", "hi", "hu", "it", "ja", "ko", "nb", "nl", "pl",
    "pt", "ro", "ru", "sh", "sl", "sv", "tr", "uk", "vi", "zh",
)  # fmt: skip
"""Languages with a lexicon, as systems name them."""

SAME = {"no": "nb", "nn": "nb", "hr": "sh", "sr": "sh", "bs": "sh"}
"""Languages that are read by the lexicon of another."""

ENDINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "ca": (("s", ""), ("es", "a"), ("ns", "")),
    "da": (("er", ""), ("e", ""), ("r", ""), ("en", ""), ("et", ""), ("n", "")),
    "de": (("e", ""), ("en", ""), ("n", ""), ("er", ""), ("s", ""), ("ern", "")),
    "es": (("s", ""), ("es", ""), ("ces", "z")),
    "fr": (("s", ""), ("x", ""), ("aux", "al")),
    "it": (("i", "o"), ("i", "e"), ("e", "a"), ("he", "a"), ("hi", "o"), ("i", "io")),
    "nb": (("er", ""), ("r", ""), ("en", ""), ("et", ""), ("a", ""), ("n", "")),
    "nl": (("en", ""), ("s", ""), ("n", "")),
    "pt": (("s", ""), ("es", ""), ("oes", "ao"), ("aes", "ao"), ("is", "l"), ("ns", "m")),
    "sv": (("ar", ""), ("er", ""), ("or", "a"), ("r", ""), ("en", ""), ("et", ""), ("n", "")),
}
"""How a plural, or a word with its article, ends, and the word without; only words that a lexicon has count."""

COMPOUNDING = frozenset({"da", "de", "nb", "nl", "sv"})
"""Languages that write what a thing is and what kind of it as one word: "Segelboot" is a "Boot"."""

SHORTEST_SINGULAR = 3
"""Letters of a singular at least."""

SHORTEST_HEAD, SHORTEST_REST = 4, 3
"""Letters of the last part of such a word, and of what stands before it, at least."""


def folded(text: str) -> str:
    """A text as lexicons spell it: without capitals, and without the accents of letters."""
    plain = unicodedata.normalize("NFD", " ".join(text.split()).casefold())
    return unicodedata.normalize(
        "NFC", "".join(letter for letter in plain if not "\u0300" <= letter <= "\u036f")
    )


def lexicon_name(language: str) -> str:
    """The name of a language's file."""
    return f"lexicon-{language}.txt.gz"


def language_of(code: str) -> str:
    """The language of a locale's name ("de_CH.UTF-8") as `LANGUAGES` have it; empty where there is no lexicon of it."""
    plain = code.replace("-", "_").partition("_")[0].partition(".")[0].lower()
    plain = SAME.get(plain, plain)
    return plain if plain in LANGUAGES else ""


def system_language() -> str:
    """The language that the system speaks with the user; empty for English, and where there is no lexicon of it."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return language_of(os.environ[name])
    # Windows calls it "German_Germany".
    name = locale.getlocale()[0] or ""
    return language_of(name) or language_of(locale.normalize(name.partition("_")[0]))


class EnglishWord(NamedTuple):
    """What a word of another language means.

    Attributes:
        word: in English.
        synset: the meaning of it that is meant, by its place among the synsets; None where labels do not have it.
    """

    word: str
    synset: int | None


def english(
    text: str, language: str, inflected: bool = True, compounds: bool = False
) -> tuple[EnglishWord, ...]:
    """What a word or a phrase is in English, the most usual meaning first; empty where the lexicon does not have it.

    Args:
        text: in any case.
        language: one of `LANGUAGES`.
        inflected: whether it may be a plural.
        compounds: whether the last part of a word will do; among many languages, one would have it by chance.

    Raises:
        ModelError: the file is missing or damaged.
    """
    lexicon = _lexicon(language)
    word = folded(text)
    parts = [word]
    if compounds and language in COMPOUNDING and " " not in word:
        parts += [word[start:] for start in range(SHORTEST_REST, len(word) - SHORTEST_HEAD + 1)]
    for form in (form for part in parts for form in (part, *_singulars(part, language, inflected))):
        start = lexicon.find(f"\n{form}\t".encode())
        if start >= 0:
            line = lexicon[start + 1 : lexicon.index(b"\n", start + 1)].decode()
            return tuple(map(_read, line.split("\t")[1:]))
    return ()


def _read(field: str) -> EnglishWord:
    word, _, place = field.partition(":")
    return EnglishWord(word, int(place) if place else None)


def _singulars(word: str, language: str, inflected: bool) -> Iterator[str]:
    for ending, singular in ENDINGS.get(language, ()) if inflected else ():
        found = word.removesuffix(ending) + singular
        if word.endswith(ending) and len(found) >= SHORTEST_SINGULAR:
            yield found


@functools.cache
def _lexicon(language: str) -> bytes:
    return gzip.decompress(words_file(lexicon_name(language)).read_bytes())
