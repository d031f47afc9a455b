"""Dragging photos out of their window, on a real X server with a window manager."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

PROGRAMS = ("Xvfb", "openbox", "xdotool")

# A window takes what is dropped on it and prints it; another one holds the photos.
SCRIPT = """
import json, subprocess
from pathlib import Path
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from lookalike_desktop.photos.photo_mime import photo_mime
from lookalike_desktop.qt.thumbnails import Thumbnails
from lookalike_desktop.widgets.grid_view import GridView
from lookalike_desktop.widgets.photo_model import PhotoModel

app = QApplication([])
thumbnails = Thumbnails(lambda *_: b"")

class Target(QWidget):
    def dragEnterEvent(self, event):
        self.possible = event.possibleActions().name
        event.acceptProposedAction()
    def dropEvent(self, event):
        event.acceptProposedAction()
        paths = [url.toLocalFile() for url in event.mimeData().urls()]
        print(json.dumps([paths, self.possible, event.dropAction().name]), flush=True)
        QTimer.singleShot(200, app.quit)

grid = GridView(PhotoModel(thumbnails), thumbnails)
grid.setGeometry(0, 0, 500, 400)
grid.show()
target = Target()
target.setAcceptDrops(True)
target.setGeometry(700, 100, 300, 300)
target.show()
grid.photos.show_ids(range(20))
grid.set_drag_source(lambda ids: photo_mime([Path(f"/photos/{number}.jpg") for number in ids]))

def drag():
    grid.select_rows([2, 3])
    start = grid.viewport().mapToGlobal(grid.visualRect(grid.photos.index(2)).center())
    end = target.mapToGlobal(QPoint(100, 100))
    words = f"mousemove {start.x()} {start.y()} mousedown 1 sleep 0.2 mousemove {start.x() + 30} {start.y() + 10} "
    words += f"sleep 0.2 mousemove {end.x() - 20} {end.y()} sleep 0.3 mousemove {end.x()} {end.y()} sleep 0.3 mouseup 1"
    subprocess.Popen(["xdotool", *words.split()])

QTimer.singleShot(1500, drag)
QTimer.singleShot(60_000, app.quit)
app.exec()
thumbnails.close()
"""


@pytest.fixture
def display() -> Iterator[str]:
    """An X server with a window manager, of the test's own."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.skip(f"there is no {', '.join(missing)}")
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as told:
        name = f":{told.readline().strip()}"
    manager = subprocess.Popen(
        ["openbox"], env={**os.environ, "DISPLAY": name}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    yield name
    for process in (manager, server):
        process.terminate()
        process.wait()


@pytest.mark.slow
def test_another_window_gets_copies_of_the_selected_photos(display: str) -> None:
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if "no Qt platform plugin could be initialized" in told.stderr:
        pytest.skip("Qt lacks a library of X here")
    assert json.loads(told.stdout) == [["/photos/2.jpg", "/photos/3.jpg"], "CopyAction", "CopyAction"]
