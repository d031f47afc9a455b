"""Descriptor record: durable storage of descriptors in fp16, one row per content and model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.files import READABLE
from lookalike.catalog.sql import chunks, path_range, placeholders

_FINDABLE = (
    "SELECT content_id FROM descriptors WHERE describer_id = ? "
    "AND EXISTS (SELECT 1 FROM files WHERE files.content_id = descriptors.content_id) "
    "AND EXISTS (SELECT 1 FROM contents WHERE contents.id = descriptors.content_id AND companion_of IS NULL)"
)


class DescriptorRecord:
    """The descriptors of one model.

    Args:
        database: the catalog's database.
        key: the describer's key.
        dimension: length of its vectors.
    """

    def __init__(self, database: CatalogDatabase, key: str, dimension: int) -> None:
        self._database = database
        self.key = key
        self.dimension = dimension
        with database.transaction() as db:
            db.execute(
                "INSERT INTO describers (key, dimension) VALUES (?, ?) ON CONFLICT (key) DO NOTHING",
                (key, dimension),
            )
            self._describer: int = db.execute("SELECT id FROM describers WHERE key = ?", (key,)).fetchone()[0]

    def put(self, db: Database, content_id: int, vector: NDArray[np.float32]) -> None:
        """Keep a descriptor; within the caller's transaction. One that is there already stays."""
        db.execute(
            "INSERT INTO descriptors (describer_id, content_id, vector) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (self._describer, content_id, vector.astype("<f2").tobytes()),
        )

    def ids(self) -> NDArray[np.int64]:
        """Ids, ascending, of every described photo that lies in some file; companions are found as their pictures."""
        rows = self._database.rows(f"{_FINDABLE} ORDER BY content_id", (self._describer,))
        return np.fromiter((row[0] for row in rows), np.int64, len(rows))

    def findable(self, content_ids: Sequence[int]) -> set[int]:
        """Those of the given contents that are among `ids`."""
        found: set[int] = set()
        for chunk in chunks(content_ids):
            rows = self._database.rows(
                f"{_FINDABLE} AND content_id IN ({placeholders(len(chunk))})", [self._describer, *chunk]
            )
            found.update(row[0] for row in rows)
        return found

    def changed_since(self, mark: str | None) -> tuple[str, NDArray[np.int64] | None]:
        """A marker of the current state, and the ids that may have entered or left `ids` since an earlier marker.

        Args:
            mark: a marker that this method returned before, or None.

        Returns:
            The marker, and the ids in ascending order; None instead of ids if the earlier marker is None, is from
            another catalog, or is from a later state of this one.
        """
        token, latest = self._database.rows("SELECT token, latest FROM content_change_log")[0]
        before, _, number = (mark or "").partition(":")
        if before != token or not number.isdecimal() or int(number) > latest:
            return f"{token}:{latest}", None
        # Sort here: with ORDER BY, SQLite would scan the ids of all contents.
        rows = self._database.rows("SELECT content_id FROM content_changes WHERE number > ?", (int(number),))
        return f"{token}:{latest}", np.sort(np.fromiter((row[0] for row in rows), np.int64, len(rows)))

    def present(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each of some contents is among `ids`."""
        findable = self.findable(ids.tolist())
        return np.fromiter((number in findable for number in ids.tolist()), np.bool_, len(ids))

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Descriptors as float32 (len(ids), dimension), in the order of `ids`.

        Raises:
            KeyError: one of them is not described.
        """
        found: dict[int, bytes] = {}
        for chunk in chunks(ids.tolist()):
            rows = self._database.rows(
                "SELECT content_id, vector FROM descriptors "
                f"WHERE describer_id = ? AND content_id IN ({placeholders(len(chunk))})",
                [self._describer, *chunk],
            )
            found.update(rows)
        joined = b"".join(found[number] for number in ids.tolist())
        return np.frombuffer(joined, "<f2").reshape(len(ids), self.dimension).astype(np.float32)

    def forget(self, ids: Sequence[int]) -> None:
        """Forget the descriptors of some contents; the next scan makes them again."""
        with self._database.transaction() as db:
            for chunk in chunks(ids):
                db.execute(
                    f"DELETE FROM descriptors WHERE describer_id = ? AND content_id IN ({placeholders(len(chunk))})",
                    [self._describer, *chunk],
                )

    def lacking(self, content_ids: Sequence[int]) -> set[int]:
        """Those of the given contents that this model has not described yet."""
        described: set[int] = set()
        for chunk in chunks(content_ids):
            rows = self._database.rows(
                "SELECT content_id FROM descriptors "
                f"WHERE describer_id = ? AND content_id IN ({placeholders(len(chunk))})",
                [self._describer, *chunk],
            )
            described.update(row[0] for row in rows)
        return set(content_ids) - described

    def undescribed_contents(self, readable: bool = False) -> list[int]:
        """Contents that lie in some file and that this model has not described.

        Args:
            readable: only those that lie in a folder that is neither offline nor paused.
        """
        rows = self._database.rows(
            "SELECT DISTINCT content_id FROM files WHERE content_id IS NOT NULL AND NOT EXISTS "
            "(SELECT 1 FROM descriptors WHERE describer_id = ? AND descriptors.content_id = files.content_id)"
            + (f" AND {READABLE}" if readable else ""),
            (self._describer,),
        )
        return [row[0] for row in rows]

    def undescribed(self, under: bytes) -> set[int]:
        """One file id for each content that lies under a folder and that this model has not described."""
        rows = self._database.rows(
            "SELECT min(id) FROM files WHERE path >= ? AND path < ? AND content_id IS NOT NULL AND NOT EXISTS "
            "(SELECT 1 FROM descriptors WHERE describer_id = ? AND descriptors.content_id = files.content_id) "
            "GROUP BY content_id",
            (*path_range(under), self._describer),
        )
        return {row[0] for row in rows}
