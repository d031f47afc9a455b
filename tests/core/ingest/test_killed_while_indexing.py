"""Killed at random moments while it indexes, the library ends up with every photo, once."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from tests.builders.photo_files import write_album

PHOTOS = 80
KILLS = 5


def lookalike(library: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "lookalike", "--library", str(library), *arguments]


def recorded(library: Path) -> int:
    """Files in the catalog, as another process sees it."""
    try:
        with closing(sqlite3.connect(f"file:{library / 'catalog.sqlite'}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM files").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.mark.slow
def test_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    album, library = tmp_path / "album", tmp_path / "library"
    album.mkdir()
    write_album(album, PHOTOS, seed=5)
    chance = random.Random(11)
    moments = sorted(chance.sample(range(PHOTOS - 20), KILLS))
    for moment in moments:
        process = subprocess.Popen(
            lookalike(library, "add", str(album), "--json"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # Never more files than the moment: else it was reached in an earlier round and this kill comes at once.
        while recorded(library) < moment:
            assert process.poll() is None, "it ended before it was killed"
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.3))
        children = psutil.Process(process.pid).children(recursive=True)
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        _, alive = psutil.wait_procs(children, timeout=30)
        assert not alive, "a worker outlived its owner"
    done = subprocess.run(
        lookalike(library, "add", str(album), "--json"), capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["photos"] == PHOTOS
    told = subprocess.run(lookalike(library, "status", "--json"), capture_output=True, text=True, check=True)
    status = json.loads(told.stdout)
    assert (status["files"], status["photos"], status["indexed"], status["problems"]) == (
        PHOTOS,
        PHOTOS,
        PHOTOS,
        [],
    )
    with closing(sqlite3.connect(library / "catalog.sqlite")) as connection:
        (descriptors,) = connection.execute("SELECT count(*) FROM descriptors").fetchone()
        (checked,) = connection.execute("PRAGMA integrity_check").fetchone()
    assert (descriptors, checked) == (PHOTOS, "ok")
