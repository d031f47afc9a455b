"""Duplicates found by Lookalike and by its peers, on the same labelled edits: precision, recall per edit, seconds.

    python -m tests.benchmarks.duplicate_peers --photos 1000

The set is dev's ``neardup`` (derived edits), its originals, ``neardup_real`` and as many other photos of dev as
``--photos`` says. Right pairs are those of one original, its edits among each other too. A peer that is not installed
is left out: czkawka and imagehash (PyPI), findimagedupes (Debian), and imagededup, which needs an environment of its
own (``python -m venv DIR``, ``DIR/bin/pip install imagededup``, ``--imagededup-python DIR/bin/python``). Each has
several thresholds, as none of them names one that fits all.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image

from lookalike.duplicates.groups import DuplicateClass
from lookalike.library import Library
from tests.data import evaluation_data

Pair = frozenset[Path]

COPIES = (DuplicateClass.EXACT, DuplicateClass.SAME_PIXELS, DuplicateClass.EDITED)


class EditSet:
    """The photos, and which pairs of them are of one original.

    Args:
        data: the folder of evaluation photos.
        photos: how many photos in all, at least those that have edits.
    """

    def __init__(self, data: Path, photos: int) -> None:
        dev, real = data / "dev", data / "neardup_real"
        truth = json.loads((dev / "neardup" / "neardup.json").read_text())
        families: dict[Path, list[tuple[Path, str]]] = defaultdict(list)
        for edit in truth["edits"]:
            families[dev / edit["original"]].append((dev / edit["file"], edit["edit"]))
        self.kinds: dict[Pair, str] = {}
        for original, edits in families.items():
            for path, kind in edits:
                self.kinds[frozenset((original, path))] = kind
            for (one, _), (other, _) in combinations(edits, 2):
                self.kinds[frozenset((one, other))] = "edits of one original"
        names = [real / name for name in json.loads((real / "labels.json").read_text())["files"]]
        for one, other in combinations(names, 2):
            self.kinds[frozenset((one, other))] = "real edits"
        chosen = {path for pair in self.kinds for path in pair}
        chosen |= {dev / pair[side] for pair in truth["not_duplicates"] for side in "ab"}
        for path in sorted((dev / "distractors").iterdir()):
            if len(chosen) >= photos:
                break
            chosen.add(path)
        self.paths = sorted(chosen)

    def report(self, name: str, found: set[Pair], seconds: float) -> str:
        """A row of the table: precision, recall in all, the hard edits one by one, seconds."""
        right = found & self.kinds.keys()
        precision = len(right) / len(found) if found else 1.0
        hit: dict[str, list[bool]] = defaultdict(list)
        for pair, kind in self.kinds.items():
            hit[kind].append(pair in found)
        edits = [known for kind, values in hit.items() if kind != "edits of one original" for known in values]
        shown = ["exact_copy", "crop_50", "rotate_90", "hflip", "screenshot", "real edits"]
        each = " | ".join(f"{np.mean(hit[kind]):.2f}" for kind in shown)
        return f"| {name} | {precision:.3f} | {np.mean(edits):.3f} | {each} | {seconds:.0f} |"


def pairs_of(groups: Iterable[Iterable[Path]]) -> set[Pair]:
    return {frozenset(pair) for group in groups for pair in combinations(sorted(set(group)), 2)}


def lookalike(folder: Path, library: Path | None) -> Iterator[tuple[str, set[Pair], float]]:
    with tempfile.TemporaryDirectory() as temporary:
        started = time.monotonic()
        with Library(library or Path(temporary) / "library") as opened:
            opened.folders.add(folder)
            for job in (opened.scan(), opened.pairs.update()):
                for _ in job:
                    pass
            groups = opened.duplicates.groups(COPIES)
        seconds = time.monotonic() - started
        yield "Lookalike", pairs_of([photo.path for photo in group.photos] for group in groups), seconds


def czkawka(folder: Path, paths: list[Path]) -> Iterator[tuple[str, set[Pair], float]]:
    import czkawka as binding

    for level in (5, 10, 20):
        started = time.monotonic()
        finder = binding.ImageSimilarity()
        finder.set_directories([folder])
        finder.set_similarity(level)
        groups = [[Path(path) for path in group] for group in finder.find_similar()]
        yield f"czkawka, similarity {level}", pairs_of(groups), time.monotonic() - started


def image_hashes(folder: Path, paths: list[Path]) -> Iterator[tuple[str, set[Pair], float]]:
    import imagehash

    for name, make in (("pHash", imagehash.phash), ("dHash", imagehash.dhash)):
        started = time.monotonic()
        hashes = np.stack([make(Image.open(path)).hash.ravel() for path in paths]).astype(np.float32)
        agreeing = hashes @ hashes.T + (1 - hashes) @ (1 - hashes).T
        seconds = time.monotonic() - started
        for distance in (4, 8, 12):
            first, second = np.nonzero(np.triu(agreeing >= hashes.shape[1] - distance, 1))
            found = {frozenset((paths[i], paths[j])) for i, j in zip(first, second, strict=True)}
            yield f"ImageHash {name}, distance {distance}", found, seconds


IMAGEDEDUP = """
import json, sys, time
from imagededup.methods import AHash, DHash, PHash, WHash
paths = json.load(sys.stdin)
for make in (PHash, DHash, AHash, WHash):
    started = time.monotonic()
    hasher = make(verbose=False)
    encodings = {path: hasher.encode_image(image_file=path) for path in paths}
    found = hasher.find_duplicates(encoding_map=encodings, max_distance_threshold=10, num_dist_workers=0)
    print(json.dumps([make.__name__, found, time.monotonic() - started]))
