"""Terms: what counts as a word in a text, however it is written.

Case, accents and punctuation do not matter; an emoji is a word, without its skin tone. A full-text index is given
texts that are taken apart here and not by a tokenizer of SQLite's: ``unicode61`` knows no emoji and none of the
letters that came after Unicode 6.1, leaves ø, ł and ß as they are, and takes a sentence of Chinese for one word.
"""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(
    # Letters and digits.
    r"[^\W_]+"
    # A flag is two letters of their own.
    "|[\U0001f1e6-\U0001f1ff]{2}"
    # Every other emoji is a word by itself, whatever it stands next to or is joined to.
    "|[\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23f3\u23f8-\u23fa\u25aa\u25ab\u25b6\u25c0"
    "\u25fb-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d"
    "\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
)
"""Python has no table of emoji: these are Unicode's (``emoji-data.txt``), some blocks as a whole, no skin tones."""

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u2e80-\U0003ffff]")
"""Letters of scripts that do not set words apart: there a word may begin anywhere."""

_PIECE = re.compile(f"{_UNSPACED.pattern}|[^{_UNSPACED.pattern[1:]}+")

_WITHOUT_STROKE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
"""Letters that Unicode does not take apart into a plain one and a mark."""


def terms_of(text: str) -> list[str]:
    """The words of a text without case, accents and punctuation. An emoji is a word, without its skin tone."""
    if text.isascii():
        return _WORD.findall(text.lower())
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )
    return _WORD.findall(plain.casefold().translate(_WITHOUT_STROKE))


def tokens_of(text: str) -> list[str]:
    """The terms of a text as a full-text index keeps them: in scripts without spaces every letter by itself."""
    return [piece for term in terms_of(text) for piece in pieces_of(term)]


def pieces_of(term: str) -> list[str]:
    """The tokens of one term; several stand for each other only in this order, side by side."""
    return _PIECE.findall(term) if _UNSPACED.search(term) else [term]
