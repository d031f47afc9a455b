"""Revisited Oxford and Paris (ROxford5k, RParis6k; arXiv 1803.11285), with or without the million distractors.

The folder has ``gnd_roxford5k.pkl`` and ``jpg``, as the authors' own script lays it out
(github.com/filipradenovic/revisitop); or it is the folder ``datasets`` above, which also holds ``revisitop1m``.

Easy, Medium and Hard are three ways to read the same rankings: positives of the other levels are junk. Queries are cut
out by their bounding boxes, and their photos are no part of the gallery.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lookalike.evaluation.datasets.pickles import read_pickle
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.datasets.reading import (
    Source,
    broken,
    check_photos,
    existing_root,
    numbered_lines,
    required_file,
    required_folder,
)
from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.evaluation.measures import Measure, QueryMeasure, on_levels, precision, trapezoidal

OFFICIAL = {"roxford": "roxford5k", "rparis": "rparis6k"}
DISTRACTORS = "revisitop1m"

PROTOCOLS: dict[str, tuple[str, ...]] = {"medium": ("easy", "hard"), "hard": ("hard",), "easy": ("easy",)}
"""Levels that are right in each protocol."""

PRECISIONS = (1, 5, 10)

ADDRESS = "https://github.com/filipradenovic/revisitop"


def _measures() -> Iterator[Measure]:
    for protocol, levels in PROTOCOLS.items():
        yield QueryMeasure(f"mAP {protocol}", on_levels(trapezoidal, levels))
    for protocol, levels in PROTOCOLS.items():
        for k in PRECISIONS:
            yield QueryMeasure(f"mP@{k} {protocol}", on_levels(precision(k), levels))


@dataclass(frozen=True)
class _Labels:
    """Ground truth of a query: numbers of gallery photos, and the box."""

    box: tuple[float, float, float, float]
    easy: tuple[int, ...]
    hard: tuple[int, ...]
    junk: tuple[int, ...]


class RevisitedBuildings(Dataset):
    """ROxford5k or RParis6k.

    Args:
        root: its folder, or the one above.
        name: "roxford" or "rparis", with "-1m" for the distractors too.

    Raises:
        LookalikeError: something is missing or broken.
    """

    measures = tuple(_measures())

    def __init__(self, root: Path, name: str) -> None:
        self.name = name
        official = OFFICIAL[name.removesuffix("-1m")]
        file_name = f"gnd_{official}.pkl"
        layout = f"{file_name} and the folder jpg"
        self._source = Source(official, ADDRESS, layout)
        root = existing_root(root)
        file = required_file((root / file_name, root / official / file_name), self._source)
        self.root = file.parent
        photos = required_folder((self.root / "jpg",), self._source)
        self.folders: tuple[Path, ...] = (photos,)
        content = read_pickle(file, self._source)
        try:
            self._gallery = [photos / f"{one}.jpg" for one in content["imlist"]]
            self._images = [photos / f"{one}.jpg" for one in content["qimlist"]]
            self._labels = [_labels(one, len(self._gallery)) for one in content["gnd"]]
            if len(self._labels) != len(self._images):
                raise ValueError(f"{len(self._images)} queries have {len(self._labels)} ground truths")
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise broken(file, f"it is no ground truth ({error})", self._source) from error
        check_photos((*self._gallery, *self._images), self._source)
        if name.endswith("-1m"):
            self.folders += (self._distractors(root),)

    def queries(self) -> Iterator[GroundTruthQuery]:
        """The queries, cut out; those that share positives are of one building."""
        buildings = _buildings(self._labels)
        for number, (image, labels) in enumerate(zip(self._images, self._labels, strict=True)):
            levels = {
                self._gallery[one]: {"level": level}
                for level, of_level in (("easy", labels.easy), ("hard", labels.hard))
                for one in of_level
            }
            yield GroundTruthQuery(
                image=image,
                group=self._images[buildings[number]].stem,
                kind="landmark",
                positives=frozenset(levels),
                junk=frozenset(self._gallery[one] for one in labels.junk) - levels.keys(),
                name=image.stem,
                box=labels.box,
                labels=levels,
            )

    def outside(self) -> Iterator[Path]:
        """The photos that queries are cut from."""
        gallery = set(self._gallery)
        return (image for image in self._images if image not in gallery)

    def count(self) -> int:
        """How many queries there are."""
        return len(self._images)

    def _distractors(self, root: Path) -> Path:
        """The folder of the million distractors, each of which is there."""
        source = Source(
            "The million distractors",
            ADDRESS,
            f"the folder {DISTRACTORS} with {DISTRACTORS}.txt and jpg beside {self.root.name}",
        )
        places = (root / DISTRACTORS, self.root.parent / DISTRACTORS)
        folder = required_folder(places, source)
        photos = required_folder((folder / "jpg",), source)
        listed = required_file((folder / f"{DISTRACTORS}.txt",), source)
        check_photos((photos / line for _, line in numbered_lines(listed, source)), source)
        return photos


def _labels(truth: Mapping[str, Any], gallery: int) -> _Labels:
    def numbers(level: str) -> tuple[int, ...]:
        found = tuple(int(one) for one in np.asarray(truth[level]).ravel())
        if any(not 0 <= one < gallery for one in found):
            raise ValueError(f"{level} names photo {max(found)} of {gallery}")
        return found

    left, top, right, bottom = (float(one) for one in np.asarray(truth["bbx"]).ravel())
    return _Labels((left, top, right, bottom), numbers("easy"), numbers("hard"), numbers("junk"))


def _buildings(labels: Sequence[_Labels]) -> list[int]:
    """For each query the first one that shows the same building: they share positives, at one remove or several."""
    parent = list(range(len(labels)))

    def first(number: int) -> int:
        while parent[number] != number:
            number = parent[number]
        return number

    queries: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(labels):
        for photo in (*one.easy, *one.hard):
            queries[photo].append(number)
    for sharing in queries.values():
        roots = sorted(first(number) for number in sharing)
        for root in roots[1:]:
            parent[root] = roots[0]
    return [first(number) for number in range(len(labels))]
