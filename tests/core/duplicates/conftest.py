"""Fixtures for duplicates: a library with an album, and a trash of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.duplicate_library import DuplicateLibrary

if sys.platform in ("win32", "darwin"):
    pytest.skip("the trash is looked into as freedesktop.org describes it", allow_module_level=True)


@pytest.fixture(autouse=True)
def trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The real trash, in a home folder of the test's own."""
    from send2trash import plat_other

    data_home = tmp_path / "data home"
    monkeypatch.setenv("XDG_DATA_HOME", str(data_home))
    # Send2Trash reads the variable once, when it is imported.
    monkeypatch.setattr(plat_other, "XDG_DATA_HOME", os.fsencode(data_home))
    monkeypatch.setattr(plat_other, "HOMETRASH_B", os.fsencode(data_home / "Trash"))
    # The temporary folder may be a drive of its own, and its trash is not the test's.
    monkeypatch.setattr(plat_other, "get_dev", lambda path: 0)
    return data_home / "Trash"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[DuplicateLibrary]:
    opened = DuplicateLibrary(tmp_path / "root")
    yield opened
    opened.close()
