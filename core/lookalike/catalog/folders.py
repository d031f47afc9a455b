"""Folders table: watched folders and their volumes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from lookalike.catalog.database import CatalogDatabase, CatalogError
from lookalike.user_paths import demand_folder, resolved


@dataclass(frozen=True)
class Folder:
    """A folder the user asked to have watched.

    Attributes:
        id: its number in the catalog, never given to another folder.
        path: absolute path.
        online: False while the folder cannot be reached (a drive that is not mounted); its files are kept.
        paused: whether the user wants its changes left alone for now.
        note: how its changes are noticed where the system cannot tell of them; empty otherwise.
    """

    id: int
    path: Path
    online: bool
    paused: bool = False
    note: str = ""


STILL_WATCHED = "id = ? AND instr(?, CAST(rtrim(path, ?) || ? AS BLOB)) = 1"
"""Whether a folder is still watched where it was when a path in it was found. Joining BLOBs gives a text of the same
bytes."""


def still_watched_parameters(folder_id: int, path: bytes) -> tuple[int, bytes, str, str]:
    """The parameters of `STILL_WATCHED` for a path in a folder."""
    return folder_id, path, os.sep, os.sep


class Folders:
    """The table of folders."""

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database

    def all(self) -> list[Folder]:
        """All watched folders, by path."""
        rows = self._database.rows("SELECT id, path, online, paused, note FROM folders ORDER BY path")
        return [
            Folder(number, Path(os.fsdecode(path)), bool(online), bool(paused), note)
            for number, path, online, paused, note in rows
        ]

    def add(self, path: Path, mounts: Mapping[bytes, str] | None = None) -> Folder:
        """Watch a folder.

        A folder inside a watched one is covered already, and that one is returned. One above watched folders
        takes over their files. From then on only what lies on disk counts, so it may not while one of them cannot
        be reached: its photos would seem deleted. Nor while one is paused, which would be forgotten.

        Args:
            path: the folder.
            mounts: other volumes that are mounted inside it: mount point → name, empty where it has none.

        Raises:
            LookalikeError: the path is no folder, or a watched folder inside it is offline or paused.
        """
        path = resolved(path)
        demand_folder(path)
        with self._database.transaction() as db:
            # Asked only now, when no other process can add a folder any more.
            known = self.all()
            for folder in known:
                if path.is_relative_to(folder.path):
                    return folder
            for folder in known:
                if not folder.path.is_relative_to(path):
                    continue
                if not folder.online:
                    raise CatalogError(
                        "{folder}, which lies in {path}, cannot be reached, and its photos would be forgotten.",
                        "Connect its drive, or remove that folder first.",
                        folder=folder.path,
                        path=path,
                    )
                if folder.paused:
                    raise CatalogError(
                        "{folder}, which lies in {path}, is paused.",
                        "Let it go on, or remove that folder first.",
                        folder=folder.path,
                        path=path,
                    )
            db.execute("UPDATE folder_numbers SET latest = latest + 1")
            number = db.execute("SELECT latest FROM folder_numbers").fetchone()[0]
            db.execute("INSERT INTO folders (id, path) VALUES (?, ?)", (number, os.fsencode(path)))
            for folder in known:
                if folder.path.is_relative_to(path):
                    for table in ("files", "sidecars", "mounts"):
                        db.execute(
                            f"UPDATE {table} SET folder_id = ? WHERE folder_id = ?", (number, folder.id)
                        )
                    db.execute("DELETE FROM folders WHERE id = ?", (folder.id,))
            # Known from the first look on, so that a drive pulled before it is only away.
            for point, name in (mounts or {}).items():
                db.execute("INSERT OR REPLACE INTO mounts VALUES (?, ?, ?)", (number, point, name))
        return Folder(number, path, True)

    def remove(self, db: Database, folder: Folder) -> list[int]:
        """Forget a folder and where its files are; within the caller's transaction.

        Returns:
            The contents that lay in it.
        """
        db.execute(
            "INSERT OR REPLACE INTO departed (inode, device, size, mtime_ns, ctime_ns, path, content_id) "
            "SELECT inode, device, size, mtime_ns, ctime_ns, path, content_id FROM files "
            "WHERE folder_id = ? AND content_id IS NOT NULL AND inode != 0 AND size >= 0",
            (folder.id,),
        )
        held = db.execute(
            "SELECT DISTINCT content_id FROM files WHERE folder_id = ? AND content_id IS NOT NULL",
            (folder.id,),
        ).fetchall()
        db.execute("DELETE FROM folders WHERE id = ?", (folder.id,))
        return [row[0] for row in held]

    def relocate(self, db: Database, folder: Folder, path: Path) -> None:
        """Note that a folder now lies elsewhere, with everything in it; within the caller's transaction.

        Raises:
            CatalogError: the new place overlaps with a watched folder.
        """
        old, new = os.fsencode(folder.path), os.fsencode(path)
        for other in self.all():
            if other.id == folder.id and path == other.path:
                return
            if other.id == folder.id and (path.is_relative_to(other.path) or other.path.is_relative_to(path)):
                raise CatalogError(
                    "{path} and {other_path}, where this folder is said to lie, are one inside the other.",
                    "Remove this folder and add {path}: its photos need not be described again.",
                    path=path,
                    other_path=other.path,
                )
            if path.is_relative_to(other.path) or other.path.is_relative_to(path):
                raise CatalogError(
                    "{path} overlaps with the watched folder {other_path}.", path=path, other_path=other.path
                )
        for table in ("files", "sidecars", "mounts"):
            # Joining BLOBs gives a text of the same bytes.
            db.execute(
                f"UPDATE {table} SET path = CAST(? || substr(path, ?) AS BLOB) WHERE folder_id = ?",
                (new, len(old) + 1, folder.id),
            )
        # What could not be read there is met again where it lies now.
        db.execute("DELETE FROM unreadable WHERE folder_id = ?", (folder.id,))
        # A trigger does the same for files.
        db.execute("UPDATE sidecars SET shot = shot_of(path) WHERE folder_id = ?", (folder.id,))
        db.execute(
            "UPDATE folders SET path = ?, online = 1, volume = '', beneath = x'' WHERE id = ?",
            (new, folder.id),
        )

    def set_online(self, folder: Folder, online: bool) -> None:
        """Remember whether the folder can be reached."""
        self._set(folder, "online", int(online))

    def set_paused(self, folder: Folder, paused: bool) -> None:
        """Remember whether the folder's changes are to be left alone."""
        self._set(folder, "paused", int(paused))

    def set_note(self, folder: Folder, note: str) -> None:
        """Remember how the folder's changes are noticed."""
        if note != folder.note:
            self._set(folder, "note", note)

    def _set(self, folder: Folder, column: str, value: int | str) -> None:
        with self._database.transaction() as db:
            db.execute(f"UPDATE folders SET {column} = ? WHERE id = ?", (value, folder.id))

    def volume(self, folder: Folder) -> tuple[str, bytes]:
        """The name of the volume a folder was last seen on, empty while unknown, and its path inside it."""
        rows = self._database.rows("SELECT volume, beneath FROM folders WHERE id = ?", (folder.id,))
        return rows[0] if rows else ("", b"")

    def set_volume(self, folder: Folder, volume: str, beneath: bytes) -> None:
        """Remember the volume a folder lies on."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE folders SET volume = ?, beneath = ? WHERE id = ?", (volume, beneath, folder.id)
            )

    def mounts(self, folder: Folder) -> dict[bytes, str]:
        """Other volumes that were mounted inside a folder: mount point → name, empty where it has none."""
        return dict(self._database.rows("SELECT path, volume FROM mounts WHERE folder_id = ?", (folder.id,)))

    def set_mounts(self, folder: Folder, mounts: dict[bytes, str]) -> None:
        """Remember the volumes that are mounted inside a folder."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM mounts WHERE folder_id = ?", (folder.id,))
            for path, volume in mounts.items():
                db.execute("INSERT INTO mounts VALUES (?, ?, ?)", (folder.id, path, volume))
