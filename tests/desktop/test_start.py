"""Starting: a worker process imports the entry point again, so that must cost next to nothing."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.builders.photo_files import write_album

HEAVY = ("PySide6", "torch", "transformers", "faiss", "cv2", "openvino", "llama_cpp", "numpy", "PIL")


def test_the_entry_point_imports_nothing_heavy() -> None:
    code = f"import sys, lookalike_desktop.main; print([name for name in {HEAVY!r} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_window_is_made_without_the_models() -> None:
    """What is imported before the first picture of the window decides how soon it shows."""
    code = (
        f"import sys, lookalike_desktop.app; print([name for name in {HEAVY[1:6]!r} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_help_needs_no_screen() -> None:
    command = [sys.executable, "-m", "lookalike_desktop.main", "--help"]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "FOLDER" in told.stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no Ctrl-C for another process")
def test_the_application_opens_a_library_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    write_album(folder, 2)
    library = tmp_path / "library"
    command = [sys.executable, "-m", "lookalike_desktop.main", "--library", str(library), str(folder)]
    process = subprocess.Popen(command, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"})
    try:
        while not _watched(library):
            assert process.poll() is None
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()


def _watched(library: Path) -> list[tuple[object, ...]]:
    """The folders that a library's catalog holds."""
    catalog = library / "catalog.sqlite"
    if not catalog.exists():
        return []
    connection = sqlite3.connect(catalog)
    try:
        return connection.execute("SELECT path FROM folders").fetchall()
    except sqlite3.OperationalError:  # its tables are being made
        return []
    finally:
        connection.close()
