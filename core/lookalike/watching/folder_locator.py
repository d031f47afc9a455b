"""Folder locator: whether a watched folder can be reached, and where it lies after its drive came back."""

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
from lookalike.errors import Phrase
from lookalike.path_bytes import child_prefix
from lookalike.progress import Skipped
from lookalike.watching.volumes import Mount, find_on_volumes, holds_files, mount_of, mounted_inside

SAMPLE = 20
"""How many known files identify a volume that has no name."""


@dataclass(frozen=True)
class FolderLocation:
    """A folder as it can be reached now.

    Attributes:
        folder: its path, and whether it is online.
        mount: the volume it lies on, or None.
        missing_mounts: mount points below it whose volume is not mounted now.
        nested: other volumes mounted below it: mount point → name.
        identity: device and inode of the directory at its path, whatever its name.
    """

    folder: Folder
    mount: Mount | None = None
    missing_mounts: tuple[bytes, ...] = ()
    nested: tuple[tuple[bytes, str], ...] = ()
    identity: tuple[int, int] | None = None


class FolderLocator:
    """Looks for folders, and keeps their paths, volumes and online marks in the catalog up to date.

    Args:
        catalog: the library's catalog.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._files = catalog.files
        self._folders = catalog.folders

    def locate(self, folder: Folder, mounted: Sequence[Mount]) -> FolderLocation:
        """Find out whether and where a folder can be reached; one whose drive came back elsewhere is relocated.

        Args:
            folder: as the catalog has it.
            mounted: the volumes that are mounted now.
        """
        top = os.fsencode(folder.path)
        volume, beneath = self._folders.volume(folder)
        mount = mount_of(top, mounted)
        if not self._is_there(folder, volume, mount):
            found = self._find_elsewhere(folder, volume, beneath, mounted)
            if found is None:
                return FolderLocation(self.record_online(folder, False))
            try:
                with self._catalog.unit_of_work() as work:
                    work.relocate_folder(folder, found)
            except CatalogError:
                # The folder may have been relocated, and only the index have failed to hear of it.
                if all((other.id, other.path) != (folder.id, found) for other in self._folders.all()):
                    return FolderLocation(self.record_online(folder, False))
            folder = replace(folder, path=found, online=True)
            top = os.fsencode(found)
            mount = mount_of(top, mounted)
            volume = ""
        if mount is not None and (mount.name, mount.beneath(top)) != (volume, beneath):
            self._folders.set_volume(folder, mount.name, mount.beneath(top))
        nested, before = mounted_inside(top, mounted), self._folders.mounts(folder)
        missing = _missing(before, nested)
        known = {**nested, **{point: before[point] for point in missing}}
        if known != before:
            self._folders.set_mounts(folder, known)
        return FolderLocation(
            self.record_online(folder, True),
            mount,
            tuple(missing),
            tuple(sorted(nested.items())),
            _identity(top, mount is not None and mount.network),
        )

    def missing_drives(self, folder: Folder, mounted: Sequence[Mount]) -> list[Skipped]:
        """A line for each volume below a folder that is not mounted now and of which photos are known."""
        nested = mounted_inside(os.fsencode(folder.path), mounted)
        lines = []
        for point in _missing(self._folders.mounts(folder), nested):
            count = len(self._files.known(point, folder=folder))
            if count:
                reason = Phrase(
                    "The drive that was mounted here cannot be reached. What is known of 1 photo on it is kept."
                    if count == 1
                    else "The drive that was mounted here cannot be reached. "
                    "What is known of {count} photos on it is kept.",
                    count=f"{count:,}",
                )
                lines.append(Skipped(os.fsdecode(point), str(reason)))
        return lines

    def record_online(self, folder: Folder, online: bool) -> Folder:
        """Record whether a folder can be reached."""
        if folder.online != online:
            self._folders.set_online(folder, online)
        return replace(folder, online=online)

    def _is_there(self, folder: Folder, volume: str, mount: Mount | None) -> bool:
        """Whether what lies at a folder's path is that folder.

        An empty mount point is not, nor is another drive mounted at it, nor a link. A copy of the files on a new
        drive is.
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

    def _find_elsewhere(
        self, folder: Folder, volume: str, beneath: bytes, mounted: Sequence[Mount]
    ) -> Path | None:
        """Where a folder lies that is not at its path: behind a link there, or where its drive is mounted now."""
        stats = self._files.sample(folder, SAMPLE)
        top = child_prefix(os.fsencode(folder.path))
        names = [stat.path[len(top) :] for stat in stats]
        real = _real(folder)
        if real != folder.path and (
            holds_files(os.fsencode(real), names, stats) if stats else _status(os.fsencode(real))
        ):
            return real
        if not volume and not stats:
            return None
        found = find_on_volumes(volume, beneath, names, stats, mounted)
        return None if found is None or found == os.fsencode(folder.path) else Path(os.fsdecode(found))


def _missing(before: Mapping[bytes, str], nested: Mapping[bytes, str]) -> list[bytes]:
    """Mount points of volumes that are no longer mounted there."""
    return [
        point for point, name in before.items() if point not in nested or (name and nested[point] != name)
    ]


def _real(folder: Folder) -> Path:
    """A folder's path with links resolved; the path was recorded without any, but links may have appeared since."""
    try:
        return Path(os.path.realpath(folder.path))
    except OSError:
        # Windows has many errors for a drive that does not answer.
        return folder.path


def _status(top: bytes) -> os.stat_result | None:
    """The status of a directory; None where there is none, or it cannot be read."""
    try:
        status = os.stat(top)  # noqa: PTH116
    except OSError:
        # Missing, forbidden, a server that does not answer, a failing disk.
        return None
    return status if stat.S_ISDIR(status.st_mode) else None


def _identity(top: bytes, network: bool) -> tuple[int, int] | None:
    # On a network drive a directory's inode may change at any time.
    status = _status(top)
    return None if status is None else (status.st_dev, 0 if network else status.st_ino)
