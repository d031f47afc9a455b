"""DISC21, the Image Similarity Challenge 2021 (arXiv 2106.09672): edited copies among a million references.

Most queries are copies of nothing, so scores must be comparable between queries: the figure is µAP, the average
precision over all pairs of a query and a result together. The ground truth is a CSV file of queries and references; a
query without a reference is a copy of nothing. At most ten results of each query count, as in the authors' baselines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.datasets.reading import (
    IMAGE_SUFFIXES,
    Source,
    broken,
    check_photos,
    existing_root,
    missing,
    read_rows,
    required_file,
    required_folder,
)
from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.evaluation.measures import QueryMeasure, micro_measures, recall

DEPTH = 10

TRUTHS = {
    "disc21": ("final_ground_truth.csv", "private_ground_truth.csv", "public_ground_truth.csv"),
    "disc21-dev": ("dev_ground_truth.csv", "public_ground_truth.csv", "subset_1_ground_truth.csv"),
}
"""Names of the ground truth in the releases, the first that is there counts."""

QUERIES = {
    "disc21": ("final_queries/images/queries", "final_queries", "images/queries", "queries"),
    "disc21-dev": ("dev_queries/images/queries", "dev_queries", "images/queries", "queries"),
}
REFERENCES = ("references/images/references", "references", "images/references")
"""Where photos lie, in the release and in the layouts that the challenge's own code has; the first that is there
counts."""

COLUMNS = ("query_id", "reference_id")


class Disc21(Dataset):
    """DISC21.

    Args:
        root: its folder.
        name: "disc21" for the final queries, "disc21-dev" for those of the development phase.

    Raises:
        LookalikeError: something is missing or broken.
    """

    measures = (
        *micro_measures(DEPTH),
        QueryMeasure("R@1", recall(1)),
        QueryMeasure("R@10", recall(10)),
    )
    depth = DEPTH

    def __init__(self, root: Path, name: str = "disc21") -> None:
        self.name = name
        self.root = existing_root(root)
        truths, queries = TRUTHS[name], QUERIES[name]
        self._source = Source(
            "DISC21",
            "https://ai.meta.com/datasets/disc21-dataset/",
            f"{truths[0]}, and the folders {queries[1]} and references",
        )
        places = [self.root / folder / file for file in truths for folder in (".", "list_files")]
        self._truth = required_file(places, self._source)
        self._images = required_folder([self.root / one for one in queries], self._source)
        references = required_folder([self.root / one for one in REFERENCES], self._source)
        self.folders = (references,)
        self._suffix = _suffix_in(self._images, self._source), _suffix_in(references, self._source)
        self._references = self._read()
        check_photos((self._query(name) for name in self._references), self._source)
        check_photos(
            (self._reference(one) for found in self._references.values() for one in found), self._source
        )

    def queries(self) -> Iterator[GroundTruthQuery]:
        """Every query of the ground truth; those that are copies of one reference are one group."""
        for name, references in self._references.items():
            yield GroundTruthQuery(
                image=self._query(name),
                group=references[0] if references else name,
                kind="copy" if references else "no copy",
                positives=frozenset(self._reference(one) for one in references),
                junk=frozenset(),
                name=name,
            )

    def count(self) -> int:
        """How many queries there are."""
        return len(self._references)

    def _query(self, name: str) -> Path:
        return self._images / f"{name}{self._suffix[0]}"

    def _reference(self, name: str) -> Path:
        return self.folders[0] / f"{name}{self._suffix[1]}"

    def _read(self) -> dict[str, list[str]]:
        """The references of each query; a query may stand in several lines."""
        found: dict[str, list[str]] = defaultdict(list)
        for number, row in read_rows(self._truth, COLUMNS, self._source, header=False):
            if not row["query_id"]:
                raise broken(self._truth, "it names no query", self._source, number)
            references = found[row["query_id"]]
            if row["reference_id"]:
                references.append(row["reference_id"])
        return dict(found)


def _suffix_in(folder: Path, source: Source) -> str:
    """The suffix of the photos in a folder: the releases have JPEG, some mirrors others."""
    for path in folder.iterdir():
        if path.suffix.lower() in IMAGE_SUFFIXES:
            return path.suffix
    raise missing(f"Every photo of {folder}", source)
