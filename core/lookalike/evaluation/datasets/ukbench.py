"""UKBench (Nistér and Stewénius, "Scalable Recognition with a Vocabulary Tree", 2006): four photos of each object.

Every photo is a query, and a right answer to itself. The score is how many of the four are among the first four
results, from 0 to 4 (N-S score: four times the recall at 4). Photos are named ``ukbench00000.jpg`` and so on, in
``full``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lookalike.evaluation.answers import Answer
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.datasets.reading import Source, existing_root, missing, photos_in
from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.evaluation.measures import QueryMeasure

SOURCE = Source(
    "UKBench",
    "https://archive.org/details/ukbench",
    "the folder full with photos named ukbench00000.jpg, four of each object",
)

NAME = re.compile(r"ukbench(\d{5})")
OF_EACH = 4


def found_of_four(answer: Answer) -> float:
    """How many of the four photos are among the first four results."""
    return float((answer.ranks() <= OF_EACH).sum())


class UKBench(Dataset):
    """UKBench.

    Args:
        root: its folder.

    Raises:
        LookalikeError: photos are missing.
    """

    name = "ukbench"
    measures = (QueryMeasure("N-S score", found_of_four),)
    depth = OF_EACH

    def __init__(self, root: Path) -> None:
        self.root = existing_root(root)
        places = [place for place in (self.root / "full", self.root) if place.is_dir()]
        folder = next(
            (one for one in places if any(NAME.fullmatch(path.stem) for path in photos_in(one))), None
        )
        if folder is None:
            raise missing(self.root / "full" / "ukbench00000.jpg", SOURCE)
        self.folders = (folder,)
        self._photos = [path for path in photos_in(folder) if NAME.fullmatch(path.stem)]
        for number, path in enumerate(self._photos):
            if path.stem != f"ukbench{number:05}":
                raise missing(path.with_stem(f"ukbench{number:05}"), SOURCE)
        if len(self._photos) % OF_EACH:
            raise missing(self._photos[-1].with_stem(f"ukbench{len(self._photos):05}"), SOURCE)

    def queries(self) -> Iterator[GroundTruthQuery]:
        """Every photo."""
        for number, path in enumerate(self._photos):
            start = number - number % OF_EACH
            four = frozenset(self._photos[start : start + OF_EACH])
            yield GroundTruthQuery(path, self._photos[start].stem, "object", four, frozenset(), path.stem)

    def count(self) -> int:
        """How many queries there are."""
        return len(self._photos)
