"""Contents: distinct sequences of file bytes, and the facts read from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from lookalike.catalog.database import CatalogDatabase
from lookalike.catalog.photo_columns import PhotoColumns, read_name_ranks, read_photo_columns
from lookalike.catalog.sql import chunks, placeholders
from lookalike.errors import LookalikeError
from lookalike.photos import Precision, precision_of

VISIBLE = "companion_of IS NULL AND EXISTS (SELECT 1 FROM files WHERE content_id = contents.id)"
"""SQL condition for contents that the user sees as photos: they have a file and are not companions."""

NEWEST_FIRST = "ORDER BY taken_at DESC NULLS LAST, id DESC"
"""By time taken, then in the order they were added."""


class PhotoGoneError(LookalikeError):
    """A photo is no longer in the library."""

    def __init__(self, message: str = "This photo is no longer in the library.", remedy: str = "") -> None:
        super().__init__(message, remedy)


@dataclass(frozen=True)
class ContentRow:
    """What the catalog knows of one content.

    Attributes:
        hash: hex hash of the file's bytes.
        bytes: size of the file in bytes.
        width: upright width in pixels.
        height: upright height in pixels.
        format: as in "JPEG".
        taken_at: ISO 8601 local time, as exact as it is known, or None.
        camera: make and model, or None.
        lens: its name, or None.
        latitude: degrees north, or None.
        longitude: degrees east, or None.
    """

    hash: str
    bytes: int
    width: int
    height: int
    format: str
    taken_at: str | None = None
    camera: str | None = None
    lens: str | None = None
    latitude: float | None = None
    longitude: float | None = None

    @property
    def precision(self) -> Precision | None:
        """How exact `taken_at` is."""
        return precision_of(self.taken_at) if self.taken_at else None


_COLUMNS = "hash, bytes, width, height, format, taken_at, camera, lens, latitude, longitude"


class Contents:
    """The table of contents."""

    def __init__(self, database: CatalogDatabase) -> None:
        self._database = database

    def ensure(self, db: Database, row: ContentRow) -> int:
        """The id of a content, added when new; within the caller's transaction."""
        values = tuple(vars(row).values())
        db.execute(
            f"INSERT INTO contents ({_COLUMNS}) VALUES ({placeholders(len(values))}) ON CONFLICT (hash) DO NOTHING",
            values,
        )
        content_id = int(db.execute("SELECT id FROM contents WHERE hash = ?", (row.hash,)).fetchone()[0])
        self.put_facts(db, content_id, row.camera, row.lens, row.latitude, row.longitude)
        return content_id

    def put_facts(
        self,
        db: Database,
        content_id: int,
        camera: str | None,
        lens: str | None,
        latitude: float | None,
        longitude: float | None,
    ) -> None:
        """Record what is read from a content's metadata today; within the caller's transaction."""
        values = (camera, lens, latitude, longitude)
        db.execute(
            "UPDATE contents SET camera = ?, lens = ?, latitude = ?, longitude = ? "
            "WHERE id = ? AND (camera, lens, latitude, longitude) IS NOT (?, ?, ?, ?)",
            (*values, content_id, *values),
        )

    def get(self, ids: Sequence[int]) -> dict[int, ContentRow]:
        """The rows of the given contents, by id; unknown ids are left out."""
        found: dict[int, ContentRow] = {}
        for chunk in chunks(ids):
            rows = self._database.rows(
                f"SELECT id, {_COLUMNS} FROM contents WHERE id IN ({placeholders(len(chunk))})", chunk
            )
            found.update((row[0], ContentRow(*row[1:])) for row in rows)
        return found

    def one(self, content_id: int) -> ContentRow:
        """The row of one content.

        Raises:
            PhotoGoneError: there is none.
        """
        rows = self.get([content_id])
        if content_id not in rows:
            raise PhotoGoneError
        return rows[content_id]

    def id_of(self, content_hash: str) -> int | None:
        """The id of the content with this hash, or None."""
        rows = self._database.rows("SELECT id FROM contents WHERE hash = ?", (content_hash,))
        return rows[0][0] if rows else None

    def visible(self) -> list[int]:
        """Ids of all photos that have a file, newest first (by time taken, then in the order they were added).

        Companions (raw files next to their pictures) are left out.
        """
        rows = self._database.rows(f"SELECT id FROM contents WHERE {VISIBLE} {NEWEST_FIRST}")
        return [row[0] for row in rows]

    def newest_first(self, content_ids: Sequence[int]) -> list[int]:
        """Those of the given contents that are among `visible`, in its order; takes no longer in a large library."""
        rows = self._database.rows(
            f"SELECT id FROM contents WHERE id IN (SELECT value FROM json_each(?)) AND {VISIBLE} {NEWEST_FIRST}",
            (json.dumps(content_ids),),
        )
        return [row[0] for row in rows]

    def columns(self) -> PhotoColumns:
        """The same photos in the same order, with what a grid sorts and groups them by."""
        return read_photo_columns(self._database, VISIBLE)

    def name_ranks(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The places of some photos in the order of file names; see `read_name_ranks`."""
        return read_name_ranks(self._database, ids)

    def visible_among(self, content_ids: Sequence[int]) -> dict[int, str]:
        """The hashes, by id, of those of the given contents that are among `visible`."""
        found: dict[int, str] = {}
        for chunk in chunks(content_ids):
            found.update(
                self._database.rows(
                    f"SELECT id, hash FROM contents WHERE {VISIBLE} AND id IN ({placeholders(len(chunk))})",
                    chunk,
                )
            )
        return found

    def count(self) -> int:
        """How many photos lie in some file; a raw file and its picture are one."""
        return int(self._database.rows(f"SELECT count(*) FROM contents WHERE {VISIBLE}")[0][0])

    def photo_of(self, content_hash: str) -> int | None:
        """The id under which the content with this hash is shown: its picture's for a raw file beside one."""
        rows = self._database.rows(
            "SELECT coalesce(companion_of, id) FROM contents WHERE hash = ?", (content_hash,)
        )
        return rows[0][0] if rows else None

    def companions(self, content_ids: Sequence[int]) -> dict[int, list[int]]:
        """The companions of the given contents; those without any are left out."""
        found: dict[int, list[int]] = {}
        for chunk in chunks(content_ids):
            rows = self._database.rows(
                f"SELECT companion_of, id FROM contents WHERE companion_of IN ({placeholders(len(chunk))}) ORDER BY id",
                chunk,
            )
            for lead, companion in rows:
                found.setdefault(lead, []).append(companion)
        return found
