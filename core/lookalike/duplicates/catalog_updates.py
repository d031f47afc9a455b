"""Catalog updates of a clean-up: the catalog follows what was done to files at once, before any scan."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from lookalike.catalog.catalog import Catalog
from lookalike.catalog.file_stat import FileStat, file_stat_of, signed
from lookalike.catalog.folders import Folder
from lookalike.catalog.shot_names import SIDECAR_SUFFIX
from lookalike.duplicates.journal import Action, Step, Unit
from lookalike.path_bytes import covers
from lookalike.photos import PhotoError, read_sidecar


def record_unit(catalog: Catalog, unit: Unit) -> None:
    """Bring what the catalog knows of a unit's files in line with the disk."""
    record_files(catalog, [unit.steps[at] for at in (*unit.done, *unit.undone)])


def record_files(catalog: Catalog, steps: Iterable[Step]) -> None:
    """Record which files of some steps are there now, and which are not.

    A photo that lies there again, or as a link, holds what it held when it was checked. Any other file that has come to
    its place is left to the next scan.
    """
    folders = catalog.folders.all()
    with catalog.unit_of_work() as work:
        for step in steps:
            folder = _folder_of(folders, step.path)
            if folder is None:
                continue
            is_sidecar = os.fsdecode(step.path).lower().endswith(SIDECAR_SUFFIX)
            try:
                stat = file_stat_of(step.path, os.lstat(step.path), False)
            except OSError:
                if is_sidecar:
                    work.remove_sidecars([step.path])
                elif (known := catalog.files.at(step.path)) is not None:
                    work.remove_files(folder, [known[1]])
                continue
            if is_sidecar:
                try:
                    said = read_sidecar(Path(os.fsdecode(step.path)))
                except PhotoError:
                    # The next scan reads it and tells.
                    continue
                work.put_sidecar(folder, replace(stat, racy=True), said, None)
            elif _is_of(step, stat):
                work.put_file(folder, stat, catalog.contents.id_of(step.hash))


def _is_of(step: Step, stat: FileStat) -> bool:
    """Whether a file is the one that was checked, or a copy or link that took its place."""
    if step.action is Action.LINK:
        return stat.size == step.size
    return stat.stamp == (step.size, step.mtime_ns) and stat.inode == signed(step.inode[1])


def _folder_of(folders: Iterable[Folder], path: bytes) -> Folder | None:
    """The watched folder that a path lies in."""
    return next((folder for folder in folders if covers(os.fsencode(folder.path), path)), None)
