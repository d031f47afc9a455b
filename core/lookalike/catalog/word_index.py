"""Word index: a full-text index of one text a photo, apart from the facts'."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.facts import Wanted
from lookalike.terms import tokens_of


class WordIndex:
    """A table of FTS5 with one column, whose rows a trigger removes with what they were made of. Any thread may use it.

    Args:
        database: the catalog's database.
        table: its name.
    """

    def __init__(self, database: CatalogDatabase, table: str) -> None:
        self._database = database
        self._table = table

    def put(self, db: Database, content_id: int, text: str) -> None:
        """Index the text of a photo that has none in it; within the caller's transaction."""
        db.execute(
            f"INSERT INTO {self._table} (rowid, text) VALUES (?, ?)", (content_id, " ".join(tokens_of(text)))
        )

    def ranked(
        self, wanted: Sequence[Wanted], allowed_ids: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The photos whose text has all of it, best first, those added last first where they are as good.

        Args:
            wanted: what is looked for, in the column "text".
            allowed_ids: the only ids that may be found, ascending.

        Returns:
            Ids (n,) and their BM25, higher is better, (n,).
        """
        if not wanted:
            return np.zeros(0, np.int64), np.zeros(0)
        rows = self._database.rows(
            f"SELECT rowid, bm25({self._table}) FROM {self._table} WHERE {self._table} MATCH ? ORDER BY rowid",
            (" AND ".join(one.expression for one in wanted),),
        )
        ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        scores = -np.fromiter((row[1] for row in rows), np.float64, len(rows))
        kept = np.isin(ids, allowed_ids, assume_unique=True)
        ids, scores = ids[kept], scores[kept]
        order = np.lexsort((-ids, -scores))
        return ids[order], scores[order]
