"""Kinds of photos: which are screenshots, documents or receipts; worked out from what else is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.contents import VISIBLE
from lookalike.catalog.database import CatalogDatabase

_LACKING = (
    "FROM contents LEFT JOIN photo_kinds ON content_id = id AND version = ? "
    f"WHERE content_id IS NULL AND {VISIBLE}"
)


class PhotoKinds:
    """The table of kinds. Any thread may use it. A trigger forgets the kind of a photo whose text is read anew."""

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database

    def put(self, kinds: Mapping[int, str], version: int) -> None:
        """Keep the kinds of photos; empty for those of none. Contents that are gone are passed over."""
        with self._database.transaction() as db:
            db.conn.executemany(
                "INSERT OR REPLACE INTO photo_kinds (content_id, version, kind) "
                "SELECT id, ?, ? FROM contents WHERE id = ?",
                [(version, kind, number) for number, kind in kinds.items()],
            )

    def lacking(self, version: int, limit: int) -> list[int]:
        """Photos whose kind a version has not worked out, those added last first."""
        rows = self._database.rows(f"SELECT id {_LACKING} ORDER BY id DESC LIMIT ?", (version, limit))
        return [row[0] for row in rows]

    def count_lacking(self, version: int) -> int:
        """How many photos `lacking` would give."""
        return int(self._database.rows(f"SELECT count(*) {_LACKING}", (version,))[0][0])

    def ids(self, kind: str) -> NDArray[np.int64]:
        """The contents of a kind, ascending."""
        rows = self._database.rows(
            "SELECT content_id FROM photo_kinds WHERE kind = ? ORDER BY content_id", (kind,)
        )
        return np.fromiter((row[0] for row in rows), np.int64, len(rows))

    def of(self, content_id: int) -> str:
        """The kind of a photo; empty for one of none, and while it is not known."""
        rows = self._database.rows("SELECT kind FROM photo_kinds WHERE content_id = ?", (content_id,))
        return str(rows[0][0]) if rows else ""

    def counts(self) -> dict[str, int]:
        """How many photos are of each kind that there is."""
        return dict(
            self._database.rows(
                "SELECT kind, count(*) FROM photo_kinds JOIN contents ON id = content_id "
                f"WHERE kind != '' AND {VISIBLE} GROUP BY kind ORDER BY count(*) DESC"
            )
        )
