"""Watched folders and the files in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from lookalike.catalog.contents import chunks, marks
from lookalike.catalog.database import CatalogDatabase, CatalogError
from lookalike.photos import decoders


@dataclass(frozen=True)
class Folder:
    """A folder the user asked to have watched.

    Attributes:
        id: its number in the catalog.
        path: absolute path.
        online: False while the folder cannot be reached (a drive that is not mounted); its files are kept.
    """

    id: int
    path: Path
    online: bool


@dataclass(frozen=True)
class Place:
    """Where a file lies on disk and what tells that it is unchanged.

    Attributes:
        path: absolute path, in the operating system's own bytes.
        size: bytes.
        mtime_ns: time of last change, nanoseconds.
        inode: file number on its volume; 0 where the volume has none.
        device: the volume's number.
    """

    path: bytes
    size: int
    mtime_ns: int
    inode: int
    device: int

    @property
    def stamp(self) -> tuple[int, int]:
        """What a change of the bytes changes: size and time of last change."""
        return self.size, self.mtime_ns


@dataclass(frozen=True)
class FileRow:
    """A file as the catalog knows it; without a content it has a problem, in words for the user."""

    id: int
    place: Place
    content_id: int | None
    problem: str | None


def inside(prefix: bytes) -> tuple[bytes, bytes]:
    """The half-open range of paths under a folder (its separator up to the next byte value)."""
    start = prefix.rstrip(os.fsencode(os.sep)) + os.fsencode(os.sep)
    return start, start[:-1] + bytes([start[-1] + 1])


class Files:
    """The tables of folders and files."""

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database

    def folders(self) -> list[Folder]:
        """All watched folders, by path."""
        rows = self._database.rows("SELECT id, path, online FROM folders ORDER BY path")
        return [Folder(row[0], Path(os.fsdecode(row[1])), bool(row[2])) for row in rows]

    def add_folder(self, path: Path) -> Folder:
        """Watch a folder.

        A folder inside a watched one is covered already, and that one is returned. One above watched folders
        takes over their files.

        Raises:
            CatalogError: the path is no folder.
        """
        path = path.expanduser().resolve()
        if not path.is_dir():
            raise CatalogError(f"{path} is not a folder.", "Check the name, or connect the drive it is on.")
        known = self.folders()
        for folder in known:
            if path.is_relative_to(folder.path):
                return folder
        with self._database.transaction() as db:
            db.execute("INSERT INTO folders (path) VALUES (?)", (os.fsencode(path),))
            number = db.execute("SELECT id FROM folders WHERE path = ?", (os.fsencode(path),)).fetchone()[0]
            for folder in known:
                if folder.path.is_relative_to(path):
                    db.execute("UPDATE files SET folder_id = ? WHERE folder_id = ?", (number, folder.id))
                    db.execute("DELETE FROM folders WHERE id = ?", (folder.id,))
        return Folder(number, path, True)

    def remove_folder(self, folder: Folder) -> None:
        """Stop watching a folder and forget where its files are. Nothing on disk is touched."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM folders WHERE id = ?", (folder.id,))

    def set_online(self, folder: Folder, online: bool) -> None:
        """Remember whether the folder can be reached."""
        with self._database.transaction() as db:
            db.execute("UPDATE folders SET online = ? WHERE id = ?", (int(online), folder.id))

    def known(self, under: bytes, deep: bool = True) -> dict[bytes, FileRow]:
        """The files under a folder by path; `deep` includes those in folders below it."""
        rows = self._database.rows(
            "SELECT id, path, size, mtime_ns, inode, device, content_id, problem FROM files "
            "WHERE path >= ? AND path < ?",
            inside(under),
        )
        found = {row[1]: FileRow(row[0], Place(*row[1:6]), row[6], row[7]) for row in rows}
        if not deep:
            found = {path: row for path, row in found.items() if os.path.dirname(path) == under}  # noqa: PTH120
        return found

    def put(
        self, db: Database, folder_id: int, place: Place, content_id: int | None, problem: str | None
    ) -> None:
        """Record what lies at a place; within the caller's transaction."""
        db.execute(
            "INSERT INTO files (folder_id, path, size, mtime_ns, inode, device, content_id, problem, decoders) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET folder_id = excluded.folder_id, "
            "size = excluded.size, mtime_ns = excluded.mtime_ns, inode = excluded.inode, device = excluded.device, "
            "content_id = excluded.content_id, problem = excluded.problem, decoders = excluded.decoders",
            (folder_id, *vars(place).values(), content_id, problem, problem and decoders()),
        )

    def remove(self, db: Database, ids: Iterable[int]) -> None:
        """Forget files that are gone; within the caller's transaction. Their contents are kept."""
        for piece in chunks(ids):
            db.execute(f"DELETE FROM files WHERE id IN ({marks(len(piece))})", piece)

    def unplaced(self, content_ids: Sequence[int]) -> list[int]:
        """Those of the given contents that lie in no file any more."""
        placed: set[int] = set()
        for piece in chunks(content_ids):
            rows = self._database.rows(
                f"SELECT DISTINCT content_id FROM files WHERE content_id IN ({marks(len(piece))})", piece
            )
            placed.update(row[0] for row in rows)
        return [number for number in content_ids if number not in placed]

    def paths(self, content_ids: Sequence[int]) -> dict[int, list[Path]]:
        """Every place of the given contents, reachable ones first."""
        found: dict[int, list[Path]] = {number: [] for number in content_ids}
        for piece in chunks(content_ids):
            rows = self._database.rows(
                "SELECT content_id, files.path FROM files JOIN folders ON folders.id = folder_id "
                f"WHERE content_id IN ({marks(len(piece))}) ORDER BY online DESC, files.path",
                piece,
            )
            for number, path in rows:
                found[number].append(Path(os.fsdecode(path)))
        return found

    def refused_before(self, under: bytes) -> set[int]:
        """Ids of the files under a folder that could not be read by decoders other than today's."""
        rows = self._database.rows(
            "SELECT id FROM files WHERE problem IS NOT NULL AND decoders IS NOT ? AND path >= ? AND path < ?",
            (decoders(), *inside(under)),
        )
        return {row[0] for row in rows}

    def problems(self) -> list[tuple[Path, str]]:
        """Files that could not be indexed, and why."""
        rows = self._database.rows("SELECT path, problem FROM files WHERE problem IS NOT NULL ORDER BY path")
        return [(Path(os.fsdecode(path)), problem) for path, problem in rows]

    def count(self) -> int:
        """How many files are known, those with a problem included."""
        return self._database.rows("SELECT count(*) FROM files")[0][0]
