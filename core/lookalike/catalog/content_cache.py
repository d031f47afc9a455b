"""What is derived from a content's pixels and costs time to make again: thumbnails, local features, visual tokens."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import suppress
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    kind TEXT NOT NULL,
    content TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    used REAL NOT NULL,
    blob BLOB NOT NULL,
    PRIMARY KEY (kind, content)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_by_use ON entries (used, bytes);
"""
TOUCH_SECONDS = 3600.0
"""An entry's time of use is written at most this often, so that reading does not mean writing."""


class ContentCache:
    """A bounded store of blobs, each kept under a kind and a content hash.

    One SQLite file. Losing it loses nothing but time: a damaged file is set aside and a new one begun. Any
    thread may use it.

    Args:
        path: the file; made when absent.
        limit_bytes: what the blobs may take in all; beyond it the least recently used go first.
    """

    def __init__(self, path: Path, limit_bytes: int = 4 << 30) -> None:
        self._path = path
        self._limit = limit_bytes
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = self._open()
        except sqlite3.DatabaseError:
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            self._connection = self._open()
        self._bytes: int = self._connection.execute("SELECT coalesce(sum(bytes), 0) FROM entries").fetchone()[
            0
        ]

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None, timeout=30)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.executescript(SCHEMA)
        return connection

    def get(self, kind: str, content: str) -> bytes | None:
        """The blob kept under `kind` and `content`, or None."""
        now = time.time()
        with self._lock:
            try:
                row = self._connection.execute(
                    "SELECT blob, used FROM entries WHERE kind = ? AND content = ?", (kind, content)
                ).fetchone()
                if row is not None and now - row[1] > TOUCH_SECONDS:
                    self._connection.execute(
                        "UPDATE entries SET used = ? WHERE kind = ? AND content = ?", (now, kind, content)
                    )
            except sqlite3.DatabaseError:
                return None
        return None if row is None else row[0]

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
                self._bytes += len(blob)
                if self._bytes > self._limit:
                    self._evict()
                self._connection.execute("COMMIT")
            except sqlite3.DatabaseError:
                with suppress(sqlite3.DatabaseError):
                    self._connection.execute("ROLLBACK")
                raise

    def _forget(self, kind: str, content: str) -> None:
        row = self._connection.execute(
            "DELETE FROM entries WHERE kind = ? AND content = ? RETURNING bytes", (kind, content)
        ).fetchone()
        if row is not None:
            self._bytes -= row[0]

    def _evict(self) -> None:
        # Down to nine tenths, so that the next puts do not each evict again.
        rows = self._connection.execute("SELECT kind, content, bytes FROM entries ORDER BY used").fetchall()
        for kind, content, _ in rows:
            if self._bytes <= 0.9 * self._limit:
                break
            self._forget(kind, content)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
