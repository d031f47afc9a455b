"""How near indexing comes to the bare model, and how far it leaves the plain loop behind.

    python -m tests.benchmarks.indexing FOLDER [--photos 600] [--rounds 3]

Three whole processes take turns on the same photos, so that a change of the machine's speed meets all of them:

* bare   the model's forward pass alone, in its best batch and on all cores as the descriptor process runs it, on
         pixels decoded and prepared beforehand,
* index  ``lookalike add`` into a new library: reading, hashing, decoding, thumbnails, describing, recording,
* loop   the plain loop: decode one photo, describe it, take the next.

The figure of `index` counts the whole process, its start included; `bare` and `loop` count only their work.
Ratios are taken round by round and their median is printed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.descriptors.parallel import ParallelDescriber
from lookalike.descriptors.protocol import DescriberSpec
from lookalike.descriptors.registry import open_describer
from lookalike.photos import THUMBNAIL_SIDE, decode, is_photo, read_file


def readable(folder: Path, count: int) -> list[Path]:
    """The first photos below a folder, in a fixed order."""
    return [path for path in sorted(folder.rglob("*")) if is_photo(path)][:count]


def work(mode: str, photos: list[Path]) -> float:
    """Photos per second of the bare model or the plain loop."""
    describer = open_describer(DescriberSpec())
    parallel = ParallelDescriber(describer)

    def prepared(path: Path) -> NDArray[np.uint8]:
        return describer.prepare(decode(read_file(path), max(describer.decode_size, THUMBNAIL_SIDE)).image)

    describer.describe([prepared(photos[0])] * describer.batch_size)
    if mode == "loop":
        started = time.perf_counter()
        for path in photos:
            describer.describe([prepared(path)])
        return len(photos) / (time.perf_counter() - started)
    pixels = [prepared(path) for path in photos]
    started = time.perf_counter()
    for first in range(0, len(pixels), describer.batch_size):
        parallel.describe(pixels[first : first + describer.batch_size])
    return len(photos) / (time.perf_counter() - started)


def index(photos: list[Path]) -> tuple[float, float]:
    """Photos per second of ``lookalike add``: whole process, and its work after the start."""
    with tempfile.TemporaryDirectory() as scratch:
        album, library = Path(scratch, "album"), Path(scratch, "library")
        album.mkdir()
        for number, path in enumerate(photos):
            shutil.copyfile(path, album / f"{number:05}{path.suffix}")
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "lookalike", "--library", str(library), "add", str(album), "--json"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        whole = time.perf_counter() - started
        empty = Path(scratch, "one")
        empty.mkdir()
        shutil.copyfile(photos[0], empty / photos[0].name)
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "lookalike", "--library", f"{library}-one", "add", str(empty), "--json"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        start = time.perf_counter() - started
        return len(photos) / whole, (len(photos) - 1) / (whole - start)


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photos", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mode", choices=["bare", "loop"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    photos = readable(options.folder, options.photos)
    if options.mode:
        print(json.dumps(work(options.mode, photos)))
        return
    rows = []
    for number in range(options.rounds):
        speed = {}
        for mode in ("bare", "loop"):
            command = [sys.executable, "-m", "tests.benchmarks.indexing", str(options.folder)]
            command += ["--photos", str(options.photos), "--mode", mode]
            speed[mode] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        speed["index"], speed["index, started"] = index(photos)
        rows.append(speed)
        print(f"round {number + 1}: " + ", ".join(f"{name} {value:.1f}/s" for name, value in speed.items()))
    for name in ("index", "index, started"):
        for other in ("bare", "loop"):
            ratio = statistics.median(row[name] / row[other] for row in rows)
            print(f"{name} / {other}: {ratio:.2f}")


if __name__ == "__main__":
    main()