"""
"""Run by a Python of its own: the package imports torchvision, which fits one torch only."""


def image_dedup(python: str, folder: Path, paths: list[Path]) -> Iterator[tuple[str, set[Pair], float]]:
    done = subprocess.run(
        [python, "-c", IMAGEDEDUP],
        input=json.dumps([str(path) for path in paths]),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    for line in done.stdout.splitlines():
        name, duplicates, seconds = json.loads(line)
        found = {
            frozenset((Path(one), Path(other))) for one, others in duplicates.items() for other in others
        }
        yield f"imagededup {name}, distance 10", found, seconds


def find_image_dupes(folder: Path, paths: list[Path]) -> Iterator[tuple[str, set[Pair], float]]:
    for threshold in ("95%", "90%"):
        started = time.monotonic()
        listed = "\0".join(map(str, paths)) + "\0"
        done = subprocess.run(
            ["findimagedupes", "-0", "-t", threshold, "-"], input=listed, capture_output=True, text=True
        )
        # Names are separated by spaces, and none of these holds one.
        groups = [[Path(name) for name in line.split()] for line in done.stdout.splitlines()]
        yield f"findimagedupes, {threshold}", pairs_of(groups), time.monotonic() - started


Peer = Callable[[Path, list[Path]], Iterator[tuple[str, set[Pair], float]]]


def installed(name: str) -> bool:
    return shutil.which(name) is not None or importlib.util.find_spec(name) is not None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument(
        "--library", type=Path, help="a library that is kept, so that a broken-off run goes on"
    )
    parser.add_argument("--peers-only", action="store_true")
    parser.add_argument("--imagededup-python", help="the Python of an environment that has imagededup")
    arguments = parser.parse_args()
    edits = EditSet(evaluation_data(), arguments.photos)
    print(f"{len(edits.paths)} photos, {len(edits.kinds)} right pairs")
    print(
        "| | precision | recall | exact | crop 50 % | quarter turn | mirror | screenshot | real | seconds |"
    )
    print("|-|-|-|-|-|-|-|-|-|-|")
    with tempfile.TemporaryDirectory() as temporary:
        base = arguments.library.parent if arguments.library else Path(temporary)
        folder = base / "photos"
        folder.mkdir(parents=True, exist_ok=True)
        known = {}
        for path in edits.paths:
            copied = folder / f"{path.parent.name}__{path.name}"
            known[copied] = path
            if not copied.exists():
                shutil.copy2(path, copied)

        def say(name: str, found: set[Pair], seconds: float) -> None:
            back = {frozenset(known[path] for path in pair) for pair in found}
            print(edits.report(name, back, seconds), flush=True)

        if not arguments.peers_only:
            for row in lookalike(folder, arguments.library):
                say(*row)
        python = arguments.imagededup_python
        peers: list[tuple[str, bool, Peer]] = [
            ("czkawka", installed("czkawka"), czkawka),
            ("imagehash", installed("imagehash"), image_hashes),
            ("imagededup", python is not None, partial(image_dedup, python)),
            ("findimagedupes", installed("findimagedupes"), find_image_dupes),
        ]
        for name, is_there, run in peers:
            if not is_there:
                print(f"{name} is not installed.", file=sys.stderr)
                continue
            try:
                for row in run(folder, sorted(known)):
                    say(*row)
            except (ImportError, RuntimeError) as error:
                print(f"{name} does not start: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
