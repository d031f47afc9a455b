"""Catalog database: the SQLite file and its connections."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from lookalike.catalog.migrations import catalog_migrations
from lookalike.catalog.shot_names import shot_of
from lookalike.errors import LookalikeError

BUSY_SECONDS = 30.0
"""How long a write waits for another process (the window and a command line may share a library)."""

DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")

EMPTY_STEPS, EMPTY_STEP_SECONDS = 20, 0.05
"""How often and how long to wait until an empty file is filled by another process that is making the library."""

OPENING_BYTES = 1 << 20
"""A disk with less room than this is full."""


class CatalogError(LookalikeError):
    """The catalog cannot be opened or written."""


class CatalogDamagedError(CatalogError):
    """The catalog's file is damaged, which does not pass."""


class CatalogDatabase:
    """One connection for writing and one for reading, so that reads go on while a batch is written.

    Any thread may use it. Writes of several threads follow one another; SQLite's write-ahead log keeps readers
    on the last committed state meanwhile.

    Args:
        path: the file; made when absent.

    Raises:
        CatalogError: the file is damaged, belongs to a newer version of Lookalike, or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = threading.RLock()
        self._reading = threading.Lock()
        with translate_sqlite_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not self._demand_content()
            self._writer = self._connect()
            try:
                self._migrate()
                self._reader = self._connect()
                self._seen_version = self._data_version()
            except BaseException:
                self._writer.close()
                if is_new:
                    self._remove_empty()
                raise

    def _demand_content(self) -> bool:
        """Whether the file is there. SQLite takes an empty one for a new database; here it is a damaged one.

        Raises:
            CatalogDamagedError: it is empty.
        """
        for _ in range(EMPTY_STEPS):
            try:
                if self.path.stat().st_size:
                    return True
            except FileNotFoundError:
                return False
            # Another process that makes the library has written nothing yet.
            time.sleep(EMPTY_STEP_SECONDS)
        raise CatalogDamagedError(
            "{path} is empty: what it held is lost.",
            "Put a copy of it back, or delete it; the library is then built anew from your photos.",
            path=self.path,
        )

    def _remove_empty(self) -> None:
        """Leave no empty file behind where a new library could not be made; it would be taken for a damaged one."""
        with suppress(OSError):
            if not self.path.stat().st_size:
                self.path.unlink()

    def _connect(self) -> Database:
        connection = sqlite3.connect(
            self.path, check_same_thread=False, isolation_level=None, timeout=BUSY_SECONDS
        )
        # Of a new file: three descriptors of 2,560 bytes fit into such a page and only one into SQLite's usual 4,096.
        connection.execute("PRAGMA page_size=8192")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.create_function("shot_of", 1, shot_of, deterministic=True)
        return Database(connection)

    def _migrate(self) -> None:
        empty = Database(memory=True)
        known = {migration.name for migration in catalog_migrations.pending(empty)}
        empty.close()
        applied = {migration.name for migration in catalog_migrations.applied(self._writer)}
        if not applied <= known:
            raise CatalogError(
                "The library {path} was written by a newer version of Lookalike.",
                "Update Lookalike, or open another library.",
                path=self.path,
            )
        if applied != known:
            # Two processes may meet here on a new library: the second finds nothing left to apply.
            with self.transaction() as db:
                catalog_migrations.apply(db)

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query, from the last committed state."""
        with self._reading, translate_sqlite_errors(self.path):
            return self._reader.execute(sql, parameters).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[Database]:
        """Write in one transaction: all of it is there afterwards, or nothing."""
        with self._writing, translate_sqlite_errors(self.path):
            if self._writer.conn.in_transaction:
                yield self._writer
                return
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                # SQLite may have rolled back by itself (disk full); this is then a no-op.
                self._writer.rollback()
                raise

    def changed_elsewhere(self) -> bool:
        """Whether another process has written since this was last asked (or since the opening).

        While this process is writing, the answer is False and a later call reports the change; nobody waits here.
        """
        if not self._writing.acquire(blocking=False):
            return False
        try:
            with translate_sqlite_errors(self.path):
                version = self._data_version()
        finally:
            self._writing.release()
        changed, self._seen_version = version != self._seen_version, version
        return changed

    def _data_version(self) -> int:
        # It changes when any other connection commits, and only the writing connection writes in this process.
        return int(self._writer.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Close both connections."""
        with self._writing, self._reading:
            self._reader.close()
            self._writer.close()


@contextmanager
def translate_sqlite_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's known failures (disk full, read-only, damaged, locked) into one line for the user."""
    try:
        yield
    except (sqlite3.DatabaseError, OSError) as error:
        name = getattr(error, "sqlite_errorname", "")
        told = _told(name, path, error)
        kind = CatalogDamagedError if name.startswith(DAMAGED) else CatalogError
        raise kind(told.template, told.remedy_template, **told.values) from error


def _told(name: str, path: Path, error: Exception) -> LookalikeError:
    failing = name.startswith("SQLITE_IOERR")
    if name.startswith("SQLITE_FULL") or (failing and _is_full(path)):
        return LookalikeError(
            "The disk is full, so {path} cannot be written.", "Free some space and start again.", path=path
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")) or isinstance(error, OSError):
        return LookalikeError(
            "{path} cannot be written ({reason}).",
            "Check the folder's permissions or choose another one.",
            path=path,
            reason=getattr(error, "strerror", None) or error,
        )
    if name.startswith(DAMAGED):
        return LookalikeError(
            "{path} is damaged.", "Move it away; the library is then built anew from your photos.", path=path
        )
    if name.startswith("SQLITE_BUSY"):
        return LookalikeError("{path} is in use by another program.", "Close it and try again.", path=path)
    if failing:
        return LookalikeError(
            "{path} cannot be read or written ({reason}).",
            "Check the drive it lies on and its free space.",
            path=path,
            reason=error,
        )
    return LookalikeError("{path} could not be used ({reason}).", path=path, reason=error)


def _is_full(path: Path) -> bool:
    """Whether the disk has no room for SQLite's own files; it reports that as an I/O error when opening."""
    with suppress(OSError):
        return shutil.disk_usage(path.parent).free < OPENING_BYTES
    return False
