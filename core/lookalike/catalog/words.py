"""Text index: finds photos by words in keywords, titles, descriptions, and file and folder names."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from lookalike.catalog.contents import VISIBLE
from lookalike.catalog.database import CatalogDatabase
from lookalike.photos import Annotations

KEYWORD, TITLE, NAME = "keyword", "title", "name"
"""Where words were found."""

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

_MAX_QUERY_WORDS = 20
_MAX_QUERY_LETTERS = 100
"""Of one word of a query; SQLite refuses patterns of 50,000 bytes, and no name of a file is that long."""

_WEIGHTS = ((KEYWORD, 4), (TITLE, 2), (NAME, 1))


@dataclass(frozen=True)
class TextHit:
    """A photo that has every word of a query.

    Attributes:
        content_id: the photo.
        field: the best place where one of the words stands: "keyword", "title" or "name".
    """

    content_id: int
    field: str


def terms_of(text: str) -> list[str]:
    """The words of a text without case, accents and punctuation. An emoji is a word, without its skin tone."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )
    return _WORD.findall(plain.casefold())


def _spaced(texts: Sequence[str]) -> str:
    """Every word with a space before it, so that ``" sea"`` finds words that begin so."""
    return "".join(f" {word}" for text in texts for word in terms_of(text))


class TextIndex:
    """The table of words: plain text that a query goes through, a row a photo.

    At 100,000 photos a query takes 30 to 110 ms (`python -m tests.benchmarks.words_and_shots`), so there is no
    full-text index to be kept in step.
    """

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database

    def put(self, db: Database, content_id: int, annotations: Annotations, paths: Sequence[bytes]) -> None:
        """Record the words of a photo; one without paths has none. Within the caller's transaction."""
        if not paths:
            db.execute("DELETE FROM words WHERE content_id = ?", (content_id,))
            return
        names = []
        for path in paths:
            folder, name = os.path.split(os.fsdecode(path))
            names += [os.path.splitext(name)[0], os.path.basename(folder)]  # noqa: PTH119, PTH122
        row = (
            _spaced(annotations.keywords),
            _spaced([annotations.title, annotations.description]),
            _spaced(list(dict.fromkeys(names))),
        )
        db.execute(
            "INSERT INTO words VALUES (?, ?, ?, ?) ON CONFLICT (content_id) DO UPDATE SET "
            "keywords = excluded.keywords, title = excluded.title, names = excluded.names "
            "WHERE (keywords, title, names) != (excluded.keywords, excluded.title, excluded.names)",
            (content_id, *row),
        )

    def find(self, query: str, limit: int) -> list[TextHit]:
        """Photos that have every word of the query, or words that begin with it.

        Args:
            query: words; case, accents and punctuation do not matter.
            limit: the most hits.

        Returns:
            Best first: keywords before titles before names, then the photos added last.
        """
        words = [word[:_MAX_QUERY_LETTERS] for word in terms_of(query)[:_MAX_QUERY_WORDS]]
        if not words:
            return []
        score, everywhere, scores, patterns = [], [], [], []
        for word in words:
            pattern = f"%{word}%" if _UNSPACED.search(word) else f"% {word}%"
            score.append("CASE WHEN keywords LIKE ? THEN 4 WHEN title LIKE ? THEN 2 ELSE 1 END")
            everywhere.append("(keywords || title || names) LIKE ?")
            scores += [pattern, pattern]
            patterns.append(pattern)
        rows = self._database.rows(
            f"SELECT content_id, max({', '.join(score)}, 0), {' + '.join(score)} AS score FROM words "
            f"WHERE {' AND '.join(everywhere)} "
            f"AND EXISTS (SELECT 1 FROM contents WHERE contents.id = words.content_id AND {VISIBLE}) "
            "ORDER BY score DESC, content_id DESC LIMIT ?",
            [*scores, *scores, *patterns, limit],
        )
        names = {weight: where for where, weight in _WEIGHTS}
        return [TextHit(row[0], names[row[1]]) for row in rows]
