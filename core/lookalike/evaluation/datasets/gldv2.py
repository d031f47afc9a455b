"""Google Landmarks v2, the retrieval task (arXiv 2004.01804): 762,000 photos of the index, test photos as queries.

``retrieval_solution_v2.1.csv`` says for each test photo which photos of the index show the same landmark, and whether
it belongs to the public or the private half. Photos lie in ``index`` and ``test`` by the first three letters of their
names. The figure is mAP@100.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from lookalike.evaluation.answers import Answer
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.datasets.reading import (
    Source,
    broken,
    check_photos,
    existing_root,
    read_rows,
    required_file,
    required_folder,
)
from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.evaluation.measures import QueryMeasure, average_precision, where

SOURCE = Source(
    "Google Landmarks v2",
    "https://github.com/cvdfoundation/google-landmark",
    "the folders index and test, retrieval_solution_v2.1.csv and index.csv",
)

DEPTH = 100
PLACES = (".", "metadata", "ground_truth", "index", "test")
"""Where its CSV files may lie."""

SOLUTIONS = ("retrieval_solution_v2.1.csv", "retrieval_solution_v2.csv", "retrieval_solution.csv")
LISTS = ("index.csv", "index_image_to_landmark.csv")
RECOGNITION = ("recognition_solution_v2.1.csv", "recognition_solution_v2.csv", "recognition_solution.csv")
USAGES = ("Private", "Public")
IGNORED = "Ignored"


def _half(usage: str) -> Callable[[Answer], bool]:
    return lambda answer: answer.attributes.get("usage") == usage


def photo_of(folder: Path, name: str) -> Path:
    """Where a photo lies: in folders by the first three letters of its name."""
    return folder / name[0] / name[1] / name[2] / f"{name}.jpg"


class GoogleLandmarks(Dataset):
    """Google Landmarks v2.

    Args:
        root: its folder.

    Raises:
        LookalikeError: something is missing or broken.
    """

    name = "gldv2"
    measures = (
        *(
            QueryMeasure(f"mAP@{DEPTH} {usage.lower()}", where(average_precision(DEPTH), _half(usage)))
            for usage in USAGES
        ),
        QueryMeasure(f"mAP@{DEPTH}", average_precision(DEPTH)),
    )
    depth = DEPTH

    def __init__(self, root: Path) -> None:
        self.root = existing_root(root)
        index = required_folder((self.root / "index",), SOURCE)
        self._test = required_folder((self.root / "test",), SOURCE)
        self.folders = (index,)
        self._solution = self._file(SOLUTIONS)
        self._landmarks = self._read_landmarks()
        self._count = 0
        check_photos(self._labelled(), SOURCE)
        listed = next((one for name in LISTS if (one := self._find(name)) is not None), None)
        if listed is not None:
            check_photos(
                (
                    self._photo(index, row["id"], listed, line)
                    for line, row in read_rows(listed, ("id",), SOURCE)
                ),
                SOURCE,
            )

    def queries(self) -> Iterator[GroundTruthQuery]:
        """The test photos that have an answer, of both halves."""
        for line, name, usage, positives in self._rows():
            yield GroundTruthQuery(
                image=self._photo(self._test, name, self._solution, line),
                group=self._landmarks.get(name, name),
                kind="landmark",
                positives=frozenset(
                    self._photo(self.folders[0], one, self._solution, line) for one in positives
                ),
                junk=frozenset(),
                name=name,
                attributes={"usage": usage},
            )

    def count(self) -> int:
        """How many queries there are."""
        return self._count

    def _rows(self) -> Iterator[tuple[int, str, str, list[str]]]:
        for line, row in read_rows(self._solution, ("id", "images", "Usage"), SOURCE):
            positives = [one for one in row["images"].split() if one != "None"]
            if row["Usage"] == IGNORED or not positives:
                continue
            if row["Usage"] not in USAGES:
                raise broken(self._solution, f"it has no usage {row['Usage']!r}", SOURCE, line)
            yield line, row["id"], row["Usage"], positives

    def _labelled(self) -> Iterator[Path]:
        """All queries and their positives, counting the queries."""
        for line, name, _, positives in self._rows():
            self._count += 1
            yield self._photo(self._test, name, self._solution, line)
            for one in positives:
                yield self._photo(self.folders[0], one, self._solution, line)

    def _photo(self, folder: Path, name: str, file: Path, line: int) -> Path:
        if len(name) < 3 or not name.isalnum():
            raise broken(file, f"{name!r} is no photo", SOURCE, line)
        return photo_of(folder, name)

    def _read_landmarks(self) -> dict[str, str]:
        """The landmarks that test photos show, where the recognition task's solution is there too."""
        file = next((one for name in RECOGNITION if (one := self._find(name)) is not None), None)
        if file is None:
            return {}
        rows = (row for _, row in read_rows(file, ("id", "landmarks"), SOURCE))
        return {row["id"]: row["landmarks"] for row in rows if row["landmarks"]}

    def _file(self, names: tuple[str, ...]) -> Path:
        places = [self.root / names[0]]
        places += [self.root / place / name for name in names for place in PLACES]
        return required_file(places, SOURCE)

    def _find(self, name: str) -> Path | None:
        return next((file for place in PLACES if (file := self.root / place / name).is_file()), None)
