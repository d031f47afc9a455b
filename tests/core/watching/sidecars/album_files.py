"""Raw files, pictures and what a library shows of them, for the tests of shots and sidecars."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from lookalike.catalog.racy_timestamps import CTIME_TICK_NS
from lookalike.library import Library, PhotoInfo
from tests.builders.inside import catalog_of, engine_of
from tests.builders.photo_files import encoded, raw_dng, textured_photo

TAKEN, CAMERA = "2023:05:06 07:08:09", "Acme One"
SIZE = (160, 120)


def raw(path: Path, seed: int = 50, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw_dng(textured_photo(seed, SIZE), **options))
    return path


def picture(path: Path, seed: int = 50, exif: bytes = b"", **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded(textured_photo(seed, SIZE), "JPEG", quality=90, exif=exif, **options))
    return path


def aged(path: Path) -> None:
    """Make a file one that was changed long enough ago for its times to prove that it is unchanged."""
    long_ago = time.time_ns() - 60_000_000_000
    os.utime(path, ns=(long_ago, long_ago))
    time.sleep(2 * CTIME_TICK_NS / 1e9)


def scan(library: Library) -> None:
    for _ in library.scan():
        pass
    assert_in_line(library)


def assert_in_line(library: Library) -> None:
    """Grid, index and counts name the same photos."""
    shown = sorted(library.photos.ids())
    assert engine_of(library).record.ids().tolist() == shown
    assert len(library) == len(shown) == library.status().photos == library.status().indexed
    assert all(number in engine_of(library).index for number in shown)


def shown(library: Library) -> set[tuple[str, ...]]:
    """The library's photos, each as the names of its files."""
    found = set()
    for number in library.photos.ids():
        info = library.photos.info(number)
        assert info is not None
        found.add(tuple(path.name for path in (*info.paths, *info.companions)))
    return found


ALONE = {("photo_000.jpg",), ("photo_001.jpg",), ("photo_002.jpg",)}


def info_of(library: Library, path: Path) -> PhotoInfo:
    row = catalog_of(library).files.known(os.fsencode(path.parent))[os.fsencode(path)]
    assert row.content_id is not None
    info = library.photos.info(row.content_id)
    assert info is not None
    return info
