"""Tells whether a watched folder can be reached, and finds it again where its drive came back."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.database import CatalogError
from lookalike.catalog.file_stat import signed
from lookalike.catalog.folders import Folder
from lookalike.path_bytes import child_prefix
from lookalike.progress import Skipped
from lookalike.watching.volumes import Mount, came_back, holds, mount_of, mounted_inside

SAMPLE = 20
"""How many known files tell a volume that has no name."""


@dataclass(frozen=True)
class FolderLocation:
    """A folder as it can be reached now.

    Attributes:
        folder: where it lies, and whether it is there.
        mount: the volume it lies on, or None.
        missing_mounts: folders below it whose volume is not mounted now.
        nested: other volumes mounted below it: mount point → name.
        identity: volume and number of the directory that lies at its place, whatever its name.
    """

    folder: Folder
    mount: Mount | None = None
    missing_mounts: tuple[bytes, ...] = ()
    nested: tuple[tuple[bytes, str], ...] = ()
    identity: tuple[int, int] | None = None


class FolderLocator:
    """Looks for folders, and keeps the catalog's word on them right.

    Args:
        catalog: the library's catalog.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._files = catalog.files
        self._folders = catalog.folders

    def locate(self, folder: Folder, mounted: Sequence[Mount]) -> FolderLocation:
        """Find out whether and where a folder can be reached; a drive that came back elsewhere takes it along.

        Args:
            folder: as the catalog has it.
            mounted: what is mounted now.
        """
        top = os.fsencode(folder.path)
        volume, beneath = self._folders.volume(folder)
        mount = mount_of(top, mounted)
        if not self._there(folder, volume, mount):
            found = self._elsewhere(folder, volume, beneath, mounted)
            if found is None:
                return FolderLocation(self.record_online(folder, False))
            try:
                with self._catalog.unit_of_work() as work:
                    work.relocate_folder(folder, found)
            except CatalogError:
                return FolderLocation(self.record_online(folder, False))
            folder = replace(folder, path=found, online=True)
            top = os.fsencode(found)
            mount = mount_of(top, mounted)
            volume = ""
        if mount is not None and (mount.name, mount.beneath(top)) != (volume, beneath):
            self._folders.set_volume(folder, mount.name, mount.beneath(top))
        nested, before = mounted_inside(top, mounted), self._folders.mounts(folder)
        away = _missing(before, nested)
        kept = {**nested, **{point: before[point] for point in away}}
        if kept != before:
            self._folders.set_mounts(folder, kept)
        return FolderLocation(
            self.record_online(folder, True),
            mount,
            tuple(away),
            tuple(sorted(nested.items())),
            _identity(top, mount is not None and mount.network),
        )

    def missing_drives(self, folder: Folder, mounted: Sequence[Mount]) -> list[Skipped]:
        """A line for each volume of which photos are known below a folder, and which is not mounted now."""
        nested = mounted_inside(os.fsencode(folder.path), mounted)
        lines = []
        for point in _missing(self._folders.mounts(folder), nested):
            count = len(self._files.known(point, folder=folder))
            if count:
                photos = "its photo" if count == 1 else f"its {count:,} photos"
                reason = (
                    f"The drive that was mounted here cannot be reached. What is known of {photos} is kept."
                )
                lines.append(Skipped(os.fsdecode(point), reason))
        return lines

    def record_online(self, folder: Folder, online: bool) -> Folder:
        """Remember whether a folder can be reached."""
        if folder.online != online:
            self._folders.set_online(folder, online)
        return replace(folder, online=online)

    def _there(self, folder: Folder, volume: str, mount: Mount | None) -> bool:
        """Whether what lies at a folder's path is that folder.

        An empty mount point is not, nor is another drive at it, or a link. But files that were copied to a new drive
        are.
        """
        status = _status(os.fsencode(folder.path))
        if status is None or _real(folder) != folder.path:
            return False
        if volume and mount is not None and mount.name == volume:
            return True
        if not volume and signed(status.st_dev) in self._files.devices(folder):
            return True
        sample = self._files.sample(folder, SAMPLE)
        return not sample or any(os.path.lexists(stat.path) for stat in sample)

    def _elsewhere(
        self, folder: Folder, volume: str, beneath: bytes, mounted: Sequence[Mount]
    ) -> Path | None:
        stats = self._files.sample(folder, SAMPLE)
        top = child_prefix(os.fsencode(folder.path))
        names = [stat.path[len(top) :] for stat in stats]
        real = _real(folder)
        if real != folder.path and (
            holds(os.fsencode(real), names, stats) if stats else _status(os.fsencode(real))
        ):
            return real
        if not volume and not stats:
            return None
        found = came_back(volume, beneath, names, stats, mounted)
        return None if found is None or found == os.fsencode(folder.path) else Path(os.fsdecode(found))


def _missing(before: Mapping[bytes, str], nested: Mapping[bytes, str]) -> list[bytes]:
    """Where other volumes were mounted of which none, or another, is mounted there now."""
    return [
        point for point, name in before.items() if point not in nested or (name and nested[point] != name)
    ]


def _real(folder: Folder) -> Path:
    """Where the links lead that have come to lie on the way to a folder, which was named without any."""
    try:
        return Path(os.path.realpath(folder.path))
    except OSError:
        # Windows says in many ways that a drive does not answer.
        return folder.path


def _status(top: bytes) -> os.stat_result | None:
    """What the system says of a directory; None where there is none, or none that it lets anybody see."""
    try:
        status = os.stat(top)  # noqa: PTH116
    except OSError:
        # Not there, not allowed, nobody at the other end, a disk that fails.
        return None
    return status if stat.S_ISDIR(status.st_mode) else None


def _identity(top: bytes, network: bool) -> tuple[int, int] | None:
    # On a network drive a directory's number may be made up anew at any time.
    status = _status(top)
    return None if status is None else (status.st_dev, 0 if network else status.st_ino)
