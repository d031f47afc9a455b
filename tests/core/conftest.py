"""Fixtures of the core's tests."""

from __future__ import annotations

import pytest

from lookalike.ingest import photo_reader
from lookalike.photos import FileBytes, Photo


@pytest.fixture
def decodes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of photos that are decoded for indexing, as they are."""
    names: list[str] = []
    decode = photo_reader.decode

    def counted(file: FileBytes, longest_side: int) -> Photo:
        names.append(file.name)
        return decode(file, longest_side)

    monkeypatch.setattr(photo_reader, "decode", counted)
    return names
