"""A small library with duplicates in it: real files, and verified pairs that tests put into the record."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from lookalike.catalog.folders import Folder
from lookalike.duplicates.clean_up import CleanUpOptions, CleanUpReport
from lookalike.duplicates.groups import DuplicateGroup
from lookalike.duplicates.plan import CleanUpPlan
from lookalike.duplicates.recovery import UndoReport
from lookalike.library.duplicate_service import DuplicateService
from lookalike.library.trash_service import TrashService
from lookalike.pairs import Edit, PairKind, VerifiedPair
from lookalike.pairs.graph import PairGraph, row_of_pair
from tests.builders.jobs import result_of
from tests.builders.photo_files import textured_photo
from tests.builders.small_library import SmallLibrary


class DuplicateLibrary(SmallLibrary):
    """A library of an album; photos are added to it by name.

    Args:
        root: where the album, the library and the trash lie.
    """

    def __init__(self, root: Path) -> None:
        self.album = root / "album"
        self.album.mkdir(parents=True, exist_ok=True)
        super().__init__(root / "library")
        self.folder: Folder = self.folders.add(self.album)
        self.graph = PairGraph(self.catalog)
        journals = root / "library"
        self.duplicates = DuplicateService(journals / "clean-ups", self.catalog, self.graph)
        self.trash = TrashService(journals / "trash", journals / "clean-ups", self.catalog, self.graph)

    def photo(self, name: str, seed: int = 0, size: tuple[int, int] = (64, 48), **options: Any) -> Path:
        """Write a photo; the format is that of its name."""
        path = self.album / name
        path.parent.mkdir(parents=True, exist_ok=True)
        textured_photo(seed, size).save(path, **options)
        age(path)
        return path

    def copy(self, path: Path, name: str) -> Path:
        """Copy a file into the album."""
        copied = self.album / name
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copied)
        return copied

    def content(self, path: Path) -> int:
        return self.files.contents_at([path])[path]

    def pair(
        self,
        original: Path,
        other: Path,
        kind: PairKind = PairKind.EDITED,
        edits: tuple[Edit, ...] = (),
        original_known: bool = True,
    ) -> None:
        """Put a verified pair into the record."""
        first, second = sorted((self.content(original), self.content(other)))
        source = self.content(original) if original_known and kind is PairKind.EDITED else None
        pair = VerifiedPair(first, second, kind, 0.99, 0.95, 0.8, edits, source)
        self.catalog.verified_pairs.put([row_of_pair(pair, "test")])

    def groups(self) -> list[DuplicateGroup]:
        return self.duplicates.groups()

    def names(self) -> list[tuple[str, list[str]]]:
        """The groups: class, and names with the kept one first."""
        return [
            (group.kind.value, [str(photo.path.relative_to(self.album)) for photo in group.photos])
            for group in self.groups()
        ]

    def clean_up(self, plan: CleanUpPlan | None = None, **options: Any) -> CleanUpReport:
        plan = plan or CleanUpPlan.of(self.groups())
        return result_of(self.duplicates.clean_up(plan, CleanUpOptions(**options)))

    def undo(self) -> UndoReport:
        return result_of(self.duplicates.undo())

    def on_disk(self) -> set[str]:
        return {
            os.path.join(os.path.relpath(folder, self.album), name).removeprefix("./")
            for folder, _, names in os.walk(self.album)
            for name in names
        }


def age(path: Path) -> None:
    """Have a file changed an hour ago, so that its size and times prove that it is unchanged."""
    status = path.stat()
    past = status.st_mtime_ns - 3_600_000_000_000
    os.utime(path, ns=(past, past))
