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
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from lookalike_desktop.main import DISPLAYS
from lookalike_desktop.window import Window
from tests.builders.photo_files import write_album
from tests.desktop.conftest import PATIENCE

HEAVY = ("PySide6", "torch", "transformers", "faiss", "cv2", "openvino", "llama_cpp", "numpy", "PIL")


def test_the_entry_point_imports_nothing_heavy() -> None:
    code = f"import sys, lookalike_desktop.main; print([name for name in {HEAVY!r} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_window_is_made_without_the_models_and_the_decoders() -> None:
    """What is imported before the first picture of the window decides how soon it shows."""
    heavy = (*HEAVY[1:6], "lookalike.photos")
    code = f"import sys, lookalike_desktop.app; print([name for name in {heavy!r} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_help_needs_no_screen() -> None:
    command = [sys.executable, "-m", "lookalike_desktop.main", "--help"]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "FOLDER" in told.stdout


def test_an_empty_path_is_wrong_usage() -> None:
    for arguments in (["--library", ""], [""]):
        command = [sys.executable, "-m", "lookalike_desktop.main", *arguments]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (told.returncode, "it is empty" in told.stderr) == (2, True)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is a display")
def test_without_a_display_it_is_one_line() -> None:
    environment = {name: value for name, value in os.environ.items() if name not in DISPLAYS}
    command = [sys.executable, "-m", "lookalike_desktop.main"]
    told = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith("There is no display")
    assert len(told.stderr.splitlines()) == 1


def test_a_broken_installation_is_one_line(own_home: Path) -> None:
    code = (
        "import sys; sys.modules['PySide6.QtWidgets'] = None; "
        "from lookalike_desktop.main import main; sys.exit(main([]))"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert told.returncode == 1
    assert str(own_home / "logs") in told.stderr
    assert len(told.stderr.splitlines()) == 1


def _message(qtbot: QtBot, library: Path | None) -> str:
    """What a window says of a library that cannot be opened."""
    window = Window(library)
    try:
        window.show()
        with qtbot.waitSignal(window.session.failed, timeout=PATIENCE):
            window.session.open()
        assert not window.search_bar.isEnabled()
        # A banner with details would mean that nobody foresaw it.
        assert window.notice.isHidden()
        return " ".join(label.text() for label in window.library_page.message.findChildren(QLabel))
    finally:
        window.close()
        window.deleteLater()


@pytest.mark.parametrize("content", [b"", b"no database" * 1000])
def test_a_damaged_catalog_is_told_in_the_window(qtbot: QtBot, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "catalog.sqlite").write_bytes(content)
    assert "catalog.sqlite is " in _message(qtbot, tmp_path)
    assert (tmp_path / "catalog.sqlite").read_bytes() == content


@pytest.mark.skipif(os.name != "posix", reason="Windows takes the home folder from elsewhere")
def test_without_a_home_the_window_says_so(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOOKALIKE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "")
    assert "no home folder" in _message(qtbot, None)


def test_a_home_that_is_a_file_is_told_in_the_window(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LOOKALIKE_HOME", str(tmp_path / "file"))
    assert "cannot be written" in _message(qtbot, None)


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
