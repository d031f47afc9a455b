"""Unreadable paths: what the last scan could not read (missing permissions, failing drives, bad ignore files)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from sqlite_utils import Database

from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.folders import STILL_WATCHED, still_watched_parameters
from lookalike.path_bytes import child_prefix, parent


class UnreadablePaths:
    """The table of what could not be read, and why."""

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database

    def record_scan(
        self, folder_id: int, place: bytes, deep: bool, found: Iterable[tuple[bytes, str]]
    ) -> None:
        """Replace the results of the previous scan with those of this one.

        Args:
            folder_id: the watched folder.
            place: the folder that was scanned.
            deep: whether the folders below it were scanned too.
            found: folders and ignore files that could not be read, and why. Files are recorded when they are read.
        """
        lines = {(path, path if os.path.isdir(path) else parent(path), why) for path, why in found}  # noqa: PTH112
        below = child_prefix(place)
        rows = self._database.rows(
            "SELECT path, place, reason FROM unreadable WHERE folder_id = ?", (folder_id,)
        )
        seen = {row for row in rows if row[1] == place or (deep and row[1].startswith(below))}
        # Mostly there is nothing to write, or the same again.
        gone, fresh = seen - lines, lines.difference(rows)
        if not (gone or fresh):
            return
        with self._database.transaction() as db:
            for path, _, why in gone:
                db.execute("DELETE FROM unreadable WHERE path = ? AND reason = ?", (path, why))
            for path, at, why in fresh:
                self._put(db, folder_id, path, at, why)

    def put(self, db: Database, folder_id: int, path: bytes, reason: str) -> None:
        """Note a file that could not be read; within the caller's transaction."""
        self._put(db, folder_id, path, parent(path), reason)

    def _put(self, db: Database, folder_id: int, path: bytes, place: bytes, reason: str) -> None:
        db.execute(
            "INSERT OR REPLACE INTO unreadable (path, folder_id, place, reason) "
            f"SELECT ?, id, ?, ? FROM folders WHERE {STILL_WATCHED}",
            (
                path,
                place,
                reason,
                *still_watched_parameters(folder_id, path if path != place else child_prefix(path)),
            ),
        )

    def problems(self) -> list[tuple[Path, str]]:
        """What could not be read, and why."""
        rows = self._database.rows("SELECT path, reason FROM unreadable ORDER BY path")
        return [(Path(os.fsdecode(path)), reason) for path, reason in rows]
