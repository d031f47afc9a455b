"""Product1M (arXiv 2107.14572): photos of several cosmetics as queries, photos of single ones as the gallery.

Each line of ``product1m_gallery_ossurl_v2.txt`` and ``product1m_test_ossurl_v2.txt`` has a number, a title, two
addresses and labels; photos are named by the number. A gallery photo has one label, a query one for each product that
it shows.

The figures are those of the authors' ``evaluate_suit.py``, peculiarities and all: average precision is the mean over
the hits within the first min(k, positives) results; a product that a query names twice counts its photos twice; and a
query with a product that is not in the gallery counts 0.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from lookalike.evaluation.answers import Answer
from lookalike.evaluation.datasets.protocol import Dataset
from lookalike.evaluation.datasets.reading import (
    Source,
    broken,
    check_photos,
    existing_root,
    missing,
    numbered_lines,
    required_file,
)
from lookalike.evaluation.ground_truth import GroundTruthQuery
from lookalike.evaluation.measures import QueryMeasure

SOURCE = Source(
    "Product1M",
    "https://github.com/zhanxlin/Product1M",
    "product1m_gallery_ossurl_v2.txt and product1m_test_ossurl_v2.txt, and photos in the folders gallery and test",
)

PLACES = (".", "Poudct1M", "Product1M")
"""Where its text files may lie; the first name is that of the authors' repository."""

FOLDERS = {
    part: (
        part,
        f"product1m_{part}_ossurl_v2",
        f"data/{part}",
        f"Product1M/product1m_{part}_ossurl_v2",
        "images",
    )
    for part in ("gallery", "test")
}
BETWEEN_FIELDS, BETWEEN_LABELS = "#####", "#;#"
FIELDS = 5

DEPTHS = (10, 50, 100)


def _depth_of(answer: Answer, k: int) -> int:
    """How many results count: a product that is named twice brings its photos twice."""
    times = Counter(_labels(answer))
    positives = sum(times[str(one.attributes["label"])] for one in answer.positives)
    return min(k, positives, answer.returned, DEPTHS[-1])


def _labels(answer: Answer) -> list[str]:
    return str(answer.attributes["labels"]).split(BETWEEN_LABELS)


def _is_whole(answer: Answer) -> bool:
    """Whether the gallery has every product of the query."""
    return {str(one.attributes["label"]) for one in answer.positives} == set(_labels(answer))


def precision_over_hits(k: int) -> Callable[[Answer], float]:
    """The mean of the precisions at the hits within the depth."""

    def value(answer: Answer) -> float:
        ranks = answer.ranks()
        near = ranks[ranks <= _depth_of(answer, k)]
        if not _is_whole(answer) or not len(near):
            return 0.0
        return float((np.arange(1, len(near) + 1) / near).mean())

    return value


def precision_within(k: int) -> Callable[[Answer], float]:
    """The share of hits within the depth."""

    def value(answer: Answer) -> float:
        depth = _depth_of(answer, k)
        return float((answer.ranks() <= depth).sum() / depth) if _is_whole(answer) and depth else 0.0

    return value


def recall_of_products(k: int) -> Callable[[Answer], float]:
    """The mean over products of the share of the photos of each that are expected among the first `k` results."""

    def value(answer: Answer) -> float:
        if not _is_whole(answer):
            return 0.0
        labels = _labels(answer)
        photos = Counter(str(one.attributes["label"]) for one in answer.positives)
        expected = {
            label: min(k // len(labels) * times, photos[label]) for label, times in Counter(labels).items()
        }
        found = Counter(
            str(one.attributes["label"]) for one in answer.positives if one.rank is not None and one.rank <= k
        )
        if any(not expected[label] for label in found):
            return 0.0
        return sum(min(count, expected[label]) / expected[label] for label, count in found.items()) / len(
            expected
        )

    return value


class Product1M(Dataset):
    """Product1M.

    Args:
        root: its folder.

    Raises:
        LookalikeError: something is missing or broken.
    """

    name = "product1m"
    measures = (
        *(QueryMeasure(f"mAP@{k}", precision_over_hits(k)) for k in DEPTHS),
        *(QueryMeasure(f"mAR@{k}", recall_of_products(k)) for k in DEPTHS),
        *(QueryMeasure(f"Prec@{k}", precision_within(k)) for k in DEPTHS),
    )
    depth = DEPTHS[-1]

    def __init__(self, root: Path) -> None:
        self.root = existing_root(root)
        self._by_label: dict[str, list[str]] = defaultdict(list)
        gallery = []
        for name, labels in self._read("gallery"):
            self._by_label[labels[0]].append(name)
            gallery.append(name)
        self._queries = list(self._read("test"))
        photos = self._folder("gallery", gallery)
        self.folders = (photos,)
        self._photos = _where(photos, gallery)
        self._images = _where(self._folder("test", [name for name, _ in self._queries]), None)
        check_photos((self._photos.get(name, photos / f"{name}.jpg") for name in gallery), SOURCE)
        check_photos((self._image(name) for name, _ in self._queries), SOURCE)

    def queries(self) -> Iterator[GroundTruthQuery]:
        """The test photos."""
        for name, labels in self._queries:
            positives = {
                self._photos[photo]: {"label": label}
                for label in dict.fromkeys(labels)
                for photo in self._by_label.get(label, ())
            }
            yield GroundTruthQuery(
                image=self._image(name),
                group=BETWEEN_LABELS.join(sorted(set(labels))),
                kind="product",
                positives=frozenset(positives),
                junk=frozenset(),
                name=name,
                attributes={"labels": BETWEEN_LABELS.join(labels), "products": len(set(labels))},
                labels=positives,
            )

    def outside(self) -> Iterator[Path]:
        """Photos of the other parts, where all lie in one folder."""
        gallery = set(self._photos.values())
        return (
            path for path in self._images.values() if path not in gallery and self.folders[0] in path.parents
        )

    def count(self) -> int:
        """How many queries there are."""
        return len(self._queries)

    def _image(self, name: str) -> Path:
        return self._images.get(name, self.root / FOLDERS["test"][0] / f"{name}.jpg")

    def _read(self, part: str) -> Iterator[tuple[str, list[str]]]:
        """The number and the labels of each photo of a part."""
        name = f"product1m_{part}_ossurl_v2.txt"
        file = required_file([self.root / place / name for place in PLACES], SOURCE)
        for number, line in numbered_lines(file, SOURCE):
            fields = line.split(BETWEEN_FIELDS)
            if len(fields) != FIELDS or not fields[0] or not fields[-1]:
                raise broken(file, f"it has {len(fields)} fields in place of {FIELDS}", SOURCE, number)
            yield fields[0], fields[-1].split(BETWEEN_LABELS)

    def _folder(self, part: str, names: Sequence[str]) -> Path:
        for place in FOLDERS[part]:
            if (self.root / place).is_dir():
                return self.root / place
        raise missing(self.root / FOLDERS[part][0], SOURCE, f", with {len(names)} photos")


def _where(folder: Path, names: Sequence[str] | None) -> dict[str, Path]:
    """Where the photos in a folder lie, by number; they may be in folders of folders."""
    wanted = None if names is None else set(names)
    return {path.stem: path for path in folder.rglob("*.jpg") if wanted is None or path.stem in wanted}
