"""Captions of photos: what a model has said of each, and the full-text index that finds it."""

from __future__ import annotations

from collections.abc import Sequence

from lookalike.catalog.contents import VISIBLE
from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.sql import chunks, placeholders
from lookalike.catalog.word_index import WordIndex


class Captions:
    """The tables of captions. Any thread may use it. A photo has one caption, of whichever model wrote the last.

    Attributes:
        words: finds them.
    """

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database
        self.words = WordIndex(database, "caption_words")

    def put(self, content_id: int, caption: str, key: str) -> None:
        """Keep the caption of a photo, in the place of the one it had. A content that is gone is passed over.

        Args:
            content_id: the photo.
            caption: one line; empty where the model had nothing to say.
            key: of the model and its wording.
        """
        with self._database.transaction() as db:
            db.execute("DELETE FROM captions WHERE content_id = ?", (content_id,))
            added = db.execute(
                "INSERT INTO captions (content_id, key, caption) SELECT id, ?, ? FROM contents WHERE id = ?",
                (key, caption, content_id),
            ).rowcount
            if added and caption:
                self.words.put(db, content_id, caption)

    def get(self, content_ids: Sequence[int]) -> dict[int, str]:
        """The captions of photos; those without one are left out."""
        found: dict[int, str] = {}
        for chunk in chunks(content_ids):
            found.update(
                self._database.rows(
                    "SELECT content_id, caption FROM captions "
                    f"WHERE caption != '' AND content_id IN ({placeholders(len(chunk))})",
                    chunk,
                )
            )
        return found

    def written(self, key: str) -> set[int]:
        """The photos that have a caption of a model and its wording."""
        return {
            row[0] for row in self._database.rows("SELECT content_id FROM captions WHERE key = ?", (key,))
        }

    def count(self) -> int:
        """How many of the photos that are shown have a caption."""
        return int(
            self._database.rows(
                f"SELECT count(*) FROM captions JOIN contents ON id = content_id WHERE caption != '' AND {VISIBLE}"
            )[0][0]
        )

    def clear(self) -> None:
        """Forget all captions."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM captions")
