"""Folder diff: the differences between a folder on disk and the catalog, which the indexer applies."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.files import FileRow
from lookalike.errors import Phrase
from lookalike.ingest.sidecars import SidecarDiff
from lookalike.progress import Skipped


@dataclass
class FolderDiff:
    """What must be done so that the catalog agrees with the disk.

    Attributes:
        added_or_changed: places whose bytes are new or have changed, with the row they replace (None for new ones).
        moved: rows whose file now lies at another place, unchanged.
        recognised: places with the row they replace (or None) and the content that is known to lie there.
        removed: rows whose file is no longer there.
        unchanged: how many files need nothing.
        unreadable: what could not be looked at; what is known below it is kept.
        sidecars: XMP files beside photos that are new, have changed, or are gone.
        renumbered: numbers of volumes that are others now, old → new.
        missing_ctime: rows of unchanged files whose ctime was unknown, and what it is.
    """

    added_or_changed: list[tuple[FileStat, FileRow | None]] = field(default_factory=list)
    moved: list[tuple[FileRow, FileStat]] = field(default_factory=list)
    recognised: list[tuple[FileStat, FileRow | None, int]] = field(default_factory=list)
    removed: list[FileRow] = field(default_factory=list)
    unchanged: int = 0
    unreadable: list[Skipped] = field(default_factory=list)
    sidecars: SidecarDiff = field(default_factory=SidecarDiff)
    renumbered: dict[int, int] = field(default_factory=dict)
    missing_ctime: list[tuple[FileRow, int]] = field(default_factory=list)

    def skip_cloud_only(self, top: bytes) -> None:
        """Leave new photos alone whose bytes lie in the cloud: looking at them would have them all fetched."""
        away = {stat.path for stat, _ in self.added_or_changed if stat.online_only}
        if away:
            self.added_or_changed = [entry for entry in self.added_or_changed if entry[0].path not in away]
            reason = Phrase(
                "1 photo is kept online only and will be indexed once downloaded."
                if len(away) == 1
                else "{count} photos are kept online only and will be indexed once downloaded.",
                count=f"{len(away):,}",
            )
            self.unreadable.append(Skipped(os.fsdecode(top), str(reason)))

    def __bool__(self) -> bool:
        return bool(
            self.added_or_changed
            or self.moved
            or self.recognised
            or self.removed
            or self.unreadable
            or self.sidecars
        )
