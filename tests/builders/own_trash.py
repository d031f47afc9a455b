"""A trash of a test's own: the real one, elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def use_own_trash(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have Send2Trash use a trash in a folder of the test's, as freedesktop.org describes it; gives its place."""
    from send2trash import plat_other

    monkeypatch.setenv("XDG_DATA_HOME", str(data_home))
    # Send2Trash reads the variable once, when it is imported.
    monkeypatch.setattr(plat_other, "XDG_DATA_HOME", os.fsencode(data_home))
    monkeypatch.setattr(plat_other, "HOMETRASH_B", os.fsencode(data_home / "Trash"))
    # The temporary folder may be a drive of its own, and its trash is not the test's.
    monkeypatch.setattr(plat_other, "get_dev", lambda path: 0)
    return data_home / "Trash"
