"""INRIA Holidays (Jégou et al., "Hamming Embedding and Weak Geometric Consistency", 2008).

Photos are named by number: those with the same number of hundreds show the same scene, and the one that ends in 00 is
its query. The query is left out of its ranking. The authors' archives unpack to ``jpg1`` and ``jpg2``, or all to
``jpg``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.datasets.reading import (
    Source,
    check_photos,
    existing_root,
    missing,
    photos_in,
    read_lines,
)
from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.evaluation.measures import QueryMeasure, trapezoidal

SOURCE = Source(
    "Holidays",
    "https://lear.inrialpes.fr/~jegou/data.php",
    "the folders jpg1 and jpg2, or jpg, with photos named 100000.jpg",
)

FOLDERS = ("jpg", "jpg1", "jpg2")
LIST = ("holidays_images.dat", "eval_holidays/holidays_images.dat")
"""The list of photos in the authors' evaluation package, where it is there too."""

NAME = re.compile(r"(\d{4})(\d{2})")


class Holidays(Dataset):
    """INRIA Holidays.

    Args:
        root: its folder.

    Raises:
        LookalikeError: photos are missing.
    """

    name = "holidays"
    measures = (QueryMeasure("mAP", trapezoidal),)

    def __init__(self, root: Path) -> None:
        self.root = existing_root(root)
        folders = [self.root / name for name in FOLDERS if (self.root / name).is_dir()]
        if not folders and any(NAME.fullmatch(path.stem) for path in photos_in(self.root)):
            folders = [self.root]
        if not folders:
            raise missing(self.root / FOLDERS[0], SOURCE)
        self.folders = tuple(folders)
        self._scenes: dict[str, list[Path]] = defaultdict(list)
        for path in sorted(
            (one for folder in folders for one in photos_in(folder)), key=lambda one: one.name
        ):
            if found := NAME.fullmatch(path.stem):
                self._scenes[found[1]].append(path)
        self._check()

    def queries(self) -> Iterator[GroundTruthQuery]:
        """One query for each scene."""
        for scene, (query, *others) in self._scenes.items():
            yield GroundTruthQuery(query, scene, "scene", frozenset(others), frozenset(), query.stem)

    def count(self) -> int:
        """How many queries there are."""
        return len(self._scenes)

    def _check(self) -> None:
        if not self._scenes:
            raise missing(self.folders[0] / "100000.jpg", SOURCE)
        there = {path.name: path for paths in self._scenes.values() for path in paths}
        listed = next((self.root / name for name in LIST if (self.root / name).is_file()), None)
        if listed is not None:
            names = [line.split()[0] for line in read_lines(listed, SOURCE)]
            check_photos((there.get(name, self.folders[0] / name) for name in names), SOURCE)
        for scene, paths in self._scenes.items():
            # Numbers within a scene have no gaps, so a gap is a photo that has not come.
            for number, path in enumerate(paths):
                if path.stem != f"{scene}{number:02}":
                    raise missing(path.with_stem(f"{scene}{number:02}"), SOURCE)
            if len(paths) < 2:
                raise missing(paths[0].with_stem(f"{scene}01"), SOURCE)
