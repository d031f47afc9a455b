"""Things against ground truth: B-cubed precision and recall by kind, among distractors.

    python -m tests.benchmarks.things LIBRARY DATA/dev/ground_truth.json DATA/dev2/ground_truth.json

LIBRARY is a library that has scanned the folders of the data sets, and whose pairs are verified; its things are found
anew, with a closer look at open pairs, and nothing else is changed. Each data set is measured by itself among all
photos of the library.

B-cubed (Bagga and Baldwin, 1998): for each photo of a group, the share of its thing that is of its group, and the share
of its group that is in its thing. A photo without a thing is alone. Junk of a photo counts neither way.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from lookalike.library import Library
from lookalike.pairs.judging import OPEN_KINDS, UNSURE

TOLERANCE = 1.2
"""A thing that mixes two groups may be larger by so much than all photos of these groups in it."""


@dataclass(frozen=True)
class Photo:
    """A photo of the ground truth."""

    group: str
    kind: str
    junk: frozenset[Path]


def read_truth(path: Path) -> dict[Path, Photo]:
    """The photos of a ground truth, by their paths."""
    photos = {}
    for query in json.loads(path.read_text(encoding="utf-8"))["queries"]:
        junk = frozenset((path.parent / name).resolve() for name in query["junk"])
        photos[(path.parent / query["image"]).resolve()] = Photo(query["group"], query["kind"], junk)
    return photos


def b_cubed(truth: dict[Path, Photo], things: list[set[Path]]) -> dict[str, tuple[float, float, int]]:
    """Precision, recall and number of photos, for each kind and for "all"."""
    where = {path: members for members in things for path in members}
    sizes: defaultdict[str, int] = defaultdict(int)
    for photo in truth.values():
        sizes[photo.group] += 1
    found: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for path, photo in truth.items():
        members = where.get(path, {path}) - photo.junk
        right = sum(other in truth and truth[other].group == photo.group for other in members)
        for kind in (photo.kind, "all"):
            found[kind].append((right / len(members), right / sizes[photo.group]))
    return {kind: (*np.mean(rows, axis=0).tolist(), len(rows)) for kind, rows in sorted(found.items())}


def mixtures(truth: dict[Path, Photo], things: list[set[Path]]) -> int:
    """How many things mix groups and are larger than their photos in the thing by more than `TOLERANCE`."""
    count = 0
    for members in things:
        groups = [truth[path].group for path in members if path in truth]
        count += len(set(groups)) > 1 and len(members) > TOLERANCE * len(groups)
    return count


def processor_seconds() -> float:
    """Processor time of this process and those that it started."""
    process = psutil.Process()
    return sum(sum(one.cpu_times()[:2]) for one in (process, *process.children(recursive=True)))


def open_pairs(truth: dict[Path, Photo], ids: Mapping[Path, int], unsure: Iterable[tuple[int, int]]) -> str:
    """How many pairs that details leave open are of one group, of those of which both photos have a group."""
    groups = {ids[path]: photo.group for path, photo in truth.items() if path in ids}
    known = [groups[one] == groups[other] for one, other in unsure if one in groups and other in groups]
    return f"{sum(known)} of {len(known)} open pairs are of one group"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("truth", type=Path, nargs="+")
    chosen = parser.parse_args()
    with Library(chosen.library) as library:
        library._catalog.things.put_sample([], "")
        began = time.perf_counter()
        for _ in library.things.update():
            pass
        seconds = time.perf_counter() - began
        looks, used = library._catalog.things.looks(), processor_seconds()
        for job in (library.closer_looks.make(), library.things.update()):
            for _ in job:
                pass
        looks, used = library._catalog.things.looks() - looks, processor_seconds() - used
        found = library.things.all()
        paths = library.photos.paths([number for thing in found for number in thing.photos])
        things = [{path.resolve() for number in thing.photos for path in paths[number]} for thing in found]
        pairs = library._catalog.verified_pairs.count()
        unsure = library._catalog.verified_pairs.open(OPEN_KINDS, UNSURE)
        by_path = library.photos.ids_by_path()
        print(f"{len(library)} photos, {pairs} pairs, {len(things)} things in {seconds:.1f} s")
        print(f"{len(unsure)} pairs are left open by details")
        print(f"a closer look gave {looks} numbers in {used:.0f} s of processor time")
    for name in chosen.truth:
        truth = read_truth(name)
        print(
            f"\n{name.parent.name}: {mixtures(truth, things)} mixtures; {open_pairs(truth, by_path, unsure)}\n"
        )
        print("| kind | photos | precision | recall |\n|-|-|-|-|")
        for kind, (precision, recall, count) in b_cubed(truth, things).items():
            print(f"| {kind} | {count} | {precision:.3f} | {recall:.3f} |")


if __name__ == "__main__":
    main()
