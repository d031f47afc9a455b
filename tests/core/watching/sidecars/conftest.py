"""An album in a library, through the real pipeline, and what was decoded of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lookalike.ingest import photo_reader as reading_module
from lookalike.library import Library
from lookalike.photos import FileBytes, Photo
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


@pytest.fixture
def decodes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    decode = reading_module.decode

    def counted(file: FileBytes, longest_side: int) -> Photo:
        names.append(file.name)
        return decode(file, longest_side)

    monkeypatch.setattr(reading_module, "decode", counted)
    return names
