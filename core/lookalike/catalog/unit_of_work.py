"""Unit of work: one transaction that moves files, contents and annotations, and refreshes what that affects.

Companions, and the rating, title and words of a photo, follow from where its files are. So they must be recomputed in
the very transaction that moves a file, and everyone who keeps an index of photos must be notified after the commit.
Both happen here and nowhere else: only this module may call the tables' own methods for writing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlite_utils import Database

from lookalike.catalog.annotations import AnnotationTable
from lookalike.catalog.contents import ContentRow, Contents
from lookalike.catalog.descriptors import DescriptorRecord
from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.files import FileRow, Files
from lookalike.catalog.folders import Folder, Folders
from lookalike.catalog.shot_names import shot_of
from lookalike.catalog.unreadable import UnreadablePaths
from lookalike.photos import Annotations, Metadata


@dataclass(frozen=True)
class CatalogTables:
    """The tables that a unit of work writes to."""

    contents: Contents
    folders: Folders
    files: Files
    annotations: AnnotationTable
    unreadable: UnreadablePaths


@dataclass(frozen=True)
class CatalogChange:
    """What one unit of work changed.

    Attributes:
        content_ids: contents that may have become findable, or may no longer be.
        vectors: descriptors that were recorded: the describer's key → content id → unit vector, float32 (dimension,).
    """

    content_ids: frozenset[int]
    vectors: Mapping[str, Mapping[int, NDArray[np.float32]]] = field(default_factory=dict)


class UnitOfWork:
    """Writes of one transaction; `Catalog.unit_of_work` begins one and commits it.

    Args:
        tables: the catalog's tables.
        db: the transaction.
    """

    def __init__(self, tables: CatalogTables, db: Database) -> None:
        self._tables = tables
        self._db = db
        self._shots: set[bytes] = set()
        self._touched: set[int] = set()
        self._vectors: defaultdict[str, dict[int, NDArray[np.float32]]] = defaultdict(dict)

    def put_file(
        self,
        folder: Folder,
        stat: FileStat,
        content_id: int | None,
        problem: str | None = None,
        refused: str | None = None,
        tried_by: str | None = None,
    ) -> None:
        """Record what a file holds; see `Files.put`."""
        self._tables.files.put(self._db, folder.id, stat, content_id, problem, refused, tried_by)
        self._shots.add(shot_of(stat.path))
        self.touch([content_id])

    def remove_files(self, folder: Folder, rows: Sequence[FileRow]) -> None:
        """Forget files of a folder that are gone; see `Files.remove`."""
        self._tables.files.remove(self._db, folder.id, [row.id for row in rows])
        self._shots.update(shot_of(row.stat.path) for row in rows)
        self.touch(row.content_id for row in rows)

    def put_content(self, row: ContentRow) -> int:
        """The id of a content, added when new."""
        return self._tables.contents.ensure(self._db, row)

    def put_descriptor(self, record: DescriptorRecord, content_id: int, vector: NDArray[np.float32]) -> None:
        """Record a content's descriptor, a unit vector (dimension,)."""
        record.put(self._db, content_id, vector)
        self._vectors[record.key][content_id] = vector

    def put_annotations(self, content_id: int, annotations: Annotations) -> None:
        """Record what a content's own metadata say."""
        self._tables.annotations.put_embedded(self._db, content_id, annotations)
        self.touch([content_id])

    def put_user_rating(self, content_id: int, rating: int | None) -> None:
        """Record the stars that the user gives a content; see `AnnotationTable.put_user_rating`."""
        self._tables.annotations.put_user_rating(self._db, content_id, rating)
        self.touch([content_id])

    def put_metadata(self, content_id: int, metadata: Metadata | None) -> None:
        """Record what a content's metadata say where they were read again; None where they could not be."""
        if metadata is None:
            self._tables.annotations.mark_read(self._db, content_id)
            return
        self._tables.contents.put_facts(
            self._db,
            content_id,
            metadata.camera or None,
            metadata.lens or None,
            metadata.latitude,
            metadata.longitude,
        )
        self.put_annotations(content_id, metadata.annotations)

    def put_sidecar(
        self, folder: Folder, stat: FileStat, annotations: Annotations | None, problem: str | None
    ) -> None:
        """Record what an XMP file says, or why it cannot be read."""
        self._tables.annotations.put(self._db, folder.id, stat, annotations, problem)
        self._shots.add(shot_of(stat.path))

    def remove_sidecars(self, paths: Sequence[bytes]) -> None:
        """Forget XMP files that are gone."""
        self._tables.annotations.remove(self._db, paths)
        self._shots.update(map(shot_of, paths))

    def put_unreadable(self, folder: Folder, path: bytes, reason: str) -> None:
        """Record why a file could not be read."""
        self._tables.unreadable.put(self._db, folder.id, path, reason)

    def remove_folder(self, folder: Folder) -> None:
        """Stop watching a folder and forget where its files are."""
        self.touch(self._tables.folders.remove(self._db, folder))

    def relocate_folder(self, folder: Folder, path: Path) -> None:
        """Record that a folder now lies elsewhere, with everything in it.

        Raises:
            CatalogError: the new place overlaps with a watched folder.
        """
        self._tables.folders.relocate(self._db, folder, path)
        self.touch(self._tables.files.contents_in(self._db, folder))

    def touch(self, content_ids: Iterable[int | None]) -> None:
        """Have these contents refreshed at the end; None is skipped."""
        self._touched.update(number for number in content_ids if number is not None)

    def finish(self) -> CatalogChange:
        """Refresh what was affected; called once, before the commit."""
        affected = self._tables.annotations.refresh(self._db, self._shots, self._touched)
        for vectors in self._vectors.values():
            affected.update(vectors)
        return CatalogChange(frozenset(affected), dict(self._vectors))
