"""Files table: the photo files in watched folders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.folder_counts import FolderCount, read_folder_counts
from lookalike.catalog.folders import STILL_WATCHED, Folder, still_watched_parameters
from lookalike.catalog.sql import chunks, path_range, paths_under, placeholders
from lookalike.photos import decoders

DEPARTED_LIMIT = 200_000
"""How many removed files are remembered, the most recent ones."""

_COLUMNS = (
    "size",
    "mtime_ns",
    "inode",
    "device",
    "ctime_ns",
    "content_id",
    "problem",
    "decoders",
    "refused",
)

READABLE = "folder_id IN (SELECT id FROM folders WHERE online AND NOT paused)"
"""SQL condition for files that may be read now."""


@dataclass(frozen=True)
class FileRow:
    """A file as the catalog knows it.

    Attributes:
        id: its number.
        stat: where it lies, as it was when it was last read.
        content_id: what it holds; None where it has a problem.
        problem: why it is not described, in words for the user.
        refused: hash of the bytes that have the problem; None where they could not be read.
        tried_by: what failed at them, one of `Files.tried_by` of then.
    """

    id: int
    stat: FileStat
    content_id: int | None
    problem: str | None
    refused: str | None = None
    tried_by: str | None = None


@dataclass(frozen=True)
class FilePlace:
    """Where a content lies.

    Attributes:
        path: the file's path.
        mtime_ns: time of last change when it was last read, nanoseconds.
        inode: device and inode, which hard links share; None where the volume has none.
        online: whether its folder can be reached.
    """

    path: bytes
    mtime_ns: int
    inode: tuple[int, int] | None
    online: bool


class Files:
    """The table of files."""

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database

    def known(self, under: bytes, deep: bool = True, folder: Folder | None = None) -> dict[bytes, FileRow]:
        """The files under a directory by path.

        Args:
            under: the directory.
            deep: whether files in directories below it belong to them.
            folder: only files of this watched folder.
        """
        where, parameters = paths_under(under, deep)
        rows = self._database.rows(
            "SELECT id, path, size, mtime_ns, inode, device, ctime_ns, content_id, problem, refused, decoders "
            f"FROM files WHERE {where}" + (" AND +folder_id = ?" if folder else ""),
            (*parameters, *([folder.id] if folder else [])),
        )
        return {row[1]: FileRow(row[0], FileStat(*row[1:7]), *row[7:]) for row in rows}

    def sample(self, folder: Folder, count: int) -> list[FileStat]:
        """Up to `count` files of a folder, spread over it."""
        # Multiplying by a large prime modulo another scrambles the order of the ids.
        rows = self._database.rows(
            "SELECT path, size, mtime_ns, inode, device FROM files WHERE folder_id = ? "
            "ORDER BY size < 0, id * 2654435761 % 1000003 LIMIT ?",
            (folder.id, count),
        )
        return [FileStat(*row) for row in rows]

    def devices(self, folder: Folder) -> set[int]:
        """The device numbers of a folder's files, as last seen."""
        rows = self._database.rows("SELECT device FROM files WHERE folder_id = ? LIMIT 100", (folder.id,))
        return {row[0] for row in rows}

    def contents_by_identity(self, stats: Sequence[FileStat]) -> dict[bytes, int]:
        """Contents of files that are, or were, known at another path: path → content id, without reading a byte.

        A file with the same device, inode, size and mtime is the same file; see `FileStat.proves`.
        """
        found: dict[bytes, int | None] = {}
        for chunk in chunks([stat for stat in stats if stat.inode]):
            for table in ("files", "departed"):
                # Where a file lies now, or just did, counts more than where it lay before.
                chunk = [stat for stat in chunk if stat.path not in found]
                known: dict[tuple[int, ...], list[tuple[int, bytes | None, int | None]]] = {}
                for *identity, content_id, path, ctime_ns in self._database.rows(
                    f"SELECT device, inode, size, mtime_ns, content_id, path, ctime_ns FROM {table} "
                    f"WHERE inode IN ({placeholders(len(chunk))}) AND content_id IS NOT NULL",
                    [stat.inode for stat in chunk],
                ):
                    known.setdefault(tuple(identity), []).append((content_id, path, ctime_ns))
                for stat in chunk:
                    if (candidates := known.get(stat.identity)) is None:
                        continue
                    proven = all(stat.proves(path, ctime_ns) for _, path, ctime_ns in candidates)
                    held = {content_id for content_id, *_ in candidates}
                    found[stat.path] = held.pop() if proven and len(held) == 1 else None
        return {path: content_id for path, content_id in found.items() if content_id is not None}

    def put(
        self,
        db: Database,
        folder_id: int,
        stat: FileStat,
        content_id: int | None,
        problem: str | None,
        refused: str | None = None,
        tried_by: str | None = None,
    ) -> None:
        """Record a file; within the caller's transaction.

        Nothing is recorded for a folder that is no longer watched or has moved.

        Args:
            db: the caller's transaction.
            folder_id: the folder.
            stat: where the file lies.
            content_id: what it holds; None where it has a problem.
            problem: why it is not described; None where it is.
            refused: hash of the bytes that have the problem, where they were read.
            tried_by: what failed at them; the decoders when None.
        """
        set_ = ", ".join(f"{column} = excluded.{column}" for column in ("folder_id", *_COLUMNS))
        db.execute(
            f"INSERT INTO files (folder_id, path, {', '.join(_COLUMNS)}) "
            f"SELECT id, ?, {placeholders(len(_COLUMNS))} FROM folders WHERE {STILL_WATCHED} "
            f"ON CONFLICT (path) DO UPDATE SET {set_}",
            (
                stat.path,
                stat.stored_size,
                stat.mtime_ns,
                stat.inode,
                stat.device,
                stat.ctime_ns,
                content_id,
                problem,
                problem and (tried_by or decoders()),
                refused,
                *still_watched_parameters(folder_id, stat.path),
            ),
        )

    def record_ctimes(self, ctimes: Sequence[tuple[FileRow, int]]) -> None:
        """Note the ctime of files that are unchanged and whose ctime was unknown."""
        with self._database.transaction() as db:
            db.conn.executemany(
                "UPDATE files SET ctime_ns = ? WHERE id = ? AND path = ? AND size = ? AND mtime_ns = ? "
                "AND ctime_ns IS NULL",
                [(ctime_ns, row.id, row.stat.path, *row.stat.stamp) for row, ctime_ns in ctimes],
            )

    def remove(self, db: Database, folder_id: int, ids: Iterable[int]) -> None:
        """Forget files of a folder that are gone; within the caller's transaction.

        Numbers that have come to files of another folder meanwhile are left alone. Their contents are kept, and
        so is what tells the files again should they come back.
        """
        for chunk in chunks(ids):
            db.execute(
                "INSERT OR REPLACE INTO departed (inode, device, size, mtime_ns, ctime_ns, path, content_id) "
                "SELECT inode, device, size, mtime_ns, ctime_ns, path, content_id FROM files "
                f"WHERE folder_id = ? AND id IN ({placeholders(len(chunk))}) "
                "AND content_id IS NOT NULL AND inode != 0 AND size >= 0",
                [folder_id, *chunk],
            )
            db.execute(
                f"DELETE FROM files WHERE folder_id = ? AND id IN ({placeholders(len(chunk))})",
                [folder_id, *chunk],
            )
        db.execute("DELETE FROM departed WHERE id <= (SELECT max(id) FROM departed) - ?", (DEPARTED_LIMIT,))

    def contents_in(self, db: Database, folder: Folder) -> set[int]:
        """The contents that lie in a folder; within the caller's transaction."""
        rows = db.execute(
            "SELECT DISTINCT content_id FROM files WHERE folder_id = ? AND content_id IS NOT NULL",
            (folder.id,),
        )
        return {row[0] for row in rows.fetchall()}

    def renumber(self, folder: Folder, devices: dict[int, int]) -> None:
        """Note that the system now gives volumes other numbers: old → new. It may with every start."""
        with self._database.transaction() as db:
            for old, new in devices.items():
                db.execute(
                    "UPDATE files SET device = ? WHERE device = ? AND folder_id = ?", (new, old, folder.id)
                )
                db.execute("UPDATE OR REPLACE departed SET device = ? WHERE device = ?", (new, old))

    def paths(self, content_ids: Sequence[int]) -> dict[int, list[Path]]:
        """All paths of the given contents, reachable ones first."""
        return {number: list(map(Path, texts)) for number, texts in self.path_texts(content_ids).items()}

    def path_texts(self, content_ids: Sequence[int]) -> dict[int, list[str]]:
        """As `paths`, as plain texts: a thousand of those are made in no time."""
        found: dict[int, list[str]] = {number: [] for number in content_ids}
        for chunk in chunks(content_ids):
            rows = self._database.rows(
                "SELECT content_id, files.path FROM files JOIN folders ON folders.id = folder_id "
                f"WHERE content_id IN ({placeholders(len(chunk))}) ORDER BY online DESC, files.path",
                chunk,
            )
            for number, path in rows:
                found[number].append(os.fsdecode(path))
        return found

    def folder_counts(self, roots: Sequence[bytes]) -> list[FolderCount]:
        """How many photos lie in each folder at or below some roots, by path; see `read_folder_counts`."""
        return read_folder_counts(self._database, roots)

    def contents_at(self, paths: Iterable[Path]) -> dict[Path, int]:
        """The contents that lie at some paths; paths without one are left out."""
        found: dict[Path, int] = {}
        for chunk in chunks(paths):
            rows = self._database.rows(
                "SELECT path, content_id FROM files "
                f"WHERE path IN ({placeholders(len(chunk))}) AND content_id IS NOT NULL",
                [os.fsencode(path) for path in chunk],
            )
            found.update((Path(os.fsdecode(path)), content_id) for path, content_id in rows)
        return found

    def copies(self) -> dict[int, int]:
        """The contents that lie at several paths, and at how many."""
        rows = self._database.rows(
            "SELECT content_id, count(*) FROM files WHERE content_id IS NOT NULL "
            "GROUP BY content_id HAVING count(*) > 1"
        )
        return {row[0]: row[1] for row in rows}

    def at(self, path: bytes) -> tuple[int, FileRow] | None:
        """The file at a path, and the id of the folder that it lies in; None where none is known."""
        rows = self._database.rows(
            "SELECT folder_id, id, path, size, mtime_ns, inode, device, ctime_ns, content_id, problem, refused, "
            "decoders FROM files WHERE path = ?",
            (path,),
        )
        return (rows[0][0], FileRow(rows[0][1], FileStat(*rows[0][2:8]), *rows[0][8:])) if rows else None

    def places(self, content_ids: Sequence[int]) -> dict[int, list[FilePlace]]:
        """Where the given contents lie, by path; those without a file are left out."""
        found: dict[int, list[FilePlace]] = {}
        for chunk in chunks(content_ids):
            rows = self._database.rows(
                "SELECT content_id, files.path, mtime_ns, inode, device, online FROM files "
                f"JOIN folders ON folders.id = folder_id WHERE content_id IN ({placeholders(len(chunk))}) "
                "ORDER BY files.path",
                chunk,
            )
            for number, path, mtime_ns, inode, device, online in rows:
                found.setdefault(number, []).append(
                    FilePlace(path, mtime_ns, (device, inode) if inode else None, bool(online))
                )
        return found

    def readable(self, content_ids: Sequence[int]) -> dict[int, list[FileStat]]:
        """The files from which contents can be read, last modified first; contents without any are left out.

        Folders that are offline or paused are left alone.
        """
        found: dict[int, list[FileStat]] = {}
        for chunk in chunks(content_ids):
            rows = self._database.rows(
                "SELECT content_id, path, size, mtime_ns, inode, device FROM files "
                f"WHERE content_id IN ({placeholders(len(chunk))}) AND {READABLE} ORDER BY mtime_ns DESC, path",
                chunk,
            )
            for number, *values in rows:
                found.setdefault(number, []).append(FileStat(*values))
        return found

    @staticmethod
    def tried_by(model: str) -> tuple[str, str]:
        """What a file with a problem is noted to have been tried by: today's decoders, or those and a model."""
        return decoders(), f"{decoders()} {model}"

    def refused_before(self, under: bytes, model: str) -> set[int]:
        """Ids of the files under a folder that other decoders, or another model, than today's have failed at."""
        rows = self._database.rows(
            "SELECT id FROM files WHERE problem IS NOT NULL AND (decoders IS NULL OR decoders NOT IN (?, ?)) "
            "AND path >= ? AND path < ?",
            (*self.tried_by(model), *path_range(under)),
        )
        return {row[0] for row in rows}

    def forget_tries(self) -> int:
        """Let every file with a problem be tried again by the next scan; returns how many there are."""
        with self._database.transaction() as db:
            return db.execute(
                "UPDATE files SET decoders = NULL, refused = NULL WHERE problem IS NOT NULL"
            ).rowcount

    def problems(self) -> list[tuple[Path, str]]:
        """Files that could not be indexed, and why."""
        rows = self._database.rows("SELECT path, problem FROM files WHERE problem IS NOT NULL ORDER BY path")
        return [(Path(os.fsdecode(path)), problem) for path, problem in rows]

    def count(self) -> int:
        """How many files are known, those with a problem included."""
        return int(self._database.rows("SELECT count(*) FROM files")[0][0])
