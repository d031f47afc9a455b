"""How soon the program shows its window, and what memory it takes, on a large library.

    python -m tests.benchmarks.window_start [--photos 100000] [--rounds 5]

Real processes of the program, offscreen, over a generated catalog, each from its start on: until the window is painted
for the first time (by the clock, and the processor time of that, which other programs change little), until all photos
are in its grid, and its resident memory (RSS) then and after some seconds of rest.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REST_MS = 8000
POLL_MS = 10
BOUND_SECONDS, BOUND_MEGABYTES = 1.0, 400.0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    from tests.builders.large_catalog import write_large_catalog

    with tempfile.TemporaryDirectory() as name:
        library = Path(name) / "library"
        library.mkdir()
        write_large_catalog(library, arguments.photos)
        environment = {
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "LOOKALIKE_HOME": name,
            # As where it is installed, Python has its compiled modules; the first round writes them.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(Path(name) / "compiled"),
        }
        found: list[dict[str, float]] = []
        for number in range(arguments.rounds + 1):
            code = f"from tests.benchmarks.window_start import run; run({str(library)!r}, {arguments.photos})"
            began = time.time()
            told = subprocess.run(
                [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True, check=True
            )
            figures = dict(line.split("=") for line in told.stdout.split())
            seconds = {key: float(value) - began * key.endswith("_at") for key, value in figures.items()}
            # The first round writes what Python and the system keep; it is not one of them.
            if number:
                found.append(seconds)
    for key, bound in (
        ("painted_at", BOUND_SECONDS),
        ("painted_cpu", None),
        ("listed_at", None),
        ("listed_mb", None),
        ("rested_mb", BOUND_MEGABYTES),
    ):
        values = [round_[key] for round_ in found]
        line = f"{key:<12} median {statistics.median(values):7.2f}   highest {max(values):7.2f}"
        print(f"{line}   wanted: at most {bound}" if bound else line)


def run(library: str, photos: int) -> None:
    """Be the program, and say when it got how far."""
    import psutil
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QPaintEvent

    from lookalike_desktop import app
    from lookalike_desktop.main import main as start
    from lookalike_desktop.window import Window

    def say(name: str, value: float) -> None:
        print(f"{name}={value}", flush=True)

    def memory() -> float:
        return float(psutil.Process().memory_info().rss) / 1e6

    class MeasuredWindow(Window):
        painted = False

        def paintEvent(self, event: QPaintEvent) -> None:
            super().paintEvent(event)
            if not self.painted:
                self.painted = True
                # Its parts are painted in the same turn of the event loop.
                QTimer.singleShot(0, self.tell_painted)

        def tell_painted(self) -> None:
            say("painted_at", time.time())
            say("painted_cpu", time.process_time())
            self.poll = QTimer(self, interval=POLL_MS)
            self.poll.timeout.connect(self.look)
            self.poll.start()

        def look(self) -> None:
            if len(self.library_page.model.ids) == photos:
                self.poll.stop()
                say("listed_at", time.time())
                say("listed_mb", memory())
                QTimer.singleShot(REST_MS, self.tell_rested)

        def tell_rested(self) -> None:
            say("rested_mb", memory())
            self.program.quit()

    vars(app)["Window"] = MeasuredWindow
    sys.exit(start(["--library", library]))


if __name__ == "__main__":
    main()
