"""Texts of photos: what was read in each, and the full-text index that finds it.

Apart from the index of facts (`lookalike.catalog.facts`), whose ranking and vocabulary the slips and the many words of
read texts would change for everything else.
"""

from __future__ import annotations

from collections.abc import Sequence

from lookalike.catalog.contents import VISIBLE
from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.sql import chunks, placeholders
from lookalike.catalog.word_index import WordIndex


class PhotoTexts:
    """The tables of texts. Any thread may use it.

    Attributes:
        words: finds them.
    """

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database
        self.words = WordIndex(database, "text_words")

    def put(self, content_id: int, text: str, share: float, version: int) -> None:
        """Keep the text of a photo, in the place of what it had. A content that is gone is passed over.

        Args:
            content_id: the photo.
            text: all of it, a line each; empty where nothing was read.
            share: of the photo's area, 0 to 1.
            version: of whatever reads texts.
        """
        with self._database.transaction() as db:
            db.execute("DELETE FROM photo_texts WHERE content_id = ?", (content_id,))
            added = db.execute(
                "INSERT INTO photo_texts (content_id, version, text, share) "
                "SELECT id, ?, ?, ? FROM contents WHERE id = ?",
                (version, text, share, content_id),
            ).rowcount
            if added and text:
                self.words.put(db, content_id, text)

    def get(self, content_ids: Sequence[int]) -> dict[int, str]:
        """The texts of photos; those in which nothing was read are left out."""
        return {number: text for number, (text, _) in self.with_shares(content_ids).items() if text}

    def with_shares(self, content_ids: Sequence[int]) -> dict[int, tuple[str, float]]:
        """The texts of photos and the share of the area that they take; photos that were not read are left out."""
        found: dict[int, tuple[str, float]] = {}
        for chunk in chunks(content_ids):
            rows = self._database.rows(
                f"SELECT content_id, text, share FROM photo_texts WHERE content_id IN ({placeholders(len(chunk))})",
                chunk,
            )
            found.update((number, (text, share)) for number, text, share in rows)
        return found

    def read(self, version: int) -> set[int]:
        """The photos that were read by a version."""
        rows = self._database.rows("SELECT content_id FROM photo_texts WHERE version = ?", (version,))
        return {row[0] for row in rows}

    def counts(self, version: int) -> tuple[int, int]:
        """How many of the photos that are shown were read by a version, and in how many of them there is text."""
        rows = self._database.rows(
            "SELECT count(*), coalesce(sum(text != ''), 0) FROM photo_texts JOIN contents ON id = content_id "
            f"WHERE version = ? AND {VISIBLE}",
            (version,),
        )
        return int(rows[0][0]), int(rows[0][1])

    def clear(self) -> None:
        """Forget all texts."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM photo_texts")
