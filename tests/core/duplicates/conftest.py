"""Fixtures for duplicates: a library with an album, and a trash of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.duplicate_library import DuplicateLibrary
from tests.builders.own_trash import use_own_trash

if sys.platform in ("win32", "darwin"):
    pytest.skip("the trash is looked into as freedesktop.org describes it", allow_module_level=True)


@pytest.fixture(autouse=True)
def trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The real trash, in a home folder of the test's own."""
    return use_own_trash(tmp_path / "data home", monkeypatch)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[DuplicateLibrary]:
    opened = DuplicateLibrary(tmp_path / "root")
    yield opened
    opened.close()
