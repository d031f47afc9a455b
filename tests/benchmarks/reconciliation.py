"""What it costs to find out that nothing changed, and to follow what does.

On a generated tree of tiny photos (hard links are not used: each is a file of its own) it prints

- seconds to compare an unchanged library with the disk, and the ratio to a bare walk of the same tree (`os.scandir`
  and `stat` of every file) in the same run, and photos opened meanwhile; first of all in a library of an older version,
  which knows no ctimes;
- seconds until files that were moved, a whole tree of them, are where they now lie, and photos opened;
- seconds until all files are proven the same after their rights were changed, photos opened and photos decoded;
- for bursts of events on a followed folder: seconds until the library agrees, and memory before and after each.

Run: ``python -m tests.benchmarks.reconciliation --files 100000 --burst 10000``
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from lookalike.catalog.contents import ContentRow
from lookalike.catalog.file_stat import FileStat
from lookalike.catalog.sql import path_range
from lookalike.ingest import photo_reader
from lookalike.photos import FileBytes
from lookalike.watching.folder_walk import walk
from tests.builders.small_library import SmallLibrary
from tests.builders.tiny_files import photo

FOLDER_FILES = 250
COUNT = "SELECT count(*) FROM files WHERE path >= ? AND path < ?"
OPENED: list[str] = []
DECODED: list[str] = []
_listening = False


def _heard(event: str, arguments: tuple[object, ...]) -> None:
    if _listening and event == "open" and str(arguments[0]).endswith((".png", ".png'")):
        OPENED.append(str(arguments[0]))


def listen(listening: bool) -> None:
    global _listening
    OPENED.clear()
    _listening = listening


def count_decodes() -> None:
    decode = photo_reader.decode

    def counted(file: FileBytes, longest_side: int) -> Any:
        DECODED.append(file.name)
        return decode(file, longest_side)

    photo_reader.decode = counted


def make_tree(top: Path, files: int) -> None:
    when = 1_600_000_000_000_000_001
    for number in range(files):
        folder = top / f"{number // FOLDER_FILES:04d}"
        if number % FOLDER_FILES == 0:
            folder.mkdir(parents=True)
        path = folder / f"{number:06d}.png"
        path.write_bytes(photo(number))
        os.utime(path, ns=(when, when))


def fill(library: SmallLibrary, top: Path) -> None:
    """Record every file as if it had been indexed: what reconciliation costs does not hang on how it came there."""
    folder = library.folders.add(top)
    places: list[FileStat] = list(walk(os.fsencode(top), True, []))
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((len(places), library.describer.dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = []
    with library.catalog.transaction() as db:
        for place, vector in zip(places, vectors, strict=True):
            row = ContentRow(hash_of(photo(number_of(place))), place.size, 4, 4, "PNG")
            content = library.catalog.contents.ensure(db, row)
            library.record.put(db, content, vector)
            library.files.put(db, folder.id, place, content, None)
            ids.append(content)
    library.index.add(np.array(ids, np.int64), vectors)
    library.index.flush()


def number_of(place: FileStat) -> int:
    return int(os.path.basename(place.path).partition(b".")[0])


def hash_of(data: bytes) -> str:
    return FileBytes.of(data, "").content


def bare_walk(top: Path) -> int:
    count, waiting = 0, [os.fsencode(top)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    entry.stat(follow_symlinks=False)
                    count += 1
    return count


def megabytes() -> float:
    return float(psutil.Process().memory_info().rss / 1e6)


def reconcile(library: SmallLibrary, top: Path, rounds: int, name: str) -> None:
    walks, scans = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        files = bare_walk(top)
        walks.append(time.perf_counter() - began)
        listen(True)
        began = time.perf_counter()
        library.scan()
        scans.append(time.perf_counter() - began)
        opened = len(OPENED)
        listen(False)
    walk_s, scan_s = statistics.median(walks), statistics.median(scans)
    print(
        f"{name:12s}{files} files: {scan_s:.2f} s, a bare walk {walk_s:.2f} s, ratio {scan_s / walk_s:.1f}, "
        f"{opened} photos opened",
        flush=True,
    )


def change_rights(library: SmallLibrary, top: Path) -> None:
    count = 0
    for path in top.rglob("*.png"):
        path.chmod(0o640)
        count += 1
    time.sleep(0.1)
    listen(True)
    DECODED.clear()
    began = time.perf_counter()
    library.scan()
    print(
        f"rights      of {count} files changed: {time.perf_counter() - began:.1f} s, {len(OPENED)} photos opened, "
        f"{len(DECODED)} decoded",
        flush=True,
    )
    listen(False)


def move_tree(library: SmallLibrary, top: Path) -> None:
    (top / "moved").mkdir()
    folders = sorted(top.glob("[0-9]*"))[: max(1, len(list(top.iterdir())) // 10)]
    for folder in folders:
        folder.rename(top / "moved" / folder.name)
    listen(True)
    began = time.perf_counter()
    library.scan()
    print(
        f"moved       {len(folders) * FOLDER_FILES} files: {time.perf_counter() - began:.2f} s, "
        f"{len(OPENED)} photos opened"
    )
    listen(False)


def at_rest(library: SmallLibrary) -> bool:
    return library.last is not None and library.last.stage == "watching"


def bursts(library: SmallLibrary, top: Path, events: int, rounds: int) -> None:
    library.follow()
    while not at_rest(library):
        time.sleep(0.1)
    names = [path for folder in sorted(top.glob("[0-9]*")) for path in sorted(folder.glob("*.png"))]
    (top / "burst").mkdir()
    places = [(path, top / "burst" / path.name) for path in names[: events // 2]]
    burst = os.fsencode(top / "burst")
    memory = [megabytes()]
    for number in range(rounds):
        listen(True)
        began = time.perf_counter()
        for here, there in places:
            here.rename(there)
        made = time.perf_counter()
        there_now = [(len(places) if places[0][1].parent == top / "burst" else 0,)]
        while library.catalog._database.rows(COUNT, path_range(burst)) != there_now or not at_rest(library):
            assert not library.trouble, library.trouble
            time.sleep(0.05)
        memory.append(megabytes())
        print(
            f"burst {number + 1}     {2 * len(places)} events in {made - began:.2f} s: in line "
            f"{time.perf_counter() - made:.2f} s after the last, {len(OPENED)} photos opened",
            flush=True,
        )
        listen(False)
        places = [(there, here) for here, there in places]
    print(f"memory      {', '.join(f'{one:.0f}' for one in memory)} MB before the bursts and after each")
    library.rest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--burst", type=int, default=10_000, help="events")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--bursts", type=int, default=6)
    chosen = parser.parse_args()
    sys.addaudithook(_heard)
    count_decodes()
    with tempfile.TemporaryDirectory() as scratch:
        top = Path(scratch, "photos")
        make_tree(top, chosen.files)
        library = SmallLibrary(Path(scratch, "library"))
        try:
            fill(library, top)
            reconcile(library, top, 1, "upgraded")
            reconcile(library, top, chosen.rounds, "unchanged")
            move_tree(library, top)
            change_rights(library, top)
            bursts(library, top, chosen.burst, chosen.bursts)
        finally:
            library.close()


if __name__ == "__main__":
    main()
