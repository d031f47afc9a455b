"""Content cache: blobs derived from a content's pixels that take time to compute, such as thumbnails and features."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path

from lookalike.catalog.database import DAMAGED

SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS entries (
    kind TEXT NOT NULL,
    content TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    used REAL NOT NULL,
    blob BLOB NOT NULL,
    PRIMARY KEY (kind, content)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_by_use ON entries (used, bytes);
CREATE TABLE IF NOT EXISTS total (bytes INTEGER NOT NULL);
INSERT INTO total SELECT (SELECT coalesce(sum(bytes), 0) FROM entries) WHERE NOT EXISTS (SELECT 1 FROM total);
CREATE TRIGGER IF NOT EXISTS entry_comes AFTER INSERT ON entries
BEGIN UPDATE total SET bytes = bytes + new.bytes; END;
CREATE TRIGGER IF NOT EXISTS entry_goes AFTER DELETE ON entries
BEGIN UPDATE total SET bytes = bytes - old.bytes; END;
COMMIT;
"""
"""The total is in the file, because several processes may fill it; two of them may meet on a new one."""

TOUCH_SECONDS = 3600.0
"""An entry's time of use is written at most this often, so that reading does not mean writing."""

BUSY_SECONDS = 5.0
"""How long another process is waited for; what is derived is then rather made again."""

LIMIT_BYTES = 4 << 30
"""What the blobs take at most, unless told otherwise."""

MEMORY_BYTES = 64 << 20
"""What is kept, in memory, while the file cannot be used."""


class ContentCache:
    """A bounded store of blobs, each kept under a kind and a content hash.

    One SQLite file. Losing it loses nothing but time: a damaged file is deleted and a new one begun. One that cannot
    be used now (another program has locked it, the disk is full) is left alone, and the cache is in memory until
    it is opened again. Any thread may use it.

    Args:
        path: the file; made when absent.
        limit_bytes: what the blobs may take in all; beyond it the least recently used go first.
    """

    def __init__(self, path: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._lock = threading.Lock()
        try:
            self._connection = _opened(path)
        except (sqlite3.DatabaseError, OSError):
            self._limit = min(limit_bytes, MEMORY_BYTES)
            self._connection = _connected(":memory:")

    def get(self, kind: str, content: str) -> bytes | None:
        """The blob kept under `kind` and `content`, or None."""
        now = time.time()
        with self._lock:
            try:
                row = self._connection.execute(
                    "SELECT blob, used FROM entries WHERE kind = ? AND content = ?", (kind, content)
                ).fetchone()
            except sqlite3.DatabaseError:
                return None
            if row is None:
                return None
            if now - row[1] > TOUCH_SECONDS:
                with suppress(sqlite3.DatabaseError):
                    self._connection.execute(
                        "UPDATE entries SET used = ? WHERE kind = ? AND content = ?", (now, kind, content)
                    )
        return bytes(row[0])

    def put(self, kind: str, content: str, blob: bytes) -> None:
        """Keep a blob, replacing one of the same kind and content. A full disk only means it is not kept."""
        with self._lock, suppress(sqlite3.DatabaseError):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._forget(kind, content)
                self._connection.execute(
                    "INSERT INTO entries VALUES (?, ?, ?, ?, ?)",
                    (kind, content, len(blob), time.time(), blob),
                )
                self._evict()
                self._connection.execute("COMMIT")
            except sqlite3.DatabaseError:
                with suppress(sqlite3.DatabaseError):
                    self._connection.execute("ROLLBACK")
                raise

    def _forget(self, kind: str, content: str) -> None:
        self._connection.execute("DELETE FROM entries WHERE kind = ? AND content = ?", (kind, content))

    def _evict(self) -> None:
        total: int = self._connection.execute("SELECT bytes FROM total").fetchone()[0]
        if total <= self._limit:
            return
        rows = self._connection.execute("SELECT kind, content, bytes FROM entries ORDER BY used").fetchall()
        for kind, content, size in rows:
            # Down to nine tenths, so that the next puts do not each evict again.
            if total <= 0.9 * self._limit:
                break
            self._forget(kind, content)
            total -= size

    @property
    def limit_bytes(self) -> int:
        """What the blobs may take in all."""
        return self._limit

    def set_limit(self, limit_bytes: int) -> None:
        """Change what the blobs may take in all; the least recently used go where they take more."""
        with self._lock, suppress(sqlite3.DatabaseError):
            self._limit = limit_bytes
            self._connection.execute("BEGIN IMMEDIATE")
            self._evict()
            self._connection.execute("COMMIT")
            self._shrink()

    def clear(self) -> None:
        """Delete everything, and give the room back to the disk."""
        with self._lock, suppress(sqlite3.DatabaseError):
            self._connection.execute("DELETE FROM entries")
            self._shrink()

    def _shrink(self) -> None:
        # Waits for other processes; where one goes on reading, the file keeps its size and fills again.
        self._connection.execute("VACUUM")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _connected(path)
    except sqlite3.DatabaseError as error:
        if not getattr(error, "sqlite_errorname", "").startswith(DAMAGED):
            raise
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return _connected(path)


def _connected(path: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=BUSY_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        # A file that is complete is opened without a write, which another process or a full disk may not allow.
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'entry_goes'").fetchall():
            connection.executescript(SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection
