"""Folder counts: how many photos lie in each folder and below it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.catalog.database import CatalogDatabase
from lookalike.path_bytes import covers, parent


@dataclass(frozen=True)
class FolderCount:
    """A folder with photos.

    Attributes:
        path: the folder.
        photos: how many lie in it or below it; one that lies there several times counts once.
    """

    path: Path
    photos: int


# A line a folder: what a path has behind its last separator is taken off, and the photos come as one text.
_FOLDERS = (
    "SELECT CAST(rtrim(path, replace(path, :separator, '')) AS BLOB) AS folder, group_concat(content_id) FROM "
    "(SELECT CAST(path AS TEXT) AS path, content_id FROM files JOIN contents ON contents.id = content_id "
    "WHERE companion_of IS NULL) GROUP BY folder"
)


def read_folder_counts(database: CatalogDatabase, roots: Sequence[bytes]) -> list[FolderCount]:
    """The folders at or below some roots that hold photos, by path.

    Args:
        database: the catalog's database.
        roots: the uppermost folders that count.
    """
    found = database.rows(_FOLDERS, {"separator": os.sep})
    names = [os.path.dirname(folder) for folder, _ in found]  # noqa: PTH120
    photos = [np.fromstring(ids, np.int64, sep=",") for _, ids in found]
    counts = [len(ids) for ids in photos]
    rows = np.concatenate(photos) if photos else np.zeros(0, np.int64)
    return _count(names, rows, np.repeat(np.arange(len(names)), counts), roots)


def _count(
    names: Sequence[bytes], rows: NDArray[np.int64], codes: NDArray[np.intp], roots: Sequence[bytes]
) -> list[FolderCount]:
    """Count photos in folders and in all folders above them.

    Args:
        names: folders that photos lie in directly.
        rows: content ids, (n,).
        codes: for each of `rows`, the place in `names` of a folder that it lies in, (n,).
        roots: the uppermost folders that count.
    """
    all_names = list(names)
    numbers = {name: number for number, name in enumerate(all_names)}
    above: list[int] = []
    for name in all_names:
        # The list grows while it is gone through, by the folders in between that hold no photo themselves.
        upper = parent(name)
        if name in roots or not any(covers(root, name) for root in roots):
            above.append(-1)
            continue
        if upper not in numbers:
            numbers[upper] = len(all_names)
            all_names.append(upper)
        above.append(numbers[upper])
    parents = np.array(above, np.int64)
    pairs = []
    photos, folders = rows, codes.astype(np.int64)
    while len(folders):
        pairs.append(photos * len(all_names) + folders)
        upwards = parents[folders]
        photos, folders = photos[upwards >= 0], upwards[upwards >= 0]
    if not pairs:
        return []
    counts = np.bincount(np.unique(np.concatenate(pairs)) % len(all_names), minlength=len(all_names))
    counted = [
        FolderCount(Path(os.fsdecode(name)), count)
        for name, count in zip(all_names, counts.tolist(), strict=True)
        if count and any(covers(root, name) for root in roots)
    ]
    return sorted(counted, key=lambda folder: folder.path)
