"""The catalog of one library: its tables, opened together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from lookalike.catalog.annotations import AnnotationTable
from lookalike.catalog.contents import Contents
from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.files import Files, Folder
from lookalike.catalog.filter_columns import FilterColumns
from lookalike.catalog.pair_scores import PairScores
from lookalike.catalog.unreadable import UnreadablePaths
from lookalike.catalog.visual_tokens import VisualTokenRows
from lookalike.catalog.words import TextIndex


class Catalog:
    """What is known about the photos of one library.

    Args:
        path: the SQLite file; made when absent.

    Raises:
        CatalogError: the file is damaged, belongs to a newer version, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._database = CatalogDatabase(path)
        self.contents = Contents(self._database)
        self.files = Files(self._database)
        self.unreadable = UnreadablePaths(self._database)
        self.filters = FilterColumns(self._database)
        self.pair_scores = PairScores(self._database)
        self.words = TextIndex(self._database)
        self.annotations = AnnotationTable(self._database, self.words)
        self.visual_tokens = VisualTokenRows(self._database)
        try:
            self.annotations.catch_up()
        except BaseException:
            self._database.close()
            raise

    def remove_folder(self, folder: Folder) -> set[int]:
        """Stop watching a folder and forget where its files are. Nothing on disk is touched.

        Returns:
            Every content that this may concern: it may no longer be found, or stand for itself again.
        """
        with self._database.transaction() as db:
            return self.annotations.refresh(db, (), self.files.remove_folder(db, folder))

    def descriptors(self, key: str, dimension: int) -> DescriptorRecord:
        """The record of one descriptor model."""
        return DescriptorRecord(self._database, key, dimension)

    def described(self) -> dict[str, int]:
        """How many contents each descriptor model has described, by its key."""
        return dict(
            self._database.rows(
                "SELECT key, count(content_id) FROM describers LEFT JOIN descriptors ON describer_id = id GROUP BY id"
            )
        )

    def forget_descriptors(self, key: str) -> None:
        """Forget everything that a descriptor model has described."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM describers WHERE key = ?", (key,))

    def setting(self, name: str) -> str | None:
        """What the user chose, or None."""
        rows = self._database.rows("SELECT value FROM settings WHERE name = ?", (name,))
        if not rows:
            return None
        value: str | bytes = rows[0][0]
        return value if isinstance(value, str) else os.fsdecode(value)

    def choose(self, name: str, value: str) -> None:
        """Remember a choice of the user, who may name files in bytes that are no text."""
        try:
            value.encode()
        except UnicodeEncodeError:
            stored: str | bytes = os.fsencode(value)
        else:
            stored = value
        with self._database.transaction() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, stored))

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """Write to several tables at once: all of it is there afterwards, or nothing."""
        with self._database.transaction() as db:
            yield db

    def changed_elsewhere(self) -> bool:
        """Whether another process has written since this was last asked (or since the opening)."""
        return self._database.changed_elsewhere()

    def damage(self) -> list[str]:
        """What SQLite finds wrong with the file itself, one line each; empty where all is well."""
        found = [row[0] for row in self._database.rows("PRAGMA integrity_check") if row[0] != "ok"]
        for table, *_ in self._database.rows("PRAGMA foreign_key_check"):
            found.append(f"a row of {table} refers to one that is not there")
        return sorted(set(found))

    def close(self) -> None:
        """Close the file."""
        self._database.close()
