"""An album in a library, through the real pipeline, and what was decoded of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lookalike.library import Library
from tests.builders.photo_files import write_album
from tests.core.watching.sidecars.album_files import SIZE


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    write_album(folder, 3, seed=4, size=SIZE)
    return folder


@pytest.fixture
def library(tmp_path: Path, album: Path) -> Iterator[Library]:
    with Library(tmp_path / "library") as library:
        library.folders.add(album)
        yield library
